//! `io.kestra.plugin.core.runner.Process`: the machine of the worker.
//!
//! A program runs in a group of its own, with nothing of the server's environment. The task ends when the program ended
//! and everybody closed its output, as pipes of shells do; whoever is left of its group then is ended too. With a
//! shepherd ([`super::shepherd`]) that also holds for those who left the group, and when the server dies.

mod link;
mod output;
mod settings;
mod start;

use std::pin::Pin;
use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::RunContext;
use kapelle_plugin::program::Lines;
use tokio::time::timeout;

use super::tree::Tree;
use super::{Ended, Job, Run, TaskRunner};
use settings::{GRACE_OF_LEFT_BEHIND, Settings};
use start::{Started, start};

/// How long the output of processes that are gone may take to arrive, and a shepherd to end.
const AFTERMATH: Duration = Duration::from_secs(3);

/// The runner.
pub(crate) struct Process;

impl TaskRunner for Process {
    fn run<'a>(&'a self, cx: &'a RunContext, job: &'a Job, lines: &'a mut dyn Lines) -> Run<'a> {
        Box::pin(run(cx, job, lines))
    }
}

async fn run(cx: &RunContext, job: &Job, lines: &mut dyn Lines) -> Result<Ended, Failure> {
    let settings = Settings::of(&*cx.host)?;
    let mut started = start(job, &settings)?;
    let tree = started.guard.tree.clone();
    let link = started.link.as_ref().map(link::Link::commands).transpose().map_err(|error| words(&error))?;
    let mut work = Box::pin(work(&mut started, lines));
    let (ended, is_killed) = tokio::select! {
        ended = &mut work => (Some(ended), false),
        () = cx.stopped() => match link {
            Some(commands) => (stop_by_shepherd(&commands, &tree, settings.grace, work.as_mut()).await, true),
            None => (stop(&tree, settings.grace, work.as_mut()).await, true),
        },
    };
    drop(work);
    let exit_code = match ended {
        Some(Ok(code)) => Some(code),
        Some(Err(failure)) if !is_killed => return Err(failure),
        _ => started.exit_code,
    };
    started.guard.is_off = true;
    Ok(Ended { exit_code, is_killed, sandbox: started.sandbox, container_id: None, pod: None })
}

/// Passes on what the program writes, until it and all others are gone. What it ended with.
async fn work(started: &mut Started, lines: &mut dyn Lines) -> Result<i32, Failure> {
    let tree = started.guard.tree.clone();
    let exit = async {
        let code = match &mut started.link {
            Some(link) => match link.exit(&mut started.sandbox).await? {
                Some(code) => code,
                None => return Err(abandoned(&tree).await),
            },
            None => start::code(started.child.wait().await.map_err(|error| words(&error))?),
        };
        started.exit_code = Some(code);
        Ok(code)
    };
    let (code, ()) = tokio::try_join!(exit, started.output.pass_on(lines))?;
    if let Some(link) = &started.link {
        link.commands()
            .and_then(|commands| commands.stop(GRACE_OF_LEFT_BEHIND))
            .map_err(|error| words(&error))?;
        started.child.wait().await.map_err(|error| words(&error))?;
    } else if tree.has_group() {
        end(tree, GRACE_OF_LEFT_BEHIND).await;
    }
    Ok(code)
}

/// Ends a program that lost its shepherd: nobody else watches it.
async fn abandoned(tree: &Tree) -> Failure {
    end(tree.clone(), Duration::ZERO).await;
    Failure::new(
        "the shepherd of the program ended before it, so the program was ended too: somebody killed the shepherd, or \
         memory ran out",
    )
}

/// Ends all processes, and takes what they still wrote.
async fn stop(
    tree: &Tree,
    grace: Duration,
    mut work: Pin<&mut impl Future<Output = Result<i32, Failure>>>,
) -> Option<Result<i32, Failure>> {
    let mut ending = Box::pin(end(tree.clone(), grace));
    tokio::select! {
        () = &mut ending => timeout(AFTERMATH, work.as_mut()).await.ok(),
        ended = work.as_mut() => {
            ending.await;
            Some(ended)
        }
    }
}

/// Lets the shepherd end all processes; if it does not, they are killed.
async fn stop_by_shepherd(
    commands: &link::Commands,
    tree: &Tree,
    grace: Duration,
    work: Pin<&mut impl Future<Output = Result<i32, Failure>>>,
) -> Option<Result<i32, Failure>> {
    // If the shepherd is gone, its end of the line is closed, and `work` knows.
    let _gone = commands.stop(grace);
    if let Ok(ended) = timeout(grace + AFTERMATH, work).await {
        return Some(ended);
    }
    end(tree.clone(), Duration::ZERO).await;
    None
}

/// Ends a tree on a thread that may wait.
async fn end(tree: Tree, grace: Duration) {
    // A runtime that is shut down takes the thread along; the guard kills then.
    let _is_over = tokio::task::spawn_blocking(move || tree.end(grace)).await;
}

fn words(error: &std::io::Error) -> Failure {
    Failure::new(format!("the program cannot be followed: {error}"))
}
