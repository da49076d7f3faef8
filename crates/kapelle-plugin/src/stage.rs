//! A world for the tests of plugins: files in a folder that goes away, keys and everything else in memory.
//!
//! What it does is what a host owes, in the simplest way. A test looks at what a task gave, logged and left behind.

mod files;
mod flows;
mod memory;
mod service;
mod triggers;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use kapelle_core::expression::Outcome;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::{File, Services};
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::yaml;
use kapelle_model::effect::Level;
use kapelle_model::task_run::{Fence, RunIndex};
use kapelle_model::{ExecutionId, Failure, Map, Span, State, Text, Value};
use tokio_util::sync::CancellationToken;

use crate::broken::Broken;
use crate::context::RunContext;
use crate::host::{Executions, Files, Flows, Host, Keys, Metric, NamespaceFiles, Place, Triggers, Waiting};
use crate::read::{Properties, read};
use crate::task::{ErasedTask, Task};

pub use memory::Memory;
pub use service::service;
pub use triggers::{Heard, Listener};

/// The moment at which tests happen that set no other.
pub const NOW: &str = "2026-05-06T07:08:09Z";

/// A world with one attempt in it: task `t` of flow `f` of namespace `team.a`.
pub struct Stage {
    variables: Map,
    host: Arc<Staged>,
    stop: CancellationToken,
    told: triggers::Told,
}

/// The host of a stage.
struct Staged {
    folder: PathBuf,
    now: Mutex<Timestamp>,
    lines: Mutex<Vec<String>>,
    metrics: Mutex<Vec<Metric>>,
    memory: Memory,
    settings: Mutex<Vec<(String, String)>>,
    implied: Mutex<Vec<String>>,
    implied_outputs: Mutex<Vec<String>>,
    peers: Mutex<Vec<Box<Properties>>>,
    find: Mutex<Option<Find>>,
}

/// Finds tasks for those that run others.
type Find = Box<dyn Fn(&str) -> Result<Arc<dyn ErasedTask>, Failure> + Send>;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage {
    /// A world in which nothing happened yet.
    ///
    /// # Panics
    /// If there is no room for temporary files.
    pub fn new() -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("kapelle-stage-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temporary files can be written");
        let host = Staged {
            folder,
            now: Mutex::new(NOW.parse().unwrap_or_default()),
            lines: Mutex::default(),
            metrics: Mutex::default(),
            memory: Memory::default(),
            settings: Mutex::default(),
            implied: Mutex::default(),
            implied_outputs: Mutex::default(),
            peers: Mutex::default(),
            find: Mutex::default(),
        };
        let flow =
            Map::from_iter([("id".into(), Value::from("f")), ("namespace".into(), Value::from("team.a"))]);
        let variables = Map::from_iter([("flow".into(), Value::Map(Arc::new(flow)))]);
        Self {
            variables,
            host: Arc::new(host),
            stop: CancellationToken::new(),
            told: triggers::Told::default(),
        }
    }

    /// Sets a variable for expressions.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets a setting of the instance; the last one of a name holds.
    #[must_use]
    pub fn setting(self, name: &str, value: &str) -> Self {
        locked(&self.host.settings).insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the time that expressions and triggers are told; it stands still.
    pub fn set_now(&self, now: Timestamp) {
        *locked(&self.host.now) = now;
    }

    /// Says that an expression of the flow asks for an output file of the task.
    #[must_use]
    pub fn implying(self, name: &str) -> Self {
        locked(&self.host.implied).push(name.to_owned());
        self
    }

    /// Says that an expression of the flow asks for an output of the task.
    #[must_use]
    pub fn implying_output(self, name: &str) -> Self {
        locked(&self.host.implied_outputs).push(name.to_owned());
        self
    }

    /// Says that the flow has another task of the same type, with these properties.
    #[must_use]
    pub fn beside(self, properties: &str) -> Self {
        locked(&self.host.peers).push(properties_of(properties).into());
        self
    }

    /// Says how tasks are found that other tasks run.
    #[must_use]
    pub fn finding(
        self,
        find: impl Fn(&str) -> Result<Arc<dyn ErasedTask>, Failure> + Send + 'static,
    ) -> Self {
        *locked(&self.host.find) = Some(Box::new(find));
        self
    }

    /// Runs a task with these properties to its end.
    pub async fn run<T: Task>(&self, properties: &str) -> Result<Map, Broken> {
        let task: T = read(&properties_of(properties))?;
        ErasedTask::run(&task, &self.context()).await
    }

    /// The context that tasks get.
    pub fn context(&self) -> RunContext {
        RunContext {
            place: Arc::new(place()),
            variables: Arc::new(self.variables.clone()),
            services: Arc::clone(&self.host) as Arc<dyn Services + Send + Sync>,
            settings: Arc::new(Settings::default()),
            host: Arc::clone(&self.host) as Arc<dyn Host>,
            stop: self.stop.clone(),
            ends_as: Arc::new(Mutex::new(None::<State>)),
        }
    }

    /// Tells the attempt to end.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// What was logged: level and message.
    pub fn lines(&self) -> Vec<String> {
        locked(&self.host.lines).clone()
    }

    pub fn metrics(&self) -> Vec<Metric> {
        locked(&self.host.metrics).clone()
    }

    /// What is kept apart from files.
    pub fn memory(&self) -> &Memory {
        &self.host.memory
    }

    /// Files of the internal storage, as the attempt sees them.
    pub fn files(&self) -> &dyn Files {
        self.host.files()
    }

    /// Keeps a file. Its address.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn put_file(&self, name: &str, content: &[u8]) -> String {
        let mut file = self.files().create(crate::host::Name::Exactly(name)).expect("it can be created");
        std::io::Write::write_all(&mut file, content).expect("it can be written");
        file.finish().expect("it can be kept")
    }

    /// What is in a file.
    ///
    /// # Panics
    /// If it is not there.
    pub fn content(&self, uri: &str) -> String {
        let mut content = String::new();
        let mut file = self.files().open(uri).expect("it is there");
        std::io::Read::read_to_string(&mut file, &mut content).expect("it can be read");
        content
    }

    /// The directory of the attempt.
    pub fn directory(&self) -> PathBuf {
        self.host.folder.join("directory")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A test that ends must not fail for want of tidiness.
        let _left_behind = std::fs::remove_dir_all(&self.host.folder);
    }
}

/// Properties as a flow writes them.
///
/// # Panics
/// If they are no YAML.
pub fn properties_of(source: &str) -> Vec<(Arc<str>, Property)> {
    let root = yaml::read(source, Span::new(0, source.len() as u32)).root.expect("properties are YAML");
    root.entries()
        .iter()
        .map(|entry| (Arc::from(&*entry.key), Property::read(&entry.value, Language::One)))
        .collect()
}

fn place() -> Place {
    Place {
        tenant: "main".into(),
        namespace: "team.a".into(),
        flow: "f".into(),
        revision: 1,
        execution: ExecutionId(7),
        task: "t".into(),
        is_trigger: false,
        type_name: "".into(),
        run: RunIndex(std::num::NonZeroU32::MIN),
        run_id: "run1".into(),
        value: None,
        attempt: 0,
        fence: Fence(1),
    }
}

impl Host for Staged {
    fn log(&self, level: Level, message: &Text) {
        locked(&self.lines).push(format!("{} {}", level.name(), message.masked()));
    }

    fn metric(&self, metric: Metric) {
        locked(&self.metrics).push(metric);
    }

    fn begin(&self) -> Waiting<'_> {
        Box::pin(std::future::ready(()))
    }

    fn sleep(&self, duration: SignedDuration) -> Waiting<'_> {
        locked(&self.lines).push(format!("slept {duration}"));
        Box::pin(std::future::ready(()))
    }

    fn directory(&self) -> Result<PathBuf, Failure> {
        let directory = self.folder.join("directory");
        std::fs::create_dir_all(&directory).map_err(|error| Failure::new(error.to_string()))?;
        Ok(directory)
    }

    fn implied_files(&self) -> Vec<String> {
        locked(&self.implied).clone()
    }

    fn implied_outputs(&self) -> Vec<String> {
        locked(&self.implied_outputs).clone()
    }

    fn peers(&self) -> Vec<Box<Properties>> {
        locked(&self.peers).clone()
    }

    fn setting(&self, name: &str) -> Option<String> {
        locked(&self.settings).iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn task(&self, source: &str) -> Result<Arc<dyn ErasedTask>, Failure> {
        match &*locked(&self.find) {
            Some(find) => find(source),
            None => Err(Failure::new("no tasks can be found here")),
        }
    }

    fn files(&self) -> &dyn Files {
        self
    }

    fn keys(&self) -> &dyn Keys {
        &self.memory
    }

    fn namespace_files(&self) -> &dyn NamespaceFiles {
        &self.memory
    }

    fn executions(&self) -> &dyn Executions {
        &self.memory
    }

    fn flows(&self) -> &dyn Flows {
        &self.memory
    }

    fn triggers(&self) -> &dyn Triggers {
        &self.memory
    }
}

impl Services for Staged {
    fn now(&self) -> Outcome<Timestamp> {
        Ok(*locked(&self.now))
    }

    /// Chance that always falls the same way.
    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        bytes.fill(7);
        Ok(())
    }

    fn kv(&self, namespace: &str, key: &str) -> Outcome<Option<Value>> {
        Ok(self.memory.get(namespace, key).ok().flatten().map(|kept| kept.value))
    }

    fn read(&self, file: &File<'_>) -> Outcome<Option<Vec<u8>>> {
        Ok(match file {
            File::Internal(uri) => self.content_of(uri),
            File::Namespace { namespace, path, .. } => self.memory.file(namespace, path),
            File::Local(_) => None,
        })
    }

    fn file_versions(&self, _namespace: &str, _path: &str) -> Outcome<u64> {
        Ok(0)
    }
}
