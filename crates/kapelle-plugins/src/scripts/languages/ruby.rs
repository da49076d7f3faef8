//! Ruby scripts.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Ruby;

impl Language for Ruby {
    const FACTS: Facts = Facts {
        name: "Ruby",
        script_type: "io.kestra.plugin.scripts.ruby.Script",
        commands_type: "io.kestra.plugin.scripts.ruby.Commands",
        image: "ruby",
        ending: ".rb",
        program: &["ruby"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
