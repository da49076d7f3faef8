//! `io.kestra.plugin.aws.lambda.Invoke`: calls a function.

use std::io::Write;

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, Metric, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::access::{AccessProperties, StyleProperties};
use crate::client::{Ask, unless_stopped};
use crate::service::{Kind, Service, json_text};
use kapelle_plugin::encode::encoded;

const KIND: Kind = Kind { name: "lambda", host: "lambda", prefix: "", version: "" };

/// Bytes of an answer: Lambda gives no more than 6 MB.
const ANSWER_MAX: usize = 16 << 20;

/// Characters of what a function says of its failure that are shown.
const SHOWN_MAX: usize = 1_000;

/// # Call a function of Lambda
///
/// Calls a function, waits for it, and keeps what it gives as a file.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invoke {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The function: its name, or all of it, which begins with `arn:`.
    function_arn: Expr<String>,
    /// What it is given, as JSON.
    #[serde(default)]
    function_payload: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// What the function gave, in the internal storage.
    uri: String,
    /// Its size in bytes.
    content_length: u64,
    /// What kind of content it is.
    content_type: String,
    /// Nothing: functions have no such tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    /// The version of the function that was called, if it was not the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

impl Task for Invoke {
    const TYPE: &'static str = "io.kestra.plugin.aws.lambda.Invoke";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let function = cx.render(&self.function_arn)?;
        let service = Service::new(cx, &self.access.read(cx)?, KIND, Some(&function))?;
        let payload = cx.filled(self.function_payload.as_ref())?;
        let payload =
            payload.map(|payload| json_text(&kapelle_model::Value::Map(payload.into()))).transpose()?;
        let path = format!("/2015-03-31/functions/{}/invocations", encoded(&function));
        let ask = Ask {
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            // Nobody knows whether a call that broke off was one: a function may do what is not to be done twice.
            is_repeatable: false,
            ..service.post(&path, payload.unwrap_or_default().into_bytes())
        };
        let what = format!("the function `{function}` cannot be called");
        let mut answer = service.client().send(cx, &ask).await.map_err(|trouble| trouble.told(&what))?;
        let content =
            unless_stopped(cx, answer.bytes(ANSWER_MAX)).await.map_err(|trouble| trouble.told(&what))?;
        if let Some(kind) = answer.header("x-amz-function-error") {
            return Err(failed(&function, kind, &content));
        }
        let mut file = cx.host.files().create(Name::Ending(".json"))?;
        file.write_all(&content)?;
        cx.metric(Metric::count("file.size", content.len() as u64));
        Ok(Output {
            uri: file.finish()?,
            content_length: content.len() as u64,
            content_type: answer.header("content-type").unwrap_or("application/json").to_owned(),
            e_tag: None,
            version_id: answer
                .header("x-amz-executed-version")
                .filter(|version| *version != "$LATEST")
                .map(str::to_owned),
        })
    }
}

/// A failure of the function itself, in its own words.
fn failed(function: &str, kind: &str, content: &[u8]) -> Broken {
    let told: Json = serde_json::from_slice(content).unwrap_or_default();
    let said = match told["errorMessage"].as_str() {
        Some(message) => match told["errorType"].as_str() {
            Some(name) => format!("{name}: {message}"),
            None => message.to_owned(),
        },
        None => String::from_utf8_lossy(content).into_owned(),
    };
    let said: String = said.chars().take(SHOWN_MAX).collect();
    Broken::new(format!(
        "the function `{function}` failed ({kind}): {said}. Its log in CloudWatch tells more"
    ))
}

#[cfg(test)]
mod tests {
    use kapelle_http::server::{Server, answer};
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::*;

    async fn call(server: &Server, more: &str) -> Result<(Stage, kapelle_model::Map), Broken> {
        let stage = Stage::new();
        let access = format!("endpointOverride: '{}'\naccessKeyId: a\nsecretKeyId: b\n", server.url(""));
        let got = stage
            .run::<Invoke>(&format!("{access}functionArn: 'arn:aws:lambda:eu-west-1:1:function:f'\n{more}"))
            .await?;
        Ok((stage, got))
    }

    #[tokio::test]
    async fn a_function_is_given_json_and_gives_a_file() {
        let server = Server::start(|_| answer("200 OK", &["Content-Type: application/json"], r#"{"b":2}"#));
        let (stage, got) = call(&server, "functionPayload: {a: 1}\n").await.unwrap();
        let last = server.last();
        assert_eq!(
            last.line,
            "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af/invocations HTTP/1.1"
        );
        assert_eq!(last.body(), r#"{"a":1}"#);
        assert!(last.header("authorization").unwrap().contains("/eu-west-1/lambda/"));
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        assert_eq!(stage.content(uri.expose()), r#"{"b":2}"#);
        assert_eq!(got["contentLength"], Value::Int(7));
    }

    #[tokio::test]
    async fn a_function_that_fails_is_called_once_and_heard() {
        let server = Server::start(|_| {
            answer(
                "200 OK",
                &["X-Amz-Function-Error: Unhandled"],
                r#"{"errorMessage":"no","errorType":"KeyError"}"#,
            )
        });
        let told = call(&server, "").await.err().unwrap().failure.to_string();
        assert!(told.contains("failed (Unhandled): KeyError: no."), "{told}");
        let server = Server::start(|_| answer("500 Oh", &[], "{}"));
        call(&server, "").await.err().unwrap();
        assert_eq!(server.requests().len(), 1);
    }
}
