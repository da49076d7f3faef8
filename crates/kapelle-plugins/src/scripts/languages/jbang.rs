//! Java, Kotlin and Groovy of one file, with `jbang`.

use kapelle_model::Failure;
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::scripts::language::{Extra, Facts, Language, Nothing, Plan, World};

pub(in crate::scripts) struct Jbang;

impl Language for Jbang {
    const FACTS: Facts = Facts {
        name: "JBang",
        script_type: "io.kestra.plugin.scripts.jbang.Script",
        commands_type: "io.kestra.plugin.scripts.jbang.Commands",
        image: "jbangdev/jbang-action",
        ending: ".java",
        program: &["jbang"],
        ..Facts::USUAL
    };
    type OfScript = JbangProperties;
    type OfCommands = Nothing;
}

/// What only scripts of `jbang` have.
#[derive(Deserialize, JsonSchema)]
pub(in crate::scripts) struct JbangProperties {
    /// How the file of the script ends, which tells the language; `.java` unless said otherwise.
    extension: Option<Expr<String>>,
    /// Whether `jbang` is silent about its own work; it is unless this says `false`.
    quiet: Option<Expr<bool>>,
}

impl Extra for JbangProperties {
    fn plan(&self, cx: &RunContext, world: &World<'_>) -> Result<Plan, Failure> {
        let mut plan = Plan::usual(world.facts);
        if let Some(extension) = cx.filled(self.extension.as_ref())? {
            plan.ending = extension;
        }
        if cx.filled(self.quiet.as_ref())?.unwrap_or(true) {
            plan.program.push("--quiet".to_owned());
        }
        Ok(plan)
    }
}
