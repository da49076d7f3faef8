//! `io.kestra.plugin.core.log.Log`: puts lines into the log of the execution.

use kapelle_core::property::text_of;
use kapelle_model::Value;
use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Write to the log
///
/// Renders the message and adds it to the log of the task run; of a list, each item is a line of its own.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct LogWrite {
    /// A text, or a list of texts.
    message: Expr<Any>,
    /// How serious it is.
    #[serde(default = "info")]
    level: Expr<Level>,
}

fn info() -> Expr<Level> {
    Expr::fixed(Level::Info.name())
}

impl Task for LogWrite {
    const TYPE: &'static str = "io.kestra.plugin.core.log.Log";
    const HAS_EFFECTS: bool = false;
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let level = cx.render(&self.level)?;
        match cx.render(&self.message)?.0 {
            Value::List(lines) => {
                for line in lines.iter() {
                    cx.log(level, text_of(line)?);
                }
            }
            line => cx.log(level, text_of(&line)?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn a_list_is_logged_line_by_line_with_its_level() {
        let stage = Stage::new().variable("name", "Ann");
        stage.run::<LogWrite>("{message: ['Hello {{ name }}', 7], level: WARN}").await.unwrap();
        stage.run::<LogWrite>("message: bye").await.unwrap();
        assert_eq!(stage.lines(), ["WARN Hello Ann", "WARN 7", "INFO bye"]);
    }

    #[tokio::test]
    async fn a_level_that_there_is_not_is_told() {
        let broken = Stage::new().run::<LogWrite>("{message: a, level: LOUD}").await.unwrap_err();
        assert_eq!(
            broken.failure.to_string(),
            "`LOUD` does not fit: there are TRACE, DEBUG, INFO, WARN, ERROR"
        );
    }
}
