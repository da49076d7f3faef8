//! `kapelle plugins install` and `uninstall`: what is built in needs neither, and nothing else can be had.

use anyhow::bail;
use clap::Args;
use kapelle_core::catalogue::Catalogue;

use super::usable;

/// Accept what scripts install: plugins that are built in are there already
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Such as `io.kestra.plugin:plugin-script-python:LATEST`
    #[arg(value_name = "COORDINATES")]
    coordinates: Vec<String>,

    /// Accepted for scripts: nothing is downloaded
    #[arg(long, value_name = "URL")]
    repositories: Vec<String>,

    /// Accepted for scripts
    #[arg(long, hide = true)]
    locations: Vec<String>,

    /// Accepted for scripts: everything that there is, is built in
    #[arg(long, hide = true)]
    all: bool,
}

/// Accept what scripts uninstall: built-in plugins stay
#[derive(Debug, Args)]
pub(crate) struct Uninstall {
    #[arg(value_name = "COORDINATES", required = true)]
    coordinates: Vec<String>,
}

pub(super) fn install(arguments: &Install, catalogue: &'static Catalogue) -> anyhow::Result<String> {
    let built_in: Vec<&str> =
        usable(catalogue).into_iter().filter(|entry| entry.is_built_in()).map(|entry| entry.name).collect();
    let (there, missing): (Vec<&String>, Vec<&String>) =
        arguments.coordinates.iter().partition(|text| is_there(text, &built_in));
    if !missing.is_empty() {
        let names: Vec<&str> = missing.into_iter().map(String::as_str).collect();
        bail!(
            "{}: not built in, and this version cannot load plugins; `kapelle plugins list` shows what there is",
            names.join(", ")
        );
    }
    let line = |name: &String| format!("{name}: built in, nothing to install\n");
    Ok(there.into_iter().map(line).collect())
}

pub(super) fn uninstall(arguments: &Uninstall) -> String {
    let line = |name: &String| format!("{name}: nothing to uninstall\n");
    arguments.coordinates.iter().map(line).collect()
}

/// Whether all words of an artifact are parts of the name of a type that is built in: `plugin-script-python` are the
/// types below `io.kestra.plugin.scripts.python`.
fn is_there(coordinates: &str, built_in: &[&str]) -> bool {
    let artifact = coordinates.split(':').nth(1).unwrap_or(coordinates);
    let words: Vec<&str> = artifact.split('-').filter(|word| *word != "plugin").collect();
    let has = |name: &str, word: &str| {
        name.split('.').any(|part| part == word || part.strip_suffix('s') == Some(word))
    };
    !words.is_empty() && built_in.iter().any(|name| words.iter().all(|word| has(name, word)))
}

#[cfg(test)]
mod tests {
    use super::is_there;

    #[test]
    fn an_artifact_is_there_when_one_of_its_types_is() {
        let types = ["io.kestra.plugin.scripts.python.Script", "io.kestra.plugin.fs.http.Download"];
        for (coordinates, expected) in [
            ("io.kestra.plugin:plugin-script-python:LATEST", true),
            ("io.kestra.plugin:plugin-fs:0.21.0", true),
            ("plugin-script-python", true),
            ("io.kestra.plugin:plugin-script-ruby:LATEST", false),
            ("io.kestra.plugin:plugin:LATEST", false),
        ] {
            assert_eq!(is_there(coordinates, &types), expected, "{coordinates}");
        }
    }
}
