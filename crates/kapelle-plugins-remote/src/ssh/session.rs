//! A session: connected, checked, logged in.

use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use kapelle_http::{Line, Proxy};
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, RunContext};
use russh::client::{AuthResult, Config, Handle, Handler, KeyboardInteractiveAuthResponse, connect_stream};
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{Channel, MethodKind, MethodSet, Sig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::host_key::{Checking, HostKeys};
use super::preferred::preferred;

/// How long it may take until somebody is logged in.
const LOGIN_MAX: Duration = Duration::from_mins(1);

/// After so long without a sign of the server it is asked for one, so often before it counts as gone.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVES_MAX: usize = 4;

/// Rounds of questions that a server may ask before it lets somebody in.
const ROUNDS_MAX: u32 = 5;

/// What somebody logs in with.
pub(crate) enum Identity {
    Password(Text),
    Key(Box<PrivateKey>),
}

/// How the server is reached.
pub(crate) enum Route {
    Direct,
    Proxy(Proxy),
    /// A program of this machine whose input and output are the connection.
    Program(String),
}

/// Where a session leads, and with whom.
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: Text,
    /// Tried in this order.
    pub(crate) identities: Vec<Identity>,
    pub(crate) checking: Checking,
    /// Files with known hosts, beside that of the installation.
    pub(crate) known_hosts: Vec<PathBuf>,
    pub(crate) has_rsa1: bool,
    /// The key exchanges that are offered, with commas between them; those that are usual where it is not said.
    pub(crate) exchange: Option<String>,
    pub(crate) route: Route,
}

/// A session. Dropped, it is over.
pub(crate) struct Session {
    handle: Handle<Checker>,
    /// The program that carries it, if one does.
    _carrier: Option<Child>,
}

/// Looks at the key of the server.
struct Checker {
    cx: RunContext,
    keys: HostKeys,
}

/// Why there is no session.
#[derive(Debug)]
enum Trouble {
    Protocol(russh::Error),
    Refused(Failure),
}

impl From<russh::Error> for Trouble {
    fn from(error: russh::Error) -> Self {
        Self::Protocol(error)
    }
}

impl Handler for Checker {
    type Error = Trouble;

    async fn check_server_key(&mut self, presented: &PublicKeyOrCertificate) -> Result<bool, Trouble> {
        self.keys.check(&self.cx, &presented.public_key()).map_err(Trouble::Refused)?;
        Ok(true)
    }
}

impl Session {
    /// Connects and logs in, unless the attempt has to end.
    pub(crate) async fn open(cx: &RunContext, target: Target) -> Result<Self, Broken> {
        let host = target.host.clone();
        let opening = timeout(LOGIN_MAX, opened(cx, target));
        let opened = cx.stop.run_until_cancelled(opening).await.ok_or_else(Broken::killed)?;
        opened.unwrap_or_else(|_| Err(Broken::new(format!("`{host}` let nobody in within {LOGIN_MAX:?}"))))
    }

    pub(crate) async fn channel(&self) -> Result<Channel<russh::client::Msg>, Broken> {
        let opened = self.handle.channel_open_session().await;
        opened.map_err(|error| Broken::new(format!("the server opens no channel: {}", words(&error))))
    }

    /// Tells the server that it is over; it may be gone already.
    pub(crate) async fn close(self) {
        let _gone = self.handle.disconnect(russh::Disconnect::ByApplication, "", "").await;
    }
}

async fn opened(cx: &RunContext, target: Target) -> Result<Session, Broken> {
    let Target { host, port, .. } = &target;
    let keys = HostKeys::look_up(cx, target.checking, host, *port, &target.known_hosts)?;
    let config = Config {
        preferred: preferred(&keys.known, target.has_rsa1, target.exchange.as_deref())?,
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: KEEPALIVES_MAX,
        ..Config::default()
    };
    let checker = Checker { cx: cx.clone(), keys };
    let (line, carrier) = match &target.route {
        Route::Direct => (Ok(line(cx, host, *port, None).await?), None),
        Route::Proxy(proxy) => (Ok(line(cx, host, *port, Some(proxy)).await?), None),
        Route::Program(command) => {
            let (stream, child) = program(command)?;
            (Err(stream), Some(child))
        }
    };
    let connected = match line {
        Ok(line) => connect_stream(Arc::new(config), line, checker).await,
        Err(stream) => connect_stream(Arc::new(config), stream, checker).await,
    };
    let mut handle = connected.map_err(|trouble| match trouble {
        Trouble::Refused(failure) => Broken::from(failure),
        Trouble::Protocol(error) => {
            Broken::new(format!("`{host}` on port {port} speaks no SSH with us: {}", words(&error)))
        }
    })?;
    log_in(&mut handle, &target).await?;
    Ok(Session { handle, _carrier: carrier })
}

async fn line(cx: &RunContext, host: &str, port: u16, proxy: Option<&Proxy>) -> Result<Line, Broken> {
    cx.host.http().line_through(host, port, proxy).await.map_err(|error| Broken::new(error.message))
}

/// Starts the program that carries the connection.
fn program(
    command: &str,
) -> Result<(impl AsyncRead + AsyncWrite + Unpin + Send + 'static + use<>, Child), Broken> {
    let mut program = Command::new("/bin/sh");
    program.arg("-c").arg(command).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let failed =
        |reason: String| Broken::new(format!("the program of `proxyCommand` does not start: {reason}"));
    let mut child = program.spawn().map_err(|error| failed(error.to_string()))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(failed("it has no input or output".to_owned()));
    };
    Ok((tokio::io::join(output, input), child))
}

async fn log_in(handle: &mut Handle<Checker>, target: &Target) -> Result<(), Broken> {
    let mut takes = MethodSet::empty();
    for identity in &target.identities {
        let answer = match identity {
            Identity::Key(key) => by_key(handle, target, key).await,
            Identity::Password(password) => by_password(handle, &target.user, password).await,
        };
        let answer = answer.map_err(|error| {
            Broken::new(format!("the login at `{}` broke off: {}", target.host, words(&error)))
        })?;
        match answer {
            AuthResult::Success => return Ok(()),
            AuthResult::Failure { remaining_methods, .. } => takes = remaining_methods,
        }
    }
    Err(Broken::new(refused(target, &takes)))
}

/// What to say of a login that nobody takes.
fn refused(target: &Target, takes: &MethodSet) -> String {
    let Target { host, user, identities, .. } = target;
    let tried: Vec<&str> = identities
        .iter()
        .map(|identity| match identity {
            Identity::Password(_) => "its password",
            Identity::Key(_) => "its key",
        })
        .collect();
    let takes: Vec<&str> = takes.iter().map(<&str>::from).collect();
    let advice = if takes.is_empty() { String::new() } else { format!("; it takes {}", takes.join(", ")) };
    format!("`{host}` does not let `{}` in with {}{advice}", user.masked(), tried.join(" and "))
}

async fn by_key(
    handle: &mut Handle<Checker>,
    target: &Target,
    key: &PrivateKey,
) -> Result<AuthResult, russh::Error> {
    // A server that does not say which signatures it takes is an old one, or takes the usual ones.
    let hash = if !key.algorithm().is_rsa() {
        None
    } else if let Some(Some(hash)) = handle.best_supported_rsa_hash().await? {
        Some(hash)
    } else {
        Some(HashAlg::Sha256).filter(|_| !target.has_rsa1)
    };
    let key = PrivateKeyWithHashAlg::new(Arc::new(key.clone()), hash);
    handle.authenticate_publickey(target.user.expose(), key).await
}

/// Says the password, or answers every question with it if that is how the server wants it.
async fn by_password(
    handle: &mut Handle<Checker>,
    user: &Text,
    password: &Text,
) -> Result<AuthResult, russh::Error> {
    let first = handle.authenticate_password(user.expose(), password.expose()).await?;
    let AuthResult::Failure { remaining_methods, .. } = &first else { return Ok(first) };
    if !remaining_methods.contains(&MethodKind::KeyboardInteractive) {
        return Ok(first);
    }
    let mut answer = handle.authenticate_keyboard_interactive_start(user.expose(), None::<String>).await?;
    for _ in 0..ROUNDS_MAX {
        answer = match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok(AuthResult::Success),
            KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success } => {
                return Ok(AuthResult::Failure { remaining_methods, partial_success });
            }
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let answers = prompts.iter().map(|_| password.expose().to_owned()).collect();
                handle.authenticate_keyboard_interactive_respond(answers).await?
            }
        };
    }
    Ok(first)
}

/// What went wrong, as the person hears it.
pub(crate) fn words(error: &russh::Error) -> String {
    match error {
        russh::Error::Disconnect | russh::Error::HUP | russh::Error::SendError | russh::Error::RecvError => {
            "the connection was closed".to_owned()
        }
        russh::Error::KeepaliveTimeout => "the server does not answer any more".to_owned(),
        russh::Error::NoCommonAlgo { kind, theirs, .. } => {
            format!("it offers only {} for {kind:?}, which is not known or too old", theirs.join(", "))
        }
        error => fmt::format(format_args!("{error}")),
    }
}

/// The signal that ends a program.
pub(super) const ENDING: Sig = Sig::TERM;
