//! What went wrong, and what to do about it.

use kapelle_http::{HttpError, Kind};
use kapelle_plugin::Broken;
use serde_json::Value;

/// Characters of what a service says that are shown.
const SHOWN_MAX: usize = 1_000;

/// Why there is no good answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is none at all.
    Http(HttpError),
    /// The service refuses.
    Said(Box<Said>),
    /// The request could not be made, or the attempt has to end.
    Broken(Broken),
}

/// What a service says of a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: u16,
    /// Google's word for it, such as `notFound`.
    pub(crate) reason: String,
    pub(crate) message: String,
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl Trouble {
    /// Whether another try may go well.
    pub(crate) fn may_pass(&self, is_repeatable: bool) -> bool {
        match self {
            Self::Http(error) => is_repeatable && matches!(error.kind, Kind::Connection | Kind::Timeout),
            Self::Said(said) => {
                said.status == 429
                    || said.is_throttling()
                    || (is_repeatable && (said.status == 408 || said.status >= 500))
            }
            Self::Broken(_) => false,
        }
    }

    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Said(said) => said.status,
            _ => 0,
        }
    }

    /// The failure of a task; `what` says what could not be done, `help` what may help for this status.
    pub(crate) fn told_with(self, what: &str, help: impl Fn(u16) -> Option<String>) -> Broken {
        match self {
            Self::Broken(broken) => broken,
            Self::Http(error) => Broken::new(format!("{what}: {}", error.message)),
            Self::Said(said) => {
                let help = help(said.status).or_else(|| said.usual_help());
                Broken::new(said.told(what, help))
            }
        }
    }

    pub(crate) fn told(self, what: &str) -> Broken {
        self.told_with(what, |_| None)
    }
}

impl Said {
    /// From an answer as services of Google write it, or from its status alone.
    pub(crate) fn read(status: u16, content: &[u8]) -> Self {
        let text = String::from_utf8_lossy(content);
        let plain = Self { status, message: text.trim().to_owned(), ..Self::default() };
        let Ok(told) = serde_json::from_str::<Value>(text.trim()) else { return plain };
        let text_at = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        match told.get("error") {
            // An error of OAuth.
            Some(Value::String(reason)) => Self {
                status,
                reason: reason.clone(),
                message: text_at(&told, "error_description").unwrap_or_default(),
            },
            Some(error) => {
                let first = error.get("errors").and_then(|all| all.get(0));
                let reason = first.and_then(|first| text_at(first, "reason"));
                Self {
                    status,
                    reason: reason.or_else(|| text_at(error, "status")).unwrap_or_default(),
                    message: text_at(error, "message").unwrap_or_default(),
                }
            }
            None => plain,
        }
    }

    /// There were too many requests: this one was not looked at.
    fn is_throttling(&self) -> bool {
        matches!(self.reason.as_str(), "rateLimitExceeded" | "userRateLimitExceeded")
    }

    fn told(&self, what: &str, help: Option<String>) -> String {
        let Self { status, reason, message } = self;
        let message: String = message.chars().take(SHOWN_MAX).collect();
        let message = message.trim().trim_end_matches('.');
        let name = if reason.is_empty() { status.to_string() } else { format!("{reason} ({status})") };
        let said = if message.is_empty() { String::new() } else { format!(": {message}") };
        let help = help.map(|help| format!(". {help}")).unwrap_or_default();
        format!("{what}: {name}{said}{help}")
    }

    /// What to do about it, wherever it happened.
    fn usual_help(&self) -> Option<String> {
        let help = match (self.status, self.reason.as_str()) {
            (_, "invalid_grant") => {
                "Google does not take the credentials any more: was the key deleted or the account disabled, or is the clock of \
                 this server wrong?"
            }
            (_, "userProjectMissing") => "Who asks pays for this bucket, which tasks cannot do yet",
            (401, _) => {
                "Google does not take the token: look at `serviceAccount`, or at the credentials of the server"
            }
            (429, _) | (_, "rateLimitExceeded" | "userRateLimitExceeded") => {
                "The service has too much to do, and it was tried several times: let the task wait longer with `retry`"
            }
            (500.., _) => {
                "Google has trouble of its own, and it was tried several times: try later, or use `retry`"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_read_in_all_their_forms() {
        for (status, content, reason, message) in [
            (
                404,
                r#"{"error":{"code":404,"message":"No.","errors":[{"reason":"notFound"}]}}"#,
                "notFound",
                "No.",
            ),
            (
                403,
                r#"{"error":{"code":403,"message":"No.","status":"PERMISSION_DENIED"}}"#,
                "PERMISSION_DENIED",
                "No.",
            ),
            (400, r#"{"error":"invalid_grant","error_description":"Bad."}"#, "invalid_grant", "Bad."),
            (404, "Not Found", "", "Not Found"),
            (502, "<html>", "", "<html>"),
            (500, "", "", ""),
        ] {
            let said = Said::read(status, content.as_bytes());
            assert_eq!((said.status, said.reason.as_str(), said.message.as_str()), (status, reason, message));
        }
    }

    #[test]
    fn what_was_not_looked_at_may_be_asked_again_always() {
        let said = |status, reason: &str| {
            Trouble::Said(Box::new(Said { status, reason: reason.to_owned(), ..Said::default() }))
        };
        for (trouble, once, repeatable) in [
            (said(429, ""), true, true),
            (said(403, "rateLimitExceeded"), true, true),
            (said(408, ""), false, true),
            (said(503, "backendError"), false, true),
            (said(403, "forbidden"), false, false),
            (said(412, "conditionNotMet"), false, false),
        ] {
            assert_eq!((trouble.may_pass(false), trouble.may_pass(true)), (once, repeatable), "{trouble:?}");
        }
    }
}
