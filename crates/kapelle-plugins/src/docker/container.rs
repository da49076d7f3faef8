//! The life of a container that works for a task: it is made, gets files, runs, is listened to, gives files back, goes.
//!
//! Whatever ends the attempt ends the container. Only a server that dies leaves one behind: the next attempt of the same
//! task run finds it by its labels, and goes on with it.

mod begin;
mod guard;
mod labels;
mod leftover;
mod settings;
mod watch;

use kapelle_model::Failure;
use kapelle_plugin::program::Lines;
use kapelle_plugin::{Broken, RunContext};

use super::archive::{Own, Sent, unpack};
use super::credentials::Credentials;
use super::engine::{Asked, Engine};
use super::image::Image;
use super::pipe;
use super::wanted::Wanted;
use crate::runner::{Ended, Job};
use guard::Guard;
pub(super) use labels::BOUND;
pub(crate) use settings::{Life, LifeProperties};

/// Everything that is known before it begins.
pub(crate) struct Order {
    pub(crate) engine: Engine,
    pub(crate) image: Image,
    pub(crate) credentials: Credentials,
    pub(crate) wanted: Wanted,
    pub(crate) life: Life,
}

/// A container at work.
struct Begun {
    id: String,
    /// Where its directory is: that of the attempt that made it.
    directory: String,
    /// The files that it got; nothing is known of them if another attempt made it.
    sent: Sent,
}

impl Order {
    /// Runs a container from its beginning, or from where an attempt that is gone left it, to its end.
    pub(crate) async fn run(
        &self,
        cx: &RunContext,
        job: &Job,
        lines: &mut dyn Lines,
    ) -> Result<Ended, Failure> {
        let mut guard = Guard::new(self.engine.clone(), self.life.deletes);
        let done = self.live(cx, job, lines, &mut guard).await;
        guard.end().await;
        done
    }

    async fn live(
        &self,
        cx: &RunContext,
        job: &Job,
        lines: &mut dyn Lines,
        guard: &mut Guard,
    ) -> Result<Ended, Failure> {
        let begun = tokio::select! {
            begun = self.begin(cx, job, guard) => begun?,
            () = cx.stopped() => return Ok(ended(None, guard.id(), true)),
        };
        if !self.life.waits {
            guard.let_go();
            return Ok(ended(Some(0), Some(&begun.id), false));
        }
        let (code, is_killed) = self.watch(cx, &begun, lines).await?;
        if !is_killed && !self.life.is_mounted() {
            let fetched = self.fetch(cx, job, &begun).await;
            match fetched {
                Err(broken) if broken.is_killed => return Ok(ended(code, Some(&begun.id), true)),
                fetched => fetched.map_err(|broken| broken.failure)?,
            }
        }
        guard.is_over();
        Ok(ended(code, Some(&begun.id), is_killed))
    }

    /// Takes the files back.
    async fn fetch(&self, cx: &RunContext, job: &Job, begun: &Begun) -> Result<(), Broken> {
        let asked = Asked::get(&format!("/containers/{}/archive", begun.id)).with("path", &begun.directory);
        let answer = self.engine.open(asked).await?;
        let (source, feed) = pipe::reader(answer);
        let (root, own, sent) = (job.directory.clone(), Own::of(job), begun.sent.clone());
        let unpacked = cx.blocking(move |cx| unpack(cx, &root, &own, &sent, source));
        // When nobody reads any more, nothing is fed any more.
        let (unpacked, ()) = tokio::join!(unpacked, feed);
        unpacked
    }
}

fn ended(exit_code: Option<i32>, id: Option<&str>, is_killed: bool) -> Ended {
    Ended { exit_code, is_killed, sandbox: Vec::new(), container_id: id.map(str::to_owned), pod: None }
}
