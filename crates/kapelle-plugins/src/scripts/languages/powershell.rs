//! PowerShell, which is its own interpreter.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct PowerShell;

impl Language for PowerShell {
    const FACTS: Facts = Facts {
        name: "PowerShell",
        script_type: "io.kestra.plugin.scripts.powershell.Script",
        commands_type: "io.kestra.plugin.scripts.powershell.Commands",
        image: "ghcr.io/kestra-io/powershell:latest",
        interpreter: &["pwsh", "-NoProfile", "-NonInteractive", "-Command"],
        fail_fast: "$ErrorActionPreference = \"Stop\"",
        ending: ".ps1",
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
