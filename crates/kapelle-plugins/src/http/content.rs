//! The content of a request.

use std::fmt::Write;
use std::io;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_http::{Open, Payload, Piece};
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, RunContext};

use super::properties::HttpProperties;

/// Bytes of a value that is written as JSON into a form.
const JSON_MAX: usize = 8 << 20;

/// Content with its type, and what of it may be logged.
pub(super) struct Content {
    pub(super) payload: Payload,
    pub(super) kind: String,
    pub(super) shown: Text,
}

/// The content that the properties describe.
pub(super) fn content(cx: &RunContext, properties: &HttpProperties) -> Result<Content, Broken> {
    let content_type = cx.render(&properties.content_type)?;
    if let Some(form) = cx.optional(properties.form_data.as_ref())? {
        return if content_type.trim().eq_ignore_ascii_case("multipart/form-data") {
            multipart(cx, &form)
        } else {
            encoded_form(&form)
        };
    }
    let body = cx.optional(properties.body.as_ref())?;
    let payload = body.as_ref().map_or_else(Payload::default, |body| bytes(body.expose()));
    Ok(Content { payload, kind: content_type, shown: body.unwrap_or_default() })
}

fn bytes(text: &str) -> Payload {
    if text.is_empty() {
        Payload::default()
    } else {
        Payload::of([Piece::Bytes(text.as_bytes().to_vec().into())])
    }
}

fn encoded_form(form: &Map) -> Result<Content, Broken> {
    let mut encoded = Text::default();
    for (name, value) in form {
        let value = plain_text(value)?;
        let separator = if encoded.expose().is_empty() { "" } else { "&" };
        let field =
            Text::from(format!("{separator}{}={}", percent(name, true), percent(value.expose(), true)));
        let field = if value.has_secret() { field.into_secret() } else { field };
        encoded = Text::concat(&encoded, &field);
    }
    Ok(Content {
        payload: bytes(encoded.expose()),
        kind: "application/x-www-form-urlencoded".to_owned(),
        shown: encoded,
    })
}

/// Scalars as they are, others as JSON.
fn plain_text(value: &Value) -> Result<Text, Failure> {
    match value {
        Value::List(_) | Value::Map(_) => plain::to_json(value, &TimeZone::UTC, false, JSON_MAX),
        Value::Secret(inner) => return plain_text(inner).map(Text::into_secret),
        scalar => text_of(scalar),
    }
    .map_err(|error| Failure::new(error.text()))
}

/// Encoded for an address: all but what never needs it; in forms a blank is a plus.
pub(crate) fn percent(text: &str, is_form: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' if is_form => encoded.push('+'),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => encoded.push(char::from(byte)),
            _ => {
                let _infallible = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// A part of a form with files.
struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<&'static str>,
    piece: Piece,
}

fn multipart(cx: &RunContext, form: &Map) -> Result<Content, Broken> {
    let boundary = boundary(cx)?;
    let mut pieces = Vec::new();
    for (name, value) in form {
        let part = part(cx, name, value)?;
        pieces.push(Piece::Bytes(head(&boundary, &part).into_bytes().into()));
        pieces.push(part.piece);
        pieces.push(Piece::Bytes(b"\r\n".to_vec().into()));
    }
    pieces.push(Piece::Bytes(format!("--{boundary}--\r\n").into_bytes().into()));
    let names: Vec<&str> = form.keys().map(AsRef::as_ref).collect();
    Ok(Content {
        payload: Payload::of(pieces),
        kind: format!("multipart/form-data; boundary={boundary}"),
        shown: Text::from(format!("a form with {}", names.join(", "))),
    })
}

/// A line that is in nothing that is sent.
fn boundary(cx: &RunContext) -> Result<String, Failure> {
    let mut bytes = [0; 16];
    cx.services.random(&mut bytes).map_err(|error| Failure::new(error.text()))?;
    Ok(bytes.iter().fold("kapelle-".to_owned(), |text, byte| format!("{text}{byte:02x}")))
}

fn part(cx: &RunContext, name: &str, value: &Value) -> Result<Part, Broken> {
    let field = |text: &str, content_type| Part {
        name: name.to_owned(),
        file_name: None,
        content_type,
        piece: Piece::Bytes(text.as_bytes().to_vec().into()),
    };
    match value {
        Value::Str(text) if cx.host.files().is_address(text.expose()) => {
            let file_name = text.expose().rsplit('/').next().unwrap_or(name).to_owned();
            file(cx, name, text.expose(), file_name)
        }
        Value::Str(text) => Ok(field(text.expose(), None)),
        Value::Map(map) if map.contains_key("name") && map.contains_key("content") => {
            let word = |key: &str| map.get(key).map_or_else(|| Ok(Text::default()), plain_text);
            let (file_name, content) = (word("name")?, word("content")?);
            if cx.host.files().is_address(content.expose()) {
                return file(cx, name, content.expose(), file_name.expose().to_owned());
            }
            let plain = field(content.expose(), Some("application/octet-stream"));
            Ok(Part { file_name: Some(file_name.expose().to_owned()), ..plain })
        }
        other => Ok(field(plain_text(other)?.expose(), Some("application/json"))),
    }
}

fn file(cx: &RunContext, name: &str, uri: &str, file_name: String) -> Result<Part, Broken> {
    let size = cx.host.files().size(uri)?;
    let size = size.ok_or_else(|| Failure::new(format!("the file `{uri}` does not exist")))?;
    let (host, uri) = (Arc::clone(&cx.host), uri.to_owned());
    let open: Open =
        Arc::new(move || host.files().open(&uri).map_err(|failure| io::Error::other(failure.to_string())));
    Ok(Part {
        name: name.to_owned(),
        file_name: Some(file_name),
        content_type: Some("application/octet-stream"),
        piece: Piece::File { open, size },
    })
}

fn head(boundary: &str, part: &Part) -> String {
    let file_name =
        part.file_name.as_ref().map(|name| format!("; filename=\"{}\"", quoted(name))).unwrap_or_default();
    let kind = part.content_type.map(|kind| format!("Content-Type: {kind}\r\n")).unwrap_or_default();
    let name = quoted(&part.name);
    format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n{kind}\r\n")
}

/// As browsers write it: what would end the text is encoded.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
