//! The folders of a run, as its expressions see them.

use std::path::Path;
use std::sync::Arc;

use kapelle_model::{Map, Value};
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

/// With the paths of the files that are wanted by name.
pub(crate) fn with_names(cx: &RunContext, room: &Room, wanted: &[String]) -> RunContext {
    let names = wanted.iter().filter(|pattern| !pattern.contains(['*', '?', '[', '{', ':']));
    let paths: Map = names.map(|name| (Arc::from(&**name), path(&room.directory.join(name)))).collect();
    cx.with([("outputFiles".into(), Value::Map(Arc::new(paths)))])
}
