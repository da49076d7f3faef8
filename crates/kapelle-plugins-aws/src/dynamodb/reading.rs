//! Items that are read page by page.

use kapelle_model::Map;
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Table, attribute};
use crate::fetch::{Collector, FetchType};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadingProperties {
    /// What becomes of the items: a file of rows, outputs, the first as an output, or nothing.
    fetch_type: Option<Expr<FetchType>>,
    /// How many items are read at most.
    limit: Option<Expr<u64>>,
    /// Which of the items count, as DynamoDB writes it.
    filter_expression: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The items.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<Any>>,
    /// The first item.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<Any>,
    /// The file of the items.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// How many items there are.
    size: u64,
}

/// Reads all items that an operation tells, page by page.
pub(super) async fn read(
    cx: &RunContext,
    table: &Table,
    operation: &str,
    mut body: Json,
    properties: &ReadingProperties,
    values: Option<Map>,
) -> Result<Output, Broken> {
    let fetch = cx.filled(properties.fetch_type.as_ref())?.unwrap_or(FetchType::Store);
    let limit = cx.filled(properties.limit.as_ref())?.unwrap_or(u64::MAX);
    if let Some(filter) = cx.filled(properties.filter_expression.as_ref())? {
        body["FilterExpression"] = Json::from(filter);
    }
    if let Some(values) = values.filter(|values| !values.is_empty()) {
        body["ExpressionAttributeValues"] = attribute::item(&values)?;
    }
    let mut collector = Collector::new(cx, fetch)?;
    let is_enough = |collector: &Collector<'_>| collector.is_full() || collector.size() >= limit;
    while !is_enough(&collector) {
        let told = table.ask(cx, operation, body.clone()).await?;
        for item in told["Items"].as_array().into_iter().flatten() {
            if is_enough(&collector) {
                break;
            }
            collector.add(attribute::row(item))?;
        }
        match told.get("LastEvaluatedKey").filter(|key| !key.is_null()) {
            Some(key) => body["ExclusiveStartKey"] = key.clone(),
            None => break,
        }
    }
    let collected = collector.finish()?;
    cx.metric(Metric::count("records", collected.size));
    Ok(Output { rows: collected.rows, row: collected.row, uri: collected.uri, size: collected.size })
}
