//! `io.kestra.plugin.core.flow.Sleep`: lets time pass.

use jiff::SignedDuration;
use kapelle_core::time::duration;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Wait
///
/// Lets time pass before the flow goes on. It keeps its worker; to wait long, use a `Pause`.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Sleep {
    /// How long.
    duration: Expr<SignedDuration>,
}

impl Task for Sleep {
    const TYPE: &'static str = "io.kestra.plugin.core.flow.Sleep";
    const HAS_EFFECTS: bool = false;
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let length = cx.render(&self.duration)?.max(SignedDuration::ZERO);
        cx.log(Level::Info, format!("Waiting for {}", duration::format(length)));
        cx.host.sleep(length).await;
        if cx.is_stopped() { Err(Broken::killed()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn it_says_how_long_it_waits_and_waits() {
        let stage = Stage::new();
        stage.run::<Sleep>("duration: 0.1").await.unwrap();
        stage.run::<Sleep>("duration: PT2M").await.unwrap();
        stage.run::<Sleep>("duration: -PT2M").await.unwrap();
        assert_eq!(
            stage.lines(),
            [
                "INFO Waiting for PT0.1S",
                "INFO slept PT0.1S",
                "INFO Waiting for PT2M",
                "INFO slept PT2M",
                "INFO Waiting for PT0S",
                "INFO slept PT0S"
            ]
            .map(|line| line.replace("INFO slept", "slept"))
        );
    }

    #[tokio::test]
    async fn one_that_is_stopped_is_killed() {
        let stage = Stage::new();
        stage.stop();
        assert!(stage.run::<Sleep>("duration: PT1H").await.unwrap_err().is_killed);
    }
}
