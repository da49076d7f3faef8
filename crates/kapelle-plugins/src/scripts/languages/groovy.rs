//! Groovy scripts.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Groovy;

impl Language for Groovy {
    const FACTS: Facts = Facts {
        name: "Groovy",
        script_type: "io.kestra.plugin.scripts.groovy.Script",
        commands_type: "io.kestra.plugin.scripts.groovy.Commands",
        image: "groovy",
        ending: ".groovy",
        program: &["groovy"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
