//! Flows to look at: what `--tutorials` and `kapelle demo` put into an empty server.

use std::sync::Arc;

use anyhow::anyhow;
use kapelle_model::permit::Permit;
use kapelle_runtime::Runtime;

use crate::commands::run::flows::unsaved;
use crate::local::TENANT;
use crate::outcome::Stop;

/// The examples that need nothing but the server itself.
const FLOWS: [&str; 14] = [
    include_str!("../../../../../examples/hello.yaml"),
    include_str!("../../../../../examples/inputs.yaml"),
    include_str!("../../../../../examples/branches.yaml"),
    include_str!("../../../../../examples/foreach.yaml"),
    include_str!("../../../../../examples/parallel.yaml"),
    include_str!("../../../../../examples/dag.yaml"),
    include_str!("../../../../../examples/outputs.yaml"),
    include_str!("../../../../../examples/errors.yaml"),
    include_str!("../../../../../examples/pause.yaml"),
    include_str!("../../../../../examples/concurrency.yaml"),
    include_str!("../../../../../examples/schedule.yaml"),
    include_str!("../../../../../examples/subflow-invoice.yaml"),
    include_str!("../../../../../examples/subflow.yaml"),
    include_str!("../../../../../examples/working-directory.yaml"),
];

/// Saves them where no flow is yet, and says how many. A server with flows of its own stays as it is.
pub(super) fn save(runtime: &Runtime) -> Result<usize, Stop> {
    let permit = Permit::system("a new server is filled");
    let known =
        runtime.store().flows(&permit).map_err(|error| anyhow!("the flows cannot be read: {error}"))?;
    if !known.is_empty() {
        return Ok(0);
    }
    let tenant = Arc::from(TENANT);
    for source in FLOWS {
        runtime.save_flow(&tenant, source).map_err(unsaved)?;
    }
    Ok(FLOWS.len())
}
