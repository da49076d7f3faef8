//! `io.kestra.plugin.core.kv.GetKeys`: lists keys.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::namespace;

/// # List keys
///
/// Gives the names of the keys of a namespace that have not expired.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct GetKeys {
    /// How the keys begin; without it, all are given.
    prefix: Option<Expr<String>>,
    /// The namespace; by default the one of the flow.
    namespace: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The keys, by name.
    keys: Vec<String>,
}

impl Task for GetKeys {
    const TYPE: &'static str = "io.kestra.plugin.core.kv.GetKeys";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let prefix = cx.optional(self.prefix.as_ref())?.unwrap_or_default();
        let namespace = namespace(cx, self.namespace.as_ref())?;
        let kept = cx.host.keys().list(&namespace, &prefix)?.into_iter();
        Ok(Output { keys: kept.filter(|kept| !kept.is_expired).map(|kept| kept.key).collect() })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;
    use kapelle_plugin::stage::Stage;

    use super::super::set::Set;
    use super::*;

    #[tokio::test]
    async fn keys_are_listed_by_their_beginning() {
        let stage = Stage::new();
        for written in [
            "{key: b1, value: 1}",
            "{key: a2, value: 1}",
            "{key: a1, value: 1}",
            "{key: a0, value: 1, ttl: -PT1S}",
            "{key: a9, value: 1, namespace: team}",
        ] {
            stage.run::<Set>(written).await.unwrap();
        }
        for (written, keys) in [
            ("prefix: a", r#"["a1", "a2"]"#),
            ("{}", r#"["a1", "a2", "b1"]"#),
            ("{prefix: '{{ \"a\" }}', namespace: team}", r#"["a9"]"#),
            ("prefix: none", "[]"),
        ] {
            let given = stage.run::<GetKeys>(written).await.unwrap();
            assert_eq!(given["keys"], plain::from_json(keys).unwrap(), "{written}");
        }
    }
}
