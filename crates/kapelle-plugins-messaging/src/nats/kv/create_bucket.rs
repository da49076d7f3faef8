//! `io.kestra.plugin.nats.kv.CreateBucket`: makes a bucket.

use std::collections::BTreeMap;

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::bucket::check_name;
use crate::nats::connection::ServerProperties;

/// Revisions that a bucket can keep.
const HISTORY_MAX: u32 = 64;

/// # Make a bucket of keys of NATS
///
/// Makes a bucket. One that is there and was made the same way stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBucket {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the bucket: letters, digits, `-` and `_`.
    name: Expr<String>,
    /// What is in it, for people.
    #[serde(default)]
    description: Option<Expr<String>>,
    /// What else is to be known of it: names with texts.
    metadata: Option<Expr<BTreeMap<String, String>>>,
    /// How many revisions of a key are kept, up to 64; 1 where it is not said.
    history_per_key: Option<Expr<u32>>,
    /// How many bytes the bucket may have; no limit where it is not said.
    bucket_size: Option<Expr<u64>>,
    /// How many bytes a content may have; no limit where it is not said.
    value_size: Option<Expr<u64>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The name of the bucket.
    bucket: String,
    /// What is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// How many revisions of a key are kept.
    history: i64,
    /// How many contents there are.
    entry_count: i64,
    /// How many bytes the bucket may have; -1 is no limit.
    bucket_size: i64,
    /// How many bytes a content may have; -1 is no limit.
    value_size: i64,
    /// What else is to be known of it.
    metadata: BTreeMap<String, String>,
}

impl Task for CreateBucket {
    const TYPE: &'static str = "io.kestra.plugin.nats.kv.CreateBucket";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let name = cx.render(&self.name)?;
        check_name(&name, "name")?;
        let history = cx.filled(self.history_per_key.as_ref())?.unwrap_or(1);
        if !(1..=HISTORY_MAX).contains(&history) {
            return Err(Broken::new(format!(
                "`{history}` in `historyPerKey` does not fit: from 1 to {HISTORY_MAX}"
            )));
        }
        let limit = |size: Option<u64>| size.filter(|size| *size > 0).map_or(json!(-1), Json::from);
        let description = cx.filled(self.description.as_ref())?;
        let metadata = cx.optional(self.metadata.as_ref())?.unwrap_or_default();
        let stream = format!("KV_{name}");
        let config = json!({
            "name": stream,
            "description": description.clone().unwrap_or_default(),
            "subjects": [format!("$KV.{name}.>")],
            "metadata": metadata.clone(),
            "max_msgs_per_subject": history,
            "max_bytes": limit(cx.filled(self.bucket_size.as_ref())?),
            "max_msg_size": limit(cx.filled(self.value_size.as_ref())?),
            "discard": "new",
            "storage": "file",
            "retention": "limits",
            "num_replicas": 1,
            "allow_rollup_hdrs": true,
            "allow_direct": true,
            "deny_delete": true,
        });
        let mut connection = self.server.open(cx).await?;
        let made = connection.api(&format!("STREAM.CREATE.{stream}"), &config).await?;
        connection.close().await;
        let made = made.map_err(|refusal| {
            Broken::new(format!("NATS refuses the bucket `{name}`: {}", refusal.reason))
        })?;
        let number = |part: &str, name: &str| made[part][name].as_i64().unwrap_or_default();
        Ok(Output {
            bucket: name,
            description,
            history: number("config", "max_msgs_per_subject"),
            entry_count: number("state", "messages"),
            bucket_size: number("config", "max_bytes"),
            value_size: number("config", "max_msg_size"),
            metadata,
        })
    }
}
