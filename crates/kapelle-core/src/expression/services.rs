//! What an expression may ask the world for. A context that must not have something does not offer it.

use jiff::Timestamp;
use kapelle_model::{Map, Text, Value};

use super::error::{Error, Outcome};

/// The world behind the functions that need it: clock, chance, key-value store, secrets, files, calls.
///
/// Everything is refused unless the implementation says otherwise. An implementation decides what the flow at hand may
/// see; its errors keep their category and text. It is called from the rendering thread and may block it.
pub trait Services {
    /// The current moment. Time of the rendering, so that the same inputs give the same result in tests and replays.
    fn now(&self) -> Outcome<Timestamp> {
        Err(unavailable("the current time"))
    }

    /// Fills `bytes` with random ones.
    fn random(&self, _bytes: &mut [u8]) -> Outcome<()> {
        Err(unavailable("random numbers"))
    }

    /// A TCP port that nobody listens on.
    fn free_port(&self) -> Outcome<u16> {
        Err(unavailable("`randomPort()`"))
    }

    /// Whether this rendering took more time than it may. Asked every thousand steps or so.
    fn is_late(&self) -> bool {
        false
    }

    /// The value of a key in exactly this namespace, `None` if there is none; [`expired`] if it was there too long.
    fn kv(&self, _namespace: &str, _key: &str) -> Outcome<Option<Value>> {
        Err(unavailable("`kv()`"))
    }

    /// A secret of this namespace as the flow may see it; `None` if there is none. What is returned is treated as secret.
    fn secret(&self, _namespace: &str, _key: &str) -> Outcome<Option<Secret>> {
        Err(unavailable("`secret()`"))
    }

    /// Whether the flow may use files, keys and flows of this other namespace.
    fn may_use_namespace(&self, _namespace: &str) -> bool {
        true
    }

    /// The content of a file; `None` if there is none.
    fn read(&self, _file: &File<'_>) -> Outcome<Option<Vec<u8>>> {
        Err(unavailable("files"))
    }

    /// The size of a file in bytes; `None` if there is none.
    fn file_size(&self, file: &File<'_>) -> Outcome<Option<u64>> {
        Ok(self.read(file)?.map(|content| content.len() as u64))
    }

    /// How many versions a namespace file has; zero if there is no such file.
    fn file_versions(&self, _namespace: &str, _path: &str) -> Outcome<u64> {
        Err(unavailable("files"))
    }

    /// Sends a request and gives the answer, whatever its status. The implementation bounds time and size of the answer.
    fn http(&self, _request: &Request) -> Outcome<Response> {
        Err(unavailable("`http()`"))
    }

    /// Runs a flow and waits for its end.
    fn subflow(&self, _call: &Subflow) -> Outcome<Finished> {
        Err(Error::new(super::Category::UnknownFunction, "Function or Macro [subflow] does not exist.")
            .help("flows can be run by an expression only in the inputs of a flow"))
    }

    /// The first error logs of the execution, oldest first, at most `limit`.
    fn error_logs(&self, _limit: usize) -> Outcome<Vec<Map>> {
        Err(unavailable("`errorLogs()`"))
    }
}

fn unavailable(what: &str) -> Box<Error> {
    Error::forbidden(format!("{what} cannot be used in this place")).help("use it in a property of a task")
}

/// The error for a key whose value expired. Like every `not_found` of a store it gives way to `errorOnMissing=false`.
pub fn expired() -> Box<Error> {
    Error::not_found("The requested value has expired").help("set the key again, with a longer time to live")
}

/// A secret with what else is known about it.
#[derive(Clone, Debug)]
pub struct Secret {
    pub value: Text,
    pub metadata: Option<Map>,
}

/// Where a file is, after the rules about paths were applied. No part of a path is `..`; `%2e` and the like were not
/// decoded and stand for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File<'a> {
    Namespace {
        namespace: &'a str,
        path: &'a str,
        version: Option<u64>,
    },
    /// The whole URI, `kestra:///…`.
    Internal(&'a str),
    /// The absolute path of `file:///…`. The implementation checks that it lies below an allowed one.
    Local(&'a str),
}

#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub uri: Text,
    /// Names with one or several values.
    pub headers: Vec<(String, Text)>,
    pub body: Option<Text>,
    pub options: Option<Value>,
}

#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Subflow {
    pub namespace: String,
    pub id: String,
    pub revision: Option<i64>,
    pub inputs: Map,
    pub labels: Map,
    pub timeout: jiff::SignedDuration,
}

/// A flow that came to its end.
#[derive(Clone, Debug)]
pub struct Finished {
    pub id: String,
    pub state: String,
    pub outputs: Map,
    pub labels: Map,
}

/// No clock, no chance, no world.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoServices;

impl Services for NoServices {}

/// What texts from strangers may use: the clock and chance. They never see secrets, keys, files, servers or flows.
#[derive(Clone, Copy)]
pub struct Untrusted<'a>(pub &'a dyn Services);

/// Everything that is not passed on here is refused, and so is everything that is added to the trait.
impl Services for Untrusted<'_> {
    fn now(&self) -> Outcome<Timestamp> {
        self.0.now()
    }

    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        self.0.random(bytes)
    }

    fn is_late(&self) -> bool {
        self.0.is_late()
    }

    fn may_use_namespace(&self, _namespace: &str) -> bool {
        false
    }

    fn subflow(&self, _call: &Subflow) -> Outcome<Finished> {
        Err(unavailable("`subflow()`"))
    }
}
