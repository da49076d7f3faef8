//! Pictures that models draw.

use kapelle_core::expression::plain;
use kapelle_plugin::Broken;
use serde_json::json;

use super::{Model, Speaks};
use crate::chat::{Finish, Usage, count_at, items_at, text_at};
use crate::session::Session;
use crate::wire::encoded;

/// What was drawn.
pub(crate) struct Picture {
    pub(crate) content: Drawn,
    pub(crate) usage: Usage,
    pub(crate) finish: Finish,
}

pub(crate) enum Drawn {
    /// It stands at this address.
    At(String),
    /// Here it is.
    Bytes(Vec<u8>),
}

impl Model {
    /// Draws one picture.
    pub(crate) async fn draw(&self, session: &Session, prompt: &str) -> Result<Picture, Broken> {
        session.afford(&self.name)?;
        let cx = &session.cx;
        let (json, place) = match self.facts.speaks {
            Speaks::OpenAi(_) => {
                let body = json!({ "model": self.name, "prompt": prompt, "n": 1 });
                (self.post(cx, "/images/generations", &body).await?, "/data/0/b64_json")
            }
            Speaks::Gemini if self.name.starts_with("imagen") => {
                let body = json!({ "instances": [{ "prompt": prompt }], "parameters": { "sampleCount": 1 } });
                let path = format!("/models/{}:predict", encoded(&self.name));
                (self.post(cx, &path, &body).await?, "/predictions/0/bytesBase64Encoded")
            }
            Speaks::Gemini => {
                let body = json!({
                    "contents": [{ "role": "user", "parts": [{ "text": prompt }] }],
                    "generationConfig": { "responseModalities": ["TEXT", "IMAGE"] },
                });
                let path = format!("/models/{}:generateContent", encoded(&self.name));
                (self.post(cx, &path, &body).await?, "/inlineData/data")
            }
            Speaks::Anthropic | Speaks::Ollama | Speaks::Bedrock => {
                return Err(Broken::new(format!(
                    "{} draws no pictures here: use a provider that does, such as OpenAI or GoogleGemini",
                    self.facts.name
                )));
            }
        };
        let count = |name: &str| count_at(&json, name);
        let usage = match self.facts.speaks {
            Speaks::Gemini => Usage::of(
                count("/usageMetadata/promptTokenCount"),
                count("/usageMetadata/candidatesTokenCount"),
                count("/usageMetadata/totalTokenCount"),
            ),
            _ => Usage::of(
                count("/usage/input_tokens"),
                count("/usage/output_tokens"),
                count("/usage/total_tokens"),
            ),
        };
        session.spend(&self.name, usage);
        let parts = items_at(&json, "/candidates/0/content/parts").iter();
        let drawn = text_at(&json, place).or_else(|| parts.into_iter().find_map(|part| text_at(part, place)));
        let content = match (text_at(&json, "/data/0/url"), drawn) {
            (Some(url), _) => Drawn::At(url.to_owned()),
            (None, Some(base64)) => {
                Drawn::Bytes(plain::from_base64(base64).map_err(|_| Broken::new("the picture is no base64"))?)
            }
            (None, None) => return Err(self.unclear(&json)),
        };
        Ok(Picture { content, usage, finish: Finish::Stop })
    }
}
