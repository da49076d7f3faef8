//! `io.kestra.plugin.core.kv.Put`: changes a value that is kept under a key.

use kapelle_model::Text;
use kapelle_model::Value;
use kapelle_plugin::{Broken, Expr, KeyToSet, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::address::{absent, key, namespace};
use super::merge::merged;

/// # Change a key
///
/// Changes what is kept under a key. A map is merged into the map that is there; a list of items with `key` and `value`
/// sets single fields, whose names may be paths with dots; everything else replaces the value. What is known about the
/// key besides, such as when it expires, stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Put {
    /// The key.
    key: Expr<Text>,
    /// A map to merge, a list of fields to set, or a new value.
    value: Expr<Value>,
    /// The namespace; by default the one of the flow.
    namespace: Option<Expr<String>>,
    /// Whether the task fails if there is no such key.
    error_on_missing: Option<Expr<bool>>,
}

impl Task for Put {
    const TYPE: &'static str = "io.kestra.plugin.core.kv.Put";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let key = key(cx, &self.key)?;
        let namespace = namespace(cx, self.namespace.as_ref())?;
        let before = cx.host.keys().get(&namespace, key.expose())?.filter(|kept| !kept.is_expired);
        if before.is_none() && cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
            return Err(absent(&namespace, &key).into());
        }
        let change = cx.typed(&self.value)?;
        let (value, description, expires) = match before {
            Some(kept) => (Some(kept.value), kept.description, kept.expires),
            None => (None, None, None),
        };
        let value = merged(value, change)?;
        let key = key.expose().to_owned();
        let set = KeyToSet { key, value, description, expires, may_overwrite: true };
        Ok(cx.host.keys().set(&namespace, &set)?)
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;
    use kapelle_plugin::stage::Stage;

    use super::super::set::Set;
    use super::*;

    async fn after(before: Option<&str>, change: &str) -> Result<String, String> {
        let stage = Stage::new();
        if let Some(before) = before {
            let written = format!("{{key: k, value: '{before}', kvType: JSON, ttl: PT1H, kvDescription: d}}");
            stage.run::<Set>(&written).await.unwrap();
        }
        let put = stage.run::<Put>(&format!("{{key: k, value: {change}}}")).await;
        put.map_err(|broken| broken.failure.to_string())?;
        let kept = stage.context().host.keys().get("team.a", "k").unwrap().unwrap();
        assert_eq!(kept.description.is_some(), before.is_some());
        assert_eq!(kept.expires.is_some(), before.is_some());
        let text = plain::to_json(&kept.value, &jiff::tz::TimeZone::UTC, true, 1000).unwrap();
        Ok(text.expose().to_owned())
    }

    #[tokio::test]
    async fn maps_are_merged_and_everything_else_is_replaced() {
        for (before, change, expected) in [
            (Some(r#"{"a": {"b": 1, "c": 2}}"#), "{a: {c: 3}, d: 4}", r#"{"a":{"b":1,"c":3},"d":4}"#),
            (Some(r#"{"a": 1}"#), "'{{ {\"b\": 2} }}'", r#"{"a":1,"b":2}"#),
            (Some(r#"{"a": [1]}"#), "{a: [2]}", r#"{"a":[2]}"#),
            (Some("5"), "{a: 1}", r#"{"a":1}"#),
            (Some(r#"{"a": 1}"#), "text", r#""text""#),
            (Some(r#"{"a": 1}"#), "[{value: 7}]", "7"),
            (
                Some(r#"{"a": {"b": 1}}"#),
                "[{key: a.c, value: 2}, {key: d, value: [3]}]",
                r#"{"a":{"b":1,"c":2},"d":[3]}"#,
            ),
            (None, "[{key: a.c, value: 2}]", r#"{"a":{"c":2}}"#),
            (None, "[1, 2]", "[1,2]"),
            (Some("[1]"), "[{a: 1}]", r#"[{"a":1}]"#),
        ] {
            assert_eq!(after(before, change).await.as_deref(), Ok(expected), "{change}");
        }
    }

    #[tokio::test]
    async fn fields_that_cannot_be_set_are_told() {
        for (before, change, reason) in [
            (
                Some("5"),
                "[{key: a, value: 1}]",
                "what is kept under the key has no fields: leave `key` out of the property `value` to replace it",
            ),
            (
                None,
                "[{key: a, value: 1}, {value: 2}]",
                "an item of the property `value` without `key` replaces everything: let it stand alone",
            ),
        ] {
            assert_eq!(after(before, change).await, Err(reason.to_owned()));
        }
        let broken = Stage::new().run::<Put>("{key: k, value: 1, errorOnMissing: true}").await.unwrap_err();
        assert!(broken.failure.to_string().starts_with("No value found for key 'k'"));
    }
}
