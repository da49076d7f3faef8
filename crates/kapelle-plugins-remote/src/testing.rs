//! What tests of this crate share: servers that run, and folders on them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, service};
use kapelle_plugin::{Broken, Task};

/// The number of the user that servers log in.
const USER: u32 = 65501;

/// A server that runs, by the address that it tells.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// What else the address says.
    pub(crate) more: BTreeMap<String, String>,
}

impl Server {
    pub(crate) fn find(name: &str) -> Option<Self> {
        let address = service(name)?;
        let (place, more) = address.split_once('?').unwrap();
        let port = place.rsplit(':').next().unwrap().parse().unwrap();
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        Some(Self { port, more: more.split('&').map(pair).collect() })
    }

    /// A login with the password, as properties.
    pub(crate) fn login(port: impl std::fmt::Display) -> String {
        format!("host: 127.0.0.1\nport: '{port}'\nusername: kapelle\npassword: Kapelle1\n")
    }
}

/// A folder of a server, which lies on this machine, and a stage to look at it from.
pub(crate) struct Folder {
    pub(crate) stage: Stage,
    /// Properties of whoever goes there.
    pub(crate) login: String,
    /// Where it is on this machine.
    place: PathBuf,
    /// Where it is for who logs in.
    path: String,
}

impl Folder {
    pub(crate) fn new(server: &Server, login: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let place = Path::new(&server.more["home"]).join(&name);
        fs::create_dir(&place).unwrap();
        chown(&place, Some(USER), Some(USER)).unwrap();
        Self { stage: Stage::new(), login: login.to_owned(), place, path: format!("/{name}") }
    }

    pub(crate) fn place(&self, path: &str) -> PathBuf {
        self.place.join(path)
    }

    /// Writes a file that changed so many seconds after 1970.
    pub(crate) fn put(&self, path: &str, content: &str, second: u64) {
        let place = self.place(path);
        for folder in place.parent().unwrap().ancestors().take_while(|folder| **folder != self.place) {
            fs::create_dir_all(folder).unwrap();
            chown(folder, Some(USER), Some(USER)).unwrap();
        }
        fs::write(&place, content).unwrap();
        chown(&place, Some(USER), Some(USER)).unwrap();
        let file = fs::File::options().write(true).open(place).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(second)).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.place(path)).ok()
    }

    /// What lies in the folder itself.
    pub(crate) fn names(&self) -> String {
        let mut names: Vec<String> = fs::read_dir(&self.place)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names.join(" ")
    }

    /// Properties with the login in front; `@` is the folder.
    pub(crate) fn filled(&self, properties: &str) -> String {
        format!("{}{}", self.login, properties.replace('@', &self.path))
    }

    /// Runs a task, with what it gave or its failure as text.
    pub(crate) async fn run<T: Task>(&self, properties: &str) -> String {
        self.told(self.stage.run::<T>(&self.filled(properties)).await)
    }

    pub(crate) fn told(&self, result: Result<Map, Broken>) -> String {
        let text = match result {
            Ok(outputs) => json(&Value::Map(Arc::new(outputs))),
            Err(broken) => broken.failure.to_string(),
        };
        text.replace(&self.path, "@")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that ends must not fail for want of tidiness.
        let _left_behind = fs::remove_dir_all(&self.place);
    }
}

pub(crate) fn json(value: &Value) -> String {
    plain::to_json(value, &jiff::tz::TimeZone::UTC, true, 100_000).unwrap().expose().to_owned()
}

pub(crate) fn text(map: &Map, name: &str) -> String {
    let Some(Value::Str(text)) = map.get(name) else { panic!("no {name} in {map:?}") };
    text.expose().to_owned()
}

pub(crate) fn maps(map: &Map, name: &str) -> Vec<Arc<Map>> {
    let Some(Value::List(items)) = map.get(name) else { panic!("no {name} in {map:?}") };
    let map = |item: &Value| match item {
        Value::Map(map) => Arc::clone(map),
        other => panic!("{other:?}"),
    };
    items.iter().map(map).collect()
}
