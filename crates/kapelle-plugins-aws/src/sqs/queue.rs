//! A queue: where it is, and what is done with it.

use jiff::SignedDuration;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, Metric, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::message::{Message, SerdeType};
use crate::access::AccessProperties;
use crate::service::{Kind, Service};
use crate::trouble::Trouble;

/// Messages that a queue gives or takes at once.
pub(super) const AT_ONCE_MAX: usize = 10;

/// How long a queue is asked to wait for messages, in seconds, where several rounds follow.
const WAIT_SECONDS: i64 = 1;

const KIND: Kind = Kind { name: "sqs", host: "sqs", prefix: "AmazonSQS", version: "1.0" };

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueProperties {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the queue.
    queue_url: Expr<String>,
    /// How many connections there may be; there are never many, and the property changes nothing.
    #[expect(dead_code, reason = "flows may say it")]
    max_concurrency: Option<Expr<u32>>,
    /// How long a connection is waited for; none is, and the property changes nothing.
    #[expect(dead_code, reason = "flows may say it")]
    connection_acquisition_timeout: Option<Expr<SignedDuration>>,
}

/// What a consumer says of how it reads.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadingProperties {
    /// How the content of messages is read: as text, or as JSON.
    serde_type: Option<Expr<SerdeType>>,
    /// Whether messages leave the queue when they are safe here; they do, unless this says `false`.
    auto_delete: Option<Expr<bool>>,
    /// For how many seconds nobody else sees a message that was read.
    visibility_timeout: Option<Expr<u32>>,
}

/// The same, ready to be used.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) serde: SerdeType,
    pub(super) deletes: bool,
    pub(super) visibility: i64,
}

impl ReadingProperties {
    pub(super) fn read(&self, cx: &RunContext) -> Result<Reading, Failure> {
        Ok(Reading {
            serde: cx.filled(self.serde_type.as_ref())?.unwrap_or_default(),
            deletes: cx.filled(self.auto_delete.as_ref())?.unwrap_or(true),
            visibility: i64::from(cx.filled(self.visibility_timeout.as_ref())?.unwrap_or(30)),
        })
    }
}

#[derive(Clone)]
pub(super) struct Queue {
    service: Service,
    pub(super) url: String,
}

impl QueueProperties {
    pub(super) fn open(&self, cx: &RunContext) -> Result<Queue, Failure> {
        let url = cx.render(&self.queue_url)?.trim().to_owned();
        if url.is_empty() {
            return Err(Failure::new("`queueUrl` is empty: write the address of the queue"));
        }
        Ok(Queue { service: Service::new(cx, &self.access.read(cx)?, KIND, Some(&url))?, url })
    }
}

/// What a round of reading is to do.
pub(super) struct Round {
    pub(super) count_max: usize,
    pub(super) wait_seconds: i64,
}

impl Queue {
    pub(super) async fn ask(&self, cx: &RunContext, operation: &str, mut body: Json) -> Result<Json, Broken> {
        body["QueueUrl"] = Json::from(self.url.as_str());
        let asked = self.service.ask(cx, operation, &body).await;
        asked.map_err(|trouble: Trouble| trouble.told(&format!("the queue `{}` does not work", self.url)))
    }

    /// Messages, as the queue tells them.
    pub(super) async fn receive(
        &self,
        cx: &RunContext,
        reading: Reading,
        round: &Round,
    ) -> Result<Vec<Json>, Broken> {
        let body = json!({
            "MaxNumberOfMessages": round.count_max.clamp(1, AT_ONCE_MAX),
            "VisibilityTimeout": reading.visibility,
            "WaitTimeSeconds": round.wait_seconds,
            "AttributeNames": ["All"],
        });
        let told = self.ask(cx, "ReceiveMessage", body).await?;
        Ok(told["Messages"].as_array().cloned().unwrap_or_default())
    }

    /// Takes messages out of the queue.
    pub(super) async fn delete(&self, cx: &RunContext, receipts: &[String]) -> Result<(), Broken> {
        for batch in receipts.chunks(AT_ONCE_MAX) {
            let entries: Vec<Json> = batch
                .iter()
                .enumerate()
                .map(|(number, receipt)| json!({ "Id": number.to_string(), "ReceiptHandle": receipt }))
                .collect();
            let told = self.ask(cx, "DeleteMessageBatch", json!({ "Entries": entries })).await?;
            if let Some(failed) = told["Failed"].as_array().filter(|failed| !failed.is_empty()) {
                let reason = failed[0]["Message"].as_str().unwrap_or("no reason is given");
                cx.log(
                    Level::Warn,
                    format!("{} messages stay in the queue, and come again: {reason}", failed.len()),
                );
            }
        }
        Ok(())
    }
}

/// How long messages are consumed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExtentProperties {
    /// How many messages are read at most.
    max_records: Option<Expr<u32>>,
    /// How long messages are waited for.
    max_duration: Option<Expr<SignedDuration>>,
}

/// What was consumed.
pub(super) struct Consumed {
    pub(super) uri: String,
    pub(super) count: u64,
    /// What is needed to take the messages out of the queue.
    pub(super) receipts: Vec<String>,
}

/// Reads messages into a file, until there are enough of them or the time is up. They stay in the queue.
pub(super) async fn consume(
    cx: &RunContext,
    queue: &Queue,
    mut reading: Reading,
    extent: &ExtentProperties,
) -> Result<Consumed, Broken> {
    let count_max = cx.filled(extent.max_records.as_ref())?.map(u64::from);
    let time_max = cx.filled(extent.max_duration.as_ref())?;
    if count_max.is_none() && time_max.is_none() {
        return Err(Broken::new("it is not said when to end: set `maxRecords` or `maxDuration`"));
    }
    if reading.deletes
        && let Some(time_max) = time_max
    {
        // Nobody else may see a message before it is taken out, when all are here.
        reading.visibility = reading.visibility.max(time_max.as_secs().saturating_add(30)).min(43_200);
    }
    let end = match time_max {
        Some(time) => {
            Some(cx.services.now()?.saturating_add(time).map_err(|error| Broken::new(error.to_string()))?)
        }
        None => None,
    };
    let mut receipts = Vec::new();
    let mut file = RowFile::create(cx)?;
    loop {
        let left = count_max.map_or(AT_ONCE_MAX as u64, |max| max.saturating_sub(file.count()));
        if left == 0 {
            break;
        }
        let round = Round { count_max: left.min(AT_ONCE_MAX as u64) as usize, wait_seconds: WAIT_SECONDS };
        let told = queue.receive(cx, reading, &round).await?;
        let is_empty = told.is_empty();
        for message in &told {
            file.add(&Message::read(message, reading.serde)?.into_row())?;
            receipts.extend(message["ReceiptHandle"].as_str().map(str::to_owned));
        }
        let now = cx.services.now()?;
        // Without a time, an empty queue is the end.
        if end.map_or(is_empty, |end| now >= end) {
            break;
        }
    }
    let count = file.count();
    cx.metric(Metric::count("sqs.consume.records", count).tag("queue", &queue.url));
    Ok(Consumed { uri: file.finish()?, count, receipts })
}

/// What a trigger remembers of messages that are still to be taken out.
pub(super) fn owed(receipts: &[String]) -> Value {
    Value::List(receipts.iter().map(|receipt| Value::from(receipt.as_str())).collect::<Vec<_>>().into())
}

/// The same, as it was remembered.
pub(super) fn owed_in(cursor: Option<&Value>) -> Vec<String> {
    let Some(Value::List(items)) = cursor else { return Vec::new() };
    let texts = items.iter().filter_map(|item| match item {
        Value::Str(text) => Some(text.expose().to_owned()),
        _ => None,
    });
    texts.collect()
}
