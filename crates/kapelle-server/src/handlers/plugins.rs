//! Plugin types: what this server runs, and pages about all that are known.

use hyper::StatusCode;
use kapelle_core::catalogue::{Catalogue, Type};
use kapelle_core::expression::builtin::{self, Default, Kind, Parameters};
use kapelle_core::schema::{Part, flow_schema, input_schema, part_schema};
use kapelle_core::shape::{self, FLOW, Role};
use serde_json::{Map as Object, Value as Json, json};

use super::instance::API_VERSION;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::{self, Operation, Tree};
use crate::paging::page;
use crate::profile::Profile;
use crate::views::{flow, plugin as view};

/// Rows of a page where nobody says how many.
const SIZE: usize = 10_000;

/// The job that every installation is: nothing is left to be done.
const JOB: &str = "built-in";

/// Whether this server can do what the type is for. What no worker has to do belongs to the language itself.
fn runs(call: &Call, entry: &Type) -> bool {
    !entry.internal && (call.runtime().works_on(entry.name) || entry.is_built_in() && !entry.is_runnable())
}

fn running(call: &Call) -> Vec<&'static Type> {
    let mut types: Vec<&'static Type> =
        Catalogue::bundled().types().filter(|entry| runs(call, entry)).collect();
    types.sort_by_key(|entry| entry.name);
    types
}

fn named(call: &Call) -> Outcome<&'static Type> {
    find(call.variable("cls"))
}

fn find(name: &str) -> Outcome<&'static Type> {
    let found = Catalogue::bundled().find(name);
    found.map(|found| found.entry).ok_or_else(|| ApiError::not_found(format!("there is no type `{name}`")))
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let entries = view::plugins(&running(call), API_VERSION);
    let entries: Vec<Json> = matching(call, entries)?;
    if call.app.profile == Profile::First && call.query.iter().next().is_none() {
        return Ok(Answer::json(&entries.into()));
    }
    let number: usize = call.number("page")?.unwrap_or(1);
    let size: usize = call.number("size")?.unwrap_or(SIZE);
    if number < 1 || size < 1 {
        return Err(ApiError::invalid_entity("page and size: must be greater than or equal to 1"));
    }
    let part: Vec<Json> =
        entries.iter().skip((number - 1).saturating_mul(size)).take(size).cloned().collect();
    Ok(Answer::json(&page(&part, entries.len() as u64)))
}

/// Those that the text of the query stands in.
fn matching(call: &Call, mut entries: Vec<Json>) -> Outcome<Vec<Json>> {
    if let Tree::All(trees) = filters::read(&call.query, &[("q", Operation::Equals)])? {
        for tree in trees {
            match tree {
                Tree::One(clause) if clause.field == "q" => {
                    let wanted = clause.value.to_lowercase();
                    entries.retain(|entry| entry.to_string().to_lowercase().contains(&wanted));
                }
                Tree::One(clause) => return Err(clause.no_field("plugins")),
                Tree::All(_) | Tree::Any(_) => {
                    return Err(ApiError::bad_filter("plugins are filtered by one text only"));
                }
            }
        }
    }
    Ok(entries)
}

pub(crate) fn subgroups(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&view::subgroups(&running(call), API_VERSION).into()))
}

pub(crate) fn triggers(call: &Call) -> Outcome<Answer> {
    let catalogue = Catalogue::bundled();
    let found = running(call).into_iter().filter(|entry| catalogue.plays(entry.kind, Role::Trigger));
    let rows: Vec<Json> = found.map(view::trigger).collect();
    Ok(Answer::json(&page(&rows, rows.len() as u64)))
}

pub(crate) fn documentation(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&view::documentation(Catalogue::bundled(), named(call)?)))
}

pub(crate) fn versions(call: &Call) -> Outcome<Answer> {
    let entry = named(call)?;
    Ok(Answer::json(&json!({"type": entry.name, "versions": [API_VERSION]})))
}

/// There is one version of each type; asking for another one is a mistake.
pub(crate) fn of_version(call: &Call) -> Outcome<Answer> {
    let version = call.variable("version");
    if version != API_VERSION && !version.eq_ignore_ascii_case("latest") {
        return Err(ApiError::not_found(format!("there is no version {version}, only {API_VERSION}")));
    }
    documentation(call)
}

pub(crate) fn icons(call: &Call) -> Outcome<Answer> {
    let all = running(call).into_iter().flat_map(|entry| {
        let names = std::iter::once(entry.name).chain(entry.aliases.iter().copied());
        names.map(move |name| (name.to_owned(), view::icon(entry)))
    });
    Ok(Answer::json(&Json::Object(all.collect())))
}

pub(crate) fn group_icons(call: &Call) -> Outcome<Answer> {
    let mut icons = Object::new();
    for entry in running(call) {
        for name in [view::group(entry.name), view::package(entry.name).to_owned()] {
            let drawn = kapelle_core::expression::plain::to_base64(view::svg(&name).as_bytes());
            icons.insert(name.clone(), json!({"name": name, "icon": drawn, "flowable": false}));
        }
    }
    Ok(Answer::json(&Json::Object(icons)))
}

pub(crate) fn icon(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&view::icon(named(call)?)))
}

pub(crate) fn svg(call: &Call) -> Outcome<Answer> {
    let drawing = view::svg(named(call)?.name);
    Ok(Answer::bytes(drawing).header("content-type", "image/svg+xml"))
}

/// The types of inputs, by the table of the language.
fn input_types() -> Vec<&'static str> {
    let inputs = FLOW.properties.iter().find(|property| property.name == "inputs");
    match inputs.map(|property| property.kind) {
        Some(shape::Kind::List(shape::Kind::Tagged(tagged))) => {
            tagged.variants.iter().map(|variant| variant.tag).collect()
        }
        _ => Vec::new(),
    }
}

pub(crate) fn inputs(_: &Call) -> Outcome<Answer> {
    let each = input_types().into_iter().map(|name| json!({"type": name, "cls": name}));
    Ok(Answer::json(&each.collect()))
}

pub(crate) fn input(call: &Call) -> Outcome<Answer> {
    let name = call.variable("type").to_ascii_uppercase();
    let schema = input_schema(Catalogue::bundled(), &name);
    let schema = schema.ok_or_else(|| ApiError::not_found(format!("there is no type `{name}` of inputs")))?;
    Ok(Answer::json(&json!({"markdown": format!("# {name}\n"), "schema": schema})))
}

fn schema_of(name: &str) -> Outcome<Json> {
    let catalogue = Catalogue::bundled();
    Ok(match name.to_ascii_lowercase().as_str() {
        "flow" | "template" => flow_schema(catalogue),
        "task" => part_schema(catalogue, Part::Task),
        "trigger" => part_schema(catalogue, Part::Trigger),
        "plugindefault" => part_schema(catalogue, Part::PluginDefault),
        "dashboard" | "apps" | "testsuites" => {
            let id = json!({"type": "string"});
            json!({"type": "object", "properties": {"id": id}, "required": ["id"]})
        }
        other => return Err(ApiError::invalid_entity(format!("type: there is no schema `{other}`"))),
    })
}

pub(crate) fn schema(call: &Call) -> Outcome<Answer> {
    let mut schema = schema_of(call.variable("type"))?;
    if call.query.is_set("arrayOf") {
        let definitions = schema.as_object_mut().and_then(|schema| schema.shift_remove("definitions"));
        schema = json!({"type": "array", "items": schema, "definitions": definitions});
    }
    Ok(Answer::json(&schema))
}

pub(crate) fn properties(call: &Call) -> Outcome<Answer> {
    let mut schema = schema_of(call.variable("type"))?;
    Ok(Answer::json(&match schema.get_mut("properties") {
        Some(properties) => properties.take(),
        None => json!({}),
    }))
}

/// Everything there is to install is here already; anything else cannot be had.
pub(crate) fn install(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let wanted = body.get("plugins").unwrap_or(&body).as_array().cloned().unwrap_or_default();
    for artifact in &wanted {
        let artifact = artifact.as_str().map_or_else(|| artifact.to_string(), str::to_owned);
        if !is_built_in(call, &artifact) {
            let why = format!("plugin {artifact} is not part of this version, and none can be added to it");
            return Err(ApiError::illegal_argument(why));
        }
    }
    Ok(Answer::json(&json!({"jobId": JOB, "id": JOB, "status": "SUCCESS", "state": "SUCCESS"})))
}

/// Whether coordinates such as `io.kestra.plugin:plugin-script-python:LATEST` mean a group that runs here.
fn is_built_in(call: &Call, artifact: &str) -> bool {
    let Some(name) = artifact.split(':').nth(1).and_then(|name| name.strip_prefix("plugin-")) else {
        return false;
    };
    let name = name.strip_prefix("script-").unwrap_or(name);
    let part = format!(".{}", name.replace('-', "."));
    running(call).iter().any(|entry| view::package(entry.name).contains(&part))
}

pub(crate) fn job(call: &Call) -> Outcome<Answer> {
    match call.variable("job") {
        JOB => Ok(Answer::json(&json!({"jobId": JOB, "id": JOB, "status": "SUCCESS", "state": "SUCCESS"}))),
        job => Err(ApiError::not_found(format!("there is no job `{job}`"))),
    }
}

/// Types of a flow that this server does not run.
pub(crate) fn detect(call: &Call) -> Outcome<Answer> {
    let root = flow::root(call.text()?);
    let root = root.ok_or_else(|| ApiError::invalid_entity("the flow cannot be read"))?;
    let mut names = Vec::new();
    types_in(&crate::views::value(&kapelle_core::expression::plain::from_node(&root)), &mut names);
    names.retain(|name| match Catalogue::bundled().find(name) {
        Some(found) => !runs(call, found.entry),
        None => name.contains('.'),
    });
    names.sort();
    names.dedup();
    Ok(Answer::json(&json!({"missing": names, "plugins": []})))
}

fn types_in(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::Object(map) => {
            if let Some(name) = map.get("type").and_then(Json::as_str) {
                found.push(name.to_owned());
            }
            map.values().for_each(|value| types_in(value, found));
        }
        Json::Array(list) => list.iter().for_each(|value| types_in(value, found)),
        _ => {}
    }
}

/// No plugin brings pages of its own.
pub(crate) fn ui_manifest(_: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&json!({})))
}

pub(crate) fn ui(call: &Call) -> Outcome<Answer> {
    let group = call.variable("group");
    Err(ApiError::new(StatusCode::NOT_FOUND, format!("Not Found: plugin {group} has no pages of its own")))
}

pub(crate) fn filters(_: &Call) -> Outcome<Answer> {
    let mut names: Vec<&str> = builtin::names(Kind::Filter).collect();
    names.sort_unstable();
    Ok(Answer::json(&names.into()))
}

pub(crate) fn functions(call: &Call) -> Outcome<Answer> {
    let mut names: Vec<&str> = builtin::names(Kind::Function).collect();
    names.sort_unstable();
    if call.app.profile == Profile::First {
        return Ok(Answer::json(&names.into_iter().map(Json::from).collect()));
    }
    let each = names.into_iter().filter_map(|name| builtin::find(Kind::Function, name));
    let described = each.map(|function| {
        let arguments: Vec<Json> = match function.parameters {
            Parameters::Named(parameters) => parameters
                .iter()
                .map(|parameter| {
                    let is_required = matches!(parameter.default, Default::Required);
                    json!({"name": parameter.name, "required": is_required})
                })
                .collect(),
            Parameters::Any => Vec::new(),
        };
        json!({"name": function.name, "arguments": arguments, "description": function.summary})
    });
    Ok(Answer::json(&described.collect()))
}
