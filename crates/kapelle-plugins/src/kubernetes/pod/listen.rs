//! Listening to a container until it ends, also over breaks.

use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::stamps::Stamps;
use super::state::Pod;
use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::trouble::Trouble;
use kapelle_plugin::program::{Line, Splitter};

/// A log that broke off is opened again so often, after so long.
const RETURNS: u32 = 60;
const RETURN: Duration = Duration::from_secs(2);

/// One that ended while its container seems to run is opened again after so long, and then longer.
const PAUSE: Duration = Duration::from_millis(50);

/// Passes on the lines of a container. Why some may be missing, if so.
pub(super) async fn listen(
    api: Api,
    path: String,
    container: String,
    to: mpsc::Sender<Line>,
) -> Result<(), Trouble> {
    let mut log = Log { stamps: Stamps::default(), splitter: Splitter::default(), to };
    let (mut returns, mut passes) = (0, 0);
    loop {
        // What is read after the end is whole.
        let is_over = is_over(&api, &path, &container).await;
        let asked = Asked::get(&format!("{path}/log"))
            .with("container", &container)
            .with("follow", "true")
            .with("timestamps", "true");
        let asked = match log.stamps.again() {
            Some(moment) => asked.with("sinceTime", &moment),
            None => asked,
        };
        match (log.read(&api, asked).await, is_over) {
            (Ok(()), Ok(true)) => return log.finish().await,
            (Ok(()), _) => {
                (returns, passes) = (0, passes + 1);
                sleep((PAUSE * passes).min(RETURN)).await;
            }
            // The pod went away, and its log with it.
            (Err(trouble), _) if trouble.is_missing() && passes > 0 => return log.finish().await,
            (Err(trouble), _) if !trouble.may_pass() || returns == RETURNS => {
                log.finish().await?;
                return Err(trouble);
            }
            (Err(_), _) => {
                returns += 1;
                sleep(RETURN).await;
            }
        }
        if log.to.is_closed() {
            return Ok(());
        }
    }
}

async fn is_over(api: &Api, path: &str, container: &str) -> Result<bool, Trouble> {
    let raw: Json = api.ask(Asked::get(path)).await?;
    let pod = Pod::read(raw).unwrap_or_default();
    Ok(pod.state(container).is_some_and(|state| state.running.is_none() && state.waiting.is_none()))
}

struct Log {
    stamps: Stamps,
    splitter: Splitter,
    to: mpsc::Sender<Line>,
}

impl Log {
    async fn read(&mut self, api: &Api, asked: Asked) -> Result<(), Trouble> {
        let mut answer = api.open(asked).await?;
        while let Some(piece) = answer.piece().await? {
            let mut lines = Vec::new();
            let splitter = &mut self.splitter;
            self.stamps.push(&piece, &mut |bytes| splitter.push(bytes, &mut |line| lines.push(line)));
            self.pass(lines).await;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Trouble> {
        let mut lines = Vec::new();
        self.splitter.finish(&mut |line| lines.push(line));
        self.pass(lines).await;
        Ok(())
    }

    async fn pass(&self, lines: Vec<Line>) {
        for line in lines {
            // If nobody listens any more, that is seen elsewhere.
            let _gone = self.to.send(line).await;
        }
    }
}
