//! `io.kestra.plugin.aws.athena.Query`: asks Athena, and takes the rows.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::values::{columns, is_header, row};
use crate::access::{AccessProperties, StyleProperties};
use crate::fetch::{Collector, FetchType};
use crate::service::{Kind, Service};
use kapelle_plugin::encode::hex;

const KIND: Kind = Kind { name: "athena", host: "athena", prefix: "AmazonAthena", version: "1.1" };

/// How long one waits before asking again whether a query is done, at first and at last.
const PAUSE_MIN: SignedDuration = SignedDuration::from_millis(250);
const PAUSE_MAX: SignedDuration = SignedDuration::from_secs(5);

/// How long a query that is given up may take to hear it.
const STOP_MAX: Duration = Duration::from_secs(10);

/// # Ask Athena
///
/// Runs a query, waits for its end, and gives its rows: as a file, or as outputs. A query whose task is stopped is stopped
/// too.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "properties have the names that flows know")]
pub(super) struct Query {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The catalogue of data, if it is another one than that of Glue.
    #[serde(default)]
    catalog: Option<Expr<String>>,
    /// The database.
    database: Expr<String>,
    /// Where Athena writes what it finds: `s3://bucket/path/`.
    output_location: Expr<String>,
    /// The query.
    query: Expr<String>,
    /// What becomes of the rows: a file, outputs, the first as an output, or nothing.
    #[serde(default)]
    fetch_type: Option<Expr<FetchType>>,
    /// Whether a first row that holds the names of the columns is left out; it is, unless this says `false`.
    #[serde(default)]
    skip_header: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The id of the query.
    query_execution_id: String,
    /// The rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<Any>>,
    /// The first row.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<Any>,
    /// The file of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// How many rows there are.
    size: u64,
}

impl Task for Query {
    const TYPE: &'static str = "io.kestra.plugin.aws.athena.Query";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let fetch = cx.filled(self.fetch_type.as_ref())?.unwrap_or(FetchType::Store);
        let skips = cx.filled(self.skip_header.as_ref())?.unwrap_or(true);
        let service = Service::new(cx, &self.access.read(cx)?, KIND, None)?;
        let id = self.start(cx, &service).await?;
        if let Err(broken) = finished(cx, &service, &id).await {
            if broken.is_killed {
                give_up(cx, &service, &id).await;
            }
            return Err(broken);
        }
        let mut collector = Collector::new(cx, fetch)?;
        if fetch != FetchType::None {
            collect(cx, &service, &id, skips, &mut collector).await?;
        }
        let collected = collector.finish()?;
        Ok(Output {
            query_execution_id: id,
            rows: collected.rows,
            row: collected.row,
            uri: collected.uri,
            size: collected.size,
        })
    }
}

impl Query {
    async fn start(&self, cx: &RunContext, service: &Service) -> Result<String, Broken> {
        // Asked twice with it, Athena runs the query once.
        let mut token = [0; 16];
        cx.services.random(&mut token)?;
        let mut body = json!({
            "QueryString": cx.render(&self.query)?,
            "QueryExecutionContext": { "Database": cx.render(&self.database)? },
            "ResultConfiguration": { "OutputLocation": cx.render(&self.output_location)? },
            "ClientRequestToken": hex(&token),
        });
        if let Some(catalog) = cx.filled(self.catalog.as_ref())? {
            body["QueryExecutionContext"]["Catalog"] = Json::from(catalog);
        }
        let told = service.ask(cx, "StartQueryExecution", &body).await;
        let told = told.map_err(|trouble| trouble.told("the query cannot be started"))?;
        let id = told["QueryExecutionId"].as_str().map(str::to_owned);
        id.ok_or_else(|| Broken::new("Athena gives no id for the query"))
    }
}

/// Waits for the end of a query.
async fn finished(cx: &RunContext, service: &Service, id: &str) -> Result<(), Broken> {
    let mut pause = PAUSE_MIN;
    loop {
        let told = service.ask(cx, "GetQueryExecution", &json!({ "QueryExecutionId": id })).await;
        let told = told.map_err(|trouble| trouble.told(&format!("the query `{id}` cannot be looked at")))?;
        let status = &told["QueryExecution"]["Status"];
        match status["State"].as_str().unwrap_or_default() {
            "SUCCEEDED" => return Ok(()),
            state @ ("FAILED" | "CANCELLED") => {
                let reason = status["StateChangeReason"].as_str().unwrap_or("no reason is given");
                return Err(Broken::new(format!("the query `{id}` ended as {state}: {reason}")));
            }
            _ => {}
        }
        cx.host.sleep(pause).await;
        cx.go_on()?;
        pause = pause.saturating_mul(2).min(PAUSE_MAX);
    }
}

/// Tells Athena that nobody waits for a query any more.
async fn give_up(cx: &RunContext, service: &Service, id: &str) {
    let cx = RunContext { stop: CancellationToken::new(), ..cx.clone() };
    let body = json!({ "QueryExecutionId": id });
    // If it does not hear, it goes on to its end; there is nobody left to tell.
    let _unheard = tokio::time::timeout(STOP_MAX, service.ask(&cx, "StopQueryExecution", &body)).await;
}

async fn collect(
    cx: &RunContext,
    service: &Service,
    id: &str,
    skips: bool,
    collector: &mut Collector<'_>,
) -> Result<(), Broken> {
    let mut body = json!({ "QueryExecutionId": id, "MaxResults": 1000 });
    let mut is_first = true;
    loop {
        let told = service.ask(cx, "GetQueryResults", &body).await;
        let told =
            told.map_err(|trouble| trouble.told(&format!("the rows of the query `{id}` cannot be read")))?;
        let result = &told["ResultSet"];
        let columns = columns(result);
        for given in result["Rows"].as_array().into_iter().flatten() {
            let is_skipped = is_first && skips && is_header(&columns, given);
            is_first = false;
            if !is_skipped {
                collector.add(row(&columns, given))?;
            }
            if collector.is_full() {
                return Ok(());
            }
        }
        match told["NextToken"].as_str() {
            Some(next) => body["NextToken"] = Json::from(next),
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use kapelle_http::server::{Server, answer};
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::*;

    /// An Athena whose queries take two looks, and whose rows come on two pages.
    fn athena(state: &'static str) -> Server {
        let looks = std::sync::atomic::AtomicU32::new(0);
        Server::start(move |request| {
            let target = request.header("x-amz-target").unwrap_or_default().to_owned();
            let cell = |text: &str| format!("{{\"VarCharValue\":\"{text}\"}}");
            let body = match target.as_str() {
                "AmazonAthena.StartQueryExecution" => r#"{"QueryExecutionId":"q1"}"#.to_owned(),
                "AmazonAthena.GetQueryExecution" => {
                    let is_first = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
                    let state = if is_first { "RUNNING" } else { state };
                    format!(
                        "{{\"QueryExecution\":{{\"Status\":{{\"State\":\"{state}\",\"StateChangeReason\":\"why\"}}}}}}"
                    )
                }
                "AmazonAthena.GetQueryResults" => {
                    let is_second = request.body().contains("NextToken");
                    let rows = if is_second {
                        format!("{{\"Data\":[{},{{}}]}}", cell("2"))
                    } else {
                        format!(
                            "{{\"Data\":[{},{}]}},{{\"Data\":[{},{}]}}",
                            cell("n"),
                            cell("t"),
                            cell("1"),
                            cell("x")
                        )
                    };
                    let next = if is_second { "" } else { ",\"NextToken\":\"t\"" };
                    let columns = r#"[{"Name":"n","Type":"bigint"},{"Name":"t","Type":"varchar"}]"#;
                    format!(
                        "{{\"ResultSet\":{{\"Rows\":[{rows}],\"ResultSetMetadata\":{{\"ColumnInfo\":{columns}}}}}{next}}}"
                    )
                }
                _ => "{}".to_owned(),
            };
            answer("200 OK", &[], &body)
        })
    }

    fn properties(server: &Server, more: &str) -> String {
        let access = format!("endpointOverride: '{}'\naccessKeyId: a\nsecretKeyId: b\n", server.url(""));
        format!("{access}database: d\noutputLocation: s3://b/o/\nquery: select 1\n{more}")
    }

    #[tokio::test]
    async fn rows_come_with_their_types() {
        let (server, stage) = (athena("SUCCEEDED"), Stage::new());
        let got = stage.run::<Query>(&properties(&server, "")).await.unwrap();
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        assert_eq!(stage.content(uri.expose()), "{n:1,t:\"x\"}\n{n:2,t:null}\n");
        assert_eq!(got["size"], Value::Int(2));
        let server = athena("SUCCEEDED");
        let got =
            stage.run::<Query>(&properties(&server, "fetchType: FETCH\nskipHeader: false\n")).await.unwrap();
        assert_eq!(got["size"], Value::Int(3));
    }

    #[tokio::test]
    async fn a_query_that_fails_says_why() {
        let server = athena("FAILED");
        let told = Stage::new().run::<Query>(&properties(&server, "")).await.unwrap_err().failure.to_string();
        assert_eq!(told, "the query `q1` ended as FAILED: why");
    }

    #[tokio::test]
    async fn a_query_whose_task_is_stopped_is_stopped() {
        let stage = Stage::new();
        let stop = stage.context().stop;
        let server = Server::start(move |request| {
            if request.header("x-amz-target").is_some_and(|target| target.ends_with("GetQueryExecution")) {
                stop.cancel();
            }
            answer("200 OK", &[], r#"{"QueryExecutionId":"q1"}"#)
        });
        let broken = stage.run::<Query>(&properties(&server, "")).await.unwrap_err();
        assert!(broken.is_killed);
        assert_eq!(server.last().header("x-amz-target"), Some("AmazonAthena.StopQueryExecution"));
    }
}
