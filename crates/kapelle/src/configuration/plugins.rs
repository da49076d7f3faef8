//! `kestra.plugins.configurations`: settings of single types.

use std::collections::BTreeMap;

use kapelle_engine::schedule::Recover;
use kapelle_model::Node;

use super::keys;
use super::name::plain;
use super::settings::Reader;
use super::value;

const SCHEDULE: &str = "io.kestra.plugin.core.trigger.Schedule";
const FILES: &str = "io.kestra.plugin.fs.local";
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
    plugins
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
