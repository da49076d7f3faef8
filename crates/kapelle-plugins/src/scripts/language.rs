//! What a language is: facts, and properties that only its tasks have.

use std::collections::BTreeMap;

use kapelle_model::{Failure, Text};
use kapelle_plugin::RunContext;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::python::Dependencies;
use crate::runner::program;

/// A language, as data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// For people.
    pub(super) name: &'static str,
    /// The full names of its two types.
    pub(super) script_type: &'static str,
    pub(super) commands_type: &'static str,
    /// The image in which containers run it.
    pub(super) image: &'static str,
    /// What gets the commands as its last argument.
    pub(super) interpreter: &'static [&'static str],
    /// What makes the first failing command the last one.
    pub(super) fail_fast: &'static str,
    /// How the file of a script ends. Without one, the script itself is the commands.
    pub(super) ending: &'static str,
    /// The words before the name of that file.
    pub(super) program: &'static [&'static str],
    /// More of the environment.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// What is put before the source of a script.
    pub(super) prelude: fn(&Text) -> Text,
}

impl Facts {
    /// What most languages have in common.
    pub(super) const USUAL: Self = Self {
        name: "",
        script_type: "",
        commands_type: "",
        image: "",
        interpreter: &["/bin/sh", "-c"],
        fail_fast: "set -e",
        ending: "",
        program: &[],
        environment: &[],
        prelude: Clone::clone,
    };
}

/// A language, as a type: each of its tasks is a type of its own.
pub(super) trait Language: Send + Sync + Sized + 'static {
    const FACTS: Facts;
    type OfScript: Extra;
    type OfCommands: Extra;
}

/// Properties that only tasks of one language have.
pub(super) trait Extra: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What is to be done before the commands, and how a file is run.
    fn plan(&self, cx: &RunContext, world: &World<'_>) -> Result<Plan, Failure>;
}

/// Where a plan is made.
pub(super) struct World<'w> {
    pub(super) facts: &'w Facts,
    pub(super) environment: &'w BTreeMap<String, Text>,
    /// On this machine, or in a container, of which nothing is known before it runs.
    pub(super) is_here: bool,
}

impl World<'_> {
    pub(super) fn path(&self) -> &str {
        self.environment.get("PATH").map_or("", |path| path.expose())
    }

    /// The first of these programs that is there. An image is taken to have what its language needs.
    pub(super) fn first<'p>(&self, programs: &[&'p str]) -> Option<&'p str> {
        let is_there = |name: &&&str| {
            !self.is_here || program::find(name, self.path(), std::path::Path::new("/")).is_some()
        };
        programs.iter().find(is_there).copied()
    }
}

/// How a file of a language is run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) ending: String,
    pub(super) program: Vec<String>,
    pub(super) dependencies: Option<Dependencies>,
    /// The image that it asks for, in place of the usual one of the language.
    pub(super) image: Option<String>,
}

impl Plan {
    pub(super) fn usual(facts: &Facts) -> Self {
        Self {
            ending: facts.ending.to_owned(),
            program: facts.program.iter().map(|word| (*word).to_owned()).collect(),
            dependencies: None,
            image: None,
        }
    }
}

/// Nothing of its own.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Nothing {}

impl Extra for Nothing {
    fn plan(&self, _cx: &RunContext, world: &World<'_>) -> Result<Plan, Failure> {
        Ok(Plan::usual(world.facts))
    }
}
