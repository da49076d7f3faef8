//! C# scripts with `dotnet-script`.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Dotnet;

impl Language for Dotnet {
    const FACTS: Facts = Facts {
        name: ".NET",
        script_type: "io.kestra.plugin.scripts.dotnet.Script",
        commands_type: "io.kestra.plugin.scripts.dotnet.Commands",
        image: "mcr.microsoft.com/dotnet/sdk:10.0",
        ending: ".csx",
        program: &["dotnet-script"],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
