//! What clients are told when something is not done: one body for every error.

use hyper::StatusCode;
use kapelle_core::diagnostic::Diagnostic;
use kapelle_engine::creation::Rejected;
use kapelle_engine::step::Refused;
use kapelle_model::Failure;
use kapelle_runtime::storage::StoredPath;
use kapelle_runtime::{Declined, NoTrigger, NotResumed, Unborn, Unsaved};
use kapelle_store::{Conflict, StoreError};
use serde_json::{Map as Object, Value as Json, json};

use crate::answer::Answer;

/// Something that was not done, as the client is told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) violations: Vec<Violation>,
    /// Items of a request for many that cannot be treated.
    pub(crate) invalids: Vec<Invalid>,
    /// How long to wait before it is tried again, in seconds.
    pub(crate) retry_after: Option<u32>,
    /// What else the body says, by name.
    pub(crate) more: Option<Box<Object<String, Json>>>,
}

/// One of several things that are wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) message: String,
    pub(crate) path: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invalid {
    pub(crate) message: String,
    pub(crate) value: Json,
}

pub(crate) type Outcome<T> = Result<T, ApiError>;

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let (violations, invalids) = (Vec::new(), Vec::new());
        Self { status, message: message.into(), violations, invalids, retry_after: None, more: None }
    }

    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("Not Found: {what}"))
    }

    /// What was sent cannot be what is wanted.
    pub(crate) fn invalid_entity(why: impl std::fmt::Display) -> Self {
        let message = why.to_string();
        let violations = vec![Violation { message: message.clone(), path: None }];
        let error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("Invalid entity: {message}"));
        Self { violations, ..error }
    }

    pub(crate) fn illegal_argument(why: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("Illegal argument: {why}"))
    }

    pub(crate) fn bad_request(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, why)
    }

    pub(crate) fn bad_filter(why: impl std::fmt::Display) -> Self {
        Self::bad_request(format!("Invalid query filters: {why}"))
    }

    /// It cannot be done as things stand.
    pub(crate) fn conflict(why: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, why)
    }

    /// Something that is kept cannot be reached at the moment.
    #[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
    pub(crate) fn unavailable(failure: Failure) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, failure.message.masked())
    }

    /// What was asked for cannot be kept as it is.
    #[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
    pub(crate) fn refused(failure: Failure) -> Self {
        Self::illegal_argument(failure.message.masked())
    }

    /// A mistake of ours. What happened stays inside.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
    }

    pub(crate) fn busy() -> Self {
        let error =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "too many requests are at work; try again soon");
        Self { retry_after: Some(1), ..error }
    }

    /// None of what was asked for is done, because some of it cannot be.
    pub(crate) fn invalids(of: &str, invalids: Vec<Invalid>) -> Self {
        Self { invalids, ..Self::bad_request(format!("invalid bulk {of}")) }
    }

    /// Mistakes of a flow.
    pub(crate) fn diagnostics(found: &[Diagnostic]) -> Self {
        let violations: Vec<Violation> = found
            .iter()
            .map(|found| Violation {
                message: found.constraint.clone().unwrap_or_else(|| found.message.clone()),
                path: Some(found.path.clone()).filter(|path| !path.is_empty()),
            })
            .collect();
        let all: Vec<&str> = violations.iter().map(|violation| violation.message.as_str()).collect();
        let message = format!("Invalid entity: {}", all.join("\n"));
        Self { violations, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, message) }
    }

    /// The answer to a request for this path.
    pub(crate) fn answer(&self, path: &str) -> Answer {
        let answer = Answer::json(&self.body(path)).status(self.status);
        let answer = match self.retry_after {
            Some(seconds) => answer.header("retry-after", &seconds.to_string()),
            None => answer,
        };
        match self.status {
            StatusCode::NOT_FOUND => answer.header("x-kestra-edition", "OSS"),
            StatusCode::UNAUTHORIZED => answer.header("www-authenticate", "Basic realm=\"Kapelle\""),
            _ => answer,
        }
    }

    fn body(&self, path: &str) -> Json {
        let own = [Violation { message: self.message.clone(), path: None }];
        let violations = if self.violations.is_empty() { &own[..] } else { &self.violations };
        let errors: Vec<Json> = violations.iter().map(Violation::json).collect();
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = json!({
            "message": self.message,
            "_links": {"self": [{"href": path, "templated": false}]},
            "_embedded": {"errors": errors},
            "type": "about:blank",
            "title": title,
            "status": self.status.as_u16(),
            "detail": self.message,
            "instance": path,
        });
        match body {
            Json::Object(mut body) if self.more.is_some() => {
                body.extend(self.more.iter().flat_map(|more| (**more).clone()));
                Json::Object(body)
            }
            Json::Object(mut body) if !self.invalids.is_empty() => {
                let invalids = self.invalids.iter();
                let invalids = invalids
                    .map(|invalid| json!({"message": invalid.message, "invalidValue": invalid.value}));
                body.insert("invalids".to_owned(), invalids.collect());
                Json::Object(body)
            }
            body => body,
        }
    }
}

impl Violation {
    fn json(&self) -> Json {
        let mut body = Object::new();
        body.insert("message".to_owned(), self.message.as_str().into());
        if let Some(path) = &self.path {
            body.insert("path".to_owned(), path.as_str().into());
        }
        Json::Object(body)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Conflict::Held { execution, why }) => {
                Self::conflict(format!("execution {execution} cannot be deleted: {why}"))
            }
            StoreError::Conflict(_) => Self::conflict("something else changed it meanwhile; try again"),
            StoreError::Invalid(why) => Self::illegal_argument(why),
            StoreError::Full(why) => {
                Self { retry_after: Some(5), ..Self::new(StatusCode::INSUFFICIENT_STORAGE, why) }
            }
            StoreError::Unavailable(_) | StoreError::Fenced { .. } => {
                let words = "nothing can be written at the moment; try again later";
                Self { retry_after: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, words) }
            }
            StoreError::Unknown(_) | StoreError::Corrupt { .. } => Self::internal(),
        }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::State(words) => Self::conflict(words),
            Refused::Invalid(words) => Self::illegal_argument(words),
            Refused::Late => Self::conflict("it has gone on meanwhile"),
        }
    }
}

impl From<Declined> for ApiError {
    fn from(declined: Declined) -> Self {
        match declined {
            Declined::Missing => Self::not_found("no such execution"),
            Declined::Refused(refused) => refused.into(),
            Declined::Store(error) => error.into(),
        }
    }
}

impl From<NotResumed> for ApiError {
    fn from(error: NotResumed) -> Self {
        match error {
            NotResumed::Inputs(words) => Self::invalid_entity(words),
            NotResumed::Declined(declined) => declined.into(),
        }
    }
}

impl From<Unsaved> for ApiError {
    fn from(unsaved: Unsaved) -> Self {
        match unsaved {
            Unsaved::Wrong(found) => Self::diagnostics(&found),
            Unsaved::Store(error) => error.into(),
        }
    }
}

impl From<Unborn> for ApiError {
    fn from(unborn: Unborn) -> Self {
        match unborn {
            Unborn::NoFlow | Unborn::Missing => Self::not_found("Flow not found"),
            Unborn::Rejected(Rejected::Disabled) => Self::conflict("Cannot execute a disabled flow"),
            Unborn::Rejected(Rejected::Inputs(resolved)) => {
                let violations: Vec<Violation> = resolved
                    .violations()
                    .map(|violation| Violation {
                        message: violation.message.to_owned(),
                        path: Some(violation.input.to_owned()),
                    })
                    .collect();
                let all: Vec<&str> = violations.iter().map(|violation| violation.message.as_str()).collect();
                let message = format!("Invalid entity: {}", all.join("\n"));
                Self { violations, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, message) }
            }
            Unborn::Check(words) => Self::invalid_entity(words),
            Unborn::Refused(refused) => refused.into(),
            Unborn::Store(error) => error.into(),
        }
    }
}

impl From<NoTrigger> for ApiError {
    fn from(error: NoTrigger) -> Self {
        match error {
            NoTrigger::Missing => Self::not_found("Trigger not found"),
            NoTrigger::Refused(words) => Self::conflict(words),
            NoTrigger::Store(error) => error.into(),
        }
    }
}

/// A path that leads out of where it may lead.
pub(crate) fn stored(tenant: &str, path: &str) -> Outcome<StoredPath> {
    StoredPath::new(tenant, path).map_err(ApiError::illegal_argument)
}
