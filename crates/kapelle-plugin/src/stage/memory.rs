//! Everything of a stage that is not a file.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Mutex;

use jiff::Timestamp;
use kapelle_model::{Failure, Map};

use super::{NOW, locked};
use crate::host::{
    CountOf, Counted, Executions, FlowRef, FlowSource, Kept, KeyToSet, Keys, LogQuery, NamespaceFile,
    NamespaceFiles, OldFiles, PurgeOf, Purged, ToStart, Told, Triggers,
};

/// Keys, files of namespaces, lines of logs, and what was asked for.
#[derive(Default)]
pub struct Memory {
    keys: Mutex<BTreeMap<(String, String), Kept>>,
    files: Mutex<BTreeMap<(String, String), Versions>>,
    /// Flows by namespace and id; those that have ended too, so that their revisions go on.
    pub(super) flows: Mutex<BTreeMap<(String, String), (FlowSource, bool)>>,
    /// Lines that a query of logs finds.
    pub logs: Mutex<Vec<Map>>,
    /// Executions that can be told of.
    pub told: Mutex<Vec<Told>>,
    /// What a count gives.
    pub counted: Mutex<Vec<Counted>>,
    /// What a purge gives.
    pub purged: Mutex<Purged>,
    /// Everything that was asked for, in words.
    pub asked: Mutex<Vec<String>>,
}

/// The contents of a file by version.
type Versions = BTreeMap<u32, Vec<u8>>;

fn now() -> Timestamp {
    NOW.parse().unwrap_or_default()
}

impl Memory {
    /// Puts a file into a namespace.
    pub fn put_file(&self, namespace: &str, path: &str, content: &[u8]) {
        let key = (namespace.to_owned(), path.to_owned());
        let mut files = locked(&self.files);
        let versions = files.entry(key).or_default();
        let next = versions.last_key_value().map_or(1, |(latest, _)| latest + 1);
        versions.insert(next, content.to_vec());
    }

    /// The latest content of a file of a namespace.
    pub fn file(&self, namespace: &str, path: &str) -> Option<Vec<u8>> {
        let files = locked(&self.files);
        Some(files.get(&(namespace.to_owned(), path.to_owned()))?.last_key_value()?.1.clone())
    }

    /// Everything that was asked for.
    pub fn requests(&self) -> Vec<String> {
        locked(&self.asked).clone()
    }

    fn note(&self, words: String) {
        locked(&self.asked).push(words);
    }
}

impl Keys for Memory {
    fn get(&self, namespace: &str, key: &str) -> Result<Option<Kept>, Failure> {
        Ok(locked(&self.keys).get(&(namespace.to_owned(), key.to_owned())).cloned())
    }

    fn set(&self, namespace: &str, key: &KeyToSet) -> Result<(), Failure> {
        let mut keys = locked(&self.keys);
        let place = (namespace.to_owned(), key.key.clone());
        if !key.may_overwrite && keys.get(&place).is_some_and(|kept| !kept.is_expired) {
            return Err(Failure::new(format!("the key `{}` is there already", key.key)));
        }
        let kept = Kept {
            key: key.key.clone(),
            value: key.value.clone(),
            description: key.description.clone(),
            version: 1,
            created: now(),
            updated: now(),
            expires: key.expires,
            is_expired: key.expires.is_some_and(|expires| expires <= now()),
        };
        keys.insert(place, kept);
        Ok(())
    }

    fn delete(&self, namespace: &str, key: &str) -> Result<bool, Failure> {
        Ok(locked(&self.keys).remove(&(namespace.to_owned(), key.to_owned())).is_some())
    }

    fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Kept>, Failure> {
        let keys = locked(&self.keys);
        let own = keys.iter().filter(|((home, key), _)| home == namespace && key.starts_with(prefix));
        Ok(own.map(|(_, kept)| kept.clone()).collect())
    }

    fn namespaces(&self) -> Result<Vec<String>, Failure> {
        let mut names: Vec<String> = locked(&self.keys).keys().map(|(home, _)| home.clone()).collect();
        names.dedup();
        Ok(names)
    }
}

fn version(path: &str, (number, content): (&u32, &Vec<u8>)) -> NamespaceFile {
    NamespaceFile { path: path.to_owned(), version: *number, size: content.len() as u64, created: now() }
}

impl NamespaceFiles for Memory {
    fn list(&self, namespace: &str) -> Result<Vec<NamespaceFile>, Failure> {
        let files = locked(&self.files);
        let own = files.iter().filter(|((home, _), _)| home == namespace);
        let latest = own.filter_map(|((_, path), versions)| Some(version(path, versions.last_key_value()?)));
        Ok(latest.collect())
    }

    fn open(
        &self,
        namespace: &str,
        path: &str,
        version: Option<u32>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure> {
        let files = locked(&self.files);
        let versions = files.get(&(namespace.to_owned(), path.to_owned()));
        let content = versions.and_then(|versions| match version {
            Some(version) => versions.get(&version),
            None => versions.last_key_value().map(|(_, content)| content),
        });
        Ok(content.map(|content| Box::new(Cursor::new(content.clone())) as Box<dyn Read + Send>))
    }

    fn put(&self, namespace: &str, path: &str, content: &mut dyn Read) -> Result<NamespaceFile, Failure> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(|error| Failure::new(error.to_string()))?;
        self.put_file(namespace, path, &bytes);
        let latest = self.versions(namespace, path)?.pop();
        latest.ok_or_else(|| Failure::new("what was just written is gone"))
    }

    fn delete(&self, namespace: &str, path: &str) -> Result<bool, Failure> {
        Ok(locked(&self.files).remove(&(namespace.to_owned(), path.to_owned())).is_some())
    }

    fn delete_version(&self, namespace: &str, path: &str, version: u32) -> Result<bool, Failure> {
        let mut files = locked(&self.files);
        let place = (namespace.to_owned(), path.to_owned());
        let Some(versions) = files.get_mut(&place) else { return Ok(false) };
        let deleted = versions.remove(&version).is_some();
        if versions.is_empty() {
            files.remove(&place);
        }
        Ok(deleted)
    }

    fn versions(&self, namespace: &str, path: &str) -> Result<Vec<NamespaceFile>, Failure> {
        let files = locked(&self.files);
        let versions = files.get(&(namespace.to_owned(), path.to_owned()));
        Ok(versions.into_iter().flatten().map(|entry| version(path, entry)).collect())
    }

    fn namespaces(&self) -> Result<Vec<String>, Failure> {
        let mut names: Vec<String> = locked(&self.files).keys().map(|(home, _)| home.clone()).collect();
        names.dedup();
        Ok(names)
    }
}

impl Executions for Memory {
    fn resume(&self, id: &str, inputs: Map) -> Result<(), Failure> {
        self.note(format!("resume {id} {:?}", inputs.keys().collect::<Vec<_>>()));
        Ok(())
    }

    fn start(&self, of: &ToStart) -> Result<String, Failure> {
        self.note(format!("start {of:?}"));
        Ok("started1".to_owned())
    }

    fn told(&self, id: &str) -> Result<Option<Told>, Failure> {
        Ok(locked(&self.told).iter().find(|told| told.id == id).cloned())
    }

    fn count(&self, of: &CountOf) -> Result<Vec<Counted>, Failure> {
        self.note(format!("count {of:?}"));
        Ok(locked(&self.counted).clone())
    }

    fn purge(&self, of: &PurgeOf) -> Result<Purged, Failure> {
        self.note(format!("purge {of:?}"));
        Ok(*locked(&self.purged))
    }

    fn logs(&self, of: &LogQuery, each: &mut dyn FnMut(Map) -> Result<(), Failure>) -> Result<(), Failure> {
        self.note(format!("logs {of:?}"));
        locked(&self.logs).iter().cloned().try_for_each(each)
    }

    fn purge_logs(&self, of: &LogQuery) -> Result<u64, Failure> {
        self.note(format!("purge logs {of:?}"));
        Ok(locked(&self.purged).logs)
    }

    fn purge_files(&self, of: &OldFiles) -> Result<Purged, Failure> {
        self.note(format!("purge files {of:?}"));
        Ok(*locked(&self.purged))
    }
}

impl Triggers for Memory {
    fn toggle(&self, flow: &FlowRef, trigger: &str, is_enabled: bool) -> Result<(), Failure> {
        self.note(format!("toggle {}.{} {trigger} {is_enabled}", flow.namespace, flow.flow));
        Ok(())
    }
}
