//! `kapelle server`: serves the API, runs flows and their triggers, until it is told to stop.

mod accepted;
mod alarms;
mod containers;
mod entrance;
mod health;
mod retention;
mod supervisor;
mod tutorials;
mod watching;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use kapelle_core::language::Language;
use kapelle_runtime::{Runtime, TakesUp};
use kapelle_server::{App, Doors, Hub, Parts, Profile, serve};
use kapelle_store::Store;
use kapelle_store::codec::Key;
use kapelle_store::memory::MemoryStore;
use kapelle_store_sqlite::SqliteStore;

use self::supervisor::Supervisor;
use self::watching::Watching;
use crate::commands::check::Level;
use crate::commands::maintenance::Anything;
use crate::configuration::{self, Home};
use crate::local::{self, Local, Setup, TENANT};
use crate::open_files;
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::{self, note};

/// Serve the API on this machine, and run flows and their triggers
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything in one process, kept in a folder
    Local(Arguments),
    /// The same as `local`
    Standalone(Arguments),
    /// Ask the server on this machine whether it works
    Health(health::Arguments),
    #[command(hide = true)]
    Webserver(Anything),
    #[command(hide = true)]
    Executor(Anything),
    #[command(hide = true)]
    Worker(Anything),
    #[command(hide = true)]
    Scheduler(Anything),
    #[command(hide = true)]
    Indexer(Anything),
    #[command(hide = true)]
    Controller(Anything),
}

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// A configuration of Kestra; may be given several times, the later over the earlier ones
    #[arg(long = "config", short, value_name = "FILE")]
    configuration: Vec<PathBuf>,

    /// Where clients reach the API, over `micronaut.server.port`
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// Where health is told to whoever asks, over `endpoints.all.port`; 0 for nowhere
    #[arg(long, value_name = "PORT")]
    management_port: Option<u16>,

    /// The address to listen at, over `micronaut.server.host`
    #[arg(long, value_name = "ADDRESS")]
    host: Option<IpAddr>,

    /// The folder where everything is written down
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,

    /// A folder of flows: saved at the start, and whenever they change there
    #[arg(long, short, value_name = "DIR")]
    flow_path: Option<PathBuf>,

    /// Secrets: a file with `NAME=value` on each line, or a folder with a file for each
    #[arg(long, value_name = "PATH")]
    secrets: Option<PathBuf>,

    /// Begin with examples, if there are no flows yet; as `kestra.tutorial-flows.enabled: true` does
    #[arg(long)]
    tutorials: bool,

    /// What it tells of itself, over `kapelle.log.level`: this and what is worse
    #[arg(long, short, value_name = "LEVEL")]
    log_level: Option<String>,

    #[command(flatten)]
    accepted: accepted::Accepted,

    #[arg(skip)]
    demo: Option<Demo>,
}

/// How a server for looking around differs.
#[derive(Clone, Copy, Debug)]
struct Demo {
    is_in_memory: bool,
}

/// A server with examples that asks nobody who they are, and answers this machine only.
pub(crate) fn run_demo(port: u16, data: &Path, is_in_memory: bool) -> Ending {
    serve_all(&Arguments {
        configuration: Vec::new(),
        port: Some(port),
        management_port: Some(0),
        host: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        data: data.to_owned(),
        flow_path: None,
        secrets: None,
        tutorials: true,
        log_level: None,
        accepted: accepted::Accepted::default(),
        demo: Some(Demo { is_in_memory }),
    })
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Local(arguments) | Command::Standalone(arguments) => serve_all(arguments),
        Command::Health(arguments) => health::run(arguments),
        Command::Webserver(_)
        | Command::Executor(_)
        | Command::Worker(_)
        | Command::Scheduler(_)
        | Command::Indexer(_)
        | Command::Controller(_) => Err(Stop::Usage(
            "a single role of a cluster needs PostgreSQL, which is not in this version; `server standalone` has \
             all roles in one process"
                .to_owned(),
        )),
    }
}

fn serve_all(arguments: &Arguments) -> Ending {
    let mut settings = configuration::for_server(&arguments.configuration, Home::Counts)?;
    let told = arguments.log_level.as_deref().unwrap_or(settings.log_level);
    terminal::note_only(terminal::Level::from_name(told).ok_or_else(|| no_level(told))?);
    arguments.accepted.tell();
    let has_tutorials = arguments.tutorials || settings.has_tutorials;
    let has_templates = settings.has_templates;
    let profile = profile(settings.profile);
    if let Some(demo) = arguments.demo {
        settings.keeping.is_in_memory = demo.is_in_memory;
        settings.sign_in.is_open = true;
    }
    let doors = entrance::doors(arguments, &settings)?;
    if let Err(error) = open_files::raise() {
        note(&format!("warning: the limit of open files stays low: {error}"));
    }
    let kept = if settings.keeping.is_in_memory {
        None
    } else {
        Some(open(&arguments.data, settings.encryption_key())?)
    };
    let store: Arc<dyn Store> = match &kept {
        Some(store) => Arc::clone(store) as Arc<dyn Store>,
        None => Arc::new(MemoryStore::new()),
    };
    let gate = entrance::gate(&store, &settings)?;
    let (entry, access) = (entrance::entry(&settings)?, entrance::access(&settings));
    let kept_for = settings.keeping.executions;
    let hub = Hub::new();
    let (grace, recover) = (settings.grace, settings.recover.unwrap_or_default());
    let (url, prefix) = (settings.addresses.url.clone(), settings.addresses.prefix.clone());
    let (base, interface) = (entrance::base(&settings)?, settings.addresses.ui_folder.clone());
    let files = settings.keeping.files.clone();
    let engine = local::engine(&settings.flows.task_settings);
    let cluster = local::cluster(&settings.flows.task_settings);
    let folders = watching::folders(arguments.flow_path.as_deref(), &settings.watched);
    let mut watching = Watching::new(folders, TENANT, level(settings.flows.language));
    let local = Local::start(Setup {
        settings,
        store,
        files,
        folder: arguments.data.clone(),
        listener: Some(alarms::told(hub.listener())),
        fixtures: None,
        hands: None,
        ahead: 0,
        takes_up: TakesUp::All,
        triggers: Some(recover),
        secrets: arguments.secrets.clone(),
    })?;
    let Local { runtime, tokio, storage } = local;
    tokio.spawn(containers::sweep(Arc::downgrade(&runtime), engine));
    tokio.spawn(containers::sweep_pods(Arc::downgrade(&runtime), cluster));
    if watching.is_wanted() {
        watching.look(&runtime).tell();
        tokio.spawn(watching.follow(Arc::downgrade(&runtime)));
    }
    let supervisor = Supervisor::of_environment();
    tokio.spawn(Arc::clone(&supervisor).live(Arc::downgrade(&runtime)));
    if let (Some(store), Some(age)) = (kept, kept_for) {
        retention::begin(&store, Arc::clone(&storage), age);
    }
    if has_tutorials {
        tutorials::save(&runtime)?;
    }
    let app = App::new(Parts {
        runtime: Arc::clone(&runtime),
        storage,
        gate,
        hub,
        work: arguments.data.join("work"),
        url,
        base: base.clone(),
        interface,
        prefix,
        has_templates,
        profile,
        entry,
        access,
    });
    let (stopping, manager) = (Arc::clone(&runtime), Arc::clone(&supervisor));
    let stop = async move {
        told_to_stop(Arc::clone(&stopping)).await;
        note(&format!("stopping: tasks have {} s to end; Ctrl+C once more leaves at once", grace.as_secs()));
        manager.is_stopping();
        stopping.begin_to_stop();
    };
    let ready = |text: &str| supervisor.is_ready(text);
    tokio.block_on(answer(app, doors, &format!("{base}/ui/"), &arguments.data, stop, ready))?;
    // Requests that have not ended by now hold the runtime as well.
    tokio.block_on(runtime.stop(grace));
    runtime.flush_logs();
    Ok(Outcome::Ok)
}

fn open(folder: &Path, key: Option<&Key>) -> Result<Arc<SqliteStore>, Stop> {
    let fatal = Box::new(|why: &str| {
        note(&format!("error: {why}\n  The next start reads what is really on the disk."));
        std::process::exit(Outcome::Errors as i32);
    });
    let store = SqliteStore::open(folder, local::options(fatal, key));
    let store = store.map_err(|error| Stop::Failed(anyhow!("{}: {error}", folder.display())))?;
    Ok(Arc::new(store))
}

fn no_level(written: &str) -> Stop {
    Stop::Usage(format!("`{written}` is no level: it is ERROR, WARN, INFO, DEBUG or TRACE"))
}

fn profile(word: &str) -> Profile {
    if matches!(word, "0.21" | "1.3") { Profile::First } else { Profile::Second }
}

const fn level(language: Language) -> Level {
    match language {
        Language::One => Level::One,
        Language::Two => Level::Two,
    }
}

async fn answer(
    app: Arc<App>,
    doors: Doors,
    page: &str,
    data: &Path,
    stop: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(&str),
) -> Result<(), Stop> {
    let (wanted, scheme) = (doors.api, if doors.tls.is_some() { "https" } else { "http" });
    let server = serve(app, doors).await.with_context(|| format!("cannot listen at {wanted}"))?;
    let address = server.address().context("the address is not known")?;
    note(&format!("data: {}", data.display()));
    note(&format!("listening: {scheme}://{address}"));
    note(&format!("in a browser: {scheme}://{}{page}", reachable(address)));
    ready(&format!("listening at {address}"));
    server.run(stop).await;
    Ok(())
}

/// An address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    let local: IpAddr =
        if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    if address.ip().is_unspecified() { SocketAddr::new(local, address.port()) } else { address }
}

/// Ends when somebody wants to stop; the second time the process ends at once.
async fn told_to_stop(runtime: Arc<Runtime>) {
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
        runtime.flush_logs();
        std::process::exit(Outcome::Interrupted as i32);
    });
}
