//! A task at work with one repository elsewhere: where `git` may go, who one is there, and nothing else around it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::files::{ALLOWED_PATHS, allowed_folders};
use kapelle_plugin::{Broken, RunContext};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::explain::{Asked, explain, with_words, without};
use crate::login::Login;
use crate::moved::moved;
use crate::place::{PREFIX, Place};
use crate::program::{Call, Ended, Input, run, text_of};
use crate::properties::Access;
use crate::remote::{Remote, Scheme};

/// Bytes of a file with certificates.
const TRUSTED_MAX: u64 = 1 << 20;

pub(crate) struct Session {
    pub(crate) remote: Remote,
    pub(crate) place: Place,
    pub(crate) access: Access,
    login: Login,
    /// What leads to the repository.
    way: Way,
    /// The file with certificates of one's own.
    trusted: Option<String>,
}

/// What leads `git` to one server, to an address that was checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    settings: Vec<(String, String)>,
    environment: Vec<(String, String)>,
}

impl Session {
    /// Gets ready to work with a repository: it may be gone to, and somebody answers there.
    pub(crate) async fn open(cx: &RunContext, access: Access, url: &Text) -> Result<Self, Broken> {
        let remote = Remote::read(url)?;
        let place = Place::new(cx)?;
        place.write("configuration", b"[safe]\n\tdirectory = *\n", 0o600)?;
        place.write("ignored", format!("{PREFIX}*\n").as_bytes(), 0o600)?;
        let trusted = access.trusted.as_deref().map(|path| trusted(cx, &place, path)).transpose()?;
        let login = Login::new(&access, &remote, &place)?;
        let mut session = Self { remote, place, access, login, way: Way::default(), trusted };
        session.way = session.way(cx, &session.remote).await?;
        if session.remote.scheme.is_http() {
            let moved = tokio::select! {
                moved = moved(cx, &session.remote, session.wait()) => moved,
                () = cx.stopped() => return Err(Broken::killed()),
            };
            if let Some(remote) = moved {
                cx.log(
                    Level::Info,
                    format!("the server says that the repository is at `{}`", remote.shown()),
                );
                session.remote = remote;
                session.way = session.way(cx, &session.remote).await?;
            }
        }
        Ok(session)
    }

    /// How long a server may take to answer at all.
    fn wait(&self) -> Duration {
        Duration::from_millis(self.access.connect_millis.max(1))
    }

    /// The way to a server, if a task may go there.
    pub(crate) async fn way(&self, cx: &RunContext, remote: &Remote) -> Result<Way, Broken> {
        if remote.scheme == Scheme::File {
            check_folder(cx, &remote.path)?;
            return Ok(Way::default());
        }
        let address = tokio::select! {
            address = self.reached(cx, remote) => address?,
            () = cx.stopped() => return Err(Broken::killed()),
        };
        Ok(match remote.scheme {
            Scheme::Ssh => {
                let is_meant = (&remote.host, remote.port()) == (&self.remote.host, self.remote.port());
                let environment =
                    self.login.ssh(remote, address, (is_meant, &self.access), self.place.path())?;
                Way { environment, ..Way::default() }
            }
            Scheme::Git => {
                let name = format!("url.git://{address}/.insteadOf");
                Way { settings: vec![(name, format!("{}/", remote.origin()))], ..Way::default() }
            }
            _ => {
                let ip =
                    if address.is_ipv6() { format!("[{}]", address.ip()) } else { address.ip().to_string() };
                let pinned = format!("{}:{}:{ip}", remote.host, remote.port());
                let settings = if remote.host.contains(':') {
                    Vec::new()
                } else {
                    vec![("http.curloptResolve".to_owned(), pinned)]
                };
                Way { settings, ..Way::default() }
            }
        })
    }

    /// The first address of a host that a task may go to and that answers.
    async fn reached(&self, cx: &RunContext, remote: &Remote) -> Result<SocketAddr, Broken> {
        let wait = self.wait();
        let failed = |reason: String| {
            if remote.is_secret() {
                Broken::new("there is no connection to the repository")
            } else {
                Broken::new(reason)
            }
        };
        let place = format!("`{}` on port {}", remote.host, remote.port());
        let client = cx.host.http();
        let addresses = timeout(wait, client.addresses(&remote.host, remote.port())).await;
        let addresses = addresses
            .map_err(|_| {
                failed(format!("the name `{}` is not looked up in time: see `connectTimeout`", remote.host))
            })?
            .map_err(|error| failed(error.to_string()))?;
        let mut reason = format!("there is no address of {place}");
        for address in addresses {
            match timeout(wait, TcpStream::connect(address)).await {
                Ok(Ok(_)) => return Ok(address),
                Ok(Err(error)) => reason = format!("there is no connection to {place}: {error}"),
                Err(_) => {
                    let millis = wait.as_millis();
                    reason = format!("{place} does not answer within {millis} ms: see `connectTimeout`");
                }
            }
        }
        Err(failed(reason))
    }

    /// Everything that `git` is told by its environment.
    fn environment(&self, way: &Way, more: &[(&str, &str)]) -> Result<Vec<(String, String)>, Broken> {
        let place = |name: &str| text_of(&self.place.join(name));
        let mut environment: Vec<(String, String)> = [
            ("HOME", text_of(self.place.path())?),
            ("XDG_CONFIG_HOME", text_of(self.place.path())?),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("GIT_CONFIG_GLOBAL", place("configuration")?),
            ("GIT_ATTR_NOSYSTEM", "1".to_owned()),
            ("GIT_TERMINAL_PROMPT", "0".to_owned()),
            ("GIT_ALLOW_PROTOCOL", "https:http:ssh:git:file".to_owned()),
            ("GIT_OPTIONAL_LOCKS", "0".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        environment.extend(self.login.environment());
        environment.extend(way.environment.iter().cloned());
        environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let settings = self.settings(way, &place("ignored")?);
        environment.push(("GIT_CONFIG_COUNT".to_owned(), settings.len().to_string()));
        for (number, (name, value)) in settings.into_iter().enumerate() {
            environment.push((format!("GIT_CONFIG_KEY_{number}"), name));
            environment.push((format!("GIT_CONFIG_VALUE_{number}"), value));
        }
        Ok(environment)
    }

    /// What a flow says first, so that ours holds.
    fn settings(&self, way: &Way, ignored: &str) -> Vec<(String, String)> {
        let written = self.access.settings.iter();
        let mut settings: Vec<_> =
            written.map(|(name, value)| (name.clone(), value.expose().to_owned())).collect();
        let slow = self.access.read_millis.div_ceil(1000).max(1).to_string();
        let ours = [
            ("core.hooksPath", "/dev/null"),
            ("core.fsmonitor", "false"),
            ("core.askPass", ""),
            ("core.excludesFile", ignored),
            ("gc.auto", "0"),
            ("maintenance.auto", "false"),
            ("commit.gpgSign", "false"),
            ("push.gpgSign", "false"),
            ("push.recurseSubmodules", "no"),
            ("fetch.recurseSubmodules", "no"),
            ("submodule.recurse", "false"),
            // Where that leads to was not checked; what may be followed was followed before.
            ("http.followRedirects", "false"),
            ("http.lowSpeedLimit", "1"),
            ("http.lowSpeedTime", &slow),
        ];
        settings.extend(ours.map(|(name, value)| (name.to_owned(), value.to_owned())));
        settings.extend(self.trusted.clone().map(|file| ("http.sslCAInfo".to_owned(), file)));
        settings.extend(self.login.settings(&self.remote));
        settings.extend(way.settings.iter().cloned());
        settings
    }

    /// Runs `git`, whatever comes of it.
    pub(crate) async fn run(&self, cx: &RunContext, order: Order<'_>) -> Result<Ended, Broken> {
        let environment = self.environment(order.way.unwrap_or(&self.way), order.more)?;
        let call = Call {
            directory: order.directory,
            environment: &environment,
            arguments: order.arguments,
            input: order.input,
            output: order.output,
        };
        let mut ended = run(cx, &call).await?;
        ended.words = without(&self.secrets(), &ended.words);
        if ended.words.contains("Permanently added") {
            let host = &self.remote.host;
            cx.log(
                Level::Warn,
                format!(
                    "`{host}` is not in `/etc/ssh/ssh_known_hosts` of this machine, so its host key was taken as it came"
                ),
            );
        }
        Ok(ended)
    }

    fn secrets(&self) -> Vec<String> {
        let mut secrets = self.login.secrets();
        let marked = self.access.settings.iter().filter(|(_, value)| value.has_secret());
        secrets.extend(marked.map(|(_, value)| value.expose().to_owned()));
        let named = self.access.username.iter().filter(|name| name.has_secret());
        secrets.extend(named.map(|name| name.expose().to_owned()));
        if self.remote.is_secret() {
            secrets.push(self.remote.address());
            secrets.push(self.remote.path.clone());
            secrets.push(self.remote.host.clone());
        }
        secrets
    }

    /// Does something with the repository elsewhere; what it gives.
    pub(crate) async fn ask(&self, cx: &RunContext, order: Order<'_>) -> Result<Vec<u8>, Broken> {
        let ended = self.run(cx, order).await?;
        if ended.is_success { Ok(ended.output) } else { Err(Broken::new(self.explained(&ended.words))) }
    }

    /// Does something with what is here; what it gives.
    pub(crate) async fn work(&self, cx: &RunContext, order: Order<'_>) -> Result<Vec<u8>, Broken> {
        let what = order.arguments.first().copied().unwrap_or_default();
        let ended = self.run(cx, order).await?;
        if ended.is_success {
            return Ok(ended.output);
        }
        Err(Broken::new(with_words(&format!("`git {what}` failed"), &ended.words)))
    }

    /// Why something with the repository elsewhere failed.
    pub(crate) fn explained(&self, words: &str) -> String {
        let has_login = self.login.password.is_some() || self.login.username.is_some();
        explain(words, &self.remote, Asked { has_login, has_key: self.login.has_key() })
    }
}

/// One run of `git`.
#[derive(Clone, Copy)]
pub(crate) struct Order<'o> {
    pub(crate) directory: &'o Path,
    pub(crate) arguments: &'o [&'o str],
    pub(crate) input: Input<'o>,
    pub(crate) output: Option<&'o Path>,
    /// Variables of the environment for just this.
    pub(crate) more: &'o [(&'o str, &'o str)],
    /// Where it goes, if not to the repository of the task.
    pub(crate) way: Option<&'o Way>,
}

impl<'o> Order<'o> {
    pub(crate) const fn new(directory: &'o Path, arguments: &'o [&'o str]) -> Self {
        Self { directory, arguments, input: Input::Nothing, output: None, more: &[], way: None }
    }
}

/// A folder of this machine, if it is open to flows.
fn check_folder(cx: &RunContext, path: &str) -> Result<(), Failure> {
    let folders = allowed_folders(&*cx.host)?;
    let refused = || {
        Failure::new(format!(
            "the repository `{path}` is not open to flows: it is not below a folder of the setting `{ALLOWED_PATHS}`"
        ))
    };
    if path.contains('%') || path.split('/').any(|part| part == "..") {
        return Err(refused());
    }
    let is_below = |real: &Path| {
        folders.iter().any(|folder| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder)))
    };
    match PathBuf::from(path).canonicalize() {
        Ok(real) if is_below(&real) => Ok(()),
        Err(_) if folders.iter().any(|folder| Path::new(path).starts_with(folder)) => {
            Err(Failure::new(format!("there is no repository at `file://{path}`")))
        }
        _ => Err(refused()),
    }
}

/// Copies certificates into the private folder, so that what was looked at is what is used.
fn trusted(cx: &RunContext, place: &Place, path: &str) -> Result<String, Broken> {
    use std::io::Read;
    let told = |reason: &str| {
        Broken::new(format!("the file `{path}` in `trustedCaPemPath` cannot be used: {reason}"))
    };
    let file = cx.host.directory()?.join(path.strip_prefix("file://").unwrap_or(path));
    let mut content = String::new();
    let is_file = std::fs::metadata(&file).is_ok_and(|data| data.is_file());
    if !is_file {
        return Err(told("there is no such file on this machine"));
    }
    let opened = std::fs::File::open(&file).map_err(|error| told(&error.to_string()))?;
    let read = opened.take(TRUSTED_MAX).read_to_string(&mut content);
    if read.is_err() || !content.contains("-----BEGIN CERTIFICATE-----") {
        return Err(told("it holds no certificate in PEM"));
    }
    text_of(&place.write("trusted.pem", content.as_bytes(), 0o600)?)
}
