//! Whether what was written for a key is of its kind, and what it says.

use std::time::Duration;

use kapelle_core::suggest::nearest;
use kapelle_core::time::duration;
use kapelle_model::{Data, Node, Span};

use super::keys::{Key, Kind};

/// What is wrong with a value: where, and what it has to be.
pub(super) struct Wrong {
    pub(super) span: Span,
    pub(super) message: String,
}

/// Looks whether a value fits its key.
pub(super) fn check(key: &Key, node: &Node) -> Result<(), Wrong> {
    match key.kind {
        Kind::Flag => flag(node).map(drop).ok_or("it has to be `true` or `false`".to_owned()),
        Kind::Count => count(node).map(drop).ok_or("it has to be a number, from 1".to_owned()),
        Kind::Port => port(node).map(drop).ok_or("it has to be a port, from 0 to 65535".to_owned()),
        Kind::Text | Kind::Secret => node.scalar_text().map(drop).ok_or("it has to be text".to_owned()),
        Kind::Duration => {
            period(node).map(drop).ok_or("it has to be a duration, such as `PT5M` or `5m`".to_owned())
        }
        Kind::Choice(names) => choice(node, names).map(drop).ok_or_else(|| must_be_one_of(node, names)),
        Kind::Texts => texts(node).map(drop).ok_or("it has to be a list of texts".to_owned()),
        Kind::Map => match node.data {
            Data::Map(_) => Ok(()),
            _ => Err("it has to be a map of names and values".to_owned()),
        },
        Kind::Types => return check_types(key, node),
        Kind::Anything => Ok(()),
    }
    .map_err(|must| Wrong { span: node.span, message: message(key, node, &must) })
}

/// Secrets are not repeated.
fn message(key: &Key, node: &Node, must: &str) -> String {
    match node.scalar_text().filter(|_| key.kind != Kind::Secret) {
        Some(text) => format!("`{}` is `{text}`: {must}", key.name),
        None => format!("`{}`: {must}", key.name),
    }
}

fn must_be_one_of(node: &Node, names: &[&str]) -> String {
    let near = node.scalar_text().and_then(|text| nearest(&text, names.iter().copied()));
    let meant = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    format!("it has to be one of {}{meant}", names.join(", "))
}

fn check_types(key: &Key, node: &Node) -> Result<(), Wrong> {
    let wrong = |span, must: &str| Err(Wrong { span, message: format!("`{}`: {must}", key.name) });
    let Data::List(items) = &node.data else {
        return wrong(node.span, "it has to be a list of `{type, values}`");
    };
    for item in items {
        if item.get("type").and_then(Node::as_text).is_none_or(str::is_empty) {
            return wrong(item.span, "each entry needs a `type`");
        }
        if let Some(values) = item.get("values")
            && !matches!(values.data, Data::Map(_) | Data::Null)
        {
            return wrong(values.span, "`values` has to be a map of properties");
        }
        if let Some(forced) = item.get("forced")
            && forced.as_bool().is_none()
        {
            return wrong(forced.span, "`forced` has to be `true` or `false`");
        }
    }
    Ok(())
}

pub(super) fn flag(node: &Node) -> Option<bool> {
    match node.scalar_text()?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Any that is free is 0, which Kestra writes as -1.
pub(super) fn port(node: &Node) -> Option<u16> {
    let text = node.scalar_text()?;
    if text.trim() == "-1" { Some(0) } else { text.trim().parse().ok() }
}

pub(super) fn count(node: &Node) -> Option<u32> {
    node.scalar_text()?.trim().parse().ok().filter(|count| *count > 0)
}

/// As ISO 8601 has it, or a number with a unit.
pub(super) fn period(node: &Node) -> Option<Duration> {
    let text = node.scalar_text()?;
    if let Ok(period) = duration::parse(&text) {
        return Duration::try_from(period).ok();
    }
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let count: u64 = text[..digits].parse().ok()?;
    let milliseconds = match text[digits..].trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    count.checked_mul(milliseconds).map(Duration::from_millis)
}

pub(super) fn choice(node: &Node, names: &[&'static str]) -> Option<&'static str> {
    let text = node.scalar_text()?;
    names.iter().find(|name| name.eq_ignore_ascii_case(&text)).copied()
}

pub(super) fn texts(node: &Node) -> Option<Vec<String>> {
    match &node.data {
        Data::List(items) => items.iter().map(Node::scalar_text).collect(),
        Data::Null | Data::Map(_) => None,
        _ => {
            let text = node.scalar_text()?;
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Some(parts.map(str::to_owned).collect())
        }
    }
}
