//! `kapelle bench`: how fast a server is on this machine, each figure beside that of a server that only answers.

mod figures;
mod load;
mod measures;
mod server;
mod wire;

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};

use self::figures::{Figure, Report};
use self::measures::Measures;
use self::server::{Server, Started};
use crate::open_files;
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::{Stream, note};

/// Measure how fast a server is
///
/// Starts a server in an empty folder, and one that only answers, and asks both from one thread over connections that
/// stay open. With `--server` it measures one that runs already, which gets flows and executions in the namespace `bench`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// A server that runs already, such as `http://localhost:8080`
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// Name and password for it, with a colon between them
    #[arg(long, value_name = "NAME:PASSWORD", requires = "server")]
    user: Option<String>,

    /// How long each rate is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    seconds: u64,

    /// Executions that there are before lists are measured
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    executions: usize,

    /// Clients that follow one execution at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    followers: usize,

    /// How to print the figures
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,

    /// Only answer, for the process that measures
    #[arg(long, hide = true)]
    bare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// A table
    Text,
    /// One object
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    if arguments.bare {
        return server::answer_only(arguments.server.as_deref());
    }
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tokio = tokio.context("no runtime for the clients")?;
    let mut report = Report::default();
    let ended = tokio.block_on(measure(arguments, &mut report));
    // What was measured before something went wrong is worth knowing too.
    let text = match arguments.output {
        Output::Text => report.text(),
        Output::Json => report.json(),
    };
    Stream::Out.print(text.as_bytes())?;
    ended.map(|()| Outcome::Ok)
}

/// The moment, for what is measured with it.
#[expect(clippy::disallowed_methods, reason = "measuring needs a clock")]
fn now() -> Instant {
    Instant::now()
}

async fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Stop> {
    let followers = affordable(arguments.followers)?;
    let bare = Started::bare().await?;
    let mut own = None;
    let server = match &arguments.server {
        Some(url) => Server::at(url, arguments.user.as_deref())?,
        None => own.insert(Started::fresh().await?).server.clone(),
    };
    if let Some(own) = &own {
        report.add(Figure::of("start, empty folder", millis(own.took), "ms"));
        tokio::time::sleep(Duration::from_secs(1)).await;
        report.add(Figure::of("memory, idle", own.resident_mib()?, "MiB"));
    }
    let mut measures =
        Measures { server, bare: bare.server.clone(), time: Duration::from_secs(arguments.seconds), report };
    measures.prepare().await?;
    measures.executions().await?;
    measures.webhooks().await?;
    measures.lists(arguments.executions).await?;
    measures.followers(followers, own.as_ref()).await?;
    if let Some(own) = own {
        measures.report.add(Figure::of("memory, after all that", own.resident_mib()?, "MiB"));
        let again = own.again().await?;
        measures.report.add(Figure::of("start, filled folder", millis(again.took), "ms"));
    }
    Ok(())
}

/// As many connections as the kernel lets one process have; fewer are told.
fn affordable(followers: usize) -> Result<usize, Stop> {
    /// For files and connections besides.
    const SPARE: u64 = 200;
    let limit = open_files::raise().context("the limit of open files is not known")?;
    let most = usize::try_from(limit.saturating_sub(SPARE)).unwrap_or(usize::MAX);
    if most == 0 {
        return Err(Stop::Failed(anyhow!("a process may open only {limit} files; see `ulimit -n`")));
    }
    if most < followers {
        note(&format!("note: a process may open {limit} files, so {most} clients follow; see `ulimit -n`"));
    }
    Ok(followers.min(most))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
