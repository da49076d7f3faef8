//! `io.kestra.plugin.core.trigger.Toggle`: switches a trigger on or off.

use kapelle_plugin::{Broken, Expr, FlowRef, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Switch a trigger on or off
///
/// Switches a trigger of this flow or of another one on or off. It stays so until somebody switches it again.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Toggle {
    /// The flow; by default this one.
    flow_id: Option<Expr<String>>,
    /// The namespace of the flow; by default this one.
    namespace: Option<Expr<String>>,
    /// The id of the trigger.
    trigger: Expr<String>,
    /// Whether it is switched on; it is switched off unless this says `true`.
    enabled: Option<Expr<bool>>,
}

impl Task for Toggle {
    const TYPE: &'static str = "io.kestra.plugin.core.trigger.Toggle";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let namespace = cx.filled(self.namespace.as_ref())?;
        let flow = cx.filled(self.flow_id.as_ref())?;
        let flow = FlowRef {
            namespace: namespace.unwrap_or_else(|| cx.place.namespace.to_string()),
            flow: flow.unwrap_or_else(|| cx.place.flow.to_string()),
        };
        let trigger = cx.render(&self.trigger)?;
        let is_enabled = cx.filled(self.enabled.as_ref())?.unwrap_or(false);
        Ok(cx.host.triggers().toggle(&flow, &trigger, is_enabled)?)
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn a_trigger_is_switched_off_unless_it_is_to_be_on() {
        let stage = Stage::new();
        stage.run::<Toggle>("trigger: '{{ flow.id }}t'").await.unwrap();
        stage.run::<Toggle>("{trigger: t, flowId: g, namespace: n, enabled: true}").await.unwrap();
        assert_eq!(stage.memory().requests(), ["toggle team.a.f ft false", "toggle n.g t true"]);
    }
}
