//! TypeScript and JavaScript with Bun.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Bun;

impl Language for Bun {
    const FACTS: Facts = Facts {
        name: "Bun",
        script_type: "io.kestra.plugin.scripts.bun.Script",
        commands_type: "io.kestra.plugin.scripts.bun.Commands",
        image: "oven/bun",
        ending: ".ts",
        program: &["bun", "run"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
