//! Julia scripts.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Julia;

impl Language for Julia {
    const FACTS: Facts = Facts {
        name: "Julia",
        script_type: "io.kestra.plugin.scripts.julia.Script",
        commands_type: "io.kestra.plugin.scripts.julia.Commands",
        image: "julia",
        ending: ".jl",
        program: &["julia"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
