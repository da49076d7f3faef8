//! `io.kestra.plugin.core.http.Request`: asks a server, and gives its answer as an output.

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::charset;
use super::exchange::{exchange, headers, unless_stopped};
use super::properties::HttpProperties;

/// Bytes of an answer that can be an output.
const BODY_MAX: usize = 19 << 20;

/// # Send a request
///
/// Sends a request over HTTP and gives status, headers and content of the answer. What is large, or no text, is loaded
/// with `Download` instead.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    #[serde(flatten)]
    http: HttpProperties,
    /// Whether the content is kept as a secret, in `encryptedBody`.
    #[serde(default)]
    encrypt_body: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// What was asked.
    uri: Any,
    /// The status of the answer.
    code: u16,
    /// Headers of the answer by name, each with all its values.
    headers: Any,
    /// The content.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Any>,
    /// The content as a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted_body: Option<Any>,
    /// Named by servers before, which never gave it either.
    #[serde(skip_serializing_if = "Option::is_none")]
    form_data: Option<Any>,
}

impl Task for Request {
    const TYPE: &'static str = "io.kestra.plugin.core.http.Request";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let is_encrypted = cx.filled(self.encrypt_body.as_ref())?.unwrap_or(false);
        let charset = cx.filled(self.http.options.default_charset.as_ref())?;
        let mut answer = exchange(cx, &self.http, "*/*").await?;
        let response = &mut answer.response;
        let bytes = unless_stopped(cx, response.bytes(BODY_MAX)).await?;
        let text =
            charset::text(bytes, response.header("content-type"), charset.as_deref().unwrap_or("UTF-8"));
        let text = Text::from(text.map_err(Broken::new)?);
        if answer.logs_body && !is_encrypted {
            cx.log(Level::Debug, Text::concat(&Text::from("response body: "), &text));
        }
        let has_none = text.expose().is_empty() && matches!(response.status, 204 | 304);
        let text = (!has_none).then_some(text);
        let (body, encrypted_body) =
            if is_encrypted { (None, text.map(Text::into_secret)) } else { (text, None) };
        Ok(Output {
            uri: answer.uri.into(),
            code: response.status,
            headers: headers(response),
            body: body.map(Any::from),
            encrypted_body: encrypted_body.map(Any::from),
            form_data: None,
        })
    }
}
