//! `io.kestra.plugin.aws.kinesis.PutRecords`: sends records to a stream.

use kapelle_core::expression::plain::to_base64;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::access::{AccessProperties, StyleProperties};
use crate::outcomes::Outcomes;
use crate::rows::Sending;
use crate::service::{Kind, Service, body_of};

const KIND: Kind = Kind { name: "kinesis", host: "kinesis", prefix: "Kinesis_20131202", version: "1.1" };

/// Records, and bytes of them, that a stream takes at once.
const AT_ONCE_MAX: usize = 500;
const BYTES_MAX: usize = 4 << 20;

/// # Send records to a stream of Kinesis
///
/// Sends records: maps with `data`, `partitionKey`, and perhaps `explicitHashKey`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRecords {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The name of the stream; or `streamArn` names it.
    #[serde(default)]
    stream_name: Option<Expr<String>>,
    /// All of the name of the stream, which begins with `arn:`.
    #[serde(default)]
    stream_arn: Option<Expr<String>>,
    /// The records: a map, a list of maps, or the address of a file of rows.
    records: Expr<Any>,
    /// Whether it is a failure if one of them is not taken; it is, unless this says `false`.
    #[serde(default)]
    fail_on_unsuccessful_records: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// A file of rows: what became of each record.
    uri: String,
    /// How many records were not taken.
    failed_records_count: u64,
    /// How many records there were.
    record_count: u64,
}

impl Task for PutRecords {
    const TYPE: &'static str = "io.kestra.plugin.aws.kinesis.PutRecords";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let fails = cx.filled(self.fail_on_unsuccessful_records.as_ref())?.unwrap_or(true);
        let name = cx.filled(self.stream_name.as_ref())?;
        let arn = cx.filled(self.stream_arn.as_ref())?;
        let stream = match (&name, &arn) {
            (_, Some(arn)) => json!({ "StreamARN": arn }),
            (Some(name), None) => json!({ "StreamName": name }),
            (None, None) => {
                return Err(Broken::new("it is not said which stream: set `streamName` or `streamArn`"));
            }
        };
        let service = Service::new(cx, &self.access.read(cx)?, KIND, arn.as_deref())?;
        let Any(records) = cx.render(&self.records)?;
        let mut sending = Sending::new(cx, records)?;
        let mut outcomes = Outcomes::new(cx)?;
        loop {
            let batch = sending.batch(AT_ONCE_MAX, BYTES_MAX, size).await?;
            if batch.is_empty() {
                break;
            }
            let records = batch.iter().map(record).collect::<Result<Vec<Json>, Failure>>()?;
            let mut body = stream.clone();
            body["Records"] = Json::from(records);
            let told = service.ask(cx, "PutRecords", &body).await;
            let shown = arn.as_deref().or(name.as_deref()).unwrap_or_default();
            let told = told.map_err(|trouble| {
                trouble.told(&format!("records cannot be sent to the stream `{shown}`"))
            })?;
            outcomes.add(&batch, &told["Records"], &["SequenceNumber", "ShardId"])?;
        }
        let (count, failed) = (outcomes.count, outcomes.failed);
        cx.metric(Metric::count("recordCount", count));
        cx.metric(Metric::count("failedRecordsCount", failed));
        cx.metric(Metric::count("successfulRecordsCount", count - failed));
        let uri = outcomes.finish(if fails { Some("records") } else { None })?;
        Ok(Output { uri, failed_records_count: failed, record_count: count })
    }
}

/// A record as the stream wants it.
fn record(row: &Map) -> Result<Json, Failure> {
    let needed = |name: &str| {
        let value = row.get(name).filter(|value| **value != Value::Null);
        value.ok_or_else(|| Failure::new(format!("a record has no `{name}`"))).and_then(body_of)
    };
    let mut record = json!({
        "Data": to_base64(needed("data")?.as_bytes()),
        "PartitionKey": needed("partitionKey")?,
    });
    if let Some(key) = row.get("explicitHashKey").filter(|value| **value != Value::Null) {
        record["ExplicitHashKey"] = Json::from(body_of(key)?);
    }
    Ok(record)
}

fn size(row: &Map) -> usize {
    row.values().filter_map(|value| body_of(value).ok()).map(|text| text.len()).sum()
}

#[cfg(test)]
mod tests {
    use kapelle_http::server::{Server, answer};
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn records_that_are_not_taken_are_told() {
        let body = r#"{"FailedRecordCount":1,"Records":[{"SequenceNumber":"7","ShardId":"s0"},
            {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"slow"}]}"#;
        let server = Server::start(move |_| answer("200 OK", &[], body));
        let stage = Stage::new();
        let access = format!(
            "endpointOverride: '{}'\naccessKeyId: a\nsecretKeyId: b\nstreamName: s\n",
            server.url("")
        );
        let records =
            "records: [{data: x, partitionKey: p}, {data: {a: 1}, partitionKey: p, explicitHashKey: '1'}]\n";
        let broken = stage.run::<PutRecords>(&format!("{access}{records}")).await.unwrap_err();
        let told = broken.failure.to_string();
        assert!(told.contains("1 of 2 records were not taken, the first because of Provisioned"), "{told}");
        let Value::Str(uri) = &broken.outputs["uri"] else { panic!("{broken:?}") };
        assert_eq!(stage.content(uri.expose()).lines().count(), 2);
        assert!(
            server.last().body().contains(r#"{"Data":"eA==","PartitionKey":"p"}"#),
            "{}",
            server.last().body()
        );
        let got =
            stage.run::<PutRecords>(&format!("{access}{records}failOnUnsuccessfulRecords: false\n")).await;
        assert_eq!(got.unwrap()["failedRecordsCount"], Value::Int(1));
    }
}
