//! Whether a server is the one that it says it is.

use std::path::PathBuf;

use kapelle_model::{Failure, Value};
use kapelle_plugin::{KeyToSet, RunContext};
use russh::keys::known_hosts::known_host_keys_path;
use russh::keys::{HashAlg, PublicKey};

/// Names a file in the form of `known_hosts`.
const FILE_SETTING: &str = "kapelle.ssh.known-hosts";

/// What holds for tasks that do not say.
const CHECKING_SETTING: &str = "kapelle.ssh.host-key-checking";

/// How a host key is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checking {
    /// Whoever answers is believed.
    No,
    /// Whoever answers first is believed and remembered.
    AcceptNew,
    /// Only who is known is believed.
    Yes,
}

/// What is to be done with a host key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accept,
    Remember,
    Unknown,
    Changed,
}

impl Checking {
    /// As a flow says; else as the installation does.
    pub(crate) fn read(cx: &RunContext, written: Option<&str>) -> Result<Self, Failure> {
        let setting = cx.host.setting(CHECKING_SETTING);
        let (word, place) = match (written, &setting) {
            (Some(word), _) => (word, "strictHostKeyChecking"),
            (None, Some(word)) => (word.as_str(), CHECKING_SETTING),
            (None, None) => return Ok(Self::No),
        };
        match word.trim().to_ascii_lowercase().as_str() {
            "no" | "off" | "false" => Ok(Self::No),
            "accept-new" => Ok(Self::AcceptNew),
            // Nobody is there who could be asked.
            "yes" | "ask" | "true" => Ok(Self::Yes),
            _ => Err(Failure::new(format!("`{word}` in `{place}` is none of yes, accept-new and no"))),
        }
    }

    fn judge(self, known: &[PublicKey], presented: &PublicKey) -> Verdict {
        let is_known = known.iter().any(|known| known.key_data() == presented.key_data());
        match self {
            Self::No => Verdict::Accept,
            _ if is_known => Verdict::Accept,
            Self::AcceptNew if known.is_empty() => Verdict::Remember,
            Self::Yes if known.is_empty() => Verdict::Unknown,
            Self::Yes | Self::AcceptNew => Verdict::Changed,
        }
    }
}

/// What is known of a server.
#[derive(Clone, Debug)]
pub(super) struct HostKeys {
    checking: Checking,
    host: String,
    port: u16,
    pub(super) known: Vec<PublicKey>,
}

impl HostKeys {
    /// Looks up what is known: in the file of the installation and these, and in the key-value store of the namespace.
    pub(super) fn look_up(
        cx: &RunContext,
        checking: Checking,
        host: &str,
        port: u16,
        files: &[PathBuf],
    ) -> Result<Self, Failure> {
        let mut known = Vec::new();
        if checking != Checking::No {
            let of_installation = cx.host.setting(FILE_SETTING).map(PathBuf::from);
            for file in of_installation.iter().chain(files) {
                let found = known_host_keys_path(host, port, file).map_err(|error| {
                    Failure::new(format!("`{}` cannot be read as known hosts: {error}", file.display()))
                })?;
                known.extend(found.into_iter().map(|(_, key)| key));
            }
            let kept = cx.host.keys().get(&cx.place.namespace, &key_name(host, port))?;
            if let Some(Value::Str(text)) = kept.filter(|kept| !kept.is_expired).map(|kept| kept.value) {
                let key = PublicKey::from_openssh(text.expose().trim());
                known.push(key.map_err(|_| {
                    let name = key_name(host, port);
                    Failure::new(format!(
                        "the value `{name}` of the namespace is no key of a server: delete it"
                    ))
                })?);
            }
        }
        Ok(Self { checking, host: host.to_owned(), port, known })
    }

    /// Whether the server may go on with this key.
    pub(super) fn check(&self, cx: &RunContext, presented: &PublicKey) -> Result<(), Failure> {
        let Self { host, port, .. } = self;
        let name = key_name(host, *port);
        let print = presented.fingerprint(HashAlg::Sha256);
        let written = presented.to_openssh().unwrap_or_default();
        match self.checking.judge(&self.known, presented) {
            Verdict::Accept => Ok(()),
            Verdict::Remember => {
                let key = KeyToSet {
                    key: name,
                    value: Value::from(written.as_str()),
                    description: Some(format!(
                        "The key of the server {host} on port {port}, as it was seen first"
                    )),
                    expires: None,
                    may_overwrite: true,
                };
                cx.host.keys().set(&cx.place.namespace, &key)
            }
            Verdict::Unknown => Err(Failure::new(format!(
                "the key of `{host}` is not known, so it may be anybody: {print}. If it is right, write it into the file of \
                 the setting `{FILE_SETTING}`, or set the value `{name}` of the namespace to `{written}`"
            ))),
            Verdict::Changed => Err(Failure::new(format!(
                "the key of `{host}` is not the one that is known: {print}. Somebody may stand in between. If the server \
                 was set up anew, delete the value `{name}` of the namespace and the old line of known hosts"
            ))),
        }
    }
}

/// The name under which the key of a server is kept.
fn key_name(host: &str, port: u16) -> String {
    format!("ssh-host-key.{}.{port}", host.replace(':', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1GeL4TnnKnV+xAwF6TTEF5PERrTlEqw2buHzHzAs1z";
    const TWO: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqkpEk/uLbcIN5ZPcukLZ8uor1mkiwIa+k1gzuFPjfu";

    #[test]
    fn who_is_believed_depends_on_how_strict_one_is() {
        let key = |text| PublicKey::from_openssh(text).unwrap();
        for (checking, known, verdict) in [
            (Checking::No, vec![TWO], Verdict::Accept),
            (Checking::AcceptNew, vec![], Verdict::Remember),
            (Checking::AcceptNew, vec![ONE], Verdict::Accept),
            (Checking::AcceptNew, vec![TWO], Verdict::Changed),
            (Checking::Yes, vec![], Verdict::Unknown),
            (Checking::Yes, vec![TWO, ONE], Verdict::Accept),
            (Checking::Yes, vec![TWO], Verdict::Changed),
        ] {
            let known: Vec<_> = known.into_iter().map(key).collect();
            assert_eq!(checking.judge(&known, &key(ONE)), verdict, "{checking:?} {known:?}");
        }
    }
}
