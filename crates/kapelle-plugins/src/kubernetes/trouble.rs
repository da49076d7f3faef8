//! What a cluster refuses, in words for whoever has to mend it.

use kapelle_model::Failure;
use kapelle_plugin::Broken;
use serde::Deserialize;

/// Why a cluster did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It answered no.
    Refused { status: u16, message: String },
    /// It cannot be asked, or its answer cannot be read.
    Away(String),
}

/// How clusters say no.
#[derive(Default, Deserialize)]
pub(super) struct No {
    #[serde(default)]
    pub(super) message: String,
}

impl Trouble {
    /// What was answered with this status and content.
    pub(super) fn refused(status: u16, content: &[u8]) -> Self {
        let message = match serde_json::from_slice::<No>(content) {
            Ok(no) if !no.message.is_empty() => no.message,
            _ => String::from_utf8_lossy(content).trim().chars().take(500).collect(),
        };
        Self::Refused { status, message }
    }

    pub(super) fn broken_off(error: &impl std::fmt::Display) -> Self {
        Self::Away(format!("the connection to Kubernetes broke off: {error}"))
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { status: 403, .. })
    }

    pub(super) fn is_there_already(&self) -> bool {
        matches!(self, Self::Refused { status: 409, .. })
    }

    /// Asked again in a moment, it may say yes.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Away(_) => true,
        }
    }

    /// What the cluster said, and what can be done about it.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Away(message) => message.clone(),
            Self::Refused { status, message } => {
                let advice = advice(*status);
                format!("Kubernetes refused with status {status}: {message}{advice}")
            }
        }
    }
}

fn advice(status: u16) -> &'static str {
    match status {
        401 => {
            ": it does not know who comes, so look at the credentials of `connection`, or at those of the installation \
             (`kapelle.kubernetes.kubeconfig`)"
        }
        403 => {
            ": the account has to be given this right by a Role (pods, pods/log and pods/exec are what a runner needs), or \
             a quota or policy of the namespace has to allow it"
        }
        _ => "",
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::new(trouble.words())
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
    fn a_refusal_says_what_the_cluster_said_and_what_to_do() {
        let words = |status, content: &str| Trouble::refused(status, content.as_bytes()).words();
        assert_eq!(
            words(404, r#"{"kind":"Status","message":"pods \"a\" not found","code":404}"#),
            "Kubernetes refused with status 404: pods \"a\" not found"
        );
        assert!(words(403, r#"{"message":"pods is forbidden"}"#).contains("pods/exec"));
        assert!(words(401, "Unauthorized").contains("Unauthorized: it does not know who comes"));
        assert!(Trouble::refused(503, b"").may_pass() && !Trouble::refused(422, b"").may_pass());
    }
}
