//! `io.kestra.plugin.core.kv.Get`: gives the value of a key.

use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{absent, key, namespace};

/// # Get a key
///
/// Gives the value of a key. Without `namespace` it is looked for in the namespace of the flow and in those above it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Get {
    /// The key.
    key: Expr<Text>,
    /// The namespace; by default the one of the flow, and those above it.
    namespace: Option<Expr<String>>,
    /// Whether the task fails if there is no such key, or it has expired.
    error_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The value, with its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Any>,
}

impl Task for Get {
    const TYPE: &'static str = "io.kestra.plugin.core.kv.Get";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = key(cx, &self.key)?;
        let namespace = namespace(cx, self.namespace.as_ref())?;
        let value = find(cx, &namespace, key.expose(), self.namespace.is_none())?;
        if value.is_none() && cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
            return Err(absent(&namespace, &key).into());
        }
        Ok(Output { value: value.map(Any) })
    }
}

/// The value in a namespace, or in one above it.
fn find(cx: &RunContext, namespace: &str, key: &str, is_own: bool) -> Result<Option<Value>, Failure> {
    let mut level = Some(namespace);
    while let Some(namespace) = level {
        let kept = cx.host.keys().get(namespace, key)?;
        if let Some(kept) = kept.filter(|kept| !kept.is_expired) {
            return Ok(Some(kept.value));
        }
        level = namespace.rsplit_once('.').filter(|_| is_own).map(|(parent, _)| parent);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::super::set::Set;
    use super::*;

    #[tokio::test]
    async fn without_a_namespace_those_above_are_asked_too() {
        let stage = Stage::new();
        stage.run::<Set>("{key: above, namespace: team, value: '{{ 5 }}'}").await.unwrap();
        stage.run::<Set>("{key: old, value: 1, ttl: -PT1S}").await.unwrap();
        for (written, value) in [
            ("key: above", Some(Value::Int(5))),
            ("{key: above, namespace: team.a}", None),
            ("key: none", None),
            ("key: old", None),
        ] {
            let given = stage.run::<Get>(written).await.unwrap();
            assert_eq!(given.get("value").cloned(), value, "{written}");
        }
    }

    #[tokio::test]
    async fn a_missing_key_fails_only_where_it_has_to() {
        let broken = Stage::new().run::<Get>("{key: none, errorOnMissing: true}").await.unwrap_err();
        assert_eq!(
            broken.failure.to_string(),
            "No value found for key 'none' in namespace 'team.a' and `errorOnMissing` is set to true"
        );
    }
}
