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
/// Reads keys, or revisions of them. JSON is read as what it says, everything else is a text.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the bucket.
    bucket_name: Expr<String>,
    /// The keys.
    keys: Expr<Vec<String>>,
    /// Which revision of each key is read; these are the keys then, whatever `keys` says.
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
        let wanted: Vec<(String, Option<u64>)> = match cx.optional(self.key_revisions.as_ref())? {
            Some(revisions) => revisions.into_iter().map(|(key, revision)| (key, Some(revision))).collect(),
            None => cx.render(&self.keys)?.into_iter().map(|key| (key, None)).collect(),
        };
        let name = cx.render(&self.bucket_name)?;
        let mut bucket = Bucket::new(self.server.open(cx).await?, name)?;
        let mut output = Map::new();
        for (key, revision) in wanted {
            let content = bucket.get(&key, revision).await?;
            output.insert(key.into(), content.map_or(Value::Null, |content| value(&content)));
        }
        bucket.connection.close().await;
        Ok(Output { output: output.into() })
    }
}

fn value(content: &[u8]) -> Value {
    let text = String::from_utf8_lossy(content);
    from_json(&text).unwrap_or_else(|_| Value::from(&*text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_what_their_json_says_and_texts_otherwise() {
        assert_eq!(value(b"5"), Value::Int(5));
        assert_eq!(value(b"false"), Value::Bool(false));
        assert_eq!(value(br#""hello""#), Value::from("hello"));
        assert_eq!(value(b"hello"), Value::from("hello"));
        assert_eq!(value(b"[1]"), from_json("[1]").unwrap());
    }
}
