//! What flows write as messages, as parts of a conversation.

use std::io::Read;

use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_http::{Request, Url};
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, RunContext};

use crate::chat::{Content, Message, Said};
use crate::wire::unless_stopped;

/// Bytes of a picture or a document.
const FILE_MAX: usize = 20 << 20;

fn text(map: &Map, name: &str) -> Result<Option<Text>, Failure> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => text_of(value).map(Some).map_err(|error| Failure::new(error.text())),
    }
}

/// Messages with `type` and `content`, or `contentBlocks`.
pub(crate) async fn messages(cx: &RunContext, written: &[Map]) -> Result<Vec<Message>, Broken> {
    let mut all = Vec::new();
    for (number, map) in written.iter().enumerate() {
        let place = number + 1;
        let kind = text(map, "type")?.unwrap_or_else(|| "USER".into());
        let content = text(map, "content")?;
        let said = content.as_ref().map(|text| text.expose().to_owned()).unwrap_or_default();
        all.push(match kind.expose().trim().to_ascii_uppercase().as_str() {
            "SYSTEM" => Message::System(content.unwrap_or_default()),
            "AI" | "ASSISTANT" => Message::Model(Said { text: said, ..Said::default() }),
            "USER" => {
                let blocks = match map.get("contentBlocks") {
                    Some(Value::List(blocks)) => maps(blocks),
                    _ => Vec::new(),
                };
                Message::User(contents(cx, content, &blocks, &format!("message {place}")).await?)
            }
            other => {
                return Err(Broken::new(format!(
                    "message {place} has the type `{other}`: there are SYSTEM, AI and USER"
                )));
            }
        });
    }
    match all.last() {
        Some(Message::User(_)) => Ok(all),
        _ => Err(Broken::new(
            "the last of the `messages` has to be one of type USER: it is what the model answers",
        )),
    }
}

pub(crate) fn maps(values: &[Value]) -> Vec<Map> {
    let maps = values.iter().filter_map(|value| match value {
        Value::Map(map) => Some((**map).clone()),
        _ => None,
    });
    maps.collect()
}

/// A text and blocks, as contents; there has to be something.
pub(crate) async fn contents(
    cx: &RunContext,
    first: Option<Text>,
    blocks: &[Map],
    place: &str,
) -> Result<Vec<Content>, Broken> {
    let first = first.filter(|text| !text.expose().trim().is_empty());
    let mut all: Vec<Content> = first.map(Content::Text).into_iter().collect();
    for block in blocks {
        let kind = text(block, "type")?.unwrap_or_else(|| "TEXT".into());
        match kind.expose().trim().to_ascii_uppercase().as_str() {
            "TEXT" => all.push(Content::Text(text(block, "text")?.unwrap_or_default())),
            kind @ ("IMAGE" | "PDF") => {
                let uri = text(block, "uri")?;
                let uri = uri
                    .ok_or_else(|| Broken::new(format!("a block of type {kind} of {place} has no `uri`")))?;
                let bytes = bytes(cx, uri.expose()).await?;
                let mime = if kind == "PDF" { "application/pdf" } else { picture(&bytes, uri.expose())? };
                all.push(Content::File { mime: mime.to_owned(), base64: plain::to_base64(&bytes) });
            }
            other => {
                return Err(Broken::new(format!(
                    "a block of {place} has the type `{other}`: there are TEXT, IMAGE and PDF"
                )));
            }
        }
    }
    if all.is_empty() {
        return Err(Broken::new(format!("{place} is empty: write `content`, `prompt` or `contentBlocks`")));
    }
    Ok(all)
}

/// What kind of picture it is, by how it begins.
fn picture(bytes: &[u8], uri: &str) -> Result<&'static str, Broken> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Ok("image/png"),
        [0xff, 0xd8, 0xff, ..] => Ok("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Ok("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok("image/webp"),
        _ => Err(Broken::new(format!("`{uri}` is no picture that models know: PNG, JPEG, GIF or WebP"))),
    }
}

/// A file of the storage, or one at an address.
pub(crate) async fn bytes(cx: &RunContext, uri: &str) -> Result<Vec<u8>, Broken> {
    let uri = uri.trim().to_owned();
    if uri.starts_with("http://") || uri.starts_with("https://") {
        let url =
            Url::parse(&uri).map_err(|reason| Broken::new(format!("`{uri}` does not fit: {reason}")))?;
        let client = cx.host.http();
        let response = unless_stopped(cx, client.send(&Request::get(url))).await?;
        let mut response = response.map_err(|error| Broken::new(error.message))?;
        if response.status >= 400 {
            return Err(Broken::new(format!("`{uri}` answers {}", response.status)));
        }
        let bytes = unless_stopped(cx, response.bytes(FILE_MAX)).await?;
        return bytes.map_err(|error| Broken::new(error.message));
    }
    cx.blocking(move |cx| {
        let mut bytes = Vec::new();
        cx.host.files().open(&uri)?.take(FILE_MAX as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > FILE_MAX {
            return Err(Broken::new(format!("`{uri}` has more than {FILE_MAX} bytes")));
        }
        Ok(bytes)
    })
    .await
}
