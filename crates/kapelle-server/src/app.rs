//! What is served: a runtime with everything around it that requests need.

use std::path::PathBuf;
use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_runtime::Runtime;
use kapelle_runtime::storage::Storage;
use kapelle_store::Store;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::Instant;

use crate::audit::Recorder;
use crate::entry::{Entry, Rates};
use crate::error::{ApiError, Outcome};
use crate::gate::Gate;
use crate::handlers::search::Names;
use crate::hub::Hub;
use crate::interface::Interface;
use crate::jobs::Jobs;
use crate::limits::{FOLLOWERS_MAX, READS_MAX, REQUESTS_MAX};
use crate::metrics::Requests;
use crate::outlines::Outlines;
use crate::profile::Profile;
use crate::recent::Recent;
use crate::route::Route;
use crate::routes;

/// What an [`App`] is made of.
pub struct Parts {
    pub runtime: Arc<Runtime>,
    pub storage: Arc<dyn Storage>,
    pub gate: Arc<dyn Gate>,
    /// It has to hear the news of the runtime.
    pub hub: Arc<Hub>,
    /// Where files wait while they arrive.
    pub work: PathBuf,
    /// The address that people reach the server at, for links in answers.
    pub url: Option<String>,
    /// What stands in front of every path, such as `/kestra`; mostly nothing.
    pub base: String,
    /// A folder in place of the web interface that the program carries.
    pub interface: Option<PathBuf>,
    /// What names of metrics begin with.
    pub prefix: String,
    /// Whose answers it gives.
    pub profile: Profile,
    /// Templates of old versions can be read and changed.
    pub has_templates: bool,
    /// What is looked at before anybody is asked who they are.
    pub entry: Entry,
    /// Gets a line for each request, if anybody wants them.
    pub access: Option<AccessLog>,
}

/// Takes a line about a request that was answered.
pub type AccessLog = Arc<dyn Fn(&str) + Send + Sync>;

/// One server's business, shared by all requests.
pub struct App {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) work: PathBuf,
    pub(crate) url: Option<String>,
    pub(crate) base: String,
    pub(crate) interface: Interface,
    pub(crate) prefix: String,
    pub(crate) profile: Profile,
    pub(crate) has_templates: bool,
    pub(crate) requests_seen: Requests,
    pub(crate) started: Instant,
    pub(crate) entry: Entry,
    pub(crate) access: Option<AccessLog>,
    pub(crate) rates: Rates,
    pub(crate) recorder: Recorder,
    pub(crate) names: Names,
    pub(crate) jobs: Jobs,
    pub(crate) outlines: Outlines,
    pub(crate) recent: Recent,
    pub(crate) routes: Vec<Route>,
    pub(crate) management: Vec<Route>,
    pub(crate) reads: Semaphore,
    pub(crate) requests: Semaphore,
    pub(crate) followers: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

impl App {
    pub fn new(parts: Parts) -> Arc<Self> {
        let mut routes = routes::api();
        if parts.has_templates {
            routes.extend(routes::templates());
        }
        routes.extend(parts.gate.accounts().into_iter().flat_map(routes::accounts));
        Arc::new(Self {
            rates: Rates::new(parts.entry.limits),
            recorder: Recorder::start(Arc::clone(parts.runtime.store())),
            names: Names::default(),
            entry: parts.entry,
            access: parts.access,
            runtime: parts.runtime,
            storage: parts.storage,
            gate: parts.gate,
            hub: parts.hub,
            work: parts.work,
            url: parts.url,
            base: parts.base,
            interface: Interface::new(parts.interface),
            prefix: parts.prefix,
            profile: parts.profile,
            has_templates: parts.has_templates,
            requests_seen: Requests::default(),
            started: Instant::now(),
            jobs: Jobs::default(),
            outlines: Outlines::default(),
            recent: Recent::default(),
            routes,
            management: routes::management(),
            reads: Semaphore::new(READS_MAX),
            requests: Semaphore::new(REQUESTS_MAX),
            followers: Arc::new(Semaphore::new(FOLLOWERS_MAX)),
            closing: watch::Sender::new(false),
        })
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        self.runtime.store()
    }

    /// Streams end from now on; requests are answered as long as there are connections.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    pub(crate) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    pub(crate) fn now(&self) -> Millis {
        self.runtime.now()
    }

    pub(crate) async fn closed(&self) {
        let mut hears = self.closing.subscribe();
        // It is there as long as the app is.
        let _gone = hears.wait_for(|is_closing| *is_closing).await;
    }

    /// Does something that waits for a disk, without holding up other requests.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let _place = self.reads.acquire().await.map_err(|_| ApiError::busy())?;
        let (tell, told) = oneshot::channel();
        // In a box, so that what starts a thread is compiled once and not for every handler.
        let work: Box<dyn FnOnce() + Send> = Box::new(move || {
            // Nobody hears of it if the client went away.
            let _heard = tell.send(work());
        });
        let _detached = tokio::task::spawn_blocking(work);
        told.await.unwrap_or_else(|_| Err(ApiError::internal()))
    }
}
