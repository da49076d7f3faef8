//! `kestra.plugins.configurations`: settings of single types.

use std::collections::BTreeMap;
use std::net::IpAddr;

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
const SSH: &str = "io.kestra.plugin.fs.ssh.Command";
const DOCKER: &str = "io.kestra.plugin.scripts.runner.docker.Docker";

#[derive(Default)]
pub(super) struct Plugins {
    pub(super) recover: Option<Recover>,
    /// Settings that tasks look up.
    pub(super) settings: BTreeMap<String, String>,
    pub(super) hosts: BTreeMap<String, IpAddr>,
}

pub(super) fn read(reader: &mut Reader) -> Plugins {
    let mut plugins = Plugins::default();
    let mut folders = reader.texts(&keys::LOCAL_TASKS);
    let mut has_volumes = reader.flag(&keys::DOCKER_VOLUMES).unwrap_or_default();
    let mut has_ssh_config = reader.flag(&keys::SSH_CONFIG).unwrap_or_default();
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
            (SSH, Some(values)) => {
                has_ssh_config |=
                    property(values, "allow-open-ssh-config").and_then(value::flag).unwrap_or_default();
            }
            (SCHEDULE | FILES | SSH | DOCKER, None) => {}
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
    if let Some(is_secure) = reader.flag(&keys::DOCKER_TLS) {
        plugins.settings.insert(keys::DOCKER_TLS.name.to_owned(), is_secure.to_string());
    }
    if has_ssh_config {
        plugins.settings.insert(keys::SSH_CONFIG.name.to_owned(), "true".to_owned());
    }
    if let Some(has_access) = reader.flag(&keys::DUCKDB_ACCESS) {
        plugins.settings.insert(keys::DUCKDB_ACCESS.name.to_owned(), has_access.to_string());
    }
    for key in [&keys::SSH_CHECKING, &keys::SSH_HOSTS, &keys::DUCKDB, &keys::DUCKDB_EXTENSIONS] {
        plugins.settings.extend(reader.text(key).map(|value| (key.name.to_owned(), value)));
    }
    for key in [
        &keys::DOCKER_HOST,
        &keys::DOCKER_CERTIFICATES,
        &keys::KUBECONFIG,
        &keys::KUBE_CONTEXT,
        &keys::AI_DEFAULT,
        &keys::AI_TOKENS,
        &keys::AI_COST,
        &keys::AI_RECORDINGS,
        &keys::AI_RECORDINGS_MODE,
    ] {
        plugins.settings.extend(reader.text(key).map(|value| (key.name.to_owned(), value)));
    }
    plugins.settings.extend(addresses(reader, &keys::SERVICES, None));
    plugins.settings.extend(addresses(reader, &keys::AI_PROVIDERS, Some(BASE)));
    plugins.settings.extend(prices(reader));
    plugins.hosts = hosts(reader);
    plugins
}

/// Addresses of machines by their names.
fn hosts(reader: &mut Reader) -> BTreeMap<String, IpAddr> {
    let entries = reader.node(&keys::NETWORK_HOSTS).map_or(Vec::new(), |node| node.entries().to_vec());
    let mut hosts = BTreeMap::new();
    for entry in entries {
        if let Some(address) = entry.value.as_text().and_then(|address| address.parse().ok()) {
            hosts.insert(entry.key.to_lowercase(), address);
        } else {
            let must = format!("has no address for `{}`: write one such as `10.0.0.7`", entry.key);
            reader.fail(&keys::NETWORK_HOSTS, Some(entry.value.span), &must);
        }
    }
    hosts
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

/// What models cost, each amount as a setting of its own.
fn prices(reader: &mut Reader) -> Vec<(String, String)> {
    let entries = reader.node(&keys::AI_PRICES).map_or(Vec::new(), |node| node.entries().to_vec());
    let mut found = Vec::new();
    for entry in entries {
        let parts =
            ["input", "output"].map(|name| (name, property(&entry.value, name).and_then(Node::scalar_text)));
        if parts[0].1.is_none() {
            let must =
                format!("has no price for `{0}`: write `{0}: {{input: 0.50, output: 1.50}}`", entry.key);
            reader.fail(&keys::AI_PRICES, Some(entry.value.span), &must);
        }
        for (name, price) in parts {
            let key = || format!("{}.{}.{name}", keys::AI_PRICES.name, entry.key);
            found.extend(price.map(|price| (key(), price)));
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
