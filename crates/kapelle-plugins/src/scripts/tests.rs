//! Scripts with real programs.

mod files;
mod languages;
mod outputs;
mod processes;
mod python;
mod shepherd;

use std::path::{Path, PathBuf};

use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::Broken;
use kapelle_plugin::stage::{Stage, properties_of};

/// Runs a task on this machine, by the last words of its type. Gives outputs as JSON, or the message and what there was.
async fn run(stage: &Stage, name: &str, properties: &str) -> Result<String, (String, String)> {
    ran(stage, name, properties)
        .await
        .map(json)
        .map_err(|broken| (broken.failure.to_string(), json(broken.outputs)))
}

async fn ran(stage: &Stage, name: &str, properties: &str) -> Result<Map, Broken> {
    const RUNNER: &str = "taskRunner: {type: io.kestra.plugin.core.runner.Process}";
    let properties = match properties.strip_prefix('{') {
        _ if properties.to_lowercase().contains("runner:") => properties.to_owned(),
        Some(rest) => format!("{{{RUNNER}, {rest}"),
        None => format!("{RUNNER}\n{properties}"),
    };
    let registry = crate::registry();
    let known = registry.find(&format!("io.kestra.plugin.scripts.{name}")).expect("it is built in");
    let task = known.read(&properties_of(&properties))?;
    task.run(&stage.context()).await
}

fn json(map: Map) -> String {
    let value = Value::Map(std::sync::Arc::new(map));
    plain::to_json(&value, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

/// A world with a shepherd, if its program was built: `cargo test` without `--lib` does so.
fn with_shepherd() -> Option<Stage> {
    let program = shepherd_program()?;
    Some(Stage::new().setting("kapelle.runner.process.shepherd", program.to_str()?))
}

/// The program, unless it is older than what it is made of.
fn shepherd_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.parent()?.parent()?.join("examples/shepherd");
    let built = program.metadata().and_then(|data| data.modified()).ok();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/runner");
    let changed = kapelle_plugin::files::files_below(&source)
        .unwrap()
        .into_iter()
        .filter_map(|file| file.modified)
        .max();
    let is_fresh = built.is_some() && built >= changed;
    if !is_fresh {
        println!("skipped: the example `shepherd` is not built, or older than its source");
    }
    is_fresh.then_some(program)
}

/// Whether a program is on this machine; says so if not.
fn has(program: &str) -> bool {
    let path = kapelle_plugin::program::PATH;
    let is_there = crate::runner::program::find(program, path, Path::new("/")).is_some();
    if !is_there {
        println!("skipped: there is no {program}");
    }
    is_there
}
