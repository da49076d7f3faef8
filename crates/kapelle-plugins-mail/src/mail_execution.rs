//! `io.kestra.plugin.email.MailExecution`: tells of an execution.

use kapelle_model::{Map, Text, Value};
use kapelle_plugin::{Added, Broken, Expr, RunContext, Task, about};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::layout::Layout;
use crate::properties::{Mail, Words};

/// # Tell of an execution by mail
///
/// Sends a message with state, length, first failure and link of an execution.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailExecution {
    #[serde(flatten)]
    mail: Mail,
    /// The execution of which the message tells; the own one where it is not said.
    execution_id: Option<Expr<Text>>,
    /// A text that is added to the message.
    custom_message: Option<Expr<Text>>,
    /// Names and values that are added to the message.
    custom_fields: Option<Expr<Map>>,
    /// HTML in place of the one that tells of the execution.
    html_text_content: Option<Expr<Text>>,
    /// Of no effect; the text is written by the task.
    #[serde(rename = "templateUri")]
    _template_uri: Option<Expr<Value>>,
    /// Of no effect; the text is written by the task.
    #[serde(rename = "textTemplateUri")]
    _text_template_uri: Option<Expr<Value>>,
    /// Of no effect; see `customFields`.
    #[serde(rename = "templateRenderMap")]
    _template_render_map: Option<Expr<Value>>,
}

impl Task for MailExecution {
    const TYPE: &'static str = "io.kestra.plugin.email.MailExecution";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let id = match cx.filled(self.execution_id.as_ref())? {
            Some(id) => id,
            None => cx.render_text("{{ execution.id }}")?,
        };
        let added = Added {
            message: cx.filled(self.custom_message.as_ref())?,
            fields: cx.filled(self.custom_fields.as_ref())?.unwrap_or_default(),
        };
        let layout = Layout::of(&about(cx, id.expose().trim(), &added)?, &added)?;
        let html = cx.filled(self.html_text_content.as_ref())?;
        let html = html.map_or_else(|| layout.html(), |text| text.expose().to_owned());
        let plain = Some(layout.plain());
        self.mail.send(cx, Words { subject: layout.title, plain, html: Some(html) }).await
    }
}
