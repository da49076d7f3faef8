//! Values for the inputs of an execution, and labels.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use kapelle_core::expression::plain;
use kapelle_model::execution::Labels;
use kapelle_model::{ExecutionId, Map, Node, Value};
use kapelle_runtime::Definition;

use crate::local::Local;
use crate::outcome::Stop;

/// Everything that was given: first the file, then single values.
pub(super) fn given(
    single: &[String],
    file: Option<&Path>,
    local: &Local,
    definition: &Definition,
    id: ExecutionId,
) -> Result<Map, Stop> {
    let mut given = match file {
        Some(file) => from_file(file)?,
        None => Map::new(),
    };
    for text in single {
        let (name, value) = split(text, "--input")?;
        let value = match value.strip_prefix('@') {
            Some(path) => from_path(Path::new(path), name, local, definition, id)?,
            None => Value::from(value),
        };
        given.insert(name.into(), value);
    }
    Ok(given)
}

fn from_file(file: &Path) -> Result<Map, Stop> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    match plain::from_yaml(&text).map_err(|reason| anyhow!("{}: {reason}", file.display()))? {
        Value::Map(map) => Ok(Arc::unwrap_or_clone(map)),
        _ => Err(Stop::Usage(format!("{} is no map of inputs", file.display()))),
    }
}

/// The file itself where the input is one, else what is in it.
fn from_path(
    path: &Path,
    input: &str,
    local: &Local,
    definition: &Definition,
    id: ExecutionId,
) -> Result<Value, Stop> {
    if type_of(definition, input).as_deref() == Some("FILE") {
        let uri = local.put_input(path, definition, id, input)?;
        return Ok(Value::from(uri.as_str()));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Value::from(text.as_str()))
}

fn type_of(definition: &Definition, input: &str) -> Option<String> {
    let declared = definition.root.get("inputs").map_or(&[][..], Node::items);
    let found =
        declared.iter().find(|node| node.get("id").and_then(Node::scalar_text).as_deref() == Some(input));
    found?.get("type").and_then(Node::scalar_text)
}

fn split<'t>(text: &'t str, option: &str) -> Result<(&'t str, &'t str), Stop> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim(), value)),
        _ => Err(Stop::Usage(format!("{option} {text}: it is to be written as NAME=VALUE"))),
    }
}

pub(super) fn labels(texts: &[String]) -> Result<Labels, Stop> {
    texts
        .iter()
        .map(|text| {
            let (name, value) = split(text, "--label")?;
            Ok((Arc::from(name), Arc::from(value)))
        })
        .collect()
}
