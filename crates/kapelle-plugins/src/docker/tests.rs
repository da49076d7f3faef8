//! Containers of a real engine. Where there is none, the tests say so and end.

mod compose;
mod images;
mod lives;
mod registries;
mod scripts;
mod secure;
mod wanted;

use std::path::Path;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_http::Client;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of, service};
use kapelle_plugin::{Broken, Place, RunContext};
use tokio::sync::OnceCell;

use super::address::{Address, HOST};
use super::archive::{Own, Owner, pack};
use super::engine::{Asked, Engine};
use super::pipe;

/// What all tests run: a shell with its usual programs.
const IMAGE: &str = "kapelle-test:busybox";

const BUSYBOX: &str = "/bin/busybox";

/// The programs of which the tests make use.
const PROGRAMS: [&str; 12] =
    ["cat", "chmod", "echo", "env", "id", "ln", "mkdir", "rm", "sh", "sleep", "tail", "test"];

/// The engines that `make services` starts.
const ENGINES: [&str; 2] = ["docker", "podman"];

/// An engine with the image of the tests.
struct At {
    address: Option<String>,
    engine: Engine,
}

impl At {
    /// A stage whose tasks use that engine.
    fn world(&self) -> Stage {
        match &self.address {
            Some(address) => Stage::new().setting(HOST, address),
            None => Stage::new(),
        }
    }

    fn is_podman(&self) -> bool {
        self.address.as_ref().is_some_and(|address| address.contains("podman"))
    }
}

/// The engines that there are. In place of a Docker of the tests, the one of this machine will do.
async fn engines() -> Vec<At> {
    static ARE_READY: [OnceCell<Result<(), String>>; 2] = [const { OnceCell::const_new() }; 2];
    let mut found = Vec::new();
    for (name, is_ready) in ENGINES.into_iter().zip(&ARE_READY) {
        let address = service(name);
        if address.is_none() && name != "docker" {
            continue;
        }
        let chosen = Address::chosen(address.clone(), |_| None).unwrap();
        let at = At { address, engine: Engine::new(Client::of_tasks(), chosen, |_| None).unwrap() };
        match is_ready.get_or_init(|| prepare(&at)).await {
            Ok(()) => found.push(at),
            Err(reason) => println!("SKIP: {reason}"),
        }
    }
    found
}

async fn prepare(at: &At) -> Result<(), String> {
    let answers: Result<serde_json::Value, _> = at.engine.ask(Asked::get("/version")).await;
    answers.map_err(|trouble| trouble.message().to_owned())?;
    if !Path::new(BUSYBOX).is_file() {
        return Err(format!("there is no {BUSYBOX} to make an image of: install `busybox-static`"));
    }
    import(at).await;
    Ok(())
}

async fn import(at: &At) {
    let stage = at.world();
    let root = stage.context().host.directory().unwrap();
    for folder in ["bin", "tmp", "etc"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    std::fs::copy(BUSYBOX, root.join("bin/busybox")).unwrap();
    for program in PROGRAMS {
        std::os::unix::fs::symlink("busybox", root.join("bin").join(program)).unwrap();
    }
    let (mut sink, pieces) = pipe::writer();
    let cx = stage.context();
    let packed = cx.blocking(move |cx| pack(cx, &root, ".", &Own::default(), Owner::default(), &mut sink));
    // Podman takes no `tag` of its own.
    let asked = Asked::post("/images/create").with("fromSrc", "-").with("repo", IMAGE);
    let (packed, taken) = tokio::join!(packed, at.engine.order(asked.tar(pieces)));
    packed.unwrap();
    taken.unwrap();
}

/// A context of a task run that nobody else has.
fn alone(stage: &Stage, attempt: u32) -> RunContext {
    let cx = stage.context();
    let place = Place { run_id: run_id(stage).into(), attempt, ..(*cx.place).clone() };
    RunContext { place: Arc::new(place), ..cx }
}

fn run_id(stage: &Stage) -> String {
    stage.directory().display().to_string().replace('/', "-")
}

async fn ran(cx: &RunContext, name: &str, properties: &str) -> Result<Map, Broken> {
    let registry = crate::registry();
    let known = registry.find(&format!("io.kestra.plugin.{name}")).expect("it is built in");
    known.read(&properties_of(properties))?.run(cx).await
}

/// A script in a container.
async fn script(cx: &RunContext, properties: &str) -> Result<Map, Broken> {
    ran(cx, "scripts.shell.Script", &format!("containerImage: {IMAGE}\n{properties}")).await
}

fn json(map: &Map) -> serde_json::Value {
    let value = Value::Map(Arc::new(map.clone()));
    let text = plain::to_json(&value, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap();
    serde_json::from_str(text.expose()).unwrap()
}

/// The content of an output file.
fn content(stage: &Stage, given: &Map, name: &str) -> String {
    let given = json(given);
    stage.content(given["outputFiles"][name].as_str().unwrap_or_else(|| panic!("no file {name} in {given}")))
}

/// How many containers there are of a task run.
async fn count(engine: &Engine, stage: &Stage) -> usize {
    engine.labelled(&format!("kestra.io/taskrun-id={}", run_id(stage))).await.unwrap().len()
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..2000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{what} did not happen");
}

async fn until_line(stage: &Stage, line: &str) {
    until(line, async || stage.lines().iter().any(|known| known.ends_with(line))).await;
}
