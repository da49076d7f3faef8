//! A runtime on this machine, for `kapelle run`, `kapelle test` and `kapelle server`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use kapelle_core::expression::environment::Settings as Expressions;
use kapelle_core::expression::plain;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::schedule::Recover;
use kapelle_http::{Client, ClientSettings};
use kapelle_model::{ExecutionId, Millis, Value};
use kapelle_plugin::{KeyToSet, Keys, NamespaceFiles};
use kapelle_plugins::{aws, docker, google, kubernetes};
use kapelle_runtime::calls::HttpCalls;
use kapelle_runtime::keys;
use kapelle_runtime::namespace_files::TenantFiles;
use kapelle_runtime::secrets::{
    Plain, SecretChain, SecretFolder, SecretVariables, Secrets, StoredSecrets, dotenv,
};
use kapelle_runtime::storage::{LocalFiles, LocalStorage, SCHEME, Storage, StoredPath, execution_folder};
use kapelle_runtime::{Definition, Fixtures, Listener, Parts, Runtime, Surroundings, TakesUp, machine_now};
use kapelle_store::Store;
use kapelle_store::codec::Key;
use kapelle_store_sqlite::{Fatal, Options};
use tokio::runtime::Builder;

use crate::configuration::settings::Settings;
use crate::terminal::{setting, variables};

/// The tenant of everything that runs without a server.
pub(crate) const TENANT: &str = "main";

/// Keys that are removed at once.
const SWEPT_MAX: usize = 500;

/// Files of one namespace, read from a folder.
const FILES_MAX: usize = 10_000;

/// What a runtime is to be.
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<dyn Store>,
    /// Where files are, if not in the folder.
    pub(crate) files: Option<PathBuf>,
    /// Where files and directories of tasks are.
    pub(crate) folder: PathBuf,
    pub(crate) listener: Option<Listener>,
    pub(crate) fixtures: Option<Arc<dyn Fixtures>>,
    pub(crate) hands: Option<Millis>,
    pub(crate) ahead: i64,
    pub(crate) takes_up: TakesUp,
    /// Whether triggers start executions.
    pub(crate) triggers: Option<Recover>,
    /// A file of secrets, as `NAME=value` on each line.
    pub(crate) secrets: Option<PathBuf>,
}

/// The same folder from wherever it is asked for: programs of tasks run in folders of their own.
fn whole(folder: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(folder).with_context(|| format!("the folder `{}` cannot be found", folder.display()))
}

/// Sends the requests of flows; these names are not looked up.
pub(crate) fn client(hosts: BTreeMap<String, IpAddr>) -> Client {
    Client::new(ClientSettings { hosts, ..ClientSettings::default() })
}

/// A runtime with what it stands on.
pub(crate) struct Local {
    // Dropped before the threads that its tasks run on.
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) tokio: tokio::runtime::Runtime,
    pub(crate) storage: Arc<dyn Storage>,
}

impl Local {
    pub(crate) fn start(setup: Setup) -> anyhow::Result<Self> {
        let tokio = Builder::new_multi_thread().enable_all().build().context("no threads for tasks")?;
        let files = setup.files.unwrap_or_else(|| setup.folder.join("files"));
        let storage = LocalStorage::open(&files)
            .with_context(|| format!("files cannot be kept in {}", files.display()))?;
        let storage: Arc<dyn Storage> = Arc::new(storage);
        sweep(&*setup.store)?;
        let kept = stored_secrets(Arc::clone(&setup.store));
        let Settings { addresses, flows, keeping, on_lost, .. } = setup.settings;
        let mut configured = flows.task_settings;
        // Links in what the engine tells lead there.
        configured.extend(addresses.url.map(|url| ("kestra.url".to_owned(), url)));
        let parts = Parts {
            store: setup.store,
            registry: kapelle_plugins::registry(),
            handle: tokio.handle().clone(),
            settings: Expressions {
                language: flows.language,
                recursive: flows.is_recursive,
                ..Expressions::default()
            },
            variables: flows.variables,
            encryption: Encryption::Configured,
            on_worker_lost: on_lost,
            defaults: flows.defaults,
            slots: slots(),
            work: whole(&keeping.tasks.unwrap_or_else(|| setup.folder.join("work")))?,
            listener: setup.listener,
            fixtures: setup.fixtures,
            hands: setup.hands,
            ahead: setup.ahead,
            takes_up: setup.takes_up,
            triggers: setup.triggers,
        };
        let client = client(flows.hosts);
        let calls = HttpCalls::new(client.clone()).context("no threads for requests")?;
        let surroundings = Surroundings {
            storage: Arc::clone(&storage),
            local: LocalFiles::below(flows.local_files),
            secrets: secrets(setup.secrets.as_deref(), Some(kept))?,
            settings: settings(&setup.folder, configured),
            client,
            calls: Some(Arc::new(calls)),
        };
        let runtime =
            Runtime::start(parts, |grips| surroundings.around(grips)).map_err(|error| anyhow!("{error}"))?;
        Ok(Self { runtime: Arc::new(runtime), tokio, storage })
    }

    /// Puts the files of a folder into a namespace.
    pub(crate) fn put_files(&self, folder: &Path, namespace: &str) -> anyhow::Result<()> {
        let files = TenantFiles::new(
            TENANT.into(),
            Arc::clone(self.runtime.store()),
            Arc::clone(&self.storage),
            self.runtime.clock(),
        );
        for path in files_below(folder)? {
            let name = path.strip_prefix(folder).context("a file is not below its folder")?;
            let name = name.to_str().ok_or_else(|| anyhow!("{} is no text", path.display()))?;
            let mut content =
                std::fs::File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.put(namespace, name, &mut content).map_err(|failure| anyhow!("{name}: {failure}"))?;
        }
        Ok(())
    }

    /// Keeps a file of this machine as the value of an input. Its address.
    pub(crate) fn put_input(
        &self,
        path: &Path,
        definition: &Definition,
        id: ExecutionId,
        input: &str,
    ) -> anyhow::Result<String> {
        let plan = &definition.plan;
        let folder = execution_folder(&plan.namespace, &plan.flow, &id.to_string());
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file");
        let inner = format!("{folder}/inputs/{input}/{name}");
        let stored = StoredPath::new(TENANT, &inner).map_err(|reason| anyhow!("{name}: {reason}"))?;
        let mut content =
            std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut file = self.storage.create().context("the file cannot be kept")?;
        std::io::copy(&mut content, &mut file).context("the file cannot be kept")?;
        file.keep(&stored).context("the file cannot be kept")?;
        Ok(format!("{SCHEME}/{inner}"))
    }

    /// Sets the keys that a file names, in a namespace.
    pub(crate) fn put_keys(&self, file: &Path, namespace: &str) -> anyhow::Result<()> {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let read = plain::from_yaml(&text).map_err(|reason| anyhow!("{}: {reason}", file.display()))?;
        let Value::Map(entries) = read else {
            return Err(anyhow!("{} is no map of keys and values", file.display()));
        };
        let keys = self.runtime.keys(&TENANT.into());
        for (key, value) in entries.iter() {
            let key = KeyToSet {
                key: key.to_string(),
                value: value.clone(),
                description: None,
                expires: None,
                may_overwrite: true,
            };
            keys.set(namespace, &key).map_err(|failure| anyhow!("{}: {failure}", file.display()))?;
        }
        Ok(())
    }
}

/// Removes keys that expired long ago.
fn sweep(store: &dyn Store) -> anyhow::Result<()> {
    let now = jiff::Timestamp::from_millisecond(machine_now().0).unwrap_or_default();
    while keys::sweep(store, now, SWEPT_MAX).map_err(|error| anyhow!("{error}"))? == SWEPT_MAX {}
    Ok(())
}

/// All files below a folder, in order; what begins with a dot is left out.
fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
            if found.len() > FILES_MAX {
                return Err(anyhow!("{} holds more than {FILES_MAX} files", folder.display()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Attempts that run at the same time: mostly they wait for somebody else.
pub(crate) fn slots() -> usize {
    std::thread::available_parallelism().map_or(8, |cores| 8 * cores.get()).max(16)
}

/// How the store of a folder is opened: with the key of the installation, if there is one.
pub(crate) fn options(fatal: Fatal, key: Option<&Key>) -> Options {
    Options { key: key.cloned(), ..Options::new(fatal) }
}

/// The secrets that a store keeps, as the clock of the machine sees them.
pub(crate) fn stored_secrets(store: Arc<dyn Store>) -> StoredSecrets {
    let now = || jiff::Timestamp::from_millisecond(machine_now().0).unwrap_or_default();
    StoredSecrets::new(store, Arc::new(now))
}

/// Secrets of a file or of a folder with a file for each, then those of the environment, then those that are kept.
pub(crate) fn secrets(place: Option<&Path>, kept: Option<StoredSecrets>) -> anyhow::Result<Arc<dyn Secrets>> {
    let (environment, problems) = SecretVariables::read(variables(), &Plain::None);
    let mut sources: Vec<Arc<dyn Secrets>> = Vec::new();
    let mut all = problems;
    if let Some(folder) = place.filter(|place| place.is_dir()) {
        sources.push(Arc::new(SecretFolder::new(folder.to_owned())));
    } else if let Some(file) = place {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let (secrets, problems) = SecretVariables::read(dotenv(&text), &Plain::All);
        all.extend(problems);
        sources.push(Arc::new(secrets));
    }
    sources.push(Arc::new(environment));
    sources.extend(kept.map(|kept| Arc::new(kept) as Arc<dyn Secrets>));
    for problem in all {
        crate::terminal::note(&format!("warning: {problem}"));
    }
    Ok(Arc::new(SecretChain::of(sources)))
}

/// The engine for containers and how it is spoken to: as the configuration says, or as all programs of this machine are told.
pub(crate) fn engine(configured: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_on = |value: &String| !["", "0", "false"].contains(&&**value);
    let at_home = || setting("HOME").map(|home| format!("{home}/.docker"));
    let told = [
        (docker::HOST, setting("DOCKER_HOST")),
        (docker::TLS_VERIFY, setting("DOCKER_TLS_VERIFY").filter(is_on).map(|_| "true".to_owned())),
        (docker::CERTIFICATES, setting("DOCKER_CERT_PATH").or_else(at_home)),
    ];
    let chosen = |(name, told): (&str, _)| Some((name.to_owned(), configured.get(name).cloned().or(told)?));
    told.into_iter().filter_map(chosen).collect()
}

/// The cluster for pods: the file that the configuration names, or what this machine says of one.
pub(crate) fn cluster(configured: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let named = [kubernetes::KUBECONFIG, kubernetes::CONTEXT];
    let mut found: BTreeMap<_, _> =
        named.iter().filter_map(|name| configured.get_key_value(*name)).map(owned).collect();
    let at_home = || setting("HOME").map(|home| format!("{home}/.kube/config"));
    let file = setting("KUBECONFIG").or_else(|| at_home().filter(|file| Path::new(file).is_file()));
    if let (None, Some(file)) = (found.get(kubernetes::KUBECONFIG), file) {
        found.insert(kubernetes::KUBECONFIG.to_owned(), file);
    }
    if let (Some(host), Some(port)) = (setting("KUBERNETES_SERVICE_HOST"), setting("KUBERNETES_SERVICE_PORT"))
    {
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        found.insert(kubernetes::SERVER.to_owned(), format!("https://{host}:{port}"));
    }
    found
}

/// Whether somebody named a cluster for what runs here; one that happens to be in a home folder is not meant.
pub(crate) fn names_cluster(configured: &BTreeMap<String, String>) -> bool {
    configured.contains_key(kubernetes::KUBECONFIG) || setting("KUBECONFIG").is_some()
}

fn owned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

/// Settings that tasks look up: those of the configuration, and what follows from this machine.
pub(crate) fn settings(folder: &Path, configured: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut settings = configured;
    let (engine, cluster) = (engine(&settings), cluster(&settings));
    settings.extend(engine);
    settings.extend(cluster);
    settings.insert("kapelle.scripts.process-fallback".to_owned(), "true".to_owned());
    settings.insert("kapelle.scripts.cache".to_owned(), folder.join("cache").to_string_lossy().into_owned());
    for variable in aws::VARIABLES {
        settings.extend(setting(variable).map(|value| (aws::setting(variable), value)));
    }
    for variable in google::VARIABLES {
        settings.extend(setting(variable).map(|value| (google::setting(variable), value)));
    }
    if let Some(path) = setting("PATH") {
        settings.insert("kapelle.runner.process.path".to_owned(), path);
    }
    if let Ok(program) = std::env::current_exe() {
        settings.insert("kapelle.runner.process.shepherd".to_owned(), program.to_string_lossy().into_owned());
    }
    settings
}
