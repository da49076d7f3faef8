//! Go programs of one file.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Go;

impl Language for Go {
    const FACTS: Facts = Facts {
        name: "Go",
        script_type: "io.kestra.plugin.scripts.go.Script",
        commands_type: "io.kestra.plugin.scripts.go.Commands",
        image: "golang",
        ending: ".go",
        program: &["go", "run"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
