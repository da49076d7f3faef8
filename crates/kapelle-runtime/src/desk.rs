//! What expressions may ask the world for, in the name of one execution.
//!
//! A [`Desk`] answers from keys, secrets, files and logs of its tenant. Each secret that it hands out goes to the masks of
//! the attempt first.

mod logs;

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kapelle_core::expression::services::{File, NoServices, Request, Response, Secret, Services, expired};
use kapelle_core::expression::{Error, Outcome};
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Failure, Map};
use kapelle_plugin::{Keys, NamespaceFiles};
use kapelle_store::Store;

use crate::clock::Clock;
use crate::keys::TenantKeys;
use crate::masks::Masks;
use crate::secrets::Secrets;
use crate::storage::FileReader;

/// Bytes of a file that an expression reads, whatever its limits say.
const READ_MAX: u64 = 64 << 20;

/// How long `errorLogs()` waits for the first line.
const LOGS_PATIENCE: Duration = Duration::from_secs(5);

/// Sends the requests of `http()`.
pub trait Calls: Send + Sync {
    /// The answer, whatever its status. Time and size are bounded.
    fn call(&self, request: &Request) -> Outcome<Response>;
}

/// The public id of a task run.
pub type RunIds = Arc<dyn Fn(ExecutionId, RunIndex) -> String + Send + Sync>;

/// What the desks of a tenant share.
#[derive(Clone)]
pub struct DeskSettings {
    pub store: Arc<dyn Store>,
    pub keys: TenantKeys,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Clock,
    pub run_ids: RunIds,
    /// Without it there is no `http()`.
    pub calls: Option<Arc<dyn Calls>>,
}

/// The services of one execution or one attempt.
#[derive(Clone)]
pub struct Desk {
    settings: DeskSettings,
    /// None where there is no execution yet, and so there are no logs.
    execution: Option<ExecutionId>,
    files: FileReader,
    masks: Masks,
    is_late: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    logs_patience: Duration,
}

impl Desk {
    pub const fn new(
        settings: DeskSettings,
        execution: Option<ExecutionId>,
        files: FileReader,
        masks: Masks,
    ) -> Self {
        Self { settings, execution, files, masks, is_late: None, logs_patience: LOGS_PATIENCE }
    }

    /// The same for one rendering, which ends when this says that it took too long.
    #[must_use]
    pub fn until(self, is_late: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { is_late: Some(Arc::new(is_late)), ..self }
    }

    /// The same with other patience for logs that are on their way.
    #[must_use]
    pub const fn with_logs_patience(mut self, patience: Duration) -> Self {
        self.logs_patience = patience;
        self
    }

    fn tenant(&self) -> &str {
        self.files.reach().tenant()
    }

    fn check_namespace(&self, namespace: &str) -> Outcome<()> {
        if self.files.reach().may_use(namespace) {
            return Ok(());
        }
        Err(Error::forbidden(format!("Namespace {namespace} is not allowed.")))
    }

    fn open(&self, file: &File<'_>) -> Outcome<Option<Box<dyn Read + Send>>> {
        match file {
            File::Namespace { namespace, path, version } => {
                self.check_namespace(namespace)?;
                let Ok(version) = version.map(u32::try_from).transpose() else { return Ok(None) };
                self.files
                    .settings()
                    .namespace_files
                    .open(namespace, path, version)
                    .map_err(|failure| failed(&failure))
            }
            File::Internal(uri) => self.files.find(uri).map_err(|failure| failed(&failure)),
            File::Local(path) => {
                self.files.find(&format!("file://{path}")).map_err(|failure| failed(&failure))
            }
        }
    }
}

impl Services for Desk {
    fn now(&self) -> Outcome<Timestamp> {
        Ok((self.settings.clock)())
    }

    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        crate::random::fill(bytes).map_err(|error| Error::io(error.to_string()))
    }

    fn free_port(&self) -> Outcome<u16> {
        // On all addresses, since whoever asks may want to listen on any of them.
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0));
        let address = listener.and_then(|listener| listener.local_addr());
        address
            .map(|address| address.port())
            .map_err(|error| Error::io(format!("there is no free port: {error}")))
    }

    fn is_late(&self) -> bool {
        self.is_late.as_ref().is_some_and(|is_late| is_late())
    }

    fn kv(&self, namespace: &str, key: &str) -> Outcome<Option<kapelle_model::Value>> {
        match self.settings.keys.get(namespace, key).map_err(|failure| failed(&failure))? {
            Some(kept) if kept.is_expired => Err(expired()),
            Some(kept) => {
                self.masks.add_value(&kept.value);
                Ok(Some(kept.value))
            }
            None => Ok(None),
        }
    }

    fn secret(&self, namespace: &str, key: &str) -> Outcome<Option<Secret>> {
        let found =
            self.settings.secrets.get(self.tenant(), namespace, key).map_err(|failure| failed(&failure))?;
        if let Some(secret) = &found {
            self.masks.add(secret.value.expose());
            for value in secret.metadata.iter().flat_map(|metadata| metadata.values()) {
                self.masks.add_value(&value.clone().into_secret());
            }
        }
        Ok(found)
    }

    fn may_use_namespace(&self, namespace: &str) -> bool {
        self.files.reach().may_use(namespace)
    }

    fn read(&self, file: &File<'_>) -> Outcome<Option<Vec<u8>>> {
        let Some(opened) = self.open(file)? else { return Ok(None) };
        let mut content = Vec::new();
        let read = opened.take(READ_MAX + 1).read_to_end(&mut content);
        read.map_err(|error| Error::io(format!("the file cannot be read: {error}")))?;
        if content.len() as u64 > READ_MAX {
            return Err(Error::limit(format!("the file has more than {READ_MAX} bytes"))
                .help("let a task read it, in parts"));
        }
        Ok(Some(content))
    }

    fn file_size(&self, file: &File<'_>) -> Outcome<Option<u64>> {
        match file {
            File::Namespace { namespace, path, version } => {
                self.check_namespace(namespace)?;
                let Ok(version) = version.map(u32::try_from).transpose() else { return Ok(None) };
                self.files
                    .settings()
                    .namespace_files
                    .size(namespace, path, version)
                    .map_err(|failure| failed(&failure))
            }
            File::Internal(uri) => self.files.size(uri).map_err(|failure| failed(&failure)),
            File::Local(path) => {
                self.files.size(&format!("file://{path}")).map_err(|failure| failed(&failure))
            }
        }
    }

    fn file_versions(&self, namespace: &str, path: &str) -> Outcome<u64> {
        self.check_namespace(namespace)?;
        self.files
            .settings()
            .namespace_files
            .latest(namespace, path)
            .map(u64::from)
            .map_err(|failure| failed(&failure))
    }

    fn http(&self, request: &Request) -> Outcome<Response> {
        match &self.settings.calls {
            Some(calls) => calls.call(request),
            None => NoServices.http(request),
        }
    }

    fn error_logs(&self, limit: usize) -> Outcome<Vec<Map>> {
        let Some(execution) = self.execution else { return NoServices.error_logs(limit) };
        logs::errors(&self.settings, execution, limit, self.logs_patience)
    }
}

fn failed(failure: &Failure) -> Box<Error> {
    Error::io(failure.to_string())
}

#[cfg(test)]
mod tests;
