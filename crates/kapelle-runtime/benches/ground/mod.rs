//! What the benches stand on.

use std::path::Path;
use std::sync::Arc;

use kapelle_core::expression::environment::Settings;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::plan::OnLost;
use kapelle_engine::schedule::Recover;
use kapelle_model::Map;
use kapelle_runtime::secrets::SecretChain;
use kapelle_runtime::storage::{LocalFiles, LocalStorage};
use kapelle_runtime::{Listener, Parts, Runtime, Surroundings, TakesUp};
use kapelle_store_sqlite::{Options, SqliteStore};

/// A runtime with its store in a folder; with triggers, if missed ones are to be dealt with so.
pub(crate) fn runtime(
    folder: &Path,
    tokio: &tokio::runtime::Runtime,
    triggers: Option<Recover>,
    listener: Option<Listener>,
) -> Runtime {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    let store = SqliteStore::open(folder, Options::new(fatal)).unwrap();
    let parts = Parts {
        store: Arc::new(store),
        registry: kapelle_plugins::registry(),
        handle: tokio.handle().clone(),
        settings: Settings::default(),
        variables: Map::new(),
        encryption: Encryption::Configured,
        on_worker_lost: OnLost::Retry,
        defaults: Vec::new(),
        slots: 64,
        work: folder.join("work"),
        listener,
        fixtures: None,
        hands: None,
        ahead: 0,
        takes_up: TakesUp::All,
        triggers,
    };
    let surroundings = Surroundings {
        storage: Arc::new(LocalStorage::open(folder.join("files")).unwrap()),
        local: LocalFiles::default(),
        secrets: Arc::new(SecretChain::default()),
        settings: std::collections::BTreeMap::new(),
        client: kapelle_http::Client::of_tasks(),
        calls: None,
    };
    Runtime::start(parts, |grips| surroundings.around(grips)).unwrap()
}

/// Bytes of memory that the process has.
pub(crate) fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}
