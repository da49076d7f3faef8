//! `io.kestra.plugin.fs.ssh.Command`: runs commands on another machine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kapelle_model::{Failure, Map, Text};
use kapelle_plugin::program::Listener;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task, Word, outputs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config::{HostConfig, command};
use super::exec::{Ended, run};
use super::host_key::Checking;
use super::key::private_key;
use super::session::{Identity, Route, Session, Target};
use crate::login::{Login, port};

/// Whether tasks may use OpenSSH's configuration on this machine, its keys, and programs that carry connections.
const SETTING: &str = "kapelle.ssh.allow-open-ssh-config";

/// Where OpenSSH has its configuration for clients.
const CONFIG: &str = "~/.ssh/config";

/// Keys that OpenSSH tries where its configuration names none.
const KEYS: [&str; 3] = [".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_rsa"];

/// Names of outputs that variables do not replace.
const OFFICIAL: [&str; 4] = ["vars", "exitCode", "stdOutLineCount", "stdErrLineCount"];

/// # Run commands on another machine
///
/// Runs commands over SSH, all in one shell. Lines `::{"outputs": …}::` of their output become `vars`; their other output
/// goes into the log. A kill ends the commands with the signal TERM and, if they go on, with KILL.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "properties have the names that flows know")]
pub(crate) struct Command {
    #[serde(flatten)]
    login: Login,
    /// The private key, in the form of OpenSSH or in PEM, for `authMethod: PUBLIC_KEY`.
    private_key: Option<Expr<Text>>,
    /// The passphrase of the private key.
    private_key_passphrase: Option<Expr<Text>>,
    /// An older name of `openSSHConfigPath`.
    #[serde(rename = "openSSHConfigDir")]
    open_ssh_config_dir: Option<Expr<String>>,
    /// The configuration of OpenSSH on this machine, for `authMethod: OPEN_SSH`; `~/.ssh/config` where it is not said.
    #[serde(rename = "openSSHConfigPath")]
    open_ssh_config_path: Option<Expr<String>>,
    /// A program of this machine whose input and output are the connection; `%h`, `%p` and `%r` are host, port and user.
    proxy_command: Option<Expr<String>>,
    /// How to log in: with `password`, with `privateKey`, or as OpenSSH's configuration on this machine says.
    auth_method: Option<Expr<AuthMethod>>,
    /// The port; 22 where it is not said.
    port: Option<Expr<String>>,
    /// The commands.
    commands: Expr<Vec<Text>>,
    /// Whether the key of the server has to be known: `yes`, `accept-new` (one that was never seen is remembered in the
    /// namespace) or `no`, which is usual.
    strict_host_key_checking: Option<Expr<String>>,
    /// Variables for the commands. A server takes those that its `AcceptEnv` names.
    env: Option<Expr<BTreeMap<String, Text>>>,
    /// Accepted, and without effect.
    #[expect(dead_code, reason = "the schema knows it")]
    warning_on_std_err: Option<Expr<bool>>,
}

/// How somebody logs in.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AuthMethod {
    Password,
    PublicKey,
    OpenSsh,
}

impl Word for AuthMethod {}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// What the commands gave by lines `::{"outputs": …}::`.
    vars: Any,
    /// 0 if all went well.
    exit_code: Option<u32>,
    /// How many lines there were, and each variable under its own name too.
    #[serde(flatten)]
    beside: BTreeMap<String, Any>,
}

impl Task for Command {
    const TYPE: &'static str = "io.kestra.plugin.fs.ssh.Command";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let commands = joined(&cx.render(&self.commands)?);
        if commands.expose().trim().is_empty() {
            return Err(Broken::new("there are no `commands`"));
        }
        let environment = cx.filled(self.env.as_ref())?.unwrap_or_default();
        let session = Session::open(cx, self.target(cx)?).await?;
        cx.host.begin().await;
        cx.go_on()?;
        let mut listener = Listener::new(cx);
        let ended = run(cx, &session, &commands, &environment, &mut listener).await;
        let (vars, lines) = (listener.vars, [listener.out_lines, listener.error_lines]);
        session.close().await;
        let (code, broken) = match ended? {
            Ended::Code(0) => (Some(0), None),
            Ended::Code(code) => {
                (Some(code), Some(Broken::new(format!("Command failed with exit code {code}"))))
            }
            Ended::Signal(name) => {
                (None, Some(Broken::new(format!("Command was ended by the signal {name}"))))
            }
            Ended::Killed => (None, Some(Broken::killed())),
        };
        let output = output(vars, code, lines);
        match broken {
            None => Ok(output),
            Some(broken) => Err(broken.with_outputs(outputs(&output).map_err(Failure::new)?)),
        }
    }
}

fn output(vars: Map, exit_code: Option<u32>, [out, error]: [u64; 2]) -> Output {
    let count = |count: u64| Any(kapelle_model::Value::Int(i64::try_from(count).unwrap_or(i64::MAX)));
    let own = vars.iter().filter(|(name, _)| !OFFICIAL.contains(&&***name));
    let mut beside: BTreeMap<String, Any> =
        own.map(|(name, value)| (name.to_string(), Any(value.clone()))).collect();
    beside.insert("stdOutLineCount".to_owned(), count(out));
    beside.insert("stdErrLineCount".to_owned(), count(error));
    Output { vars: vars.into(), exit_code, beside }
}

/// Commands with newlines between them. What is secret in them stays marked.
fn joined(commands: &[Text]) -> Text {
    let newline = Text::from("\n");
    commands.iter().enumerate().fold(Text::default(), |all, (place, command)| {
        let all = if place > 0 { Text::concat(&all, &newline) } else { all };
        Text::concat(&all, command)
    })
}

impl Command {
    fn target(&self, cx: &RunContext) -> Result<Target, Failure> {
        let host = self.login.host(cx)?;
        let method = cx.filled(self.auth_method.as_ref())?.unwrap_or(AuthMethod::Password);
        let password = cx.filled(self.login.password.as_ref())?;
        let is_open = cx.host.setting(SETTING).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        let proxy_command = cx.filled(self.proxy_command.as_ref())?;
        if !is_open && (method == AuthMethod::OpenSsh || proxy_command.is_some()) {
            let what = if method == AuthMethod::OpenSsh { "authMethod: OPEN_SSH" } else { "proxyCommand" };
            return Err(Failure::new(format!(
                "`{what}` uses files and programs of this machine, which is not open to flows: an administrator can set \
                 `{SETTING}` to `true`"
            )));
        }
        let config =
            if method == AuthMethod::OpenSsh { self.config(cx, &host)? } else { HostConfig::default() };
        let passphrase = cx.filled(self.private_key_passphrase.as_ref())?;
        let identities = match method {
            AuthMethod::Password => {
                vec![Identity::Password(password.ok_or_else(|| needs("PASSWORD", "password"))?)]
            }
            AuthMethod::PublicKey => {
                let key =
                    cx.filled(self.private_key.as_ref())?.ok_or_else(|| needs("PUBLIC_KEY", "privateKey"))?;
                vec![Identity::Key(Box::new(private_key(&key, passphrase.as_ref(), "privateKey")?))]
            }
            AuthMethod::OpenSsh => {
                let mut identities = keys_of_files(&config.keys, passphrase.as_ref())?;
                identities.extend(password.map(Identity::Password));
                if identities.is_empty() {
                    return Err(Failure::new(format!(
                        "the configuration of OpenSSH names no key for `{host}`"
                    )));
                }
                identities
            }
        };
        let user =
            cx.filled(self.login.username.as_ref())?.or_else(|| config.user.as_deref().map(Text::from));
        let user = user.ok_or_else(|| Failure::new("there is no `username` to log in as"))?;
        let port = port(cx, self.port.as_ref(), config.port.unwrap_or(22))?;
        let strict = cx.filled(self.strict_host_key_checking.as_ref())?.or(config.checking);
        let host = config.host.unwrap_or(host);
        let route = match proxy_command.or(config.proxy_command).filter(|command| command != "none") {
            Some(written) => Route::Program(command(&written, &host, port, user.expose())),
            None => Route::Direct,
        };
        Ok(Target {
            port,
            identities,
            checking: Checking::read(cx, strict.as_deref())?,
            known_hosts: config.known_hosts,
            has_rsa1: cx.filled(self.login.enable_ssh_rsa1.as_ref())?.unwrap_or(false),
            exchange: None,
            route,
            host,
            user,
        })
    }

    /// What OpenSSH's configuration says of the host.
    fn config(&self, cx: &RunContext, host: &str) -> Result<HostConfig, Failure> {
        let written = cx.filled(self.open_ssh_config_path.as_ref())?;
        let written =
            written.or(cx.filled(self.open_ssh_config_dir.as_ref())?).unwrap_or_else(|| CONFIG.to_owned());
        let home = std::env::home_dir().unwrap_or_default();
        let path = match written.strip_prefix("~/") {
            Some(rest) => home.join(rest),
            None => PathBuf::from(&written),
        };
        let path = if path.is_dir() { path.join("config") } else { path };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::new(format!("the configuration `{}` cannot be read: {error}", path.display()))
        })?;
        let mut config = HostConfig::read(&text, host, &home);
        if config.keys.is_empty() {
            config.keys = KEYS.iter().map(|key| home.join(key)).filter(|key| key.exists()).collect();
        }
        Ok(config)
    }
}

fn needs(method: &str, property: &str) -> Failure {
    Failure::new(format!("`authMethod: {method}` needs `{property}`"))
}

fn keys_of_files(files: &[PathBuf], passphrase: Option<&Text>) -> Result<Vec<Identity>, Failure> {
    let read = |file: &PathBuf| {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("the key `{}` cannot be read: {error}", file.display())))?;
        let key = private_key(&Text::from(text).into_secret(), passphrase, &file.display().to_string())?;
        Ok(Identity::Key(Box::new(key)))
    };
    files.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_commands_stay_marked() {
        let secret = Text::concat(&Text::from("login "), &Text::from("pw").into_secret());
        assert_eq!(joined(&[Text::from("cd /"), secret]).masked(), "cd /\nlogin ******");
    }
}
