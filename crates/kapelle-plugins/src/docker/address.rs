//! Where an engine listens.

use std::path::{Path, PathBuf};

use kapelle_model::Failure;
use rustix::fs::{Access, access};

/// The setting that names the engine for tasks that name none.
pub const HOST: &str = "kapelle.docker.host";

/// Where engines listen if nobody says otherwise: Docker, then Podman.
const SOCKETS: [&str; 2] = ["/var/run/docker.sock", "/run/podman/podman.sock"];

/// The port of an engine that names none.
const PORT: u16 = 2375;

/// Where an engine listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Socket(PathBuf),
    Tcp { host: String, port: u16 },
}

impl Address {
    /// The engine that is named, or the first that is on this machine.
    pub(super) fn chosen(named: Option<&str>) -> Result<Self, Failure> {
        named.map_or_else(|| Ok(Self::usual()), |text| Self::read(text.trim()).map_err(Failure::new))
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

    fn read(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("unix", text));
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Socket(PathBuf::from(rest))),
            "tcp" | "http" => Self::tcp(rest.trim_end_matches('/')).ok_or_else(|| wrong(text)),
            "https" => Err(format!(
                "the engine `{text}` asks for TLS, which this version does not speak to engines: reach it by \
                 `unix://` or `tcp://`, for instance through `ssh -L`"
            )),
            _ => Err(wrong(text)),
        }
    }

    fn tcp(rest: &str) -> Option<Self> {
        let end = rest.rfind(']').map_or(0, |end| end + 1);
        let (host, port) = match rest[end..].rfind(':') {
            Some(colon) => (&rest[..end + colon], rest[end + colon + 1..].parse().ok()?),
            None => (rest, PORT),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (!host.is_empty() && !host.contains('/')).then(|| Self::Tcp { host: host.to_owned(), port })
    }
}

fn wrong(text: &str) -> String {
    format!(
        "`{text}` is no address of a Docker engine: write `unix:///var/run/docker.sock` or `tcp://HOST:2375`"
    )
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sockets_or_ports() {
        let tcp = |host: &str, port| Ok(Address::Tcp { host: host.to_owned(), port });
        for (text, expected) in [
            ("unix:///run/x.sock", Ok(Address::Socket("/run/x.sock".into()))),
            ("/run/x.sock", Ok(Address::Socket("/run/x.sock".into()))),
            ("tcp://dind:2376", tcp("dind", 2376)),
            ("tcp://dind", tcp("dind", 2375)),
            ("http://10.0.0.1:80/", tcp("10.0.0.1", 80)),
            ("tcp://[::1]:99", tcp("::1", 99)),
        ] {
            assert_eq!(Address::read(text), expected, "{text}");
        }
        for text in ["", "tcp://", "tcp://:1", "tcp://a:b", "npipe:////./pipe/docker", "unix://x"] {
            assert_eq!(Address::read(text), Err(wrong(text)), "{text}");
        }
        assert!(Address::read("https://a:2376").unwrap_err().contains("TLS"));
    }

    #[test]
    fn a_socket_that_is_away_is_not_there() {
        assert!(!Address::Socket("/nowhere/docker.sock".into()).is_there());
    }
}
