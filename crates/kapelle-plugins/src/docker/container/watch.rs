//! Listening to a container until it ends.

use std::time::Duration;

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::RunContext;
use kapelle_plugin::program::Lines;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::{Begun, Order};
use crate::docker::engine::{Asked, Engine};
use crate::docker::logs::Logs;
use crate::docker::trouble::Trouble;

/// How long what a container that is killed wrote may take to arrive.
const AFTERMATH: Duration = Duration::from_secs(3);

/// An engine that starts anew is waited for so often, so long.
const RETURNS: u32 = 30;
const RETURN: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exit {
    status_code: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    state: State,
}

#[derive(Deserialize)]
struct State {
    #[serde(rename = "OOMKilled", default)]
    is_out_of_memory: bool,
}

impl Order {
    /// Passes on what the container writes, until it ends. Its exit code, and whether it was killed.
    pub(super) async fn watch(
        &self,
        cx: &RunContext,
        begun: &Begun,
        lines: &mut dyn Lines,
    ) -> Result<(Option<i32>, bool), Failure> {
        let mut work = Box::pin(self.follow(cx, &begun.id, lines));
        tokio::select! {
            code = &mut work => return Ok((Some(code?), false)),
            () = cx.stopped() => {}
        }
        let mut end = Box::pin(self.end(&begun.id));
        // What it writes meanwhile is heard.
        let code = tokio::select! {
            code = &mut work => Some(code),
            ended = &mut end => {
                ended?;
                timeout(AFTERMATH, &mut work).await.ok()
            }
        };
        Ok((code.and_then(Result::ok), true))
    }

    async fn end(&self, id: &str) -> Result<(), Trouble> {
        if self.life.grace.is_zero() {
            self.engine.kill(id).await
        } else {
            self.engine.stop(id, self.life.grace).await
        }
    }

    async fn follow(&self, cx: &RunContext, id: &str, lines: &mut dyn Lines) -> Result<i32, Failure> {
        let mut logs = Logs::default();
        // Should it break off, what is missing is asked for in the end.
        let _broken = self.listen(id, &mut logs, lines, true).await;
        let exit = self.exit(cx, id).await;
        // Engines end the log with the container, and may forget its last words.
        let heard = if exit.is_ok() { self.listen(id, &mut logs, lines, false).await } else { Ok(()) };
        logs.finish(lines);
        if let Err(trouble) = heard {
            let words = "the end of the container's log is lost: ";
            cx.log(Level::Warn, format!("{words}{}", trouble.message()));
        }
        let code = exit?;
        if code == 137 && self.is_out_of_memory(id).await? {
            let limit =
                self.wanted.memory().map(|bytes| format!(" of {} MiB", bytes >> 20)).unwrap_or_default();
            cx.log(
                Level::Error,
                format!("the container was killed, for it used more than its memory{limit}: give it more by `memory`"),
            );
        }
        Ok(code)
    }

    /// Hears what the container wrote and was not heard yet, and with `follows` what it writes until it ends.
    async fn listen(
        &self,
        id: &str,
        logs: &mut Logs,
        lines: &mut dyn Lines,
        follows: bool,
    ) -> Result<(), Trouble> {
        let asked = Asked::get(&format!("/containers/{id}/logs"));
        let mut asked = asked.with("stdout", "1").with("stderr", "1").with("timestamps", "1");
        if follows {
            asked = asked.with("follow", "1");
        }
        if let Some(since) = logs.resume() {
            asked = asked.with("since", &since);
        }
        let mut answer = self.engine.open(asked).await?;
        while let Some(piece) = answer.piece().await? {
            logs.push(&piece, lines);
        }
        Ok(())
    }

    /// Waits for the end, also over a new start of the engine.
    async fn exit(&self, cx: &RunContext, id: &str) -> Result<i32, Failure> {
        let mut returns = RETURNS;
        loop {
            match wait(&self.engine, id).await {
                Ok(exit) => return Ok(exit.status_code),
                Err(trouble) if trouble.is_missing() => {
                    return Err(Failure::new("the container is gone: somebody removed it before its end"));
                }
                Err(Trouble::Away(message)) if returns > 0 => {
                    if returns == RETURNS {
                        cx.log(Level::Warn, format!("{message}: waiting for it to come back"));
                    }
                    returns -= 1;
                    sleep(RETURN).await;
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
    }

    async fn is_out_of_memory(&self, id: &str) -> Result<bool, Failure> {
        let inspected: Inspected = self.engine.ask(Asked::get(&format!("/containers/{id}/json"))).await?;
        Ok(inspected.state.is_out_of_memory)
    }
}

/// The exit of a container. The answer comes when it does.
async fn wait(engine: &Engine, id: &str) -> Result<Exit, Trouble> {
    engine.open(Asked::post(&format!("/containers/{id}/wait"))).await?.read().await
}
