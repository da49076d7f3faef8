//! Plugin types, as pages and lists tell of them. All of it is read off the catalogue.

mod icon;
mod markdown;

use std::collections::BTreeMap;

use kapelle_core::catalogue::{Catalogue, Type};
use kapelle_core::schema::type_schema;
use serde_json::{Value as Json, json};

pub(crate) use icon::{icon, svg};

/// The lists of a plugin, with the kinds of types that stand in each.
const LISTS: &[(&str, &[&str])] = &[
    ("tasks", &["task", "flowable", "subflow"]),
    ("triggers", &["trigger", "realtime"]),
    ("conditions", &["condition"]),
    ("controllers", &[]),
    ("storages", &["storage"]),
    ("secrets", &[]),
    ("taskRunners", &["runner"]),
    ("apps", &["app"]),
    ("appBlocks", &["app-block"]),
    ("charts", &["chart"]),
    ("dataFilters", &["data-filter"]),
    ("dataFiltersKPI", &["data-filter-kpi"]),
    ("logExporters", &["log-exporter"]),
    ("additionalPlugins", &[]),
];

/// What a type belongs to: all types of `io.kestra.plugin.core`, or of one language of scripts.
pub(crate) fn group(name: &str) -> String {
    let is_script = name.starts_with("io.kestra.plugin.scripts.");
    let segments = if is_script { 5 } else { 4 };
    name.split('.').take(segments).collect::<Vec<_>>().join(".")
}

/// The package of a type.
pub(crate) fn package(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(package, _)| package)
}

/// One entry for each group, by name.
pub(crate) fn plugins(types: &[&'static Type], version: &str) -> Vec<Json> {
    gathered(types, group).iter().map(|(group, types)| plugin(group, None, types, version)).collect()
}

/// One entry for each group, followed by one for each package of it.
pub(crate) fn subgroups(types: &[&'static Type], version: &str) -> Vec<Json> {
    let mut entries = Vec::new();
    for (group, types) in &gathered(types, group) {
        entries.push(plugin(group, None, types, version));
        for (package, types) in &gathered(types, |name| package(name).to_owned()) {
            if package != group {
                entries.push(plugin(group, Some(package), types, version));
            }
        }
    }
    entries
}

fn gathered(types: &[&'static Type], place: impl Fn(&str) -> String) -> BTreeMap<String, Vec<&'static Type>> {
    let mut places: BTreeMap<String, Vec<&'static Type>> = BTreeMap::new();
    for entry in types {
        places.entry(place(entry.name)).or_default().push(entry);
    }
    places
}

fn plugin(group: &str, package: Option<&str>, types: &[&'static Type], version: &str) -> Json {
    let name = group.rsplit('.').next().unwrap_or(group);
    let title = title(package.unwrap_or(group).rsplit('.').next().unwrap_or(name));
    let aliases: Vec<&str> = types.iter().flat_map(|entry| entry.aliases.iter().copied()).collect();
    let mut plugin = json!({
        "name": name,
        "title": title,
        "group": group,
        "version": version,
        "manifest": {"X-Kestra-Name": name, "X-Kestra-Group": group, "X-Kestra-Title": title},
        "aliases": aliases,
        "categories": ["CORE"],
    });
    if let Some(package) = package {
        plugin["subGroup"] = package.into();
    }
    for (list, kinds) in LISTS {
        let own = types.iter().filter(|entry| kinds.contains(&entry.kind));
        plugin[*list] = own.map(|entry| class(entry)).collect();
    }
    plugin
}

fn class(entry: &Type) -> Json {
    let mut class = json!({"cls": entry.name, "title": entry.doc});
    if entry.deprecated {
        class["deprecated"] = true.into();
    }
    class
}

/// A name with a capital letter.
fn title(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// The page of a type, and its schema.
pub(crate) fn documentation(catalogue: &'static Catalogue, entry: &'static Type) -> Json {
    json!({"markdown": markdown::page(catalogue, entry), "schema": type_schema(catalogue, entry)})
}

/// A trigger for a list to choose from.
pub(crate) fn trigger(entry: &Type) -> Json {
    json!({
        "cls": entry.name,
        "type": entry.name,
        "name": entry.simple_name(),
        "title": entry.doc,
        "group": group(entry.name),
        "realtime": entry.kind == "realtime",
        "deprecated": entry.deprecated,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> &'static Type {
        Catalogue::bundled().find(name).unwrap().entry
    }

    #[test]
    fn types_stand_in_the_list_of_their_kind() {
        let types = [entry("core.log.Log"), entry("core.trigger.Schedule"), entry("core.flow.Parallel")];
        let all = plugins(&types, "2.0.0");
        assert_eq!(all.len(), 1);
        assert_eq!(all[0]["group"], "io.kestra.plugin.core");
        assert_eq!(all[0]["tasks"].as_array().unwrap().len(), 2);
        assert_eq!(all[0]["triggers"][0]["cls"], "io.kestra.plugin.core.trigger.Schedule");
        let parts = subgroups(&types, "2.0.0");
        let packages: Vec<_> = parts.iter().filter_map(|part| part["subGroup"].as_str()).collect();
        assert_eq!(
            packages,
            ["io.kestra.plugin.core.flow", "io.kestra.plugin.core.log", "io.kestra.plugin.core.trigger"]
        );
    }

    #[test]
    fn each_language_of_scripts_is_a_group() {
        assert_eq!(group("io.kestra.plugin.scripts.python.Script"), "io.kestra.plugin.scripts.python");
        assert_eq!(group("io.kestra.plugin.core.log.Log"), "io.kestra.plugin.core");
    }

    #[test]
    fn every_type_has_a_page() {
        let catalogue = Catalogue::bundled();
        for entry in catalogue.types() {
            let page = documentation(catalogue, entry);
            assert!(page["markdown"].as_str().unwrap().contains(entry.name));
            assert!(page["schema"]["properties"].is_object());
        }
    }
}
