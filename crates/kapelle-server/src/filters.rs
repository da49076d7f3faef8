//! The filters of the query (`filters[field][OPERATION]=value` and the flat parameters of older clients), as a tree of
//! clauses. Which fields a resource has is told by [`fields`], what they mean per resource: [`executions`], [`flows`],
//! [`logs`], [`triggers`].
//!
//! A name that nobody knows is never passed over: whoever deletes by query must not delete more than they meant.

pub(crate) mod compiled;
pub(crate) mod executions;
pub(crate) mod fields;
pub(crate) mod flows;
pub(crate) mod logs;
pub(crate) mod named;
pub(crate) mod namespaces;
pub(crate) mod test;
pub(crate) mod triggers;

use crate::error::{ApiError, Outcome};
use crate::query::Query;

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Equals,
    NotEquals,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    In,
    NotIn,
    StartsWith,
    EndsWith,
    Contains,
    Regex,
    Prefix,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    /// As in `flowId`, however it was spelled.
    pub(crate) field: String,
    pub(crate) operation: Operation,
    /// Of a label.
    pub(crate) key: Option<String>,
    pub(crate) value: String,
}

/// Comparisons that hold all together, or of which one has to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    One(Clause),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Operation {
    const NAMES: [(&'static str, Self); 13] = [
        ("EQUALS", Self::Equals),
        ("NOT_EQUALS", Self::NotEquals),
        ("GREATER_THAN", Self::Greater),
        ("LESS_THAN", Self::Less),
        ("GREATER_THAN_OR_EQUAL_TO", Self::GreaterOrEqual),
        ("LESS_THAN_OR_EQUAL_TO", Self::LessOrEqual),
        ("IN", Self::In),
        ("NOT_IN", Self::NotIn),
        ("STARTS_WITH", Self::StartsWith),
        ("ENDS_WITH", Self::EndsWith),
        ("CONTAINS", Self::Contains),
        ("REGEX", Self::Regex),
        ("PREFIX", Self::Prefix),
    ];

    fn find(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, operation)| *operation)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, own)| *own == self).map_or("", |(name, _)| name)
    }

    pub(crate) const fn is_negative(self) -> bool {
        matches!(self, Self::NotEquals | Self::NotIn)
    }
}

impl Clause {
    fn flat(field: &str, operation: Operation, value: &str) -> Tree {
        let (field, value) = (field.to_owned(), value.to_owned());
        Tree::One(Self { field, operation, key: None, value })
    }

    /// The values of a list: `a,b`, also as `[a,b]`.
    pub(crate) fn values(&self) -> Vec<String> {
        let inner = self.value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
        let all = inner.unwrap_or(&self.value).split(',').map(|value| value.trim().to_owned());
        all.filter(|value| !value.is_empty()).collect()
    }

    /// The refusal of an operation that the field has not.
    pub(crate) fn unsupported(&self) -> ApiError {
        let (field, operation) = (&self.field, self.operation.name());
        ApiError::bad_filter(format!("operation {operation} is not supported for field {field}"))
    }

    /// The refusal of a field that the resource has not.
    pub(crate) fn no_field(&self, resource: &str) -> ApiError {
        ApiError::bad_filter(format!("field {} is not supported for {resource}", self.field))
    }

    /// The refusal of a value that is none of those that there are.
    pub(crate) fn unknown_value(&self, what: &str) -> ApiError {
        ApiError::illegal_argument(format!(
            "`{}` is no {what}, as field {} needs one",
            self.value, self.field
        ))
    }

    pub(crate) fn bad_value(&self, why: impl std::fmt::Display) -> ApiError {
        ApiError::bad_filter(format!("`{}` is no value of field {}: {why}", self.value, self.field))
    }
}

/// Filters as some clients send them in a body: a list of fields with operations and values.
pub(crate) fn in_body(body: &serde_json::Value) -> Outcome<Vec<Tree>> {
    let list = body.get("filters").and_then(serde_json::Value::as_array);
    let wrong = || ApiError::bad_filter("a filter has a `field`, an `operation` and a `value`");
    let mut trees = Vec::new();
    for filter in list.into_iter().flatten() {
        let text = |name: &str| filter.get(name).and_then(serde_json::Value::as_str);
        let (Some(field), Some(operation), Some(value)) =
            (text("field"), text("operation"), filter.get("value"))
        else {
            return Err(wrong());
        };
        let field = if field == "QUERY" { "q" } else { field };
        match value.get("value").unwrap_or(value) {
            serde_json::Value::Object(pairs) => {
                for (key, value) in pairs {
                    trees.push(clause(&[field, operation, key], &words(value).ok_or_else(wrong)?)?);
                }
            }
            value => trees.push(clause(&[field, operation], &words(value).ok_or_else(wrong)?)?),
        }
    }
    Ok(trees)
}

/// A value of a body as it would stand in a query.
fn words(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(_) | serde_json::Value::Bool(_) => Some(value.to_string()),
        serde_json::Value::Array(all) => {
            all.iter().map(words).collect::<Option<Vec<_>>>().map(|all| all.join(","))
        }
        _ => None,
    }
}

/// Reads all filters of a query. The flat parameters that the resource knows are taken as their clauses.
pub(crate) fn read(query: &Query, flat: &[(&str, Operation)]) -> Outcome<Tree> {
    let mut all = Vec::new();
    let mut groups: Vec<((bool, String), Vec<Tree>)> = Vec::new();
    for (name, value) in query.iter() {
        let Some(path) = name.strip_prefix("filters") else {
            all.extend(from_flat(flat, name, value)?);
            continue;
        };
        let keys = keys(path).ok_or_else(|| ApiError::bad_filter(format!("`{name}` cannot be read")))?;
        match &keys[..] {
            [group @ ("and" | "or"), number, nested @ ("and" | "or"), _, rest @ ..] => {
                let clause = clause(rest, value)?;
                let inner = if *nested == "or" { Tree::Any(vec![clause]) } else { Tree::All(vec![clause]) };
                add(&mut groups, *group == "or", (*number).to_owned(), inner);
            }
            [group @ ("and" | "or"), number, rest @ ..] => {
                let name = format!("{number} {}", groups.len());
                add(&mut groups, *group == "or", name, clause(rest, value)?);
            }
            rest => all.push(clause(rest, value)?),
        }
    }
    let (any, every): (Vec<_>, Vec<_>) = groups.into_iter().partition(|((is_any, _), _)| *is_any);
    all.extend(every.into_iter().map(|(_, trees)| whole(trees)));
    if !any.is_empty() {
        all.push(Tree::Any(any.into_iter().map(|(_, trees)| whole(trees)).collect()));
    }
    Ok(Tree::All(all))
}

/// Adds a clause to its group; those of one number belong together.
fn add(groups: &mut Vec<((bool, String), Vec<Tree>)>, is_any: bool, number: String, tree: Tree) {
    let name = (is_any, number);
    match groups.iter_mut().find(|(known, _)| *known == name) {
        Some((_, trees)) => match (trees.last_mut(), tree) {
            (Some(Tree::Any(known)), Tree::Any(more)) | (Some(Tree::All(known)), Tree::All(more)) => {
                known.extend(more);
            }
            (_, tree) => trees.push(tree),
        },
        None => groups.push((name, vec![tree])),
    }
}

fn whole(mut trees: Vec<Tree>) -> Tree {
    if trees.len() == 1 { trees.remove(0) } else { Tree::All(trees) }
}

/// The texts between brackets.
fn keys(path: &str) -> Option<Vec<&str>> {
    let mut rest = path;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        let (key, after) = rest.strip_prefix('[')?.split_once(']')?;
        keys.push(key);
        rest = after;
    }
    (!keys.is_empty()).then_some(keys)
}

fn clause(keys: &[&str], value: &str) -> Outcome<Tree> {
    let (field, operation, key) = match keys {
        [field, operation] => (field, operation, None),
        [field, operation, key] => (field, operation, Some((*key).to_owned())),
        _ => return Err(ApiError::bad_filter("a filter is written as filters[field][OPERATION]=value")),
    };
    let known = Operation::find(operation)
        .ok_or_else(|| ApiError::illegal_argument(format!("`{operation}` is no operation of filters")))?;
    Ok(Tree::One(Clause { field: spelled(field), operation: known, key, value: value.to_owned() }))
}

/// `FLOW_ID` as `flowId`.
fn spelled(field: &str) -> String {
    if field.chars().any(|character| character.is_ascii_lowercase()) {
        return field.to_owned();
    }
    let mut name = String::new();
    for (place, word) in field.split('_').enumerate() {
        let lower = word.to_ascii_lowercase();
        let mut characters = lower.chars();
        match characters.next() {
            Some(first) if place > 0 => name.push(first.to_ascii_uppercase()),
            Some(first) => name.push(first),
            None => {}
        }
        name.extend(characters);
    }
    name
}

fn from_flat(flat: &[(&str, Operation)], name: &str, value: &str) -> Outcome<Option<Tree>> {
    let Some((field, operation)) = flat.iter().find(|(known, _)| *known == name) else { return Ok(None) };
    if value.is_empty() {
        return Ok(None);
    }
    // Its older name.
    let field = if *field == "minLevel" { &"level" } else { field };
    if *field != "labels" {
        return Ok(Some(Clause::flat(field, *operation, value)));
    }
    let wrong = || ApiError::bad_filter(format!("label `{value}` is to be written as key:value"));
    let (key, value) = value.split_once(':').ok_or_else(wrong)?;
    let key = Some(key.to_owned());
    Ok(Some(Tree::One(Clause {
        field: (*field).to_owned(),
        operation: *operation,
        key,
        value: value.to_owned(),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tree: &Tree) -> String {
        let all = |trees: &[Tree], word: &str| {
            format!("({})", trees.iter().map(shown).collect::<Vec<_>>().join(word))
        };
        match tree {
            Tree::One(clause) => format!("{} {:?} {}", clause.field, clause.operation, clause.value),
            Tree::All(trees) => all(trees, " and "),
            Tree::Any(trees) => all(trees, " or "),
        }
    }

    #[test]
    fn filters_of_all_generations_are_read() {
        for (query, meant) in [
            ("", "()"),
            ("page=1&namespace=a", "(namespace Prefix a)"),
            ("filters[flowId][EQUALS]=a&filters[FLOW_ID][IN]=b", "(flowId Equals a and flowId In b)"),
            ("filters[labels][EQUALS][a.b]=c", "(labels Equals c)"),
            ("filters[or][0][q][EQUALS]=a&filters[or][1][q][EQUALS]=b", "((q Equals a or q Equals b))"),
            (
                "filters[or][0][and][0][q][EQUALS]=a&filters[or][0][and][1][q][EQUALS]=b&filters[or][1][q][EQUALS]=c",
                "(((q Equals a and q Equals b) or q Equals c))",
            ),
        ] {
            let read = read(&Query::read(query), &[("namespace", Operation::Prefix)]);
            assert_eq!(shown(&read.unwrap()), meant, "{query}");
        }
    }

    #[test]
    fn nothing_that_cannot_be_understood_is_passed_over() {
        for query in
            ["filters=a", "filters[q]=a", "filters[q][NOPE]=a", "filters[q][EQUALS][a][b]=c", "filters[q=a"]
        {
            assert!(read(&Query::read(query), &[]).is_err(), "{query}");
        }
    }
}
