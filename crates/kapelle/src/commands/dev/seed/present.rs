//! What is there now: flows, executions that wait, keys and files. A runtime makes it, so it is what it would be.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use kapelle_engine::schedule::Recover;
use kapelle_model::effect::Request;
use kapelle_model::execution::{Start, StartReason};
use kapelle_model::{Millis, Value};
use kapelle_plugin::{KeyToSet, Keys, NamespaceFiles};
use kapelle_runtime::TakesUp;
use kapelle_runtime::namespace_files::TenantFiles;
use kapelle_store::Store;

use super::flows::{Typical, WAITING};
use crate::commands::run::flows::unsaved;
use crate::configuration;
use crate::local::{Local, Setup, TENANT};
use crate::outcome::Stop;

/// Executions of each flow that waits.
const WAITERS: [(&str, &str, usize); 3] = [
    ("company.finance", "approve-invoice", 6),
    ("company.ops", "single-export", 8),
    ("company.sales", "call-partner", 3),
];

/// How long what was begun may take to come to wait.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn make(store: &Arc<dyn Store>, flows: &[Typical], data: &Path, now: Millis) -> Result<(), Stop> {
    let local = Local::start(Setup {
        settings: configuration::for_command(&[])?,
        store: Arc::clone(store),
        files: None,
        folder: data.to_owned(),
        listener: None,
        fixtures: None,
        hands: Some(now),
        ahead: 0,
        takes_up: TakesUp::Nothing,
        triggers: Some(Recover::None),
        secrets: None,
    })?;
    save(&local, flows)?;
    wait(&local, now)?;
    keep(&local)?;
    local.runtime.wait_until_quiet(PATIENCE);
    Ok(())
}

fn save(local: &Local, flows: &[Typical]) -> Result<(), Stop> {
    let tenant = Arc::from(TENANT);
    let typical = flows.iter().flat_map(|flow| [flow.source(1), flow.source(2)]);
    for source in typical.chain(WAITING.map(str::to_owned)) {
        local.runtime.save_flow(&tenant, &source).map_err(unsaved)?;
    }
    Ok(())
}

fn wait(local: &Local, now: Millis) -> Result<(), Stop> {
    for (namespace, flow, number) in WAITERS {
        for _ in 0..number {
            begin(local, namespace, flow, None)?;
        }
    }
    for days in 1..=4 {
        begin(local, "company.data", "nightly-window", Some(now.plus(days * 24 * 3_600_000)))?;
    }
    Ok(())
}

fn begin(local: &Local, namespace: &str, flow: &str, at: Option<Millis>) -> Result<(), Stop> {
    let start = at.map(|at| Start { at, reason: StartReason::Scheduled });
    let id = local.runtime.fresh_id();
    let request = Request { start, ..Request::new(id, namespace.into(), flow.into()) };
    let created = local.tokio.block_on(local.runtime.create(&TENANT.into(), &request));
    created.map(|_| ()).map_err(|_| Stop::Failed(anyhow!("no execution of `{flow}` could be created")))
}

fn keep(local: &Local) -> Result<(), Stop> {
    let failed = |failure: kapelle_model::Failure| Stop::Failed(anyhow!("{failure}"));
    let keys = local.runtime.keys(&TENANT.into());
    let texts = [
        ("last-import", "2026-11-27T21:00:00Z"),
        ("partner-url", "https://partner.example/api"),
        ("cursor", "4711"),
    ];
    for namespace in ["company.sales", "company.data", "company.ops"] {
        for (key, value) in texts {
            let key = KeyToSet {
                key: key.to_owned(),
                value: Value::from(value),
                description: Some("Written by an import".to_owned()),
                expires: None,
                may_overwrite: true,
            };
            keys.set(namespace, &key).map_err(failed)?;
        }
    }
    let files = TenantFiles::new(
        TENANT.into(),
        Arc::clone(local.runtime.store()),
        Arc::clone(&local.storage),
        local.runtime.clock(),
    );
    for (name, content) in [
        ("scripts/load.py", "rows = 100\nprint(f\"{rows} rows\")\n"),
        ("queries/report.sql", "SELECT region, sum(amount) FROM orders GROUP BY region;\n"),
        ("README.md", "# Data\n\nScripts and queries of the team.\n"),
    ] {
        files.put("company.data", name, &mut Cursor::new(content.as_bytes())).map_err(failed)?;
    }
    Ok(())
}
