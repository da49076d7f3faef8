//! Lua scripts.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Lua;

impl Language for Lua {
    const FACTS: Facts = Facts {
        name: "Lua",
        script_type: "io.kestra.plugin.scripts.lua.Script",
        commands_type: "io.kestra.plugin.scripts.lua.Commands",
        image: "nickblah/lua",
        ending: ".lua",
        program: &["lua"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
