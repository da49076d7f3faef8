//! `io.kestra.plugin.nats.kv.Get`: reads keys of a bucket.

use std::collections::BTreeMap;

use kapelle_core::expression::plain::from_json;
use kapelle_model::{Map, Value};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use crate::nats::connection::ServerProperties;

/// # Read keys of a bucket of NATS
///
/// Reads keys, or revisions of them. Lists and maps in JSON are read as what they say, everything else is a text.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the bucket.
    bucket_name: Expr<String>,
    /// The keys.
    keys: Expr<Vec<String>>,
    /// Which revision of a key is read, for keys of which it is not the last one.
    key_revisions: Option<Expr<BTreeMap<String, u64>>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The keys with their contents; nothing for one that is not there.
    output: Any,
}

impl Task for Get {
    const TYPE: &'static str = "io.kestra.plugin.nats.kv.Get";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let keys = cx.render(&self.keys)?;
        let revisions = cx.optional(self.key_revisions.as_ref())?.unwrap_or_default();
        let name = cx.render(&self.bucket_name)?;
        let mut bucket = Bucket::new(self.server.open(cx).await?, name)?;
        let mut output = Map::new();
        for key in keys {
            let content = bucket.get(&key, revisions.get(&key).copied()).await?;
            output.insert(key.into(), content.map_or(Value::Null, |content| value(&content)));
        }
        bucket.connection.close().await;
        Ok(Output { output: output.into() })
    }
}

fn value(content: &[u8]) -> Value {
    let text = String::from_utf8_lossy(content);
    match from_json(&text) {
        Ok(value @ (Value::List(_) | Value::Map(_))) => value,
        _ => Value::from(&*text),
    }
}
