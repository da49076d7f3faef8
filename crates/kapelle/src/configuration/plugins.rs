//! `kestra.plugins.configurations`: settings of single types.

use std::collections::BTreeMap;

use kapelle_engine::schedule::Recover;
use kapelle_model::Node;

use super::keys::{self, Key};
use super::name::plain;
use super::settings::Reader;
use super::value;

const SCHEDULE: &str = "io.kestra.plugin.core.trigger.Schedule";
const FILES: &str = "io.kestra.plugin.fs.local";
/// Where a provider of models is.
const BASE: &str = "base-url";
const DOCKER: &str = "io.kestra.plugin.scripts.runner.docker.Docker";

#[derive(Default)]
pub(super) struct Plugins {
    pub(super) recover: Option<Recover>,
    /// Settings that tasks look up.
    pub(super) settings: BTreeMap<String, String>,
}

pub(super) fn read(reader: &mut Reader) -> Plugins {
    let mut plugins = Plugins::default();
    let mut folders = reader.texts(&keys::LOCAL_TASKS);
    let mut has_volumes = reader.flag(&keys::DOCKER_VOLUMES).unwrap_or_default();
    let items = reader.node(&keys::CONFIGURATIONS).map_or(Vec::new(), |node| node.items().to_vec());
    for item in &items {
        let name = item.get("type").and_then(Node::as_text).unwrap_or_default();
        match (name, item.get("values")) {
            (SCHEDULE, Some(values)) => {
                plugins.recover = recover(reader, values).or(plugins.recover);
            }
            (FILES, Some(values)) => {
                folders.extend(property(values, "allowed-paths").and_then(value::texts).unwrap_or_default());
            }
            (DOCKER, Some(values)) => {
                has_volumes |= property(values, "volume-enabled").and_then(value::flag).unwrap_or_default();
            }
            (SCHEDULE | FILES | DOCKER, None) => {}
            (name, _) => {
                let key = keys::CONFIGURATIONS.name;
                reader.warn(&keys::CONFIGURATIONS, &format!("`{key}` for `{name}` has no effect in Kapelle"));
            }
        }
    }
    if !folders.is_empty() {
        plugins.settings.insert(keys::LOCAL_TASKS.name.to_owned(), folders.join(","));
    }
    if has_volumes {
        plugins.settings.insert(keys::DOCKER_VOLUMES.name.to_owned(), "true".to_owned());
    }
    let engine = reader.text(&keys::DOCKER_HOST).map(|host| (keys::DOCKER_HOST.name.to_owned(), host));
    plugins.settings.extend(engine);
    plugins.settings.extend(addresses(reader, &keys::SERVICES, None));
    plugins.settings.extend(addresses(reader, &keys::AI_PROVIDERS, Some(BASE)));
    plugins
}

/// Addresses by the names of services, each as a setting of its own: as the value of the name, or of a property of it.
fn addresses(reader: &mut Reader, key: &Key, within: Option<&str>) -> Vec<(String, String)> {
    let entries = reader.node(key).map_or(Vec::new(), |node| node.entries().to_vec());
    let mut found = Vec::new();
    for entry in entries {
        let value = within.map_or(Some(&entry.value), |name| property(&entry.value, name));
        let end = within.map_or_else(String::new, |name| format!(".{name}"));
        if let Some(address) = value.and_then(Node::as_text) {
            found.push((format!("{}.{}{end}", key.name, entry.key), address.to_owned()));
        } else {
            let must = format!("has no address for `{}`: write `{}{end}` as a text", entry.key, entry.key);
            reader.fail(key, Some(entry.value.span), &must);
        }
    }
    found
}

fn recover(reader: &mut Reader, values: &Node) -> Option<Recover> {
    let node = property(values, "recoverMissedSchedules")?;
    let found = node.as_text().and_then(Recover::from_name);
    if found.is_none() {
        let must = "has a `recoverMissedSchedules` that is none of ALL, LAST, NONE";
        reader.fail(&keys::CONFIGURATIONS, Some(node.span), must);
    }
    found
}

fn property<'n>(values: &'n Node, name: &str) -> Option<&'n Node> {
    values.entries().iter().find(|entry| plain(&entry.key) == plain(name)).map(|entry| &entry.value)
}
