//! The folders of a run, as its expressions see them.

use std::path::Path;

use kapelle_model::Value;
use kapelle_plugin::RunContext;

use super::room::Room;

fn path(path: &Path) -> Value {
    Value::Str(path.display().to_string().into())
}

/// With the folders that expressions of the task see.
pub(crate) fn with_folders(cx: &RunContext, room: &Room) -> RunContext {
    let output = room.output().map(|output| ("outputDir".into(), path(&output)));
    cx.with([("workingDir".into(), path(&room.directory))].into_iter().chain(output))
}
