//! Perl scripts.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Perl;

impl Language for Perl {
    const FACTS: Facts = Facts {
        name: "Perl",
        script_type: "io.kestra.plugin.scripts.perl.Script",
        commands_type: "io.kestra.plugin.scripts.perl.Commands",
        image: "perl",
        ending: ".pl",
        program: &["perl"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
