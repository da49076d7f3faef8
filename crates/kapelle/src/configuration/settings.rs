//! What a configuration comes to, typed.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kapelle_core::expression::plain;
use kapelle_core::flow;
use kapelle_core::language::Language;
use kapelle_engine::plan::OnLost;
use kapelle_engine::schedule::Recover;
use kapelle_model::flow::PluginDefault;
use kapelle_model::{Data, Map, Node, Span, Text, Value};
use kapelle_store::codec::Key as EncryptionKey;

use super::doors::DoorSettings;
use super::envs;
use super::finding::Finding;
use super::keys::{self, Key};
use super::layers::{Layers, Written};
use super::plugins;
use super::value;

/// How an installation is to be.
pub(crate) struct Settings {
    pub(crate) addresses: Addresses,
    pub(crate) sign_in: SignIn,
    pub(crate) doors: DoorSettings,
    /// What expressions and plans of flows get from the installation.
    pub(crate) flows: FlowSettings,
    pub(crate) keeping: Keeping,
    pub(crate) on_lost: OnLost,
    /// How long tasks may go on when the server is to stop.
    pub(crate) grace: Duration,
    /// What is done about missed schedules, unless the trigger says it.
    pub(crate) recover: Option<Recover>,
    /// Folders whose flows are saved, and followed.
    pub(crate) watched: Vec<PathBuf>,
    pub(crate) has_tutorials: bool,
    pub(crate) has_templates: bool,
    pub(crate) profile: &'static str,
    pub(crate) log_level: &'static str,
}

/// Where the server is.
pub(crate) struct Addresses {
    pub(crate) host: Option<String>,
    /// 0 is any port that is free.
    pub(crate) port: u16,
    pub(crate) context_path: Option<String>,
    pub(crate) ui_folder: Option<PathBuf>,
    pub(crate) management_port: Option<u16>,
    pub(crate) url: Option<String>,
    /// What names of metrics begin with.
    pub(crate) prefix: String,
}

/// Who may come in.
pub(crate) struct SignIn {
    /// Nobody is asked who they are: only when exactly that was written.
    pub(crate) is_open: bool,
    pub(crate) account: Option<Account>,
    pub(crate) realm: String,
    pub(crate) open_urls: Vec<String>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) trusted_groups: Vec<String>,
}

/// The administrator that a configuration names.
pub(crate) struct Account {
    pub(crate) username: String,
    pub(crate) password: Text,
}

pub(crate) struct FlowSettings {
    /// `envs` and `globals`.
    pub(crate) variables: Map,
    pub(crate) defaults: Vec<PluginDefault>,
    pub(crate) language: Language,
    pub(crate) is_recursive: bool,
    /// Settings that tasks look up, by their whole names.
    pub(crate) task_settings: BTreeMap<String, String>,
    /// Addresses of names that are not looked up.
    pub(crate) hosts: BTreeMap<String, IpAddr>,
    /// Folders that flows may read as `file://`.
    pub(crate) local_files: Vec<PathBuf>,
    /// The folder with definitions of the installation's own.
    pub(crate) definitions: Option<PathBuf>,
}

/// Where things are kept, and how long.
pub(crate) struct Keeping {
    /// Nothing is left when the process ends.
    pub(crate) is_in_memory: bool,
    pub(crate) files: Option<PathBuf>,
    pub(crate) tasks: Option<PathBuf>,
    pub(crate) encryption_key: Option<EncryptionKey>,
    pub(crate) executions: Option<Duration>,
}

impl Settings {
    /// What is secret is encrypted with it; without one, with a key that the store makes.
    pub(crate) const fn encryption_key(&self) -> Option<&EncryptionKey> {
        self.keeping.encryption_key.as_ref()
    }
}

/// Reads what was written, as far as it is right; the rest has its defaults, and is told.
pub(super) fn read(layers: &mut Layers, variables: &BTreeMap<String, String>) -> Settings {
    let mut wrong = Vec::new();
    layers.written.retain(|_, written| {
        let checked = value::check(written.key, &written.value);
        if let Err(found) = &checked {
            wrong.push(Finding::error(&written.origin.at(found.span), &found.message));
        }
        checked.is_ok()
    });
    let mut reader = Reader { written: &layers.written, findings: wrong };
    let settings = reader.settings(variables);
    let findings = std::mem::take(&mut reader.findings);
    layers.findings.extend(findings);
    settings
}

pub(super) struct Reader<'a> {
    written: &'a BTreeMap<&'static str, Written>,
    pub(super) findings: Vec<Finding>,
}

impl Reader<'_> {
    fn settings(&mut self, variables: &BTreeMap<String, String>) -> Settings {
        let plugins = plugins::read(self);
        let lost = self.choice(&keys::LOST_WORKERS);
        Settings {
            addresses: self.addresses(),
            sign_in: self.sign_in(),
            doors: self.doors(),
            flows: FlowSettings {
                variables: Map::from_iter([
                    ("envs".into(), Value::Map(Arc::new(envs::read(self, variables)))),
                    ("globals".into(), self.globals()),
                ]),
                defaults: self.defaults(),
                language: if self.choice(&keys::LANGUAGE) == "2" { Language::Two } else { Language::One },
                is_recursive: self.flag(&keys::RECURSIVE).unwrap_or_default(),
                task_settings: plugins.settings,
                hosts: plugins.hosts,
                local_files: self.texts(&keys::LOCAL_FILES).into_iter().map(PathBuf::from).collect(),
                definitions: self.text(&keys::DEFINITIONS).map(PathBuf::from),
            },
            keeping: Keeping {
                is_in_memory: self.text(&keys::REPOSITORY).is_some_and(|name| name == "memory"),
                files: self.text(&keys::STORAGE_PATH).map(PathBuf::from),
                tasks: self.text(&keys::TMP_DIR).map(PathBuf::from),
                encryption_key: self.encryption_key(),
                executions: self.period(&keys::RETENTION),
            },
            on_lost: OnLost::from_strategy(lost).expect("the table has the names of all strategies"),
            grace: self.period(&keys::GRACE).unwrap_or_default(),
            recover: plugins.recover,
            watched: self.watched(),
            has_tutorials: self.flag(&keys::TUTORIALS).unwrap_or_default(),
            has_templates: self.flag(&keys::TEMPLATES).unwrap_or_default(),
            profile: self.choice(&keys::PROFILE),
            log_level: self.choice(&keys::LOG_LEVEL),
        }
    }

    fn watched(&mut self) -> Vec<PathBuf> {
        let paths = self.texts(&keys::WATCH_PATHS);
        match (self.flag(&keys::WATCH).unwrap_or_default(), paths.is_empty()) {
            (true, true) => self.missing::<()>(&keys::WATCH, &keys::WATCH_PATHS),
            (false, false) => self.missing(&keys::WATCH_PATHS, &keys::WATCH),
            (true, false) => return paths.into_iter().map(PathBuf::from).collect(),
            (false, true) => None,
        };
        Vec::new()
    }

    fn addresses(&self) -> Addresses {
        let has_management = self.flag(&keys::MANAGEMENT).unwrap_or_default();
        Addresses {
            host: self.text(&keys::HOST),
            port: self.port(&keys::PORT),
            context_path: self.text(&keys::CONTEXT_PATH),
            ui_folder: self.text(&keys::UI_FOLDER).map(PathBuf::from),
            management_port: has_management.then(|| self.port(&keys::MANAGEMENT_PORT)),
            url: self.text(&keys::URL),
            prefix: self.text(&keys::METRICS_PREFIX).unwrap_or_default(),
        }
    }

    fn sign_in(&mut self) -> SignIn {
        let (username, password) = (self.text(&keys::USERNAME), self.text(&keys::PASSWORD));
        let account = match (username, password) {
            (Some(username), Some(password)) => {
                self.look_at_password(&password);
                Some(Account { username, password: Text::from(password).into_secret() })
            }
            (Some(_), None) => self.missing(&keys::USERNAME, &keys::PASSWORD),
            (None, Some(_)) => self.missing(&keys::PASSWORD, &keys::USERNAME),
            (None, None) => None,
        };
        SignIn {
            is_open: self.flag(&keys::BASIC_AUTH) == Some(false),
            account,
            realm: self.text(&keys::REALM).unwrap_or_default(),
            open_urls: self.texts(&keys::OPEN_URLS),
            trusted_proxies: self.texts(&keys::TRUSTED_PROXIES),
            trusted_groups: self.texts(&keys::TRUSTED_GROUPS),
        }
    }

    /// What a configuration says is taken as it is; people are asked for better ones.
    fn look_at_password(&mut self, password: &str) {
        let has = |is: fn(&char) -> bool| password.chars().any(|letter| is(&letter));
        let is_good = password.chars().count() >= 8
            && has(|letter| letter.is_uppercase())
            && has(|letter| letter.is_lowercase())
            && has(char::is_ascii_digit);
        if !is_good {
            self.warn(
                &keys::PASSWORD,
                "the password is weak: better are 8 characters with upper case, lower case and a digit",
            );
        }
    }

    fn missing<T>(&mut self, given: &Key, wanted: &Key) -> Option<T> {
        self.warn(given, &format!("`{}` has no effect without `{}`", given.name, wanted.name));
        None
    }

    fn encryption_key(&mut self) -> Option<EncryptionKey> {
        let text = self.text(&keys::ENCRYPTION_KEY).filter(|text| !text.is_empty())?;
        match EncryptionKey::read(&text) {
            Ok(key) => Some(key),
            Err(why) => {
                self.fail(&keys::ENCRYPTION_KEY, None, &format!("is no key: {why}"));
                None
            }
        }
    }

    fn globals(&self) -> Value {
        self.node(&keys::GLOBALS).map_or_else(|| Value::Map(Arc::default()), plain::from_node)
    }

    fn defaults(&self) -> Vec<PluginDefault> {
        let lists = [&keys::DEFAULTS_OLD, &keys::DEFAULTS].into_iter();
        lists.flat_map(|key| flow::plugin_defaults(self.node(key))).collect()
    }

    pub(super) fn fail(&mut self, key: &Key, span: Option<Span>, must: &str) {
        if let Some(written) = self.written.get(key.name) {
            let origin = span.map_or_else(|| written.origin.clone(), |span| written.origin.at(span));
            self.findings.push(Finding::error(&origin, format!("`{}` {must}", key.name)));
        }
    }

    pub(super) fn warn(&mut self, key: &Key, message: &str) {
        if let Some(written) = self.written.get(key.name) {
            self.findings.push(Finding::warning(&written.origin, message));
        }
    }

    /// What was written, and nothing else.
    pub(super) fn node(&self, key: &Key) -> Option<&Node> {
        self.written.get(key.name).map(|written| &written.value)
    }

    fn node_or_default(&self, key: &Key) -> Option<Node> {
        let default = || Some(Node { span: Span::default(), data: Data::Text(key.default?.to_owned()) });
        self.node(key).cloned().or_else(default)
    }

    pub(super) fn flag(&self, key: &Key) -> Option<bool> {
        value::flag(&self.node_or_default(key)?)
    }

    pub(super) fn port(&self, key: &Key) -> u16 {
        self.node_or_default(key).and_then(|node| value::port(&node)).unwrap_or_default()
    }

    pub(super) fn text(&self, key: &Key) -> Option<String> {
        self.node_or_default(key)?.scalar_text()
    }

    /// A number of a key that has a default.
    pub(super) fn count(&self, key: &Key) -> u32 {
        self.node_or_default(key).and_then(|node| value::count(&node)).unwrap_or(1)
    }

    fn period(&self, key: &Key) -> Option<Duration> {
        value::period(&self.node_or_default(key)?)
    }

    pub(super) fn texts(&self, key: &Key) -> Vec<String> {
        self.node(key).and_then(value::texts).unwrap_or_default()
    }

    /// One of the names of a key that has a default.
    fn choice(&self, key: &Key) -> &'static str {
        let keys::Kind::Choice(names) = key.kind else { return "" };
        self.node_or_default(key).and_then(|node| value::choice(&node, names)).unwrap_or_default()
    }
}
