//! Commands of a shell; a script is the commands themselves.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Shell;

impl Language for Shell {
    const FACTS: Facts = Facts {
        name: "Shell",
        script_type: "io.kestra.plugin.scripts.shell.Script",
        commands_type: "io.kestra.plugin.scripts.shell.Commands",
        image: "ubuntu",
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
