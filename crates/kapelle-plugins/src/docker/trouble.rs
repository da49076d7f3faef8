//! What an engine refuses, in words for whoever has to mend it.

use std::io::{Error, ErrorKind};

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use super::address::Address;

/// Why an engine did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It answered no.
    Refused { status: u16, message: String },
    /// It cannot be asked, or its answer cannot be read.
    Away(String),
}

impl Trouble {
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// What was asked for is so already, or about to be.
    pub(super) fn is_so_already(&self) -> bool {
        matches!(self, Self::Refused { status: 304 | 404 | 409, .. })
    }

    /// What the engine said.
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Refused { message, .. } | Self::Away(message) => message,
        }
    }

    /// An engine that cannot be reached.
    pub(super) fn unreached(address: &Address, error: &Error) -> Self {
        let advice = match (error.kind(), address) {
            (ErrorKind::NotFound, _) => {
                "there is no engine: install and start Docker or Podman (`systemctl start docker`), name another one by \
                 `host`, `DOCKER_HOST` or the setting `kapelle.docker.host`, or let the task run on this machine by \
                 `taskRunner: {type: io.kestra.plugin.core.runner.Process}`"
            }
            (ErrorKind::PermissionDenied, _) => {
                "the account of Kapelle may not use it: add it to the group `docker` (`usermod -aG docker NAME`), and \
                 start Kapelle again"
            }
            (ErrorKind::ConnectionRefused, Address::Socket(_)) => {
                "nobody listens there: start Docker (`systemctl start docker`)"
            }
            _ => "see whether the engine runs, and whether `host` is right",
        };
        Self::Away(format!("Docker cannot be reached at {address} ({error}): {advice}"))
    }

    pub(super) fn broken_off(error: &impl std::fmt::Display) -> Self {
        Self::Away(format!("the connection to Docker broke off: {error}"))
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused { status, message } => {
                Self::new(format!("Docker refused with status {status}: {message}"))
            }
            Trouble::Away(message) => Self::new(message),
        }
    }
}

impl From<Trouble> for Broken {
    fn from(trouble: Trouble) -> Self {
        Failure::from(trouble).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_be_reached_is_told_with_what_to_do() {
        let socket = Address::Socket("/s".into());
        let tcp = Address::Tcp { host: "h".to_owned(), port: 1 };
        for (address, kind, advice) in [
            (&socket, ErrorKind::NotFound, "install and start Docker"),
            (&socket, ErrorKind::PermissionDenied, "usermod -aG docker"),
            (&socket, ErrorKind::ConnectionRefused, "systemctl start docker"),
            (&tcp, ErrorKind::ConnectionRefused, "whether `host` is right"),
        ] {
            let words = Trouble::unreached(address, &kind.into()).message().to_owned();
            assert!(words.starts_with(&format!("Docker cannot be reached at {address}")), "{words}");
            assert!(words.contains(advice), "{words}");
        }
    }
}
