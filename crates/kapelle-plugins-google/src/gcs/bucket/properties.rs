//! What flows say of a bucket, as Google is told it.

use std::collections::BTreeMap;

use kapelle_model::{Failure, Value as Data};
use kapelle_plugin::json::json_of;
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How objects are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StorageClass {
    Regional,
    MultiRegional,
    Nearline,
    Coldline,
    Standard,
    Archive,
    DurableReducedAvailability,
}

impl Word for StorageClass {}

impl StorageClass {
    const fn name(self) -> &'static str {
        match self {
            Self::Regional => "REGIONAL",
            Self::MultiRegional => "MULTI_REGIONAL",
            Self::Nearline => "NEARLINE",
            Self::Coldline => "COLDLINE",
            Self::Standard => "STANDARD",
            Self::Archive => "ARCHIVE",
            Self::DurableReducedAvailability => "DURABLE_REDUCED_AVAILABILITY",
        }
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::gcs) struct BucketProperties {
    /// Whether who asks for objects pays for it.
    requester_pays: Option<Expr<bool>>,
    /// Whether old versions of objects are kept.
    versioning_enabled: Option<Expr<bool>>,
    /// The object that is shown for a folder, where the bucket is a website.
    index_page: Option<Expr<String>>,
    /// The object that is shown for what is not there, where the bucket is a website.
    not_found_page: Option<Expr<String>>,
    /// What happens to objects by themselves: each with a `condition`, such as `{age: 30}`, and an `action`, such as
    /// `{type: DELETE}` or `{type: SET_STORAGE_CLASS, value: COLDLINE}`.
    lifecycle_rules: Option<Expr<Vec<Data>>>,
    /// How objects are kept where nothing else is said of them.
    storage_class: Option<Expr<StorageClass>>,
    /// Where the bucket is, such as `EU` or `europe-west1`. It stays there for ever.
    location: Option<Expr<String>>,
    /// Which pages of others may read it in browsers: each with `origins`, `methods`, `responseHeaders` and
    /// `maxAgeSeconds`.
    cors: Option<Expr<Vec<Data>>>,
    /// Who may do what with the bucket: each with an `entity`, such as `{type: USER, value: ann@example.com}`, and a `role`.
    acl: Option<Expr<Vec<Data>>>,
    /// Who may do what with new objects, written in the same way.
    default_acl: Option<Expr<Vec<Data>>>,
    /// Labels.
    labels: Option<Expr<BTreeMap<String, String>>>,
    /// The key that objects are encrypted with, where Google keeps it.
    default_kms_key_name: Option<Expr<String>>,
    /// Whether new objects are held until somebody says otherwise.
    default_event_based_hold: Option<Expr<bool>>,
    /// How many seconds objects have to stay.
    retention_period: Option<Expr<u64>>,
    /// Who may do what, for all objects alike: `uniformBucketLevelAccessEnabled` and `publicAccessPrevention`.
    iam_configuration: Option<Expr<Data>>,
    /// Where it is written down who reads it: `logBucket` and `logObjectPrefix`.
    logging: Option<Expr<Data>>,
}

impl BucketProperties {
    /// As Google is told it; what is not said is not changed.
    pub(in crate::gcs) fn read(&self, cx: &RunContext) -> Result<Map<String, Value>, Failure> {
        let mut told = Map::new();
        let mut say = |path: &[&str], value: Option<Value>| {
            if let Some(value) = value {
                put(&mut told, path, value);
            }
        };
        let flag = |property: Option<&Expr<bool>>| Ok::<_, Failure>(cx.filled(property)?.map(Value::Bool));
        let text =
            |property: Option<&Expr<String>>| Ok::<_, Failure>(cx.filled(property)?.map(Value::String));
        say(&["billing", "requesterPays"], flag(self.requester_pays.as_ref())?);
        say(&["versioning", "enabled"], flag(self.versioning_enabled.as_ref())?);
        say(&["website", "mainPageSuffix"], text(self.index_page.as_ref())?);
        say(&["website", "notFoundPage"], text(self.not_found_page.as_ref())?);
        say(&["lifecycle", "rule"], list(cx, self.lifecycle_rules.as_ref(), rule)?);
        let class = cx.filled(self.storage_class.as_ref())?;
        say(&["storageClass"], class.map(|class| class.name().into()));
        say(&["location"], text(self.location.as_ref())?);
        say(&["cors"], list(cx, self.cors.as_ref(), |cors| Ok(origins(cors)))?);
        say(&["acl"], list(cx, self.acl.as_ref(), access)?);
        say(&["defaultObjectAcl"], list(cx, self.default_acl.as_ref(), access)?);
        say(&["labels"], cx.filled(self.labels.as_ref())?.map(|labels| json!(labels)));
        say(&["encryption", "defaultKmsKeyName"], text(self.default_kms_key_name.as_ref())?);
        say(&["defaultEventBasedHold"], flag(self.default_event_based_hold.as_ref())?);
        let period = cx.filled(self.retention_period.as_ref())?;
        say(&["retentionPolicy", "retentionPeriod"], period.map(|seconds| seconds.to_string().into()));
        if let Some(written) = structure(cx, self.iam_configuration.as_ref())? {
            let uniform = written.get("uniformBucketLevelAccessEnabled");
            let uniform = uniform.or_else(|| written.get("isUniformBucketLevelAccessEnabled"));
            say(&["iamConfiguration", "uniformBucketLevelAccess", "enabled"], uniform.map(boolean));
            let prevention = written.get("publicAccessPrevention").and_then(Value::as_str);
            let prevention = prevention.map(|word| word.to_lowercase().into());
            say(&["iamConfiguration", "publicAccessPrevention"], prevention);
        }
        say(&["logging"], structure(cx, self.logging.as_ref())?);
        Ok(told)
    }
}

/// Puts a value where a path leads.
fn put(map: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [last] => {
            map.insert((*last).to_owned(), value);
        }
        [first, rest @ ..] => {
            let inner = map.entry((*first).to_owned()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn structure(cx: &RunContext, property: Option<&Expr<Data>>) -> Result<Option<Value>, Failure> {
    let Some(property) = property else { return Ok(None) };
    let value = json_of(&cx.render(property)?)?;
    // A structure that is rendered in one expression comes as a text.
    Ok(match value {
        Value::Null => None,
        Value::String(text) => serde_json::from_str(&text).ok(),
        other => Some(other),
    })
}

fn list(
    cx: &RunContext,
    property: Option<&Expr<Vec<Data>>>,
    each: impl Fn(&Value) -> Result<Value, Failure>,
) -> Result<Option<Value>, Failure> {
    let Some(items) = cx.filled(property)? else { return Ok(None) };
    let items: Result<Vec<Value>, Failure> = items.iter().map(|item| each(&json_of(item)?)).collect();
    Ok(Some(Value::Array(items?)))
}

/// A truth value that may have come as a text.
fn boolean(value: &Value) -> Value {
    match value {
        Value::String(text) => text.trim().eq_ignore_ascii_case("true").into(),
        other => other.clone(),
    }
}

/// A rule for what happens to objects by itself.
fn rule(written: &Value) -> Result<Value, Failure> {
    let action = written.get("action").and_then(|action| action.get("type")).and_then(Value::as_str);
    let action = action.ok_or_else(|| {
        Failure::new("a rule of `lifecycleRules` has no `action` with a `type`, such as `{type: DELETE}`")
    })?;
    // Google writes these words as `SetStorageClass`.
    let is_kestras = action.contains('_') || action == action.to_uppercase();
    let name: String =
        if is_kestras { action.split('_').map(capitalised).collect() } else { action.to_owned() };
    let value = ["value", "storageClass"].iter().find_map(|name| written["action"].get(name)?.as_str());
    let mut told = json!({ "type": name });
    if name == "SetStorageClass" {
        let value = value.ok_or_else(|| {
            Failure::new(
                "a rule of `lifecycleRules` sets a class of storage, but has no `value` in its `action`",
            )
        })?;
        told["storageClass"] = value.into();
    }
    Ok(json!({ "action": told, "condition": written.get("condition").cloned().unwrap_or(json!({})) }))
}

fn capitalised(word: &str) -> String {
    let word = word.to_lowercase();
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn origins(written: &Value) -> Value {
    let mut told = Map::new();
    for (name, googles) in
        [("origins", "origin"), ("methods", "method"), ("responseHeaders", "responseHeader")]
    {
        let values = written.get(name).or_else(|| written.get(googles));
        told.extend(values.map(|values| (googles.to_owned(), values.clone())));
    }
    told.extend(written.get("maxAgeSeconds").map(|age| ("maxAgeSeconds".to_owned(), age.clone())));
    Value::Object(told)
}

/// Who may do what.
fn access(written: &Value) -> Result<Value, Failure> {
    let entity = match written.get("entity") {
        Some(Value::String(name)) => Some(name.clone()),
        Some(entity) => {
            let get = |name: &str| entity.get(name).and_then(Value::as_str).map(str::to_owned);
            match (get("type").map(|kind| kind.to_lowercase()), get("value")) {
                (Some(kind), Some(value)) => Some(format!("{kind}-{value}")),
                (None, value) => value,
                (Some(_), None) => None,
            }
        }
        None => None,
    };
    let role = written.get("role").and_then(Value::as_str);
    match (entity, role) {
        (Some(entity), Some(role)) => Ok(json!({ "entity": entity, "role": role.to_uppercase() })),
        _ => Err(Failure::new(
            "`acl` and `defaultAcl` need an `entity`, such as `{type: USER, value: ann@example.com}`, and a `role`: OWNER, \
             WRITER or READER",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_rights_are_told_as_google_writes_them() {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        for (written, expected) in [
            (
                r#"{"condition":{"age":3},"action":{"type":"DELETE"}}"#,
                r#"{"action":{"type":"Delete"},"condition":{"age":3}}"#,
            ),
            (
                r#"{"condition":{"age":3},"action":{"type":"SET_STORAGE_CLASS","value":"COLDLINE"}}"#,
                r#"{"action":{"type":"SetStorageClass","storageClass":"COLDLINE"},"condition":{"age":3}}"#,
            ),
            (
                r#"{"action":{"type":"AbortIncompleteMultipartUpload"}}"#,
                r#"{"action":{"type":"AbortIncompleteMultipartUpload"},"condition":{}}"#,
            ),
        ] {
            assert_eq!(rule(&read(written)).unwrap().to_string(), expected);
        }
        assert!(rule(&read(r#"{"action":{"type":"SET_STORAGE_CLASS"}}"#)).is_err());
        for (written, expected) in [
            (r#"{"entity":{"type":"USER","value":"a@b.c"},"role":"READER"}"#, Some("user-a@b.c")),
            (r#"{"entity":"allUsers","role":"READER"}"#, Some("allUsers")),
            (r#"{"entity":"allUsers"}"#, None),
            (r#"{"role":"OWNER"}"#, None),
        ] {
            let told = access(&read(written)).ok();
            assert_eq!(told.as_ref().and_then(|told| told["entity"].as_str()), expected, "{written}");
        }
    }
}
