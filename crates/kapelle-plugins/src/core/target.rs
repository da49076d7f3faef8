//! Which execution a task is about: its own, or one that it names.

use kapelle_model::Failure;
use kapelle_plugin::{Expr, FlowRef, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

/// The execution that a task is about.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    /// The namespace of the execution, together with `executionId` and `flowId`.
    namespace: Option<Expr<String>>,
    /// The flow of the execution, together with `executionId` and `namespace`.
    flow_id: Option<Expr<String>>,
    /// The execution, by default the one that runs the task. Without `namespace` and `flowId` it is one of the same flow.
    execution_id: Option<Expr<String>>,
}

impl Target {
    /// The id of the execution, and its flow.
    pub(super) fn find(&self, cx: &RunContext) -> Result<(String, FlowRef), Failure> {
        let namespace = cx.filled(self.namespace.as_ref())?;
        let flow = cx.filled(self.flow_id.as_ref())?;
        let execution = cx.filled(self.execution_id.as_ref())?;
        let own = || FlowRef { namespace: cx.place.namespace.to_string(), flow: cx.place.flow.to_string() };
        match (execution, namespace, flow) {
            (Some(id), Some(namespace), Some(flow)) => Ok((id, FlowRef { namespace, flow })),
            (Some(id), None, None) => Ok((id, own())),
            (None, None, None) => Ok((cx.place.execution.to_string(), own())),
            (Some(_), _, _) => {
                Err(Failure::new("Both `namespace` and `flowId` must be set when `executionId` is set."))
            }
            (None, _, _) => {
                Err(Failure::new("`namespace` and `flowId` should only be set when `executionId` is set."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::read;
    use kapelle_plugin::stage::{Stage, properties_of};

    use super::*;

    fn found(written: &str) -> Result<String, String> {
        let target: Target = read(&properties_of(written)).unwrap();
        let cx = Stage::new().context();
        let own = cx.place.execution.to_string();
        let found = target.find(&cx).map_err(|failure| failure.to_string())?;
        let id = if found.0 == own { "own".to_owned() } else { found.0 };
        Ok(format!("{id} of {}.{}", found.1.namespace, found.1.flow))
    }

    #[test]
    fn an_execution_of_another_flow_is_named_with_its_flow() {
        for (written, expected) in [
            ("{}", Ok("own of team.a.f")),
            ("executionId: '{{ \"x\" }}'", Ok("x of team.a.f")),
            ("{executionId: x, namespace: n, flowId: g}", Ok("x of n.g")),
            (
                "{executionId: x, namespace: n}",
                Err("Both `namespace` and `flowId` must be set when `executionId` is set."),
            ),
            ("flowId: g", Err("`namespace` and `flowId` should only be set when `executionId` is set.")),
        ] {
            assert_eq!(found(written), expected.map(str::to_owned).map_err(str::to_owned), "{written}");
        }
    }
}
