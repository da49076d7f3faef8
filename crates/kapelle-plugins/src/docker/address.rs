//! Where an engine listens.

use std::path::{Path, PathBuf};

use kapelle_model::Failure;
use rustix::fs::{Access, access};

/// The setting that names the engine for tasks that name none.
pub const HOST: &str = "kapelle.docker.host";

/// The setting that lets engines at `tcp://` speak TLS.
pub const TLS_VERIFY: &str = "kapelle.docker.tls-verify";

/// Where engines listen if nobody says otherwise: Docker, then Podman.
const SOCKETS: [&str; 2] = ["/var/run/docker.sock", "/run/podman/podman.sock"];

/// The port of an engine that names none, and of one that speaks TLS.
const PORT: u16 = 2375;
const PORT_SECURE: u16 = 2376;

/// Where an engine listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Socket(PathBuf),
    Tcp { host: String, port: u16, is_secure: bool },
}

impl Address {
    /// The engine that a flow names, else the one of the installation, else the first that is on this machine.
    pub(super) fn chosen(
        written: Option<String>,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let Some(named) = written.or_else(|| setting(HOST)) else { return Ok(Self::usual()) };
        let is_secure = setting(TLS_VERIFY).as_deref() == Some("true");
        Self::read(named.trim(), is_secure).map_err(Failure::new)
    }

    fn usual() -> Self {
        let found = SOCKETS.iter().find(|socket| Path::new(socket).exists());
        Self::Socket(PathBuf::from(found.unwrap_or(&SOCKETS[0])))
    }

    /// Whether this machine has an engine that may be used. One that is named elsewhere is taken at its word.
    pub(crate) fn is_there(&self) -> bool {
        match self {
            Self::Socket(path) => access(path, Access::READ_OK | Access::WRITE_OK).is_ok(),
            Self::Tcp { .. } => true,
        }
    }

    /// Reads an address. `is_secure` is what the installation says of engines that leave it open.
    fn read(text: &str, is_secure: bool) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("unix", text));
        let is_secure = match scheme {
            "unix" if rest.starts_with('/') => return Ok(Self::Socket(PathBuf::from(rest))),
            "tcp" => is_secure,
            "http" => false,
            "https" => true,
            _ => return Err(wrong(text)),
        };
        Self::tcp(rest.trim_end_matches('/'), is_secure).ok_or_else(|| wrong(text))
    }

    pub(super) fn is_secure(&self) -> bool {
        matches!(self, Self::Tcp { is_secure: true, .. })
    }

    /// As Docker's own programs are told: whether it speaks TLS is told apart.
    pub(super) fn for_programs(&self) -> String {
        match self {
            Self::Socket(path) => format!("unix://{}", path.display()),
            Self::Tcp { .. } => self.to_string().replacen("https://", "tcp://", 1),
        }
    }

    fn tcp(rest: &str, is_secure: bool) -> Option<Self> {
        let end = rest.rfind(']').map_or(0, |end| end + 1);
        let (host, port) = match rest[end..].rfind(':') {
            Some(colon) => (&rest[..end + colon], rest[end + colon + 1..].parse().ok()?),
            None => (rest, if is_secure { PORT_SECURE } else { PORT }),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (!host.is_empty() && !host.contains('/')).then(|| Self::Tcp {
            host: host.to_owned(),
            port,
            is_secure,
        })
    }
}

fn wrong(text: &str) -> String {
    format!(
        "`{text}` is no address of a Docker engine: write `unix:///var/run/docker.sock`, `tcp://HOST:2375`, or \
         `https://HOST:2376` for one that speaks TLS"
    )
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Tcp { host, port, is_secure } => {
                let scheme = if *is_secure { "https" } else { "tcp" };
                let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
                write!(f, "{scheme}://{open}{host}{close}:{port}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sockets_or_ports() {
        let tcp = |host: &str, port, is_secure| Ok(Address::Tcp { host: host.to_owned(), port, is_secure });
        for (text, plain, secure) in [
            (
                "unix:///run/x.sock",
                Ok(Address::Socket("/run/x.sock".into())),
                Ok(Address::Socket("/run/x.sock".into())),
            ),
            (
                "/run/x.sock",
                Ok(Address::Socket("/run/x.sock".into())),
                Ok(Address::Socket("/run/x.sock".into())),
            ),
            ("tcp://dind:2376", tcp("dind", 2376, false), tcp("dind", 2376, true)),
            ("tcp://dind", tcp("dind", 2375, false), tcp("dind", 2376, true)),
            ("http://10.0.0.1:80/", tcp("10.0.0.1", 80, false), tcp("10.0.0.1", 80, false)),
            ("https://dind", tcp("dind", 2376, true), tcp("dind", 2376, true)),
            ("tcp://[::1]:99", tcp("::1", 99, false), tcp("::1", 99, true)),
        ] {
            assert_eq!((Address::read(text, false), Address::read(text, true)), (plain, secure), "{text}");
        }
        for text in ["", "tcp://", "tcp://:1", "tcp://a:b", "npipe:////./pipe/docker", "unix://x", "ssh://a"]
        {
            assert_eq!(Address::read(text, true), Err(wrong(text)), "{text}");
        }
        let secure = Address::read("https://[::1]", false).unwrap();
        assert_eq!(
            (&*secure.to_string(), &*secure.for_programs()),
            ("https://[::1]:2376", "tcp://[::1]:2376")
        );
    }

    #[test]
    fn what_a_flow_writes_goes_before_what_the_installation_says() {
        let setting = |name: &str| match name {
            HOST => Some("tcp://installed".to_owned()),
            TLS_VERIFY => Some("true".to_owned()),
            _ => None,
        };
        let chosen =
            |written: Option<&str>| Address::chosen(written.map(str::to_owned), setting).unwrap().to_string();
        assert_eq!(
            (&*chosen(None), &*chosen(Some("http://own"))),
            ("https://installed:2376", "tcp://own:2375")
        );
    }

    #[test]
    fn a_socket_that_is_away_is_not_there() {
        assert!(!Address::Socket("/nowhere/docker.sock".into()).is_there());
    }
}
