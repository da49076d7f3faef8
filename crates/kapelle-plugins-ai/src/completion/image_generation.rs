//! `io.kestra.plugin.ai.completion.ImageGeneration`: lets a model draw.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chat::{Finish, Usage};
use crate::provider::{Drawn, Provider};
use crate::session::Session;

/// # Draw a picture
///
/// Lets a model draw a picture and gives its address: that of the provider, or of a file in the storage if the provider sends
/// the picture itself.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ImageGeneration {
    /// What is drawn.
    prompt: Expr<Text>,
    /// Who has the model.
    provider: Provider,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The address of the picture.
    image_url: String,
    /// Tokens that it took.
    token_usage: Usage,
    /// Why the model ended.
    finish_reason: Finish,
}

impl Task for ImageGeneration {
    const TYPE: &'static str = "io.kestra.plugin.ai.completion.ImageGeneration";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let session = Session::begin(cx)?;
        let prompt = cx.render(&self.prompt)?;
        let model = self.provider.model(cx).await?;
        let picture = model.draw(&session, prompt.expose()).await?;
        session.report(picture.usage);
        let image_url = match picture.content {
            Drawn::At(url) => url,
            Drawn::Bytes(bytes) => {
                let keep = move |cx: &RunContext| {
                    let mut file = cx.host.files().create(Name::Ending(".png"))?;
                    file.write_all(&bytes)?;
                    Ok(file.finish()?)
                };
                cx.blocking(keep).await?
            }
        };
        Ok(Output { image_url, token_usage: picture.usage, finish_reason: picture.finish })
    }
}
