//! `io.kestra.plugin.core.log.Fetch`: writes the log of an execution to a file.

use std::io::Write;

use kapelle_model::Value;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, LogQuery, Name, RunContext, Task, ion};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::target::Target;

/// # Fetch logs
///
/// Writes lines of the log of an execution to a file in Ion, the oldest first.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fetch {
    #[serde(flatten)]
    target: Target,
    /// The tasks whose lines are fetched; all if nothing is said.
    tasks_id: Option<Expr<Vec<String>>>,
    /// The least serious level that is fetched; `INFO` if nothing is said.
    level: Option<Expr<Level>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How many lines there are.
    size: u64,
    /// The address of the file.
    uri: String,
}

impl Task for Fetch {
    const TYPE: &'static str = "io.kestra.plugin.core.log.Fetch";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Fetch {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (execution, flow) = self.target.find(cx)?;
        let least = cx.filled(self.level.as_ref())?.unwrap_or(Level::Info);
        let query = LogQuery {
            execution: Some(execution),
            namespace: Some(flow.namespace),
            flow: Some(flow.flow),
            tasks: cx.filled(self.tasks_id.as_ref())?.unwrap_or_default(),
            levels: levels_from(least),
            ..LogQuery::default()
        };
        let mut file = cx.host.files().create(Name::Ending(".ion"))?;
        let mut size = 0;
        cx.host.executions().logs(&query, &mut |line| {
            size += 1;
            let line = ion::line(&Value::Map(line.into()))?;
            file.write_all(&line).map_err(|error| kapelle_model::Failure::new(error.to_string()))
        })?;
        Ok(Output { size, uri: file.finish()? })
    }
}

/// This level and all that are more serious.
fn levels_from(least: Level) -> Vec<Level> {
    let all = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error];
    all.into_iter().filter(|level| *level >= least).collect()
}

#[cfg(test)]
mod tests {
    use kapelle_core::property::text_of;
    use kapelle_model::Map;
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn lines_become_ion() {
        let stage = Stage::new();
        for message in ["one", "two"] {
            let line = Map::from_iter([("message".into(), Value::from(message))]);
            stage.memory().logs.lock().unwrap().push(line);
        }
        let given = stage.run::<Fetch>("{executionId: x, tasksId: [a], level: WARN}").await.unwrap();
        assert_eq!(given["size"], Value::Int(2));
        let content = stage.content(text_of(&given["uri"]).unwrap().expose());
        assert_eq!(content, "{message:\"one\"}\n{message:\"two\"}\n");
        let asked = &stage.memory().requests()[0];
        assert!(asked.contains("levels: [Warn, Error]") && asked.contains(r#"tasks: ["a"]"#), "{asked}");
    }
}
