//! PHP scripts.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Php;

impl Language for Php {
    const FACTS: Facts = Facts {
        name: "PHP",
        script_type: "io.kestra.plugin.scripts.php.Script",
        commands_type: "io.kestra.plugin.scripts.php.Commands",
        image: "php",
        ending: ".php",
        program: &["php"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
