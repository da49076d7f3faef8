//! Reads the data of the services, and says what is wrong with it and where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::{Map, Value};

use super::answers::{Answer, Answers};
use super::chance::Chance;
use super::files::Files;
use super::flows::{Flow, Flows};
use super::secrets::Secrets;
use super::{MemoryServices, Response};
use crate::expression::builtin::decode_base64;
use crate::expression::form;
use crate::suggest;

const KEYS: &[&str] = &[
    "now",
    "seed",
    "server_type",
    "renderer",
    "forbidden_namespaces",
    "kv",
    "kv_expired",
    "secrets",
    "secret_objects",
    "env",
    "namespace_files",
    "namespace_file_versions",
    "internal_storage",
    "local_files",
    "config",
    "logs",
    "flows",
    "http",
    // What a test looks at besides; nothing to provide.
    "check",
];

const SERVERS: &[&str] = &["WORKER", "WEBSERVER", "EXECUTOR", "SCHEDULER", "INDEXER", "STANDALONE"];

/// The start of 2026.
const NOW_SECOND: i64 = 1_767_225_600;

type Read<T> = Result<T, String>;

pub(super) fn read(setup: &Value) -> Read<MemoryServices> {
    let empty = Value::Map(Arc::default());
    let all = At { path: String::new(), value: if matches!(setup, Value::Null) { &empty } else { setup } };
    all.only(KEYS)?;
    let config = all.get("config")?;
    if let Some(config) = &config {
        config.only(&["allowed-paths", "enable-file-functions"])?;
    }
    let flag = |name| match &config {
        Some(config) => config.get(name)?.map(|at| at.flag()).transpose(),
        None => Ok(None),
    };
    let allowed = config.as_ref().map(|config| config.get("allowed-paths")).transpose()?.flatten();
    Ok(MemoryServices {
        now: all.get("now")?.map_or_else(|| Ok(start()), |at| at.moment())?,
        chance: Chance::new(all.get("seed")?.map_or(Ok(0), |at| at.integer())?.cast_unsigned()),
        server: all
            .get("server_type")?
            .map(|at| at.one_of(SERVERS))
            .transpose()?
            .filter(|at| at != "STANDALONE"),
        hides_secrets: all.get("renderer")?.map(|at| at.one_of(&["debug", "plain"])).transpose()?.as_deref()
            == Some("debug"),
        forbidden: all
            .get("forbidden_namespaces")?
            .map_or(Ok(Vec::new()), |at| at.texts())?
            .into_iter()
            .collect(),
        kv: all.each("kv", |at| at.map().cloned())?,
        kv_expired: expired(&all)?,
        secrets: secrets(&all)?,
        files: Files {
            namespaces: namespace_files(&all)?,
            internal: all.each("internal_storage", At::text)?,
            local: all.each("local_files", At::text)?,
            allowed: allowed.map_or(Ok(Vec::new()), |at| at.texts())?,
            are_local_disabled: flag("enable-file-functions")? == Some(false),
        },
        logs: logs(&all)?,
        flows: Flows { by_name: all.each("flows", flow)? },
        answers: Answers {
            all: all.get("http")?.map_or(Ok(Vec::new()), |at| at.items()?.iter().map(answer).collect())?,
        },
        answering: None,
    })
}

fn start() -> Timestamp {
    Timestamp::from_second(NOW_SECOND).unwrap_or_default()
}

fn expired(all: &At<'_>) -> Read<BTreeSet<(String, String)>> {
    let by_namespace = all.each("kv_expired", At::texts)?;
    Ok(by_namespace
        .into_iter()
        .flat_map(|(namespace, keys)| keys.into_iter().map(move |key| (namespace.clone(), key)))
        .collect())
}

fn secrets(all: &At<'_>) -> Read<Secrets> {
    let mut environment = BTreeMap::new();
    for (name, encoded) in all.each("env", At::text)? {
        let Some(key) = name.strip_prefix("SECRET_") else { continue };
        // Tools that write base64 break its lines.
        let encoded: String = encoded.split_whitespace().collect();
        let decoded = decode_base64(&encoded).map_err(|_| format!("`env.{name}` is not base64"))?;
        let text = String::from_utf8(decoded).map_err(|_| format!("`env.{name}` is not text in base64"))?;
        environment.insert(key.to_uppercase(), text);
    }
    Ok(Secrets {
        by_namespace: all.each("secrets", |at| at.all(At::text))?,
        objects: all.each("secret_objects", |at| {
            at.only(&["value", "metadata"])?;
            let metadata = at.get("metadata")?.map(|at| at.map().cloned()).transpose()?;
            Ok((at.required("value")?.text()?, metadata))
        })?,
        environment,
    })
}

fn namespace_files(all: &At<'_>) -> Read<BTreeMap<String, BTreeMap<String, Vec<String>>>> {
    let mut files = all.each("namespace_files", |at| at.all(|at| Ok(vec![at.text()?])))?;
    for (namespace, versions) in all.each("namespace_file_versions", |at| at.all(At::texts))? {
        files.entry(namespace).or_default().extend(versions);
    }
    Ok(files)
}

/// The logs that count as errors.
fn logs(all: &At<'_>) -> Read<Vec<Map>> {
    let mut logs = Vec::new();
    for log in all.get("logs")?.map_or(Ok(Vec::new()), |at| at.items())? {
        if log.required("level")?.text()? == "ERROR" {
            logs.push(log.map()?.clone());
        }
    }
    Ok(logs)
}

fn flow(at: &At<'_>) -> Read<Flow> {
    at.only(&["input_default", "output", "state"])?;
    let outputs = at.get("output")?.map_or(Ok(BTreeMap::new()), |at| at.all(At::text))?;
    Ok(Flow {
        inputs: at.get("input_default")?.map_or(Ok(Map::new()), |at| at.map().cloned())?,
        outputs: outputs.into_iter().map(|(name, template)| (name.into(), template)).collect(),
        state: at.get("state")?.map_or(Ok("SUCCESS".to_owned()), |at| at.text())?,
    })
}

fn answer(at: &At<'_>) -> Read<Answer> {
    at.only(&["method", "path", "expect_headers", "expect_json_body", "status", "content_type", "body"])?;
    let status = at.get("status")?.map_or(Ok(200), |at| at.integer())?;
    let status = u16::try_from(status).ok().filter(|status| (100..600).contains(status));
    Ok(Answer {
        method: at.get("method")?.map_or(Ok("GET".to_owned()), |at| at.text())?,
        path: at.required("path")?.text()?,
        headers: at.each("expect_headers", At::texts)?.into_iter().collect(),
        body: at.get("expect_json_body")?.map(|at| at.value.clone()),
        response: Response {
            status: status.ok_or_else(|| format!("`{}.status` is no status of HTTP", at.path))?,
            content_type: at.get("content_type")?.map(|at| at.text()).transpose()?,
            body: at.get("body")?.map_or(Ok(String::new()), |at| at.text())?.into_bytes(),
        },
    })
}

/// A value with the way to it, for errors. Values are never shown: they may be secrets.
struct At<'v> {
    path: String,
    value: &'v Value,
}

impl<'v> At<'v> {
    fn wrong<T>(&self, expected: &str) -> Read<T> {
        let name = if self.path.is_empty() { "the data".to_owned() } else { format!("`{}`", self.path) };
        Err(format!("{name} has to be {expected}, not {}", form::kind(self.value)))
    }

    fn below(&self, key: &str, value: &'v Value) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { path, value }
    }

    fn map(&self) -> Read<&'v Map> {
        match self.value {
            Value::Map(map) => Ok(map),
            _ => self.wrong("a map"),
        }
    }

    /// Refuses every other key.
    fn only(&self, keys: &[&str]) -> Read<()> {
        let Some(unknown) = self.map()?.keys().find(|key| !keys.contains(&key.as_ref())) else {
            return Ok(());
        };
        let at = self.below(unknown, self.value).path;
        Err(match suggest::nearest(unknown, keys.iter().copied()) {
            Some(near) => format!("`{at}` is unknown; did you mean `{near}`?"),
            None => format!("`{at}` is unknown; there are {}", keys.join(", ")),
        })
    }

    fn get(&self, key: &str) -> Read<Option<Self>> {
        let value = self.map()?.get(key).filter(|value| !matches!(value, Value::Null));
        Ok(value.map(|value| self.below(key, value)))
    }

    fn required(&self, key: &str) -> Read<Self> {
        self.get(key)?.ok_or_else(|| format!("`{}` is missing", self.below(key, self.value).path))
    }

    fn all<T>(&self, read: impl Fn(&Self) -> Read<T>) -> Read<BTreeMap<String, T>> {
        let entries = self.map()?.iter();
        entries.map(|(key, value)| Ok((key.to_string(), read(&self.below(key, value))?))).collect()
    }

    /// All entries of the map at a key, if there is one.
    fn each<T>(&self, key: &str, read: impl Fn(&At<'v>) -> Read<T>) -> Read<BTreeMap<String, T>> {
        self.get(key)?.map_or_else(|| Ok(BTreeMap::new()), |at| at.all(read))
    }

    fn items(&self) -> Read<Vec<Self>> {
        match self.value {
            Value::List(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, value)| Self { path: format!("{}[{index}]", self.path), value })
                .collect()),
            _ => self.wrong("a list"),
        }
    }

    fn text(&self) -> Read<String> {
        match self.value {
            Value::Str(text) => Ok(text.expose().to_owned()),
            _ => self.wrong("text"),
        }
    }

    fn texts(&self) -> Read<Vec<String>> {
        self.items()?.iter().map(Self::text).collect()
    }

    fn one_of(&self, allowed: &[&str]) -> Read<String> {
        let text = self.text()?;
        if allowed.contains(&text.as_str()) {
            Ok(text)
        } else {
            self.wrong(&format!("one of {}", allowed.join(", ")))
        }
    }

    fn flag(&self) -> Read<bool> {
        match self.value {
            Value::Bool(flag) => Ok(*flag),
            _ => self.wrong("true or false"),
        }
    }

    fn integer(&self) -> Read<i64> {
        match self.value {
            Value::Int(number) => Ok(*number),
            _ => self.wrong("an integer"),
        }
    }

    fn moment(&self) -> Read<Timestamp> {
        match self.value {
            Value::Instant(moment) => Ok(*moment),
            _ => self.text()?.parse().or_else(|_| self.wrong("a moment such as 2026-01-01T00:00:00Z")),
        }
    }
}
