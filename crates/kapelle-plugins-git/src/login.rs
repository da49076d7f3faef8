//! How `git` gets to know who one is: by its environment alone, and each server only what is meant for it.

use std::net::SocketAddr;
use std::path::Path;

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use crate::place::Place;
use crate::program::text_of;
use crate::properties::Access;
use crate::remote::Remote;

/// Where the host keys are that an administrator vouches for.
const KNOWN_HOSTS: &str = "/etc/ssh/ssh_known_hosts";

/// Says user and password to `git` when it asks for them.
const HELPER: &str = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"$KAPELLE_GIT_USERNAME\" \
                      \"$KAPELLE_GIT_PASSWORD\"; }; f";

/// Says passphrase and password to `ssh` when it asks for them. What it says is in its environment only.
const ASKED: &[u8] = b"#!/bin/sh\n\
    case \"$1\" in\n\
    *assphrase*) printf '%s\\n' \"$KAPELLE_GIT_PASSPHRASE\" ;;\n\
    *) printf '%s\\n' \"$KAPELLE_GIT_PASSWORD\" ;;\n\
    esac\n";

/// The name that goes with a token that has none.
const USERNAME: &str = "git";

/// Who one is to a server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Login {
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) passphrase: Option<String>,
    /// The file with the private key.
    key: Option<String>,
    /// The program that answers what `ssh` asks.
    answers: Option<String>,
}

impl Login {
    /// What a flow says, and what its address says beside that. A key goes into a file of the private folder.
    pub(crate) fn new(access: &Access, remote: &Remote, place: &Place) -> Result<Self, Broken> {
        let exposed = |text: Option<&kapelle_model::Text>| text.map(|text| text.expose().to_owned());
        let password = exposed(access.password.as_ref().or(remote.password.as_ref()));
        let username = exposed(access.username.as_ref().or(remote.user.as_ref()));
        let passphrase = exposed(access.passphrase.as_ref());
        for (name, value) in [("username", &username), ("password", &password), ("passphrase", &passphrase)] {
            if value.as_ref().is_some_and(|value| value.contains(['\n', '\r', '\0'])) {
                return Err(Broken::new(format!(
                    "the property {name} has more than one line: a blank at the end of a secret is often the reason"
                )));
            }
        }
        let mut login = Self { username, password, passphrase, key: None, answers: None };
        if let Some(key) = &access.private_key {
            login.key = Some(text_of(&place.write("key", normalised(key.expose())?.as_bytes(), 0o600)?)?);
        }
        if login.passphrase.is_some() || login.password.is_some() {
            login.answers = Some(text_of(&place.write("asked", ASKED, 0o700)?)?);
        }
        Ok(login)
    }

    pub(crate) const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// What must not be shown, whatever the program says.
    pub(crate) fn secrets(&self) -> Vec<String> {
        [&self.password, &self.passphrase].into_iter().flatten().cloned().collect()
    }

    /// Variables of the environment in which helpers find what they say.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let username = self.username.clone().or_else(|| self.password.as_ref().map(|_| USERNAME.to_owned()));
        let known = [
            ("KAPELLE_GIT_USERNAME", username),
            ("KAPELLE_GIT_PASSWORD", self.password.clone()),
            ("KAPELLE_GIT_PASSPHRASE", self.passphrase.clone()),
        ];
        known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// Settings by which servers of HTTP learn who one is: only the one that is meant, whatever it leads to.
    pub(crate) fn settings(&self, remote: &Remote) -> Vec<(String, String)> {
        // An empty one forgets those that are configured elsewhere.
        let mut settings = vec![("credential.helper".to_owned(), String::new())];
        if remote.scheme.is_http() && (self.username.is_some() || self.password.is_some()) {
            settings.push((format!("credential.{}.helper", remote.origin()), HELPER.to_owned()));
        }
        settings
    }

    /// The command for a server of SSH at this address. It gets the key only if it is the one that is meant.
    pub(crate) fn ssh(
        &self,
        remote: &Remote,
        address: SocketAddr,
        (is_meant, access): (bool, &Access),
        place: &Path,
    ) -> Result<Vec<(String, String)>, Broken> {
        let port = remote.port();
        let alias = if port == 22 { remote.host.clone() } else { format!("[{}]:{port}", remote.host) };
        let seconds = |millis: u64| millis.div_ceil(1000).max(1);
        let hosts = text_of(&place.join("known_hosts"))?;
        let key = self.key.as_deref().filter(|_| is_meant);
        let has_password = self.password.is_some() && is_meant;
        let mut options = vec![
            format!("HostName={}", address.ip()),
            format!("HostKeyAlias={alias}"),
            "CheckHostIP=no".to_owned(),
            "StrictHostKeyChecking=accept-new".to_owned(),
            format!("UserKnownHostsFile={hosts}"),
            format!("GlobalKnownHostsFile={KNOWN_HOSTS}"),
            "IdentitiesOnly=yes".to_owned(),
            format!("IdentityFile={}", key.unwrap_or("none")),
            "IdentityAgent=none".to_owned(),
            format!("PasswordAuthentication={}", if has_password { "yes" } else { "no" }),
            "KbdInteractiveAuthentication=no".to_owned(),
            "NumberOfPasswordPrompts=1".to_owned(),
            format!("ConnectTimeout={}", seconds(access.connect_millis)),
            format!("ServerAliveInterval={}", seconds(access.read_millis).div_ceil(3)),
            "ServerAliveCountMax=3".to_owned(),
            "ClearAllForwardings=yes".to_owned(),
            "ForwardAgent=no".to_owned(),
            "ControlMaster=no".to_owned(),
            "ControlPath=none".to_owned(),
        ];
        let own = remote.user.as_ref().map(|user| user.expose().to_owned());
        let user = own.or_else(|| self.username.clone().filter(|_| is_meant));
        options.extend(user.map(|user| format!("User={user}")));
        let options: Vec<String> = options.iter().map(|option| format!("-o {}", quoted(option))).collect();
        let answers = self.answers.clone().filter(|_| is_meant).unwrap_or_else(|| "/bin/false".to_owned());
        Ok([
            ("GIT_SSH_COMMAND", format!("ssh -F none {}", options.join(" "))),
            ("GIT_SSH_VARIANT", "ssh".to_owned()),
            ("SSH_ASKPASS", answers),
            ("SSH_ASKPASS_REQUIRE", "force".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec())
    }
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A private key as `ssh` wants it: lines that end, and no blanks around them.
fn normalised(key: &str) -> Result<String, Failure> {
    let lines: Vec<&str> = key.trim().lines().map(str::trim).collect();
    let is_key =
        lines.first().is_some_and(|line| line.starts_with("-----BEGIN ") && line.contains("PRIVATE KEY"));
    if !is_key || lines.len() < 3 {
        return Err(Failure::new(
            "the property privateKey holds no private key: it begins with `-----BEGIN … PRIVATE KEY-----` and has several \
             lines; in YAML write it as a block with `|`",
        ));
    }
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gets_the_form_that_ssh_wants() {
        let key = normalised(
            "  -----BEGIN OPENSSH PRIVATE KEY-----\r\n  abc\r\n-----END OPENSSH PRIVATE KEY-----  ",
        );
        assert_eq!(
            key.unwrap(),
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"
        );
        for wrong in ["", "canary", "-----BEGIN OPENSSH PRIVATE KEY----- canary -----END"] {
            let told = normalised(wrong).unwrap_err().to_string();
            assert!(told.contains("privateKey") && !told.contains("canary"), "{told}");
        }
    }

    #[test]
    fn a_shell_gets_words_as_they_are() {
        assert_eq!(quoted("a'b $(id)"), "'a'\\''b $(id)'");
    }
}
