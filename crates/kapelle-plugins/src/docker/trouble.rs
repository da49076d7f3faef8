//! What an engine refuses, in words for whoever has to mend it.

use std::io::{Error, ErrorKind};

use kapelle_http::HttpError;
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

    /// An engine elsewhere that cannot be reached, or whose certificate is not believed.
    pub(super) fn no_line(address: &Address, error: &HttpError) -> Self {
        let words = error.to_string();
        let advice = if words.contains("UnknownIssuer") || words.contains("not valid for name") {
            ": put the certificate of its authority as `ca.pem` into the folder that `kapelle.docker.cert-path` or \
             `DOCKER_CERT_PATH` names, and name the engine as its own certificate does"
        } else if ["InvalidContentType", "corrupt message", "handshake eof"]
            .iter()
            .any(|sign| words.contains(sign))
        {
            ": it does not seem to speak TLS there, so write `http://` or `tcp://` without `kapelle.docker.tls-verify` and \
             `DOCKER_TLS_VERIFY`"
        } else {
            ": see whether the engine runs, and whether `host` is right"
        };
        Self::Away(format!("Docker cannot be reached at {address}: {words}{advice}"))
    }

    /// The engine said no.
    pub(super) fn refused(status: u16, message: String) -> Self {
        if message.contains("HTTP request to an HTTPS server") {
            return Self::Away(
                "the engine speaks TLS only: write `https://` in `host`, or set `kapelle.docker.tls-verify: true` (or \
                 `DOCKER_TLS_VERIFY=1`)"
                    .to_owned(),
            );
        }
        Self::Refused { status, message }
    }

    pub(super) fn broken_off(error: &dyn std::error::Error) -> Self {
        let mut words = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            words = format!("{words}: {error}");
            source = error.source();
        }
        let advice = if words.contains("CertificateRequired") || words.contains("BadCertificate") {
            ": it wants to know who comes, so put `cert.pem` and `key.pem` into the folder that \
             `kapelle.docker.cert-path` or `DOCKER_CERT_PATH` names"
        } else {
            ""
        };
        Self::Away(format!("the connection to Docker broke off: {words}{advice}"))
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
        let tcp = Address::Tcp { host: "h".to_owned(), port: 1, is_secure: false };
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
