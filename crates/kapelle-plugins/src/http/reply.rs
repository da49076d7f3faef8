//! An answer that was read to its end, as text.

use kapelle_model::effect::Level;
use kapelle_model::{Map, Text, Value};
use kapelle_plugin::{Any, Broken, RunContext};
use schemars::JsonSchema;
use serde::Serialize;

use super::charset;
use super::exchange::{Answer, headers, unless_stopped};
use super::properties::HttpProperties;

/// Bytes of an answer that can be an output.
const BODY_MAX: usize = 19 << 20;

/// An answer with its content.
pub(crate) struct Reply {
    uri: Text,
    status: u16,
    headers: Any,
    /// A secret, if it is to be kept as one.
    body: Option<Text>,
    is_encrypted: bool,
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

impl Reply {
    /// Reads an answer to its end.
    pub(crate) async fn read(
        cx: &RunContext,
        properties: &HttpProperties,
        mut answer: Answer,
        is_encrypted: bool,
    ) -> Result<Self, Broken> {
        let charset = cx.filled(properties.options.default_charset.as_ref())?;
        let response = &mut answer.response;
        let bytes = unless_stopped(cx, response.bytes(BODY_MAX)).await?;
        let text =
            charset::text(bytes, response.header("content-type"), charset.as_deref().unwrap_or("UTF-8"));
        let text = Text::from(text.map_err(Broken::new)?);
        if answer.logs_body && !is_encrypted {
            cx.log(Level::Debug, Text::concat(&Text::from("response body: "), &text));
        }
        let has_none = text.expose().is_empty() && matches!(response.status, 204 | 304);
        let text = if is_encrypted { text.into_secret() } else { text };
        Ok(Self {
            uri: answer.uri,
            status: response.status,
            headers: headers(response),
            body: (!has_none).then_some(text),
            is_encrypted,
        })
    }

    /// The head of an answer whose content is elsewhere.
    pub(crate) fn head(answer: Answer) -> Self {
        let Answer { response, uri, .. } = answer;
        Self { uri, status: response.status, headers: headers(&response), body: None, is_encrypted: false }
    }

    /// What conditions see as `response`.
    pub(crate) fn variables(&self) -> Map {
        let body = self.body.clone().map_or(Value::Null, Value::Str);
        Map::from_iter([
            ("statusCode".into(), Value::Int(self.status.into())),
            ("body".into(), body),
            ("headers".into(), self.headers.0.clone()),
        ])
    }

    pub(super) fn into_output(self) -> Output {
        let content = self.body.map(Any::from);
        let (body, encrypted_body) = if self.is_encrypted { (None, content) } else { (content, None) };
        Output {
            uri: self.uri.into(),
            code: self.status,
            headers: self.headers,
            body,
            encrypted_body,
            form_data: None,
        }
    }
}
