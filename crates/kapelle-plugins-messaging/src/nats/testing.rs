//! A stream of its own on a real server.

use jiff::Timestamp;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of, service};
use serde_json::json;

use super::connection::{Connection, ServerProperties};

pub(super) struct World {
    pub(super) stage: Stage,
    pub(super) url: String,
    pub(super) name: String,
    /// A server that knows its users by signed tokens, and credentials for it.
    pub(super) signed: (String, String),
}

impl World {
    pub(super) async fn new(name: &str) -> Option<Self> {
        let address = service("nats")?;
        let mut lines = address.lines().map(str::to_owned);
        let mut next = || lines.next().unwrap();
        let (url, signed, credentials) = (next(), next(), next());
        let signed = (signed, std::fs::read_to_string(credentials).unwrap());
        let name = format!("{name}-{}", Timestamp::now().as_nanosecond());
        let world = Self { stage: Stage::new(), url, name, signed };
        let mut connection = world.open().await;
        let stream = json!({ "name": world.name, "subjects": [format!("{}.>", world.name)] });
        assert!(connection.api(&format!("STREAM.CREATE.{}", world.name), &stream).await.unwrap().is_ok());
        Some(world)
    }

    pub(super) async fn open(&self) -> Connection {
        let server: ServerProperties = kapelle_plugin::read(&properties_of(&self.with(""))).unwrap();
        server.open(&self.stage.context()).await.unwrap()
    }

    /// Properties with the server.
    pub(super) fn with(&self, more: &str) -> String {
        format!("url: '{}'\nusername: kapelle\npassword: Kapelle1\n{more}\n", self.url)
    }

    pub(super) fn rows(&self, got: &Map) -> String {
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        self.stage.content(uri.expose())
    }
}
