//! The process that works and is killed.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kapelle_core::expression::environment::Settings;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::plan::OnLost;
use kapelle_engine::schedule::Recover;
use kapelle_model::Map;
use kapelle_model::effect::Request;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use kapelle_runtime::secrets::SecretChain;
use kapelle_runtime::storage::{LocalFiles, LocalStorage};
use kapelle_runtime::{Parts, Runtime, Surroundings, TakesUp};
use kapelle_store::flow::{FlowRevision, Which};
use kapelle_store::{Store, Transaction, Write as StoreWrite};
use kapelle_store_sqlite::{Options, SqliteStore};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::flows::{CALLED, STARTED, TRIGGERED};

/// # Write a line that stays
///
/// Appends execution, task run and attempt to a file, as something that happens outside of Kapelle.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Append {
    /// What else stands in the line.
    #[serde(default)]
    value: Option<Expr<String>>,
    /// The first attempt fails.
    #[serde(default)]
    fails_once: bool,
}

impl Task for Append {
    const TYPE: &'static str = "storm.Append";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let value = cx.optional(self.value.as_ref())?.unwrap_or_default();
        let place = &cx.place;
        let folder = PathBuf::from(cx.host.setting("storm.folder").unwrap_or_default());
        let line = format!("{} {} {} {value}\n", place.execution, place.run.0, place.attempt);
        let mut file = OpenOptions::new().append(true).create(true).open(folder.join("deeds"))?;
        file.write_all(line.as_bytes())?;
        if self.fails_once && place.attempt == 0 {
            return Err(Broken::new("the first attempt fails"));
        }
        Ok(())
    }
}

pub(crate) fn work(folder: &Path, count: u32) {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let fatal = Box::new(|why: &str| panic!("{why}"));
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&folder.join("data"), Options::new(fatal)).unwrap());
    save_flows(&*store);
    let mut registry = kapelle_plugins::registry();
    registry.task::<Append>();
    let parts = Parts {
        store: Arc::clone(&store),
        registry,
        handle: tokio.handle().clone(),
        settings: Settings::default(),
        variables: Map::new(),
        encryption: Encryption::Configured,
        on_worker_lost: OnLost::Retry,
        defaults: Vec::new(),
        slots: 16,
        work: folder.join("work"),
        listener: None,
        fixtures: None,
        hands: None,
        ahead: 0,
        takes_up: TakesUp::All,
        triggers: Some(Recover::All),
    };
    let surroundings = Surroundings {
        storage: Arc::new(LocalStorage::open(folder.join("files")).unwrap()),
        local: LocalFiles::default(),
        secrets: Arc::new(SecretChain::default()),
        settings: [("storm.folder".to_owned(), folder.to_string_lossy().into_owned())].into(),
        client: kapelle_http::Client::of_tasks(),
        calls: None,
    };
    let runtime = Arc::new(Runtime::start(parts, |grips| surroundings.around(grips)).unwrap());
    for source in TRIGGERED {
        runtime.save_flow(&"main".into(), source).unwrap();
    }
    tokio.block_on(create(&runtime, folder, count));
    while !store.unfinished(None, 1).unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    runtime.wait_until_quiet(Duration::from_secs(10));
}

/// Creates what is missing. What was acknowledged is noted, and only then.
async fn create(runtime: &Runtime, folder: &Path, count: u32) {
    let mut acknowledged =
        OpenOptions::new().append(true).create(true).open(folder.join("acknowledged")).unwrap();
    let before = std::fs::read_to_string(folder.join("acknowledged")).unwrap().lines().count() as u32;
    for number in before..count {
        let flow = STARTED[number as usize % STARTED.len()].0;
        let request = Request::new(runtime.fresh_id(), "storm".into(), flow.into());
        let id = runtime.create(&"main".into(), &request).await.unwrap();
        acknowledged.write_all(format!("{id}\n").as_bytes()).unwrap();
    }
}

fn save_flows(store: &dyn Store) {
    for source in STARTED.iter().map(|(_, source)| *source).chain(CALLED) {
        let id = source.lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
        if store.flow("main", "storm", id, Which::Latest).unwrap().is_some() {
            continue;
        }
        let revision = FlowRevision {
            tenant: "main".into(),
            namespace: "storm".into(),
            id: id.into(),
            revision: 1,
            source: source.into(),
            description: None,
            labels: Arc::default(),
            is_disabled: false,
            is_deleted: false,
            created: kapelle_runtime::machine_now(),
        };
        store.commit(Transaction::of([StoreWrite::Flow(Box::new(revision))])).unwrap();
    }
}
