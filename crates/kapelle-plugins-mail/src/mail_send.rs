//! `io.kestra.plugin.email.MailSend`: sends a message.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::properties::{Mail, Words};

/// # Send mail
///
/// Sends a message over SMTP, as HTML with plain text beside it, with attached files and embedded pictures.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailSend {
    #[serde(flatten)]
    mail: Mail,
    /// The message as HTML.
    html_text_content: Option<Expr<Text>>,
}

impl Task for MailSend {
    const TYPE: &'static str = "io.kestra.plugin.email.MailSend";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let html = cx.filled(self.html_text_content.as_ref())?;
        let html = html.map(|text| text.expose().to_owned());
        self.mail.send(cx, Words { subject: String::new(), plain: None, html }).await
    }
}
