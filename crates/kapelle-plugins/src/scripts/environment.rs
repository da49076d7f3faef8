//! What a program sees of the environment: the little that all need, and what the task writes. Nothing of the server.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::tz::TimeZone;
use kapelle_model::{Failure, Text};
use kapelle_plugin::Place;

use super::language::Facts;

/// What everything depends on.
pub(super) struct Surroundings<'s> {
    pub(super) place: &'s Place,
    /// Nothing, if it is a container: its image knows better.
    pub(super) machine: Option<Machine<'s>>,
    pub(super) directory: &'s Path,
    pub(super) output: Option<&'s Path>,
}

/// What this machine adds.
pub(super) struct Machine<'s> {
    pub(super) zone: &'s TimeZone,
    pub(super) path: &'s str,
}

/// All variables: what the task writes wins, but for those that tell whose process it is.
pub(super) fn environment(
    around: &Surroundings<'_>,
    facts: &Facts,
    written: BTreeMap<String, Text>,
) -> Result<BTreeMap<String, Text>, Failure> {
    if let Some(name) = written.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
        return Err(Failure::new(format!("`{name}` in `env` is no name of a variable")));
    }
    let directory = around.directory.display().to_string();
    let mut all: BTreeMap<String, Text> = BTreeMap::new();
    let mut set = |name: &str, value: &str| all.insert(name.to_owned(), Text::from(value));
    if let Some(machine) = &around.machine {
        set("PATH", machine.path);
        set("HOME", &directory);
        set("LANG", "C.UTF-8");
        if let Some(zone) = machine.zone.iana_name() {
            set("TZ", zone);
        }
    }
    if let Some(output) = around.output {
        set("OUTPUT_DIR", &output.display().to_string());
    }
    for (name, value) in facts.environment {
        set(name, value);
    }
    all.extend(written);
    let mut set = |name: &str, value: &str| all.insert(name.to_owned(), Text::from(value));
    set("WORKING_DIR", &directory);
    set("KAPELLE_TASKRUN_ID", &around.place.run_id);
    set("KAPELLE_ATTEMPT", &around.place.attempt.to_string());
    set("KAPELLE_FENCE", &around.place.fence.0.to_string());
    Ok(all)
}
