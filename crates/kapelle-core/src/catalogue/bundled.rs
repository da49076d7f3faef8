//! Unpacks the catalogue that `build.rs` packed, and lays the language's own refinements over it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::Deserialize;
use serde_json::Value;

use super::{Catalogue, Output, Slot, TEXT, Type, own};
use crate::shape::{ADDED_OUTPUTS, ADDED_TYPES, Kind, Property, REFINED, Role};

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.deflate"));

/// More than the catalogue can need; the data is our own, the bound is only for a broken build.
const UNPACKED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Properties by group: task, trigger, condition, runner, additional.
pub(super) type Common = HashMap<&'static str, Vec<Property>>;

/// Kinds by interface.
pub(super) type Interfaces = HashMap<&'static str, Vec<&'static str>>;

pub(super) fn load() -> Catalogue {
    let unpacked = decompress_to_vec_with_limit(PACKED, UNPACKED_BYTES_MAX).expect("build.rs packed it");
    // Lives as long as the process, so that names can be borrowed from it.
    let text: &'static str = String::from_utf8(unpacked).expect("build.rs wrote text").leak();
    let mut lines = text.lines();
    let count: usize =
        lines.next().and_then(|line| line.parse().ok()).expect("the first line is the number of types");
    let mut types = Vec::with_capacity(count + ADDED_TYPES.len());
    for line in lines.by_ref().take(count) {
        let mut fields = line.split('\t');
        let mut field = || fields.next().expect("an index line has three fields");
        let (name, kind, aliases) = (field(), field(), field());
        let aliases = aliases.split(',').filter(|alias| !alias.is_empty()).collect();
        types.push(Slot { name, kind, aliases, json: "", own: None, decoded: OnceLock::new() });
    }
    for (slot, line) in types.iter_mut().zip(lines.by_ref()) {
        slot.json = line;
    }
    let common_json = lines.next().expect("the last line holds the common properties");
    for added in ADDED_TYPES {
        if let Some(kind) = added.kind {
            let aliases = added.aliases.to_vec();
            types.push(Slot {
                name: added.name,
                kind,
                aliases,
                json: "",
                own: None,
                decoded: OnceLock::new(),
            });
        } else {
            let slot = types.iter_mut().find(|slot| slot.name == added.name);
            slot.expect("aliases are added to a known type").aliases.extend(added.aliases);
        }
    }
    let own = own::slots(&types);
    types.extend(own);
    let mut by_name = HashMap::with_capacity(types.len() * 2);
    let mut by_lower_alias = HashMap::new();
    for (index, slot) in types.iter().enumerate() {
        for alias in &slot.aliases {
            by_name.entry(*alias).or_insert(index);
            by_lower_alias.insert(alias.to_ascii_lowercase(), index);
        }
    }
    for (index, slot) in types.iter().enumerate() {
        by_name.insert(slot.name, index);
    }
    Catalogue {
        types,
        by_name,
        by_lower_alias,
        common: OnceLock::new(),
        interfaces: OnceLock::new(),
        common_json,
    }
}

/// A type as the catalogue writes it.
#[derive(Deserialize)]
struct RawType<'a> {
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    partial: bool,
    edition: Option<&'a str>,
    #[serde(borrow)]
    props: Vec<RawProperty<'a>>,
    #[serde(borrow)]
    outputs: Option<Vec<RawOutput<'a>>>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of the catalogue")]
struct RawProperty<'a> {
    name: &'a str,
    t: &'a str,
    of: Option<&'a str>,
    #[serde(default)]
    req: bool,
    def: Option<Value>,
    #[serde(default, rename = "dyn")]
    dynamic: bool,
    #[serde(borrow, rename = "enum")]
    values: Option<Vec<Cow<'a, str>>>,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
struct RawOutput<'a> {
    name: &'a str,
    t: Option<&'a str>,
}

#[derive(Deserialize)]
struct RawRest<'a> {
    #[serde(borrow)]
    common: BTreeMap<&'a str, RawGroup<'a>>,
}

#[derive(Deserialize)]
struct RawInterfaces<'a> {
    #[serde(borrow)]
    interfaces: BTreeMap<&'a str, RawInterface<'a>>,
}

#[derive(Deserialize)]
struct RawInterface<'a> {
    #[serde(borrow, default)]
    kinds: Vec<&'a str>,
}

#[derive(Deserialize)]
struct RawGroup<'a> {
    #[serde(borrow)]
    props: Vec<RawProperty<'a>>,
}

pub(super) fn common(json: &'static str) -> Common {
    let rest: RawRest<'static> = serde_json::from_str(json).expect("build.rs wrote it");
    rest.common
        .into_iter()
        .map(|(group, raw)| (group, refine(group, raw.props.into_iter().map(property).collect())))
        .collect()
}

/// The kinds of types that each interface admits.
pub(super) fn interfaces(json: &'static str) -> Interfaces {
    let rest: RawInterfaces<'static> = serde_json::from_str(json).expect("build.rs wrote it");
    rest.interfaces.into_iter().map(|(name, interface)| (name, interface.kinds)).collect()
}

/// The group of common properties that a kind belongs to.
pub(super) fn group(kind: &str) -> &'static str {
    match kind {
        "task" | "flowable" | "subflow" => "task",
        "trigger" | "realtime" => "trigger",
        "condition" => "condition",
        "runner" => "runner",
        _ => "additional",
    }
}

pub(super) fn decode(slot: &Slot, common: &Common) -> Type {
    let shared = common.get(group(slot.kind)).map_or(&[][..], Vec::as_slice);
    if let Some(own) = slot.own {
        return Type {
            name: slot.name,
            kind: slot.kind,
            aliases: Vec::new(),
            doc: own.doc,
            deprecated: false,
            internal: false,
            enterprise: false,
            partial: false,
            is_own: true,
            properties: merged(shared, own.properties.clone()),
            outputs: Some(own::outputs(own)),
        };
    }
    if slot.json.is_empty() {
        let added =
            ADDED_TYPES.iter().find(|added| added.name == slot.name).expect("it was added from there");
        return Type {
            name: slot.name,
            kind: slot.kind,
            aliases: slot.aliases.clone(),
            doc: added.doc,
            deprecated: false,
            internal: false,
            enterprise: false,
            partial: added.properties.is_empty(),
            is_own: false,
            properties: merged(shared, added.properties.to_vec()),
            outputs: None,
        };
    }
    let raw: RawType<'static> = serde_json::from_str(slot.json).expect("build.rs wrote it");
    let own = refine(slot.name, raw.props.into_iter().map(property).collect());
    let outputs = raw.outputs.map(|outputs| {
        let known: Vec<Output> = outputs
            .into_iter()
            .map(|output| Output { name: output.name, kind: output.t.unwrap_or("any") })
            .collect();
        let added = ADDED_OUTPUTS
            .iter()
            .filter(|(name, _)| super::fits(name, slot.name))
            .flat_map(|(_, added)| *added);
        let added =
            added.filter(|(name, _)| known.iter().all(|output| output.name != *name)).collect::<Vec<_>>();
        known.into_iter().chain(added.into_iter().map(|(name, kind)| Output { name, kind })).collect()
    });
    Type {
        name: slot.name,
        kind: slot.kind,
        aliases: slot.aliases.clone(),
        doc: "",
        deprecated: raw.deprecated,
        internal: raw.internal,
        enterprise: raw.edition == Some("ee"),
        partial: raw.partial,
        is_own: false,
        properties: merged(shared, own),
        outputs,
    }
}

/// Own properties win over shared ones of the same name.
fn merged(shared: &[Property], own: Vec<Property>) -> Vec<Property> {
    let mut all = own;
    for property in shared {
        if !all.iter().any(|other| other.name == property.name) {
            all.push(*property);
        }
    }
    all.sort_by_key(|property| property.name);
    all
}

/// Replaces and adds what the language tells more exactly than the catalogue.
fn refine(owner: &str, mut properties: Vec<Property>) -> Vec<Property> {
    let refinements =
        REFINED.iter().filter(|(name, _)| *name == owner).flat_map(|(_, properties)| *properties);
    for refined in refinements {
        match properties.iter_mut().find(|property| property.name == refined.name) {
            Some(property) => *property = *refined,
            None => properties.push(*refined),
        }
    }
    properties
}

fn property(raw: RawProperty<'static>) -> Property {
    let values = raw.values.map(|values| {
        // Decoded once for each type, so this is as bounded as the catalogue.
        let values: Vec<&'static str> = values.into_iter().map(|value| &*value.into_owned().leak()).collect();
        &*values.leak()
    });
    let default = raw.def.map(|value| &*value.to_string().leak());
    Property {
        name: raw.name,
        kind: kind(raw.t, raw.of, values),
        required: raw.req,
        dynamic: raw.dynamic,
        secret: raw.secret,
        deprecated: raw.deprecated,
        alias_of: None,
        default,
        doc: "",
    }
}

/// From the catalogue's words; `list<string>` nests.
fn kind(word: &'static str, element: Option<&'static str>, values: Option<&'static [&'static str]>) -> Kind {
    let inner = || -> &'static Kind {
        let (word, element) = match element.map(|element| (element, element.find('<'))) {
            Some((element, Some(at))) => (&element[..at], Some(element[at + 1..].trim_end_matches('>'))),
            Some((element, None)) => (element, None),
            None => ("any", None),
        };
        Box::leak(Box::new(kind(word, element, values)))
    };
    match word {
        "string" => TEXT,
        "integer" => Kind::Integer { min: None },
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        "duration" => Kind::Duration,
        "datetime" => Kind::Date,
        "enum" => values.map_or(TEXT, Kind::Enum),
        "list" => Kind::List(inner()),
        "map" => Kind::Map(inner()),
        "object" => Kind::Map(&Kind::Any),
        "plugin:Task" => Kind::Plugin(Role::Task),
        "plugin:TaskRunner" => Kind::Plugin(Role::TaskRunner),
        "plugin:Condition" | "plugin:ScheduleCondition" => Kind::Plugin(Role::Condition),
        other => other.strip_prefix("plugin:").map_or(Kind::Any, |role| Kind::Plugin(Role::Other(role))),
    }
}
