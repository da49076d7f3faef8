//! Who one is to Google: what the flow says, or else what the server knows, in the order of Google's own tools.

mod exchange;
mod identity;
mod machine;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, RunContext};
use sha2::{Digest, Sha256};

use crate::environment::variable;
use identity::Identity;

/// Tokens that are good for less than this are not begun with.
const REST_MIN: SignedDuration = SignedDuration::from_secs(60);

/// Tokens that are kept at once: more accounts than an installation has.
const HELD_MAX: usize = 1_000;

/// Bytes of a file with credentials.
const FILE_MAX: u64 = 64 << 10;

/// A token, and when it ends.
#[derive(Clone)]
struct Token {
    text: Text,
    ends: Timestamp,
}

/// Tokens that are good, by what they were given for: tasks and looks of triggers that follow each other use them again.
static HELD: LazyLock<Mutex<BTreeMap<[u8; 32], Token>>> = LazyLock::new(Mutex::default);

/// Gives tokens that are good, as long as they are asked for.
pub(crate) struct Provider {
    identity: Identity,
    scopes: Vec<String>,
    impersonated: Option<Text>,
    key: [u8; 32],
}

impl Provider {
    fn new(identity: Identity, source: &str, scopes: Vec<String>, impersonated: Option<Text>) -> Self {
        let name = impersonated.as_ref().map(|name| name.expose().trim().to_owned());
        let digest = Sha256::digest(format!("{source}\0{}\0{name:?}", scopes.join(" ")));
        Self { identity, scopes, impersonated, key: digest.into() }
    }

    /// Without any token.
    pub(crate) fn nobody() -> Self {
        Self::new(Identity::Nobody, "", Vec::new(), None)
    }

    /// Of what a flow gives.
    pub(crate) fn of_flow(key: &Text, scopes: Vec<String>, as_who: Option<Text>) -> Result<Self, Failure> {
        Ok(Self::new(Identity::read(key)?, key.expose(), scopes, as_who))
    }

    /// Of what the server knows: a file that is named, the file of `gcloud`, the machine.
    pub(crate) fn of_server(
        cx: &RunContext,
        scopes: Vec<String>,
        as_who: Option<Text>,
    ) -> Result<Self, Failure> {
        let Some(path) = file_of(cx) else {
            let place = machine::place(&*cx.host);
            return Ok(Self::new(Identity::Machine, &place, scopes, as_who));
        };
        let content = content_of(&path)?;
        let identity = Identity::read(&content).map_err(|failure| {
            Failure::new(format!("the credentials in `{}` cannot be used: {failure}", path.display()))
        })?;
        Ok(Self::new(identity, content.expose(), scopes, as_who))
    }

    /// A token that is good for a while; nothing where none is needed.
    pub(crate) async fn token(&self, cx: &RunContext) -> Result<Option<Text>, Broken> {
        if matches!(self.identity, Identity::Nobody) {
            return Ok(None);
        }
        let now = cx.services.now()?;
        if let Some(token) = held(|all| all.get(&self.key).cloned()).filter(|token| token.is_good_at(now)) {
            return Ok(Some(token.text));
        }
        let token = match &self.impersonated {
            None => self.identity.token(cx, &self.scopes).await?,
            Some(name) => {
                let name = name.expose().trim();
                let address = exchange::impersonation_address(&*cx.host, name);
                exchange::impersonated(cx, &self.identity, &address, &self.scopes).await?
            }
        };
        let text = token.text.clone();
        held(|all| {
            all.retain(|_, token| token.is_good_at(now));
            if all.len() < HELD_MAX {
                all.insert(self.key, token);
            }
        });
        Ok(Some(text))
    }

    /// Lets the next request get a new token.
    pub(crate) fn forget(&self) {
        held(|all| all.remove(&self.key));
    }

    /// The project that the credentials name.
    pub(crate) fn project(&self) -> Option<String> {
        self.identity.project()
    }

    /// The project that pays for requests, where the credentials name one.
    pub(crate) fn quota_project(&self) -> Option<&str> {
        self.identity.quota_project()
    }

    /// The project of the machine, where it is who one is.
    pub(crate) async fn project_of_machine(&self, cx: &RunContext) -> Result<Option<String>, Broken> {
        match self.identity {
            Identity::Machine => machine::project(cx).await.map(Some),
            _ => Ok(None),
        }
    }
}

impl Token {
    fn is_good_at(&self, moment: Timestamp) -> bool {
        self.ends.duration_since(moment) > REST_MIN
    }
}

fn held<T>(work: impl FnOnce(&mut BTreeMap<[u8; 32], Token>) -> T) -> T {
    work(&mut HELD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The file with the credentials of the server, if there is one.
fn file_of(cx: &RunContext) -> Option<PathBuf> {
    let host = &*cx.host;
    if let Some(named) = variable(host, "GOOGLE_APPLICATION_CREDENTIALS") {
        return Some(named.into());
    }
    let folder = variable(host, "CLOUDSDK_CONFIG").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(variable(host, "HOME")?).join(".config/gcloud")))?;
    Some(folder.join("application_default_credentials.json")).filter(|path| path.is_file())
}

fn content_of(path: &Path) -> Result<Text, Failure> {
    let shown = path.display();
    let failed = |reason: String| {
        Failure::new(format!("the file `{shown}` with credentials of Google cannot be read: {reason}"))
    };
    let size = fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > FILE_MAX {
        return Err(failed(format!("it has more than {FILE_MAX} bytes")));
    }
    let content = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    Ok(Text::from(content).into_secret())
}

#[cfg(test)]
mod tests;
