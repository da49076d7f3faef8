//! TypeScript and JavaScript with Deno.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Deno;

impl Language for Deno {
    const FACTS: Facts = Facts {
        name: "Deno",
        script_type: "io.kestra.plugin.scripts.deno.Script",
        commands_type: "io.kestra.plugin.scripts.deno.Commands",
        image: "denoland/deno",
        ending: ".ts",
        program: &["deno", "run"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
