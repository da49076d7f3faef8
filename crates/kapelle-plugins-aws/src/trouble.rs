//! What went wrong, and what to do about it.

use kapelle_http::{HttpError, Response};
use kapelle_plugin::Broken;
use serde_json::Value;

use crate::client::may_pass;
use crate::xml;

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
    pub(crate) code: String,
    pub(crate) message: String,
    /// Where the bucket really is.
    pub(crate) region: Option<String>,
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
            Self::Http(error) => is_repeatable && may_pass(error.kind),
            Self::Said(said) => said.is_throttling() || (is_repeatable && said.is_passing()),
            Self::Broken(_) => false,
        }
    }

    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Said(said) => &said.code,
            _ => "",
        }
    }

    /// The failure of a task; `what` says what could not be done.
    pub(crate) fn told(self, what: &str) -> Broken {
        match self {
            Self::Broken(broken) => broken,
            Self::Http(error) => Broken::new(format!("{what}: {}", error.message)),
            Self::Said(said) => Broken::new(said.told(what)),
        }
    }
}

impl Said {
    /// From an answer in XML or JSON, or from its status alone.
    pub(crate) fn read(response: &Response, content: &[u8]) -> Self {
        let text = String::from_utf8_lossy(content);
        let text = text.trim_start_matches('\u{feff}').trim();
        let mut said = match text.chars().next() {
            Some('<') => Self::of_xml(text),
            Some('{') => Self::of_json(text),
            _ => Self { message: text.to_owned(), ..Self::default() },
        };
        said.status = response.status;
        if let Some(kind) = response.header("x-amzn-errortype") {
            said.code = short(kind);
        }
        if said.code.is_empty() {
            usual_code(response.status).clone_into(&mut said.code);
        }
        said.region = said.region.or_else(|| response.header("x-amz-bucket-region").map(str::to_owned));
        said
    }

    /// A failure that comes in an answer which looks good.
    pub(crate) fn within(element: &xml::Element) -> Option<Self> {
        (element.name == "Error").then(|| Self::of_element(element))
    }

    fn of_xml(text: &str) -> Self {
        xml::read(text).map(|root| Self::of_element(&root)).unwrap_or_default()
    }

    fn of_element(root: &xml::Element) -> Self {
        let get = |name: &str| root.find(name).map(|found| found.text.clone()).unwrap_or_default();
        Self {
            status: 200,
            code: get("Code"),
            message: get("Message"),
            region: Some(get("Region")).filter(|region| !region.is_empty()),
        }
    }

    fn of_json(text: &str) -> Self {
        let Ok(told) = serde_json::from_str::<Value>(text) else { return Self::default() };
        let get = |names: &[&str]| names.iter().find_map(|name| told.get(name)?.as_str()).unwrap_or_default();
        Self {
            code: short(get(&["__type", "code", "Code"])),
            message: get(&["message", "Message", "errorMessage"]).to_owned(),
            ..Self::default()
        }
    }

    /// There were too many requests: this one was not looked at.
    fn is_throttling(&self) -> bool {
        const CODES: [&str; 8] = [
            "SlowDown",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "ProvisionedThroughputExceededException",
            "RequestThrottled",
            "PriorRequestNotComplete",
        ];
        self.status == 429 || CODES.contains(&self.code.as_str())
    }

    fn is_passing(&self) -> bool {
        matches!(self.status, 500 | 502 | 503 | 504)
            || matches!(self.code.as_str(), "InternalError" | "RequestTimeout" | "OperationAborted")
    }

    pub(crate) fn told(&self, what: &str) -> String {
        let Self { status, code, message, .. } = self;
        let message: String = message.chars().take(SHOWN_MAX).collect();
        let message = message.trim().trim_end_matches('.');
        let said = if message.is_empty() { String::new() } else { format!(": {message}") };
        let help = self.help().map(|help| format!(". {help}")).unwrap_or_default();
        format!("{what}: {code} ({status}){said}{help}")
    }

    /// What to do about it.
    fn help(&self) -> Option<String> {
        let help = match self.code.as_str() {
            "AccessDenied" | "AccessDeniedException" | "AllAccessDisabled" | "AuthorizationError" => {
                "The credentials are known but may not do this: look at the policies of their user or role, and at those of \
                 what is asked for"
            }
            "InvalidAccessKeyId"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "XAdminUserNotFound" => {
                "Nobody knows the access key: look at `accessKeyId`, and at the address of the server, if one is written"
            }
            "SignatureDoesNotMatch" | "InvalidSignatureException" => {
                "The secret does not belong to the access key: look at `secretKeyId`"
            }
            "ExpiredToken" | "ExpiredTokenException" | "InvalidToken" => {
                "The session is over: get new keys and a new `sessionToken`, or let the task take a role with `stsRoleArn`"
            }
            "RequestTimeTooSkewed" => "The clock of this server is wrong: set it",
            "NoSuchBucket" => {
                "Look at `bucket`, `region` and the address of the server, or create the bucket with a CreateBucket task"
            }
            "NoSuchKey" => "Look at `key`: every letter counts, and it begins without a slash",
            "NoSuchVersion" => "Look at `versionId`",
            "BucketAlreadyOwnedByYou" => {
                "It is yours already: take this task out, or let it fail with `allowFailure`"
            }
            "BucketAlreadyExists" => "Names of buckets are shared by all of AWS: choose another one",
            "BucketNotEmpty" => "Delete what is in it first, with a DeleteList task",
            "InvalidBucketName" => {
                "Names of buckets have 3 to 63 small letters, digits, dots and dashes; a path belongs into `key` or `prefix`"
            }
            "SlowDown" | "Throttling" | "ThrottlingException" | "TooManyRequestsException" => {
                "The service has too much to do, and it was tried several times: let the task wait longer with `retry`"
            }
            "AWS.SimpleQueueService.NonExistentQueue" | "QueueDoesNotExist" => {
                "Look at `queueUrl` and `region`"
            }
            "InvalidAction" | "UnknownOperationException" | "NotImplemented" | "MethodNotAllowed" => {
                "The server cannot do this"
            }
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "TemporaryRedirect" => {
                return Some(match &self.region {
                    Some(region) => format!("Set `region: {region}`"),
                    None => "The bucket is in another region: set `region`".to_owned(),
                });
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}

/// The name of a failure, without the names of spaces around it.
fn short(kind: &str) -> String {
    let kind = kind.split(':').next().unwrap_or(kind);
    kind.rsplit('#').next().unwrap_or(kind).to_owned()
}

/// What an answer without words says.
fn usual_code(status: u16) -> &'static str {
    match status {
        301 => "PermanentRedirect",
        307 => "TemporaryRedirect",
        400 => "BadRequest",
        403 => "AccessDenied",
        404 => "NoSuchKey",
        405 => "MethodNotAllowed",
        412 => "PreconditionFailed",
        503 => "SlowDown",
        _ => "Failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_read_in_all_their_forms() {
        let xml = Said::of_xml(
            "<?xml version=\"1.0\"?><ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>\
             <Message>No.</Message></Error></ErrorResponse>",
        );
        assert_eq!((xml.code.as_str(), xml.message.as_str()), ("InvalidClientTokenId", "No."));
        let json = Said::of_json(r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#);
        assert_eq!((json.code.as_str(), json.message.as_str()), ("QueueDoesNotExist", "gone"));
        assert_eq!(short("ResourceNotFoundException:http://x/"), "ResourceNotFoundException");
        assert_eq!(Said::of_json("{").code, "");
    }

    #[test]
    fn it_is_told_what_to_do() {
        let said = Said {
            status: 404,
            code: "NoSuchBucket".to_owned(),
            message: "The specified bucket does not exist.".to_owned(),
            region: None,
        };
        assert_eq!(
            said.told("the bucket `b` cannot be listed"),
            "the bucket `b` cannot be listed: NoSuchBucket (404): The specified bucket does not exist. Look at `bucket`, \
             `region` and the address of the server, or create the bucket with a CreateBucket task"
        );
        let elsewhere =
            Said { code: "PermanentRedirect".to_owned(), region: Some("eu-west-1".to_owned()), ..said };
        assert!(elsewhere.told("x").ends_with("Set `region: eu-west-1`"));
    }

    #[test]
    fn what_was_not_looked_at_may_be_asked_again_always() {
        let said = |status, code: &str| {
            Trouble::Said(Box::new(Said { status, code: code.to_owned(), ..Said::default() }))
        };
        assert!(said(503, "SlowDown").may_pass(false) && said(429, "x").may_pass(false));
        assert!(said(500, "InternalError").may_pass(true) && !said(500, "InternalError").may_pass(false));
        assert!(!said(403, "AccessDenied").may_pass(true));
    }
}
