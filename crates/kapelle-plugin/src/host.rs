//! What a task may ask the world for.

mod executions;
mod files;
mod flows;
mod keys;
mod metric;
mod namespace_files;
mod place;
mod triggers;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_http::Client;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};

pub use executions::{
    Count, CountOf, Counted, Executions, FlowRef, LogOrigin, LogQuery, OldFiles, PurgeOf, Purged, ToStart,
    Told, ToldRun,
};
pub use files::{Files, Name, NewFile};
pub use flows::{FlowSource, Flows};
pub use keys::{Kept, KeyToSet, Keys};
pub use metric::{Metric, MetricKind};
pub use namespace_files::{NamespaceFile, NamespaceFiles};
pub use place::Place;
pub use triggers::Triggers;

use crate::read::Properties;
use crate::task::ErasedTask;

/// The world of one attempt of one task run. All that is done through it is done in the name of its flow.
///
/// What takes long may block the thread; who implements it sees to it that nobody else waits for that.
pub trait Host: Send + Sync {
    /// Writes a line into the log of the attempt. Secrets are masked, and what is below the level of the task is left
    /// out.
    fn log(&self, level: Level, message: &Text);

    fn metric(&self, metric: Metric);

    /// Waits until it is on the disk that the attempt began.
    fn begin(&self) -> Waiting<'_>;

    /// Lets so much time pass, or less if the attempt is stopped.
    fn sleep(&self, duration: SignedDuration) -> Waiting<'_>;

    /// The directory of the attempt, or of the group around it. It is made when it is asked for.
    fn directory(&self) -> Result<PathBuf, Failure>;

    /// Names of output files of the task that expressions elsewhere in its flow ask for.
    fn implied_files(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names of outputs of the task that expressions elsewhere in its flow ask for.
    fn implied_outputs(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the flow says of its other tasks of the same type, in its order.
    fn peers(&self) -> Vec<Box<Properties>> {
        Vec::new()
    }

    /// A setting of the instance, by its whole name.
    fn setting(&self, name: &str) -> Option<String>;

    /// Sends requests over HTTP, to where the flow may send them.
    fn http(&self) -> Client {
        Client::of_tasks()
    }

    /// The task that a text in YAML describes, with what plugin defaults add.
    fn task(&self, source: &str) -> Result<Arc<dyn ErasedTask>, Failure>;

    fn files(&self) -> &dyn Files;

    fn keys(&self) -> &dyn Keys;

    fn namespace_files(&self) -> &dyn NamespaceFiles;

    fn executions(&self) -> &dyn Executions;

    fn flows(&self) -> &dyn Flows;

    fn triggers(&self) -> &dyn Triggers;
}

/// Something that is waited for.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
