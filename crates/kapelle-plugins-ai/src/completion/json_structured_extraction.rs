//! `io.kestra.plugin.ai.completion.JSONStructuredExtraction`: finds fields in a text.

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::judged::{Asking, Judgement};
use crate::chat::Format;

/// Bytes of what was found.
const JSON_MAX: usize = 16 << 20;

/// # Find fields in a text
///
/// Lets a model find the values of fields in a text, a picture or a document, and gives them as JSON.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JsonStructuredExtraction {
    #[serde(flatten)]
    asking: Asking,
    /// What the fields are about, in a word.
    schema_name: Expr<String>,
    /// The fields.
    json_fields: Expr<Vec<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// What the fields are about.
    schema_name: String,
    /// The fields with their values, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    extracted_json: Option<String>,
    #[serde(flatten)]
    judgement: Judgement,
}

const SYSTEM: &str = "You find facts in what you are given.";

impl Task for JsonStructuredExtraction {
    const TYPE: &'static str = "io.kestra.plugin.ai.completion.JSONStructuredExtraction";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (schema_name, fields) = (cx.render(&self.schema_name)?, cx.render(&self.json_fields)?);
        if fields.is_empty() {
            return Err(Broken::new("`jsonFields` is empty: name the fields to find"));
        }
        let task = format!(
            "Find these fields of a {schema_name}: {}. Where nothing is said of one, its value is an empty text.",
            fields.join(", ")
        );
        let format = Format::Json {
            schema: Some(schema(&fields)),
            description: Some(schema_name.clone()),
            is_strict: true,
        };
        let (talk, judgement) = self.asking.ask(cx, SYSTEM, &task, Some(format)).await?;
        let extracted_json = match talk.and_then(|talk| talk.json) {
            Some(json) => Some(plain::to_json(&json, &TimeZone::UTC, false, JSON_MAX)?.expose().to_owned()),
            None => None,
        };
        Ok(Output { schema_name, extracted_json, judgement })
    }
}

/// An object with a text for each field.
fn schema(fields: &[String]) -> Json {
    let properties: Map<String, Json> =
        fields.iter().map(|field| (field.clone(), json!({ "type": "string" }))).collect();
    json!({ "type": "object", "properties": properties, "required": fields, "additionalProperties": false })
}
