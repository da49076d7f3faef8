//! Which files an execution reaches.

use std::sync::Arc;

use kapelle_model::{ExecutionId, Failure, Map, Value};

use super::address::{execution_folder, path_of};
use super::path::{StoredPath, check_path};

/// Whether the flow may use files, keys and flows of a namespace that is not its own.
pub type MayUse = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What an execution reaches: its own files, those of the execution that started it, and what belongs to namespaces that
/// its flow may use.
#[derive(Clone)]
pub struct Reach {
    tenant: Arc<str>,
    namespace: Arc<str>,
    own: String,
    parent: Option<String>,
    may_use: MayUse,
}

/// What an address means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Stored(StoredPath),
    Namespace {
        namespace: String,
        path: String,
    },
    /// An absolute path of this machine, which is still to be checked.
    Local(String),
}

impl Reach {
    /// The reach of an execution, whose parent has this folder in the storage.
    pub fn new(
        tenant: Arc<str>,
        (namespace, flow, execution): (Arc<str>, &str, &str),
        parent: Option<String>,
        may_use: MayUse,
    ) -> Self {
        let own = execution_folder(&namespace, flow, execution);
        Self { tenant, namespace, own, parent, may_use }
    }

    /// The folder of the execution.
    pub fn own(&self) -> &str {
        &self.own
    }

    pub fn tenant(&self) -> &Arc<str> {
        &self.tenant
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    pub fn may_use(&self, namespace: &str) -> bool {
        *namespace == *self.namespace || (self.may_use)(namespace)
    }

    /// What an address means, if it is within reach.
    pub fn target(&self, uri: &str) -> Result<Target, Failure> {
        if let Some(path) = path_of(uri) {
            return self.internal(uri, path);
        }
        if let Some(rest) = uri.strip_prefix("nsfile://") {
            let (namespace, path) = rest.split_once('/').unwrap_or((rest, ""));
            let namespace = if namespace.is_empty() { &self.namespace } else { namespace };
            return self.of_namespace(uri, namespace, path);
        }
        match uri.strip_prefix("file://") {
            Some(path) if path.starts_with('/') => Ok(Target::Local(path.to_owned())),
            _ => Err(wrong_scheme(uri)),
        }
    }

    /// A path of the internal storage that an execution may change: its own files and those of executions in its reach.
    pub fn stored(&self, uri: &str) -> Result<StoredPath, Failure> {
        match self.target(uri)? {
            Target::Stored(path) => Ok(path),
            Target::Namespace { .. } if path_of(uri).is_some() => Err(Failure::new(format!(
                "`{}` is a file of a namespace, which has versions: use the tasks for namespace files",
                shown(uri)
            ))),
            _ => Err(wrong_scheme(uri)),
        }
    }

    fn internal(&self, uri: &str, path: &str) -> Result<Target, Failure> {
        let stored = StoredPath::new(&self.tenant, path).map_err(|reason| odd(uri, &reason))?;
        let inner = stored.inner();
        let is_below = |folder: &str| inner.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        if is_below(&self.own) || self.parent.as_deref().is_some_and(is_below) {
            return Ok(Target::Stored(stored));
        }
        if let Some((folder, path)) = inner.split_once("/_files/") {
            return self.of_namespace(uri, &folder.replace('/', "."), path);
        }
        let homes = homes(inner);
        if homes.is_empty() {
            return Err(Failure::new(format!(
                "Unable to read the file '{}' as it is not an execution file.",
                shown(uri)
            )));
        }
        match homes.iter().find(|namespace| !self.may_use(namespace)) {
            Some(namespace) => Err(not_allowed(namespace)),
            None => Ok(Target::Stored(stored)),
        }
    }

    fn of_namespace(&self, uri: &str, namespace: &str, path: &str) -> Result<Target, Failure> {
        check_path(path).map_err(|reason| odd(uri, &reason))?;
        if !self.may_use(namespace) {
            return Err(not_allowed(namespace));
        }
        Ok(Target::Namespace { namespace: namespace.to_owned(), path: path.to_owned() })
    }
}

/// The folder of the execution that started this one, as the variables of this one tell.
pub fn of_parent(variables: &Map) -> Option<String> {
    let Value::Map(trigger) = variables.get("trigger")? else { return None };
    let text = |name: &str| match trigger.get(name)? {
        Value::Str(text) if check_path(text.expose()).is_ok() => Some(text.expose()),
        _ => None,
    };
    Some(execution_folder(text("namespace")?, text("flowId")?, text("executionId")?))
}

/// The namespaces that a file of an execution may belong to. Since namespaces and names of files may look like parts of
/// such a path there may be several, and then all of them count.
fn homes(inner: &str) -> Vec<String> {
    let names: Vec<&str> = inner.split('/').collect();
    let is_home = |at: &usize| {
        let kind = names.get(at + 2).copied().unwrap_or_default();
        let is_execution = names.get(at + 1).is_some_and(|id| ExecutionId::parse(id).is_some());
        names[*at] == "executions" && is_execution && ["tasks", "inputs", "trigger"].contains(&kind)
    };
    (2..names.len()).filter(is_home).map(|at| names[..at - 1].join(".")).collect()
}

pub(super) fn wrong_scheme(uri: &str) -> Failure {
    Failure::new(format!("Invalid internal storage scheme, got uri '{}'", shown(uri)))
}

fn odd(uri: &str, reason: &str) -> Failure {
    Failure::new(format!("`{}` is no address of a file: {reason}", shown(uri)))
}

fn not_allowed(namespace: &str) -> Failure {
    Failure::new(format!("Namespace {} is not allowed.", shown(namespace)))
}

/// An address as messages show it.
pub(super) fn shown(uri: &str) -> String {
    uri.chars().take(300).collect::<String>().escape_debug().to_string()
}
