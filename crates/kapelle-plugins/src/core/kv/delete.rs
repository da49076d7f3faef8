//! `io.kestra.plugin.core.kv.Delete`: forgets a key.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{absent, key, namespace};

/// # Delete a key
///
/// Forgets a key of a namespace.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delete {
    /// The key.
    key: Expr<Text>,
    /// The namespace; by default the one of the flow.
    namespace: Option<Expr<String>>,
    /// Whether the task fails if there is no such key.
    error_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Whether there was one.
    deleted: bool,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.core.kv.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = key(cx, &self.key)?;
        let namespace = namespace(cx, self.namespace.as_ref())?;
        let deleted = cx.host.keys().delete(&namespace, key.expose())?;
        if !deleted && cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
            return Err(absent(&namespace, &key).into());
        }
        Ok(Output { deleted })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::super::set::Set;
    use super::*;

    #[tokio::test]
    async fn a_key_is_deleted_once_and_only_in_its_namespace() {
        let stage = Stage::new();
        stage.run::<Set>("{key: above, namespace: team, value: 5}").await.unwrap();
        for (written, deleted) in [
            ("key: above", false),
            ("{key: above, namespace: team}", true),
            ("{key: above, namespace: team}", false),
        ] {
            let given = stage.run::<Delete>(written).await.unwrap();
            assert_eq!(given["deleted"], Value::Bool(deleted), "{written}");
        }
        let broken = stage.run::<Delete>("{key: above, errorOnMissing: true}").await.unwrap_err();
        assert_eq!(
            broken.failure.to_string(),
            "No value found for key 'above' in namespace 'team.a' and `errorOnMissing` is set to true"
        );
    }
}
