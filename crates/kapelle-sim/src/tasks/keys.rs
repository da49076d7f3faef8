//! `kv.Set`, `kv.Get` and `kv.Delete`.

use kapelle_core::expression::plain;
use kapelle_core::property::Property;
use kapelle_core::time::{date, duration};
use kapelle_model::{Failure, Text, Value};

use super::properties::{failed, missing, unfit};
use super::{Done, Work};

/// Keeps a value under a key.
pub(super) fn set(work: &Work<'_>) -> Result<(), Failure> {
    let (namespace, key) = address(work)?;
    let value = value(work)?;
    if !work.flag("overwrite", true)? && work.shelf.key(&namespace, &key).is_some() {
        return Err(Failure::new(format!(
            "the key `{key}` exists already in the namespace `{namespace}` and `overwrite` is `false`: delete it, or allow to overwrite it"
        )));
    }
    let until = match work.duration("ttl")? {
        Some(duration) => work.shelf.now().checked_add(duration).ok(),
        None => None,
    };
    work.shelf.put_key(&namespace, &key, value, until);
    Ok(())
}

/// Gives the value of a key; in the flow's own namespace also of one that stands above it.
pub(super) fn get(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let (namespace, key) = address(work)?;
    let mut level = Some(namespace.as_str());
    while let Some(namespace) = level {
        if let Some(value) = work.shelf.key(namespace, &key) {
            done.output("value", value);
            return Ok(());
        }
        let is_own = work.property("namespace").is_none();
        level = namespace.rsplit_once('.').filter(|_| is_own).map(|(parent, _)| parent);
    }
    if work.flag("errorOnMissing", false)? { Err(absent(&namespace, &key)) } else { Ok(()) }
}

/// Forgets a key.
pub(super) fn delete(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let (namespace, key) = address(work)?;
    let deleted = work.shelf.remove_key(&namespace, &key);
    if !deleted && work.flag("errorOnMissing", false)? {
        return Err(absent(&namespace, &key));
    }
    done.output("deleted", Value::Bool(deleted));
    Ok(())
}

fn absent(namespace: &str, key: &str) -> Failure {
    Failure::new(format!(
        "No value found for key '{key}' in namespace '{namespace}' and `errorOnMissing` is set to true"
    ))
}

fn address(work: &Work<'_>) -> Result<(String, String), Failure> {
    let key = work.required("key")?;
    let is_key = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if !is_key(key.expose()) {
        return Err(unfit(
            "key",
            &key,
            "a key begins with a letter or digit and has only these, `.`, `_` and `-`",
        ));
    }
    Ok((work.word("namespace", work.place.namespace)?, key.expose().to_owned()))
}

/// What is kept: one expression keeps the type of its value, everything else is text, unless `kvType` says what it is.
fn value(work: &Work<'_>) -> Result<Value, Failure> {
    let property = work.property("value").ok_or_else(|| missing("value"))?;
    match work.text("kvType")? {
        Some(kind) => converted(&kind, &property.render_text(work.environment).map_err(failed)?),
        None if matches!(property, Property::Template(_)) => property.value(work.environment).map_err(failed),
        None => property.render_text(work.environment).map(Value::Str).map_err(failed),
    }
}

fn converted(kind: &Text, text: &Text) -> Result<Value, Failure> {
    let written = text.expose();
    let read = match kind.expose() {
        "STRING" => return Ok(Value::Str(text.clone())),
        "NUMBER" => number(written),
        "BOOLEAN" => Ok(Value::Bool(written.eq_ignore_ascii_case("true"))),
        "DATETIME" => date::instant(written).map(Value::Instant),
        "DATE" => date::date(written).map(Value::LocalDate),
        "DURATION" => duration::parse(written).map(Value::Duration),
        "JSON" => plain::from_json(written),
        _ => {
            return Err(unfit(
                "kvType",
                kind,
                "there are STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION and JSON",
            ));
        }
    };
    let value = read.map_err(|reason| unfit("value", text, &reason))?;
    Ok(if text.has_secret() { value.into_secret() } else { value })
}

fn number(text: &str) -> Result<Value, String> {
    let whole = text.parse().map(Value::Int).ok();
    whole.or_else(|| text.parse().map(Value::Float).ok()).ok_or_else(|| "it is no number".to_owned())
}
