//! What a language is: facts, and properties that only its tasks have.

use std::collections::BTreeMap;

use kapelle_model::{Failure, Text};
use kapelle_plugin::RunContext;
use kapelle_plugin::program::JsonLines;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::python::Dependencies;
use crate::runner::program;

/// A language, as data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// For people.
    pub(crate) name: &'static str,
    /// The full names of its two types.
    pub(crate) script_type: &'static str,
    pub(crate) commands_type: &'static str,
    /// The image in which containers run it.
    pub(crate) image: &'static str,
    /// The runner that it has where the flow names none, if it is not the one of all scripts.
    pub(crate) runner: Option<&'static str>,
    /// What gets the commands as its last argument.
    pub(crate) interpreter: &'static [&'static str],
    /// What makes the first failing command the last one.
    pub(crate) fail_fast: &'static str,
    /// How the file of a script ends. Without one, the script itself is the commands.
    pub(crate) ending: &'static str,
    /// The words before the name of that file.
    pub(crate) program: &'static [&'static str],
    /// More of the environment.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// What is put before the source of a script.
    pub(crate) prelude: fn(&Text) -> Text,
}

impl Facts {
    /// What most languages have in common.
    pub(crate) const USUAL: Self = Self {
        name: "",
        script_type: "",
        commands_type: "",
        image: "",
        runner: None,
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
pub(crate) struct World<'w> {
    pub(super) facts: &'w Facts,
    pub(super) environment: &'w BTreeMap<String, Text>,
    /// On this machine, or in a container, of which nothing is known before it runs.
    pub(crate) is_here: bool,
}

impl World<'_> {
    pub(super) fn path(&self) -> &str {
        self.environment.get("PATH").map_or("", |path| path.expose())
    }

    /// The first of these programs that is there. An image is taken to have what its language needs.
    pub(crate) fn first<'p>(&self, programs: &[&'p str]) -> Option<&'p str> {
        let is_there = |name: &&&str| {
            !self.is_here || program::find(name, self.path(), std::path::Path::new("/")).is_some()
        };
        programs.iter().find(is_there).copied()
    }
}

/// How a file of a language is run, and what a task brings along.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) ending: String,
    pub(crate) program: Vec<String>,
    pub(crate) dependencies: Option<Dependencies>,
    /// The image that it asks for, in place of the usual one of the language.
    pub(crate) image: Option<String>,
    /// More of the environment; what the flow writes wins.
    pub(crate) environment: BTreeMap<String, Text>,
    /// Files that are in the directory as long as the program runs.
    pub(crate) files: Vec<(String, Text)>,
    /// Commands that run before those of the flow.
    pub(crate) before: Vec<Text>,
    /// Commands in place of those of the flow.
    pub(crate) commands: Option<Vec<Text>>,
    /// Files that are kept beside those that the flow names: their names in `outputFiles`, with their paths.
    pub(crate) keeps: BTreeMap<String, String>,
    /// How lines that are JSON are taken apart.
    pub(crate) json: Option<JsonLines>,
}

impl Plan {
    pub(super) fn usual(facts: &Facts) -> Self {
        Self {
            ending: facts.ending.to_owned(),
            program: facts.program.iter().map(|word| (*word).to_owned()).collect(),
            ..Self::default()
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
