//! The configuration of an installation: Kestra's files and variables, read as Kestra reads them.
//!
//! Later sources win: the defaults of the [table](keys), the files of `MICRONAUT_CONFIG_FILES`, those that were named (or
//! `~/.kestra/config.yml`), the text in `KESTRA_CONFIGURATION`, single variables. [`layers`] lays them over each other,
//! [`settings`] says what comes of them. Everything that is wrong is found at once, and says where it stands.

mod backing;
pub(crate) mod doors;
mod envs;
mod finding;
pub(crate) mod keys;
mod layers;
pub(crate) mod name;
mod placeholder;
mod plugins;
pub(crate) mod settings;
mod summary;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Once;

use anyhow::Context;
use kapelle_core::diagnostic::Severity;
use kapelle_core::limits::SOURCE_BYTES_MAX;
use kapelle_core::source::Source;
use kapelle_core::yaml;

use self::finding::Finding;
use self::layers::Layers;
use self::settings::Settings;
use crate::outcome::Stop;
use crate::report::printable;
use crate::terminal::{note, variables};

/// A whole configuration as the value of a variable.
const TEXT_VARIABLE: &str = "KESTRA_CONFIGURATION";

/// Files that come before all others, with commas between them.
const FILES_VARIABLE: &str = "MICRONAUT_CONFIG_FILES";

/// Where a server looks when no file is named, below the home of its user.
const HOME_FILE: &str = ".kestra/config.yml";

/// What was read, and what is wrong with it.
pub(crate) struct Configuration {
    pub(crate) settings: Settings,
    pub(crate) findings: Vec<Finding>,
    /// Why no server can start with it; other commands do not mind.
    pub(crate) refusal: Option<Finding>,
}

/// Whether the file in the home of the user counts when no other is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    Counts,
    IsLeftAlone,
}

impl Configuration {
    /// Reads files and environment.
    pub(crate) fn load(files: &[PathBuf], home: Home) -> anyhow::Result<Self> {
        let variables: BTreeMap<String, String> = variables().collect();
        let places = places(files, home, &variables);
        let texts = places.iter().map(|path| text(path)).collect::<anyhow::Result<_>>()?;
        Ok(Self::read(texts, &variables))
    }

    /// Reads texts, the later over the earlier ones, and the environment over all of them.
    fn read(texts: Vec<Source>, variables: &BTreeMap<String, String>) -> Self {
        let mut layers = Layers::default();
        for text in texts {
            layers.add_text(text);
        }
        if let Some(text) = variables.get(TEXT_VARIABLE) {
            layers.add_text(Source::new(TEXT_VARIABLE, text.as_str()));
        }
        layers.add_variables(variables);
        layers.expand(variables);
        let refusal = backing::refusal(&layers);
        let settings = settings::read(&mut layers, variables);
        layers.tell_idle();
        Self { settings, findings: layers.findings, refusal }
    }

    /// Lines of name and value that say what a server would do.
    pub(crate) fn summary(&self) -> Vec<(&'static str, String)> {
        summary::lines(&self.settings)
    }
}

/// What a server takes of files and environment. What it cannot keep things in stops it too.
pub(crate) fn for_server(files: &[PathBuf], home: Home) -> Result<Settings, Stop> {
    let Configuration { settings, mut findings, refusal } = Configuration::load(files, home)?;
    findings.extend(refusal);
    accept(settings, &findings, Severity::Info)
}

/// What a command without a server takes of files and environment. Warnings are told, errors stop it.
pub(crate) fn for_command(files: &[PathBuf]) -> Result<Settings, Stop> {
    let Configuration { settings, findings, .. } = Configuration::load(files, Home::IsLeftAlone)?;
    accept(settings, &findings, Severity::Warning)
}

/// Tells what is at least so bad, and stops at errors.
fn accept(settings: Settings, findings: &[Finding], least: Severity) -> Result<Settings, Stop> {
    for found in findings.iter().filter(|found| found.severity <= least) {
        let lines: Vec<String> = found.to_string().lines().map(printable).collect();
        note(&lines.join("\n"));
    }
    if findings.iter().any(Finding::is_error) {
        return Err(Stop::Usage("the configuration has mistakes; nothing was done".to_owned()));
    }
    add_own_types(&settings);
    Ok(settings)
}

/// Adds the types of the installation, for commands that take nothing else of its configuration. What is wrong with that
/// is a matter of others.
pub(crate) fn with_own_types() {
    if let Ok(configuration) = Configuration::load(&[], Home::IsLeftAlone) {
        add_own_types(&configuration.settings);
    }
}

/// Adds the types that definitions of the installation describe. Definitions with mistakes are told, and left out.
fn add_own_types(settings: &Settings) {
    static ONCE: Once = Once::new();
    let Some(folder) = &settings.flows.definitions else { return };
    ONCE.call_once(|| {
        for problem in kapelle_plugins::add_definitions(folder) {
            note(&format!("warning: {}", printable(&problem)));
        }
    });
}

/// The files that count, in their order.
fn places(files: &[PathBuf], home: Home, variables: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let set = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    let names = set(FILES_VARIABLE).map_or("", String::as_str).split(',').map(str::trim);
    let mut places: Vec<PathBuf> = names.filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    places.extend_from_slice(files);
    if files.is_empty() && home == Home::Counts {
        let own = set("HOME").map(|home| Path::new(home).join(HOME_FILE));
        places.extend(own.filter(|own| own.is_file()));
    }
    places
}

fn text(path: &Path) -> anyhow::Result<Source> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the configuration {name}"))?;
    if bytes.len() > SOURCE_BYTES_MAX {
        anyhow::bail!("the configuration {name} has more than {SOURCE_BYTES_MAX} bytes");
    }
    let text = yaml::decode(&bytes).map_err(|found| anyhow::anyhow!("{name}: {}", found.message))?;
    Ok(Source::new(name, text))
}

#[cfg(test)]
mod tests;
