//! Definitions that run a program: a script of the shell, with an image, variables and files of their own.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use kapelle_core::catalogue::Type;
use kapelle_core::expression::plain;
use kapelle_core::property::{Property, text_of};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Expr, KeyToSet, RunContext, outputs, read};

use super::asking::typed;
use super::definition::{Commands, Definition};
use super::given::{Given, values};
use crate::scripts::{self, Facts, Plan, Source};

/// Bytes of a file that becomes a value.
const STORED_MAX: u64 = 64 << 20;

/// Runs the commands of the flow, or those of the definition.
pub(super) async fn run(
    cx: &RunContext,
    definition: &'static Definition,
    wanted: &'static Commands,
    entry: &Type,
    given: &Given,
) -> Result<Map, Broken> {
    let written: Vec<(Arc<str>, Property)> =
        given.iter().map(|(name, value)| (name.as_str().into(), value.property().clone())).collect();
    let properties: scripts::Properties = read(&written)?;
    let facts = Facts { name: &definition.title, image: &wanted.image, ..Facts::USUAL };
    let commands = match given.get("commands") {
        Some(commands) => commands.cast(),
        None if wanted.run.is_some() => Expr::of(Property::List(Arc::from([]))),
        None => return Err(Broken::new("the property `commands` is missing")),
    };
    let it = Value::Map(values(cx, definition, entry, given)?.into());
    let cx = &cx.with([("it".into(), it), ("type".into(), Value::from(entry.name))]);
    let plan = |cx: &RunContext, _: &scripts::World<'_>| planned(cx, wanted);
    let output = scripts::run(cx, &facts, &properties, plan, Source::Commands(&commands)).await?;
    let mut output = outputs(&output).map_err(Failure::new)?;
    let seen = cx.with([("answer".into(), Value::Map(output.clone().into()))]);
    for (name, more) in &definition.outputs {
        let value = typed(&seen, more.value.property())?;
        if value != Value::Null {
            output.insert(name.as_str().into(), value);
        }
    }
    if let Some(stores) = &wanted.stores
        && let Value::Map(stored) = typed(&seen, stores.property())?
    {
        store(&seen, &stored)?;
    }
    Ok(output)
}

/// The files that the definition keeps: their names with their plain paths.
fn files(cx: &RunContext, wanted: &Commands) -> Result<BTreeMap<String, String>, Failure> {
    let kept = texts(cx, wanted.keeps.as_ref())?.into_iter();
    let plain = |path: &str| {
        let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
        parts.collect::<Vec<_>>().join("/")
    };
    Ok(kept.map(|(name, path)| (name, plain(path.expose()))).collect())
}

/// Puts the content of a file into the key-value store; JSON keeps its structure.
fn store(cx: &RunContext, stored: &Map) -> Result<(), Broken> {
    let text = |name: &str| {
        let value = stored.get(name).unwrap_or(&Value::Null);
        text_of(value).map(|text| text.expose().to_owned()).map_err(|error| Failure::new(error.text()))
    };
    let (namespace, key, file) = (text("namespace")?, text("key")?, text("file")?);
    if file.is_empty() {
        // What the program did is done, and should not be done again for this.
        cx.log(Level::Warn, format!("the key `{key}` is not set: the program did not write the file for it"));
        return Ok(());
    }
    let mut content = String::new();
    cx.host.files().open(&file)?.take(STORED_MAX + 1).read_to_string(&mut content)?;
    if content.len() as u64 > STORED_MAX {
        let most = STORED_MAX >> 20;
        return Err(Broken::new(format!("the file for the key `{key}` has more than {most} MiB")));
    }
    let value = plain::from_json(&content).unwrap_or_else(|_| Value::from(content.as_str()));
    let set = KeyToSet { key, value, description: None, expires: None, may_overwrite: true };
    Ok(cx.host.keys().set(&namespace, &set)?)
}

fn planned(cx: &RunContext, wanted: &Commands) -> Result<Plan, Failure> {
    let reason = cx.filled(wanted.fails.as_ref())?.unwrap_or_default();
    if !reason.expose().trim().is_empty() {
        return Err(Failure::new(reason));
    }
    let warning = cx.filled(wanted.warns.as_ref())?.unwrap_or_default();
    if !warning.expose().trim().is_empty() {
        cx.log(Level::Warn, warning);
    }
    let mut plan = Plan {
        environment: texts(cx, wanted.environment.as_ref())?,
        files: texts(cx, wanted.files.as_ref())?.into_iter().collect(),
        before: cx.filled(wanted.before.as_ref())?.unwrap_or_default(),
        commands: cx.filled(wanted.run.as_ref())?,
        keeps: files(cx, wanted)?,
        json: wanted.lines.clone(),
        ..Plan::default()
    };
    plan.before.retain(|command| !command.expose().trim().is_empty());
    Ok(plan)
}

/// The entries of a map that are not null.
fn texts(cx: &RunContext, property: Option<&Expr<Value>>) -> Result<BTreeMap<String, Text>, Failure> {
    let Some(property) = property else { return Ok(BTreeMap::new()) };
    let Value::Map(map) = typed(cx, property.property())? else { return Ok(BTreeMap::new()) };
    let text = |value: &Value| text_of(value).map_err(|error| Failure::new(error.text()));
    map.iter().map(|(name, value)| Ok((name.to_string(), text(value)?))).collect()
}
