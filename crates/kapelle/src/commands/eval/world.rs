//! What an expression can ask for on the command line: clock, chance and time limit of this machine, secrets from the
//! environment, and everything else from a file.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::expression::services::{File, Finished, Request, Response, Secret, Services, Subflow};
use kapelle_core::expression::{Error, Outcome};
use kapelle_model::{Map, Value};

/// Services that somebody wrote down.
pub(super) struct Given {
    services: MemoryServices,
    sets_clock: bool,
}

impl Given {
    pub(super) fn from_file(file: &OsStr) -> anyhow::Result<Self> {
        let setup = super::context::data(file)?;
        Self::from_setup(&setup).map_err(|reason| {
            let name = crate::report::printable(&file.to_string_lossy());
            anyhow::anyhow!("{name}: {reason}")
        })
    }

    pub(super) fn from_setup(setup: &Value) -> Result<Self, String> {
        let sets_clock = matches!(setup, Value::Map(map) if map.contains_key("now"));
        Ok(Self { services: MemoryServices::from_setup(setup)?, sets_clock })
    }

    pub(super) fn hides_secrets(&self) -> bool {
        self.services.hides_secrets()
    }
}

/// The services of one evaluation.
pub(super) struct World<'g> {
    given: Option<&'g Given>,
    deadline: Option<Instant>,
}

impl<'g> World<'g> {
    /// The time starts to run now.
    #[expect(clippy::disallowed_methods, reason = "the binary may read the clock, and does it here")]
    pub(super) fn new(given: Option<&'g Given>, time: Duration) -> Self {
        Self { given, deadline: Instant::now().checked_add(time) }
    }

    fn given(&self, what: &str) -> Outcome<&dyn Services> {
        match self.given {
            Some(given) => Ok(&given.services),
            None => Err(Error::forbidden(format!("there is no data for {what}"))
                .help("`--services FILE` gives it (`setup` with `--jsonl`)")),
        }
    }
}

impl Services for World<'_> {
    fn now(&self) -> Outcome<Timestamp> {
        match self.given {
            Some(given) if given.sets_clock => given.services.now(),
            _ => Ok(Timestamp::now()),
        }
    }

    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        match self.given {
            Some(given) => given.services.random(bytes),
            None => getrandom::fill(bytes)
                .map_err(|error| Error::io(format!("this machine gives no random numbers: {error}"))),
        }
    }

    fn free_port(&self) -> Outcome<u16> {
        match self.given {
            Some(given) => given.services.free_port(),
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .and_then(|listener| listener.local_addr())
                .map(|address| address.port())
                .map_err(|error| Error::io(format!("this machine gives no port: {error}"))),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the binary may read the clock, and does it here")]
    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() > deadline)
    }

    fn kv(&self, namespace: &str, key: &str) -> Outcome<Option<Value>> {
        self.given("`kv()`")?.kv(namespace, key)
    }

    fn secret(&self, namespace: &str, key: &str) -> Outcome<Option<Secret>> {
        match self.given {
            Some(given) => given.services.secret(namespace, key),
            None => environment_secret(namespace, key),
        }
    }

    fn may_use_namespace(&self, namespace: &str) -> bool {
        self.given.is_none_or(|given| given.services.may_use_namespace(namespace))
    }

    fn read(&self, file: &File<'_>) -> Outcome<Option<Vec<u8>>> {
        self.given("files")?.read(file)
    }

    fn file_size(&self, file: &File<'_>) -> Outcome<Option<u64>> {
        self.given("files")?.file_size(file)
    }

    fn file_versions(&self, namespace: &str, path: &str) -> Outcome<u64> {
        self.given("files")?.file_versions(namespace, path)
    }

    fn http(&self, request: &Request) -> Outcome<Response> {
        self.given("`http()`")?.http(request)
    }

    fn subflow(&self, call: &Subflow) -> Outcome<Finished> {
        self.given("`subflow()`")?.subflow(call)
    }

    fn error_logs(&self, limit: usize) -> Outcome<Vec<Map>> {
        self.given("`errorLogs()`")?.error_logs(limit)
    }
}

/// A secret as a server without a vault has it: the variable `SECRET_` with its name in capitals, in base64.
#[expect(clippy::disallowed_methods, reason = "the binary may read the environment, and does it here")]
fn environment_secret(namespace: &str, key: &str) -> Outcome<Option<Secret>> {
    let name = format!("SECRET_{}", key.to_uppercase());
    let Ok(encoded) = std::env::var(&name) else { return Ok(None) };
    let map = |key: &str, value: Value| Value::Map(Arc::new(Map::from([(Arc::from(key), value)])));
    let setup = map("env", map(&name, Value::from(encoded.as_str())));
    let services = MemoryServices::from_setup(&setup).map_err(|_| {
        Error::invalid(format!("the environment variable `{name}` is not text in base64"))
            .help(format!("set it with `export {name}=$(printf %s 'the secret' | base64)`"))
    })?;
    services.secret(namespace, key)
}
