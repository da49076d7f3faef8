//! A bucket of a real server, and a stage that knows it.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, service};
use kapelle_plugin::{Broken, Task};

use super::super::create_bucket::CreateBucket;
use super::super::upload::Upload;

pub(super) struct World {
    pub(super) stage: Stage,
    pub(super) server: String,
    pub(super) bucket: String,
}

/// A stage in the present: signatures have a date.
pub(super) fn stage() -> Stage {
    let stage = Stage::new();
    stage.set_now(Timestamp::now());
    stage
}

impl World {
    /// A new bucket; nothing where no server runs.
    pub(super) async fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = service("s3")?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let bucket = format!("b-{}-{}-{number}", std::process::id(), Timestamp::now().as_millisecond());
        let world = Self { stage: stage(), server, bucket };
        let made = world.run::<CreateBucket>("").await.unwrap();
        assert_eq!(made["bucket"], Value::from(world.bucket.as_str()));
        Some(world)
    }

    pub(super) fn access(&self) -> String {
        let Self { server, bucket, .. } = self;
        format!(
            "endpointOverride: '{server}'\nregion: us-east-1\naccessKeyId: kapelle\nsecretKeyId: Kapelle1secret\nbucket: {bucket}\n"
        )
    }

    pub(super) async fn run<T: Task>(&self, more: &str) -> Result<Map, Broken> {
        self.stage.run::<T>(&format!("{}{more}", self.access())).await
    }

    /// Writes objects with their own keys as contents.
    pub(super) async fn put(&self, keys: &[&str]) {
        for key in keys {
            let uri = self.stage.put_file("content", key.as_bytes());
            self.run::<Upload>(&format!("from: '{uri}'\nkey: '{key}'\n")).await.unwrap();
        }
    }
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
