//! `io.kestra.plugin.core.execution.Fail`: fails, always or on a condition.

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Fail
///
/// Fails, so that the execution fails unless the flow says otherwise. With a condition it fails only if that holds.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fail {
    /// It fails if this holds; without it, it always fails.
    condition: Option<Expr<Text>>,
    /// What it says.
    error_message: Option<Expr<Text>>,
}

impl Task for Fail {
    const TYPE: &'static str = "io.kestra.plugin.core.execution.Fail";
    const HAS_EFFECTS: bool = false;
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let holds = self.condition.as_ref().map(|condition| cx.truth(condition)).transpose()?;
        if holds == Some(false) {
            return Ok(());
        }
        let message = cx.optional(self.error_message.as_ref())?.unwrap_or_else(|| "Task failure".into());
        if holds.is_none() {
            return Err(Broken::new(message));
        }
        cx.log(Level::Error, message);
        Err(Broken::new("Fail on a condition"))
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn it_fails_where_it_is_told_to() {
        for (written, failure, lines) in [
            ("{}", Some("Task failure"), &[][..]),
            ("errorMessage: '{{ flow.id }} broke'", Some("f broke"), &[]),
            (
                "{condition: '{{ true }}', errorMessage: closed}",
                Some("Fail on a condition"),
                &["ERROR closed"],
            ),
            ("condition: ' 0 '", None, &[]),
        ] {
            let stage = Stage::new();
            let failed = stage.run::<Fail>(written).await.err().map(|broken| broken.failure.to_string());
            assert_eq!(failed.as_deref(), failure, "{written}");
            assert_eq!(stage.lines(), lines, "{written}");
        }
    }
}
