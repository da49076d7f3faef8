//! Conditions on rows, of charts and of whoever looks at them.

use regex::{Regex, RegexBuilder};
use serde_json::Value as Json;

use super::table::{Row, compare, words};

/// Bytes that a pattern may be compiled to.
const PATTERN_MAX: usize = 1 << 20;

/// Conditions within each other.
const DEPTH_MAX: usize = 10;

#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Any(Vec<Condition>),
    One { field: String, key: Option<String>, test: Test },
}

#[derive(Clone, Debug)]
pub(crate) enum Test {
    In(Vec<Json>),
    NotIn(Vec<Json>),
    Greater(Json),
    GreaterOrEqual(Json),
    Less(Json),
    LessOrEqual(Json),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    /// The namespace itself, or anything under it.
    Under(String),
    Matches(Regex),
    IsThere,
    IsNotThere,
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

pub(crate) fn read_all(written: &Json) -> Result<Vec<Condition>, String> {
    all(written, 0)
}

fn all(written: &Json, depth: usize) -> Result<Vec<Condition>, String> {
    if depth > DEPTH_MAX {
        return Err("where: conditions stand within each other too often".to_owned());
    }
    written.as_array().into_iter().flatten().map(|written| read(written, depth)).collect()
}

fn read(written: &Json, depth: usize) -> Result<Condition, String> {
    let kind = written["type"].as_str().or_else(|| written["operation"].as_str()).unwrap_or("EQUAL_TO");
    let value = &written["value"];
    if kind.eq_ignore_ascii_case("OR") {
        return Ok(Condition::Any(all(&written["values"], depth + 1)?));
    }
    let field = written["field"].as_str().ok_or("where: a condition needs a field")?;
    let key = written["labelKey"].as_str().map(str::to_owned);
    let test = test(kind, value, &written["values"])?;
    Ok(Condition::One { field: spelled(field), key, test })
}

fn test(kind: &str, value: &Json, values: &Json) -> Result<Test, String> {
    let list = || match (values, value) {
        (Json::Array(values), _) | (_, Json::Array(values)) => values.clone(),
        (_, value) => vec![value.clone()],
    };
    Ok(match kind.to_ascii_uppercase().as_str() {
        "EQUAL_TO" | "EQUALS" | "IN" => Test::In(list()),
        "NOT_EQUAL_TO" | "NOT_EQUALS" | "NOT_IN" => Test::NotIn(list()),
        "GREATER_THAN" => Test::Greater(value.clone()),
        "GREATER_THAN_OR_EQUAL_TO" => Test::GreaterOrEqual(value.clone()),
        "LESS_THAN" => Test::Less(value.clone()),
        "LESS_THAN_OR_EQUAL_TO" => Test::LessOrEqual(value.clone()),
        "STARTS_WITH" => Test::StartsWith(words(value)),
        "ENDS_WITH" => Test::EndsWith(words(value)),
        "CONTAINS" => Test::Contains(words(value)),
        "PREFIX" => Test::Under(words(value)),
        "REGEX" => {
            let pattern = RegexBuilder::new(&words(value)).size_limit(PATTERN_MAX).build();
            Test::Matches(pattern.map_err(|_| format!("where: {value} is no regular expression"))?)
        }
        "IS_NULL" => Test::IsNotThere,
        "IS_NOT_NULL" => Test::IsThere,
        "IS_TRUE" => Test::In(vec![true.into()]),
        "IS_FALSE" => Test::In(vec![false.into()]),
        other => return Err(format!("where: there is no condition `{other}`")),
    })
}

/// `flowId` as `FLOW_ID`.
pub(crate) fn spelled(field: &str) -> String {
    if !field.chars().any(|character| character.is_ascii_lowercase()) {
        return field.to_owned();
    }
    let mut name = String::new();
    for character in field.chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_uppercase());
    }
    name
}

impl Condition {
    /// A namespace and what is under it.
    pub(crate) fn under(namespace: &str) -> Self {
        Self::One { field: "NAMESPACE".to_owned(), key: None, test: Test::Under(namespace.to_owned()) }
    }

    pub(crate) fn label(key: &str, value: &Json) -> Self {
        let test = Test::In(vec![value.clone()]);
        Self::One { field: "LABELS".to_owned(), key: Some(key.to_owned()), test }
    }

    pub(crate) fn holds(&self, row: &Row) -> bool {
        match self {
            Self::Any(any) => any.iter().any(|condition| condition.holds(row)),
            Self::One { field, key, test } => test.holds(row.value(field, key.as_deref())),
        }
    }

    /// The fields that it looks at.
    pub(crate) fn fields(&self) -> Vec<&str> {
        match self {
            Self::Any(any) => any.iter().flat_map(Self::fields).collect(),
            Self::One { field, .. } => vec![field],
        }
    }
}

impl Test {
    fn holds(&self, value: &Json) -> bool {
        let text = || words(value);
        let is_in = |list: &[Json]| list.iter().any(|wanted| words(wanted) == text());
        let is_there = !value.is_null();
        match self {
            Self::In(list) => is_there && is_in(list),
            Self::NotIn(list) => !is_there || !is_in(list),
            Self::Greater(limit) => is_there && compare(value, limit).is_gt(),
            Self::GreaterOrEqual(limit) => is_there && compare(value, limit).is_ge(),
            Self::Less(limit) => is_there && compare(value, limit).is_lt(),
            Self::LessOrEqual(limit) => is_there && compare(value, limit).is_le(),
            Self::StartsWith(part) => is_there && text().starts_with(part.as_str()),
            Self::EndsWith(part) => is_there && text().ends_with(part.as_str()),
            Self::Contains(part) => is_there && text().contains(part.as_str()),
            Self::Under(root) => kapelle_model::permit::is_under(&text(), root),
            Self::Matches(pattern) => is_there && pattern.is_match(&text()),
            Self::IsThere => is_there,
            Self::IsNotThere => !is_there,
        }
    }
}
