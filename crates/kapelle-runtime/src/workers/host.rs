//! The world of an attempt.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::property::Property;
use kapelle_core::yaml;
use kapelle_engine::plan::TaskIndex;
use kapelle_http::Client;
use kapelle_model::effect::Level;
use kapelle_model::execution::Birth;
use kapelle_model::{Failure, Node, Span, Text};
use kapelle_plugin::{
    ErasedTask, Executions, Files, Flows, Host, Keys, Metric, NamespaceFiles, Properties, Triggers, Waiting,
};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::sync::CancellationToken;

use super::begun::Begun;
use super::log::Log;
use crate::activity::Busy;
use crate::alarms::{Alarm, AlarmKey};
use crate::definitions::{Definition, unknown_type};
use crate::reach::Reached;
use crate::shared::Shared;

pub(crate) struct AttemptHost {
    pub(crate) shared: Arc<Shared>,
    pub(crate) log: Log,
    pub(crate) begun: Begun,
    pub(crate) stop: CancellationToken,
    pub(crate) reached: Reached,
    pub(crate) birth: Arc<Birth>,
    pub(crate) directory: PathBuf,
    /// The flow and which of its tasks it is; absent where a trigger looks.
    pub(crate) task: Option<(Arc<Definition>, TaskIndex)>,
    /// Absent while the attempt only waits for time to pass.
    pub(crate) busy: Mutex<Option<Busy>>,
    /// Room among the attempts at work; triggers look without.
    pub(crate) room: Mutex<Option<OwnedSemaphorePermit>>,
}

impl AttemptHost {
    fn set_busy(&self, busy: Option<Busy>) {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) = busy;
    }

    /// What says that it is on its way, for whoever ends it.
    pub(super) fn take_busy(&self) -> Option<Busy> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits for a moment of the clock, without counting as something that goes on.
    pub(super) async fn wait(&self, duration: SignedDuration) {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(0);
        let (told, hears) = oneshot::channel();
        let activity = Arc::clone(&self.shared.activity);
        let ring = move || {
            // Who waited may have been stopped.
            let _gone = told.send(activity.begin());
        };
        let _forgotten_at_the_end = self.alarm(millis, Box::new(ring));
        // The hands are not moved as long as others wait for room.
        let room = self.shared.clock.is_by_hand().then(|| self.take_room()).flatten();
        let had_room = room.is_some();
        drop(room);
        self.set_busy(None);
        let busy = tokio::select! {
            busy = hears => busy.ok(),
            () = self.stop.cancelled() => None,
        };
        self.set_busy(Some(busy.unwrap_or_else(|| self.shared.activity.begin())));
        if had_room && !self.stop.is_cancelled() {
            let room = self.shared.workers.room().await;
            *self.room.lock().unwrap_or_else(PoisonError::into_inner) = room;
        }
    }

    pub(super) fn take_room(&self) -> Option<OwnedSemaphorePermit> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An alarm that is forgotten when nobody waits for it any more.
struct Set<'s>(&'s Shared, AlarmKey);

impl Drop for Set<'_> {
    fn drop(&mut self) {
        self.0.clock.cancel(self.1);
    }
}

impl AttemptHost {
    fn alarm(&self, millis: i64, ring: Alarm) -> Set<'_> {
        let clock = &self.shared.clock;
        Set(&self.shared, clock.set(clock.now().plus(millis), ring))
    }

    /// A moment of the clock that is waited for beside the task, which goes on meanwhile. It is set at once.
    pub(super) fn moment(&self, duration: SignedDuration) -> impl Future<Output = Busy> + use<'_> {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(0);
        let (told, hears) = oneshot::channel();
        let activity = Arc::clone(&self.shared.activity);
        let ring = move || {
            // The task may have ended before.
            let _gone = told.send(activity.begin());
        };
        let set = self.alarm(millis, Box::new(ring));
        async move {
            let _forgotten_at_the_end = set;
            match hears.await {
                Ok(busy) => busy,
                Err(_) => std::future::pending().await,
            }
        }
    }
}

impl Host for AttemptHost {
    fn log(&self, level: Level, message: &Text) {
        self.log.write(level, message);
    }

    fn metric(&self, metric: Metric) {
        self.log.metric(&metric);
    }

    fn begin(&self) -> Waiting<'_> {
        Box::pin(async {
            if !self.begun.tell().await {
                self.stop.cancel();
            }
        })
    }

    fn sleep(&self, duration: SignedDuration) -> Waiting<'_> {
        Box::pin(self.wait(duration))
    }

    fn directory(&self) -> Result<PathBuf, Failure> {
        std::fs::create_dir_all(&self.directory)
            .map_err(|error| Failure::new(format!("the directory of the task cannot be made: {error}")))?;
        Ok(self.directory.clone())
    }

    fn http(&self) -> Client {
        self.shared.reach.http()
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.shared.reach.setting(name)
    }

    fn task(&self, source: &str) -> Result<Arc<dyn ErasedTask>, Failure> {
        let reading = yaml::read(source, Span::new(0, source.len() as u32));
        let root = reading.root.ok_or_else(|| Failure::new("the task is no YAML"))?;
        let written = root.get("type").and_then(Node::as_text).unwrap_or_default();
        let resolved = Catalogue::bundled().find(written).map(|found| found.entry.name);
        let name = resolved.unwrap_or(written);
        let known = self.shared.registry.find(name).ok_or_else(|| unknown_type(name))?;
        let language = self.shared.settings.language;
        let properties: Vec<_> = root
            .entries()
            .iter()
            .map(|entry| (Arc::from(&*entry.key), Property::read(&entry.value, language)))
            .collect();
        known.read(&properties)
    }

    fn implied_files(&self) -> Vec<String> {
        self.task.as_ref().map_or_else(Vec::new, |(definition, task)| definition.implied_files(*task))
    }

    fn implied_outputs(&self) -> Vec<String> {
        self.task.as_ref().map_or_else(Vec::new, |(definition, task)| definition.implied_outputs(*task))
    }

    fn peers(&self) -> Vec<Box<Properties>> {
        self.task.as_ref().map_or_else(Vec::new, |(definition, task)| definition.peers(*task))
    }

    fn files(&self) -> &dyn Files {
        &*self.reached.files
    }

    fn keys(&self) -> &dyn Keys {
        &*self.reached.keys
    }

    fn namespace_files(&self) -> &dyn NamespaceFiles {
        &*self.reached.namespace_files
    }

    fn executions(&self) -> &dyn Executions {
        &*self.reached.executions
    }

    fn flows(&self) -> &dyn Flows {
        &*self.reached.flows
    }

    fn triggers(&self) -> &dyn Triggers {
        &*self.reached.triggers
    }
}
