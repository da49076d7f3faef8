//! R scripts.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct R;

impl Language for R {
    const FACTS: Facts = Facts {
        name: "R",
        script_type: "io.kestra.plugin.scripts.r.Script",
        commands_type: "io.kestra.plugin.scripts.r.Commands",
        image: "r-base",
        ending: ".R",
        program: &["Rscript"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
