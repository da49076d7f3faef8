//! `io.kestra.plugin.core.debug.Echo`: puts a text into the log of the execution.

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Write a text to the log
///
/// Renders a text and adds it to the log of the task run. `core.log.Log` does the same and more.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Echo {
    /// The text.
    format: Option<Expr<Text>>,
    /// How serious it is; `INFO` if nothing is said.
    level: Option<Expr<Level>>,
}

impl Task for Echo {
    const TYPE: &'static str = "io.kestra.plugin.core.debug.Echo";
    const HAS_EFFECTS: bool = false;
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let level = cx.filled(self.level.as_ref())?.unwrap_or(Level::Info);
        if let Some(text) = cx.optional(self.format.as_ref())? {
            cx.log(level, text);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn a_text_is_logged_with_its_level() {
        let stage = Stage::new();
        stage.run::<Echo>("{format: 'in {{ flow.id }}', level: WARN}").await.unwrap();
        stage.run::<Echo>("{format: plain}").await.unwrap();
        stage.run::<Echo>("{}").await.unwrap();
        assert_eq!(stage.lines(), ["WARN in f", "INFO plain"]);
    }
}
