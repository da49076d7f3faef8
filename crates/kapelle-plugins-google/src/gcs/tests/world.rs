//! A bucket of a real server of the API, and servers that do as they are told.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use jiff::Timestamp;
use kapelle_core::expression::plain;
use kapelle_http::server::{Server, answer};
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, service};
use kapelle_plugin::{Broken, Task};

use super::super::create_bucket::CreateBucket;
use super::super::upload::Upload;
use crate::environment::setting;

/// A bucket, and a stage that knows its server.
pub(super) struct World {
    pub(super) stage: Stage,
    pub(super) bucket: String,
}

impl World {
    /// A new bucket; nothing where no server runs.
    pub(super) async fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = service("gcs")?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let bucket = format!("b-{}-{}-{number}", std::process::id(), Timestamp::now().as_millisecond());
        let world = Self { stage: emulated(&server), bucket };
        let made = world.run::<CreateBucket>("projectId: p\nname: @\n").await.unwrap();
        assert_eq!(made["created"], Value::Bool(true));
        Some(world)
    }

    /// Runs a task; `@` in its properties is the bucket.
    pub(super) async fn run<T: Task>(&self, properties: &str) -> Result<Map, Broken> {
        self.stage.run::<T>(&properties.replace('@', &self.bucket)).await
    }

    /// Writes objects with their own names as contents.
    pub(super) async fn put(&self, names: &[&str]) {
        for name in names {
            let uri = self.stage.put_file("content", name.as_bytes());
            self.run::<Upload>(&format!("from: '{uri}'\nto: 'gs://@/{name}'\n")).await.unwrap();
        }
    }
}

/// A stage with an emulator, which asks nobody who they are.
pub(super) fn emulated(address: &str) -> Stage {
    Stage::new().setting(&setting("STORAGE_EMULATOR_HOST"), address)
}

/// Answers the first request, the second, and so on; the last answer is the one of all that follow.
pub(super) fn server_of(answers: Vec<Vec<u8>>) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_| {
        let at = count.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        answers[at].clone()
    })
}

/// A failure as Google tells it.
pub(super) fn refusal(status: &str, reason: &str) -> Vec<u8> {
    let body = format!(r#"{{"error":{{"message":"Because.","errors":[{{"reason":"{reason}"}}]}}}}"#);
    answer(status, &[], &body)
}

pub(super) fn good(body: &str) -> Vec<u8> {
    answer("200 OK", &[], body)
}

pub(super) fn text(map: &Map, name: &str) -> String {
    match map.get(name) {
        Some(Value::Str(text)) => text.expose().to_owned(),
        other => panic!("{name} is {other:?}"),
    }
}

/// A value as JSON.
pub(super) fn json(value: &Value) -> String {
    plain::to_json(value, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

/// A field of all values of a list, with blanks between them.
pub(super) fn all(list: &Value, name: &str) -> String {
    let Value::List(items) = list else { panic!("{list:?} is no list") };
    let texts = items.iter().map(|item| match item {
        Value::Map(map) => text(map, name),
        other => panic!("{other:?} is no map"),
    });
    texts.collect::<Vec<_>>().join(" ")
}
