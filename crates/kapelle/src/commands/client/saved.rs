//! What `config` commands keep for all others: `~/.kestra/cli.yml`, which only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use kapelle_core::expression::plain;
use kapelle_model::Value;
use serde_json::Value as Json;

use crate::outcome::Stop;
use crate::terminal::setting;

const FILE: &str = ".kestra/cli.yml";

/// A server, and what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) server: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) tenant: Option<String>,
}

impl Saved {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let Value::Map(map) = plain::from_yaml(text)? else {
            return Err("it is no map of names and values".to_owned());
        };
        let text = |name: &str| match map.get(name) {
            Some(Value::Str(text)) => Some(text.expose().to_owned()),
            _ => None,
        };
        Ok(Self { server: text("server"), token: text("token"), tenant: text("tenant") })
    }

    pub(super) fn text(&self) -> String {
        let lines = [("server", &self.server), ("token", &self.token), ("tenant", &self.tenant)];
        let lines = lines.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        // JSON is YAML, and has no doubts.
        let line = |(name, value): (&str, &str)| format!("{name}: {}\n", Json::from(value));
        lines.map(line).collect()
    }
}

fn place() -> Option<PathBuf> {
    setting("HOME").map(|home| Path::new(&home).join(FILE))
}

/// What is kept; nothing where there is no file.
pub(crate) fn read() -> Result<Saved, Stop> {
    let Some(path) = place() else { return Ok(Saved::default()) };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Saved::default()),
        Err(error) => return Ok(Err(error).with_context(|| format!("cannot read {}", path.display()))?),
    };
    Saved::parse(&text).map_err(|reason| Stop::Failed(anyhow!("{}: {reason}", path.display())))
}

/// Keeps it, and says where.
pub(crate) fn write(saved: &Saved) -> Result<PathBuf, Stop> {
    let path = place().ok_or_else(|| {
        Stop::Usage("there is no home folder to keep this in: set HOME, or use the options".to_owned())
    })?;
    let shown = path.display().to_string();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    make_private(&path).with_context(|| format!("cannot write {shown}"))?;
    crate::replace::replace(&path, saved.text().as_bytes())?;
    Ok(path)
}

/// A file that others cannot read, before a token is in it.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    made.set_permissions(fs::Permissions::from_mode(0o600))
}
