//! What a definition says.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::yaml;
use kapelle_model::{Data, Failure, Map, Span, Text, Value};
use kapelle_plugin::{Expr, read};
use serde::Deserialize;

/// A task as data. Its types differ by their names only.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) types: Vec<String>,
    pub(super) title: String,
    pub(super) description: String,
    /// What its properties are, where `shared.yaml` does not say it.
    #[serde(default)]
    pub(super) properties: BTreeMap<String, String>,
    /// Names of secrets, keys or variables of the environment that stand in for a property that is left out.
    #[serde(default)]
    pub(super) known: BTreeMap<String, Vec<String>>,
    /// The execution of which it tells, as `about`.
    #[serde(default)]
    pub(super) about: Option<Expr<Text>>,
    /// Where the service is, as `base`.
    #[serde(default)]
    pub(super) base: Option<Base>,
    /// A second run does no harm.
    #[serde(default)]
    pub(super) reads_only: bool,
    pub(super) requests: Vec<Ask>,
    #[serde(default)]
    pub(super) outputs: BTreeMap<String, Output>,
    /// Numbers that are counted.
    #[serde(default)]
    pub(super) metrics: BTreeMap<String, Expr<f64>>,
    /// A flow that uses the first of the types.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests look whether it is right"))]
    pub(super) example: String,
}

/// A service with an address that everybody uses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base {
    pub(super) address: String,
    /// The setting of the instance that gives another one.
    pub(super) setting: String,
}

/// One request, or one after the other until there is no more to ask.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Ask {
    /// What its answer is called.
    #[serde(default = "answer")]
    pub(super) name: String,
    /// Whether it is sent.
    #[serde(default)]
    pub(super) when: Option<Expr<bool>>,
    /// Properties of `http.Request`.
    pub(super) request: Expr<Value>,
    /// The content as JSON. What is null in it is left out.
    #[serde(default)]
    pub(super) json: Option<Expr<Value>>,
    /// Keys that are written over those of `json`: a map, or JSON.
    #[serde(default)]
    pub(super) over: Option<Expr<Map>>,
    /// What went wrong although the status is good.
    #[serde(default)]
    pub(super) fails: Option<Expr<Text>>,
    #[serde(default)]
    pub(super) pages: Option<Pages>,
    #[serde(default)]
    pub(super) until: Option<Until>,
}

/// An answer in several parts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Pages {
    /// The list in each part; all of them are `items` of the answer.
    pub(super) items: Expr<Value>,
    /// What the request for the next part sees as `page`; null after the last one.
    pub(super) next: Expr<Value>,
}

/// Asking again.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Until {
    pub(super) done: Expr<bool>,
    pub(super) every: Expr<SignedDuration>,
    pub(super) at_most: Expr<SignedDuration>,
}

/// Something it gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Output {
    pub(super) description: String,
    pub(super) value: Expr<Value>,
}

fn answer() -> String {
    "answer".to_owned()
}

/// The definitions of a file.
pub(super) fn definitions(text: &str) -> Result<Vec<Definition>, Failure> {
    let reading = yaml::read(text, Span::new(0, text.len() as u32));
    let Some(Data::List(items)) = reading.root.map(|root| root.data) else {
        let problem = reading.diagnostics.first().map(|problem| problem.message.clone());
        return Err(Failure::new(problem.unwrap_or_else(|| "a list of definitions is expected".to_owned())));
    };
    items.iter().map(|item| read(&entries(&Property::read(item, Language::One)))).collect()
}

/// The entries of a map, if it is one.
pub(super) fn entries(property: &Property) -> Vec<(Arc<str>, Property)> {
    let named = |key: &Property| match key {
        Property::Fixed(Value::Str(text)) => text.expose().into(),
        // Names of properties are no expressions.
        _ => "".into(),
    };
    match property {
        Property::Map(entries) => entries.iter().map(|(key, value)| (named(key), value.clone())).collect(),
        Property::Fixed(Value::Map(map)) => {
            map.iter().map(|(key, value)| (key.clone(), Property::Fixed(value.clone()))).collect()
        }
        _ => Vec::new(),
    }
}
