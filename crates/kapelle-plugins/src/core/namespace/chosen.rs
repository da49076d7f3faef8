//! Which files of a namespace a task is about.

use std::collections::BTreeMap;

use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Any, Expr, NamespaceFile, RunContext};

use kapelle_plugin::files::Globs;

/// The addresses of files by their paths, which begin with a slash.
pub(super) type Addresses = BTreeMap<String, String>;

/// The files of a namespace that one of several patterns fits: a pattern, or a list of them.
pub(super) fn chosen(
    cx: &RunContext,
    namespace: &str,
    files: &Expr<Any>,
) -> Result<Vec<NamespaceFile>, Failure> {
    let globs = Globs::of_namespace(&patterns(&cx.render(files)?.0)?)?;
    let mut chosen = Vec::new();
    for file in cx.host.namespace_files().list(namespace)? {
        if globs.fit(&file.path)? {
            chosen.push(file);
        }
    }
    Ok(chosen)
}

fn patterns(written: &Value) -> Result<Vec<String>, Failure> {
    let text = |value: &Value| {
        let text = text_of(value).map_err(|error| Failure::new(error.text()))?;
        Ok(text.expose().to_owned())
    };
    let list = match written {
        Value::List(items) => Some(Value::List(items.clone())),
        Value::Str(text) => {
            plain::from_json(text.expose()).ok().filter(|value| matches!(value, Value::List(_)))
        }
        _ => None,
    };
    match list {
        Some(Value::List(items)) => items.iter().map(text).collect(),
        _ => Ok(vec![text(written)?]),
    }
}
