//! `kapelle server`: serves the API, runs flows and their triggers, until it is told to stop.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use kapelle_engine::schedule::Recover;
use kapelle_runtime::{Runtime, TakesUp};
use kapelle_server::gate::{BasicGate, Gate, OpenGate};
use kapelle_server::{App, Doors, Hub, Parts, serve};
use kapelle_store::Store;
use kapelle_store_sqlite::SqliteStore;

use crate::commands::run::flows;
use crate::local::{Local, Setup, TENANT, options};
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::{note, setting};

/// How long tasks may go on once somebody wants to stop.
const GRACE: Duration = Duration::from_secs(30);

/// Serve the API on this machine, and run flows and their triggers
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything in one process, kept in a folder
    Local(Arguments),
    /// The same as `local`
    Standalone(Arguments),
}

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Where clients reach the API
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,

    /// Where health is told to whoever asks; 0 for nowhere
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    management_port: u16,

    /// The address to listen at; without credentials only one of this machine
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,

    /// The folder where everything is written down
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,

    /// A folder of flows to save at the start
    #[arg(long, short, value_name = "DIR")]
    flow_path: Option<PathBuf>,

    /// Secrets: a file with `NAME=value` on each line, or a folder with a file for each
    #[arg(long, value_name = "PATH")]
    secrets: Option<PathBuf>,
}

pub(crate) fn run(command: &Command) -> Ending {
    let (Command::Local(arguments) | Command::Standalone(arguments)) = command;
    let gate = gate(arguments.host)?;
    let store = open(&arguments.data)?;
    let hub = Hub::new();
    let local = Local::start(Setup {
        store,
        folder: arguments.data.clone(),
        listener: Some(hub.listener()),
        fixtures: None,
        hands: None,
        ahead: 0,
        takes_up: TakesUp::All,
        triggers: Some(Recover::All),
        secrets: arguments.secrets.clone(),
    })?;
    if let Some(folder) = &arguments.flow_path {
        if let Err(outcome) = save(&local, folder)? {
            return Ok(outcome);
        }
    }
    let Local { runtime, tokio, storage } = local;
    let app = App::new(Parts {
        runtime: Arc::clone(&runtime),
        storage,
        gate,
        hub,
        work: arguments.data.join("work"),
        url: setting("KESTRA_URL"),
    });
    tokio.block_on(answer(app, arguments))?;
    note("stopping: tasks have 30 s to end; Ctrl+C once more leaves at once");
    tokio.block_on(end(runtime));
    Ok(Outcome::Ok)
}

/// Who may come in. Without credentials everybody may, and only from this machine.
fn gate(host: IpAddr) -> Result<Arc<dyn Gate>, Stop> {
    let user = setting("KESTRA_SERVER_BASIC_AUTH_USERNAME");
    let password = setting("KESTRA_SERVER_BASIC_AUTH_PASSWORD");
    match (user, password) {
        (Some(user), Some(password)) => Ok(Arc::new(BasicGate::new(&user, &password))),
        (None, None) if host.is_loopback() => Ok(Arc::new(OpenGate)),
        (None, None) => Err(Stop::Usage(format!(
            "--host {host}: everybody in that network could run flows; set KESTRA_SERVER_BASIC_AUTH_USERNAME and \
             KESTRA_SERVER_BASIC_AUTH_PASSWORD first"
        ))),
        _ => Err(Stop::Usage(
            "KESTRA_SERVER_BASIC_AUTH_USERNAME and KESTRA_SERVER_BASIC_AUTH_PASSWORD are needed together"
                .to_owned(),
        )),
    }
}

fn open(folder: &Path) -> Result<Arc<dyn Store>, Stop> {
    let fatal = Box::new(|why: &str| {
        note(&format!("error: {why}\n  The next start reads what is really on the disk."));
        std::process::exit(Outcome::Errors as i32);
    });
    let store = options(fatal).and_then(|options| SqliteStore::open(folder, options));
    let store = store.map_err(|error| Stop::Failed(anyhow!("{}: {error}", folder.display())))?;
    Ok(Arc::new(store))
}

fn save(local: &Local, folder: &Path) -> Result<Result<(), Outcome>, Stop> {
    let found = match flows::all(&[folder])? {
        Ok(found) => found,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let tenant = Arc::from(TENANT);
    for (_, source, _) in &found {
        local.runtime.save_flow(&tenant, source).map_err(flows::unsaved)?;
    }
    Ok(Ok(()))
}

async fn answer(app: Arc<App>, arguments: &Arguments) -> Result<(), Stop> {
    let management =
        (arguments.management_port != 0).then(|| SocketAddr::new(arguments.host, arguments.management_port));
    let doors = Doors { api: SocketAddr::new(arguments.host, arguments.port), management };
    let server = serve(app, doors).await.with_context(|| format!("cannot listen at {}", doors.api))?;
    let address = server.address().context("the address is not known")?;
    note(&format!("data: {}", arguments.data.display()));
    note(&format!("listening: http://{address}"));
    server.run(told_to_stop()).await;
    Ok(())
}

/// Ends when somebody wants to stop; the second time the process ends at once.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    let mut next = async move || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    next().await;
    tokio::spawn(async move {
        next().await;
        std::process::exit(Outcome::Interrupted as i32);
    });
}

/// Ends the runtime once no request holds it any more.
async fn end(runtime: Arc<Runtime>) {
    let mut runtime = runtime;
    for _ in 0..50 {
        match Arc::try_unwrap(runtime) {
            Ok(runtime) => return runtime.stop(GRACE).await,
            Err(held) => runtime = held,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
