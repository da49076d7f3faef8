//! `io.kestra.plugin.core.execution.Count`: counts executions.

use jiff::Zoned;
use kapelle_model::{Failure, State, Value};
use kapelle_plugin::{Broken, Count as Of, CountOf, Expr, FlowRef, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Count executions
///
/// Counts the executions of flows or namespaces, and keeps the counts for which an expression gives `true`, for instance
/// to find flows that did not run for a day.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    /// The flows. They or `namespaces` have to be there.
    flows: Option<Vec<Flow>>,
    /// The states that are counted; all if nothing is said.
    states: Option<Expr<Vec<State>>>,
    /// Only executions that began after this moment.
    start_date: Expr<Zoned>,
    /// Only executions that began before this moment.
    end_date: Option<Expr<Zoned>>,
    /// Which counts are kept: with the variable `count` it has to give `true`.
    expression: Expr<String>,
    /// The namespaces, instead of flows.
    namespaces: Option<Expr<Vec<String>>>,
}

/// A flow whose executions are counted.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Flow {
    /// Its namespace.
    namespace: Expr<String>,
    /// Its id.
    flow_id: Expr<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The counts that were kept.
    results: Vec<Counted>,
    /// Their sum.
    total: u64,
}

/// How many executions there are of a flow or a namespace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Counted {
    /// The namespace.
    namespace: String,
    /// The flow, if flows are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_id: Option<String>,
    /// How many there are.
    count: u64,
}

impl Task for Count {
    const TYPE: &'static str = "io.kestra.plugin.core.execution.Count";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Count {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let of = CountOf {
            of: self.of(cx)?,
            states: cx.filled(self.states.as_ref())?.unwrap_or_default(),
            from: cx.render(&self.start_date)?.timestamp(),
            until: cx.filled(self.end_date.as_ref())?.map(|moment| moment.timestamp()),
        };
        let mut results = Vec::new();
        for counted in cx.host.executions().count(&of)? {
            let with_count = cx.with([("count".into(), Value::Int(counted.count as i64))]);
            if with_count.render(&self.expression)? == "true" {
                let (namespace, flow_id) = (counted.namespace, counted.flow);
                results.push(Counted { namespace, flow_id, count: counted.count });
            }
        }
        let total = results.iter().map(|counted| counted.count).sum();
        Ok(Output { results, total })
    }

    fn of(&self, cx: &RunContext) -> Result<Of, Failure> {
        if let Some(flows) = &self.flows {
            let named = |flow: &Flow| {
                Ok(FlowRef { namespace: cx.render(&flow.namespace)?, flow: cx.render(&flow.flow_id)? })
            };
            return Ok(Of::Flows(flows.iter().map(named).collect::<Result<_, Failure>>()?));
        }
        let namespaces = cx.filled(self.namespaces.as_ref())?;
        let namespaces = namespaces.ok_or_else(|| {
            Failure::new("`flows` or `namespaces` is missing: say whose executions are to be counted")
        })?;
        Ok(Of::Namespaces(namespaces))
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;
    use kapelle_plugin::stage::Stage;

    use super::*;

    fn stage() -> Stage {
        let stage = Stage::new();
        *stage.memory().counted.lock().unwrap() = [("a", 0), ("b", 3), ("c", 5)]
            .map(|(flow, count)| kapelle_plugin::Counted {
                namespace: "n".into(),
                flow: Some(flow.into()),
                count,
            })
            .to_vec();
        stage
    }

    #[tokio::test]
    async fn counts_are_kept_for_which_the_expression_is_true() {
        let stage = stage();
        let written = "{flows: [{namespace: n, flowId: '{{ flow.id }}'}], states: [FAILED, CANCELED], \
                       startDate: '2026-01-01T00:00:00Z', expression: '{{ count >= 3 }}'}";
        let given = stage.run::<Count>(written).await.unwrap();
        assert_eq!(given["total"], Value::Int(8));
        let results = r#"[{"namespace": "n", "flowId": "b", "count": 3}, {"namespace": "n", "flowId": "c", "count": 5}]"#;
        assert_eq!(given["results"], plain::from_json(results).unwrap());
        let asked = &stage.memory().requests()[0];
        assert!(asked.contains(r#"FlowRef { namespace: "n", flow: "f" }"#), "{asked}");
        assert!(asked.contains("states: [Failed, Cancelled]"), "{asked}");
    }

    #[tokio::test]
    async fn it_has_to_be_said_what_is_counted() {
        let written = "{startDate: '2026-01-01T00:00:00Z', expression: 'true'}";
        assert!(stage().run::<Count>(written).await.is_err());
        let namespaces = "{namespaces: [n], startDate: '2026-01-01T00:00:00Z', expression: 'yes'}";
        assert_eq!(stage().run::<Count>(namespaces).await.unwrap()["total"], Value::Int(0));
    }

    #[tokio::test]
    async fn a_state_that_there_is_not_is_told() {
        let written =
            "{namespaces: [n], states: [DONE], startDate: '2026-01-01T00:00:00Z', expression: 'true'}";
        let broken = stage().run::<Count>(written).await.unwrap_err();
        assert!(broken.failure.to_string().contains("does not fit: there are CREATED"), "{broken:?}");
    }
}
