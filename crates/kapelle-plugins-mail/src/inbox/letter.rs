//! A message as flows see it.

use std::io::Write as _;

use jiff::Timestamp;
use kapelle_model::effect::Level;
use kapelle_plugin::files::ending_of;
use kapelle_plugin::{Broken, Name, RunContext};
use mail_parser::{Addr, Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use schemars::JsonSchema;
use serde::Serialize;

use super::Fetched;

/// Bytes of a text that goes into an execution; what is beyond is cut off.
pub(crate) const BODY_MAX: usize = 256 << 10;

/// Bytes of a subject, a name or an address.
const WORDS_MAX: usize = 4 << 10;

/// Recipients and files of a message.
const COUNT_MAX: usize = 1_000;

/// A message that came.
#[derive(Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Letter {
    /// The subject.
    subject: Option<String>,
    /// Who sent it, as `Name <address>`.
    from: Option<String>,
    /// Who it is for.
    to: Vec<String>,
    /// Who got a copy.
    cc: Vec<String>,
    /// Who else is named as getting it.
    bcc: Vec<String>,
    /// When it was written, as its sender says.
    date: Option<String>,
    /// The text; HTML if it is written only in that.
    pub(crate) body: Option<String>,
    /// The name that the message has all over the world.
    message_id: Option<String>,
    /// The files that are attached.
    attachments: Vec<Attachment>,
}

/// A file of a message.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment {
    /// How it is called.
    filename: String,
    /// What it is, such as `application/pdf`.
    content_type: String,
    /// How many bytes it has.
    size: u64,
    /// Where it is in the internal storage, if it was taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

/// Whether files of messages are taken over into the internal storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    Files,
    Nothing,
}

/// Reads a message.
pub(crate) async fn read(cx: &RunContext, mut fetched: Fetched, keeping: Keeping) -> Result<Letter, Broken> {
    if fetched.is_head {
        // It may have been cut off anywhere.
        fetched.bytes.extend_from_slice(b"\r\n\r\n");
    }
    cx.blocking(move |cx| letter(cx, &fetched, keeping)).await
}

fn letter(cx: &RunContext, fetched: &Fetched, keeping: Keeping) -> Result<Letter, Broken> {
    let Some(message) = MessageParser::default().parse(&fetched.bytes) else {
        return Ok(Letter {
            body: Some(cut(&String::from_utf8_lossy(&fetched.bytes), BODY_MAX)),
            ..Letter::default()
        });
    };
    let mut letter = head(&message);
    if fetched.is_head {
        cx.log(
            Level::Warn,
            format!(
                "the message {} is larger than {} MiB, and only its head was read",
                letter.message_id.as_deref().unwrap_or("without an id"),
                super::MESSAGE_MAX >> 20
            ),
        );
        return Ok(letter);
    }
    letter.body = body(&message).map(|text| {
        if text.len() > BODY_MAX {
            cx.log(
                Level::Warn,
                format!(
                    "a message has a text of {} bytes, and the execution gets the first {BODY_MAX}",
                    text.len()
                ),
            );
        }
        cut(&text, BODY_MAX)
    });
    for part in message.attachments().take(COUNT_MAX) {
        cx.go_on()?;
        letter.attachments.push(attachment(cx, part, keeping)?);
    }
    Ok(letter)
}

fn head(message: &Message<'_>) -> Letter {
    let words = |text: &str| cut(text, WORDS_MAX);
    Letter {
        subject: message.subject().map(words),
        from: people(message.from()).into_iter().next(),
        to: people(message.to()),
        cc: people(message.cc()),
        bcc: people(message.bcc()),
        date: message.date().and_then(|date| moment(date.to_timestamp())),
        message_id: message.message_id().map(|id| words(&format!("<{id}>"))),
        ..Letter::default()
    }
}

fn moment(second: i64) -> Option<String> {
    Timestamp::from_second(second).ok().map(|moment| moment.to_string())
}

fn people(addresses: Option<&Address<'_>>) -> Vec<String> {
    addresses.into_iter().flat_map(Address::iter).filter_map(person).take(COUNT_MAX).collect()
}

fn person(address: &Addr<'_>) -> Option<String> {
    let text = match (address.name(), address.address()) {
        (Some(name), Some(mailbox)) => format!("{name} <{mailbox}>"),
        (None, Some(mailbox)) => mailbox.to_owned(),
        (Some(name), None) => name.to_owned(),
        (None, None) => return None,
    };
    Some(cut(&text, WORDS_MAX))
}

/// The texts of a message; where it has none, its HTML.
fn body(message: &Message<'_>) -> Option<String> {
    let texts = message.text_bodies().filter_map(|part| match &part.body {
        PartType::Text(text) | PartType::Html(text) => Some(text.as_ref()),
        _ => None,
    });
    let texts: Vec<&str> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("\n").replace("\r\n", "\n"))
}

fn attachment(cx: &RunContext, part: &MessagePart<'_>, keeping: Keeping) -> Result<Attachment, Broken> {
    let content = part.contents();
    let kind = part.content_type().map_or("application/octet-stream".to_owned(), |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase()
    });
    let inner = part.message().and_then(|message| message.subject());
    let filename = part.attachment_name().or(inner).unwrap_or("unnamed");
    let uri = match keeping {
        Keeping::Nothing => None,
        Keeping::Files => {
            let mut file = cx.host.files().create(Name::Ending(ending_of(filename)))?;
            file.write_all(content)?;
            Some(file.finish()?)
        }
    };
    let filename = cut(filename, WORDS_MAX);
    Ok(Attachment { filename, content_type: cut(&kind, WORDS_MAX), size: content.len() as u64, uri })
}

/// The first bytes of a text, in whole characters.
fn cut(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    fn of(text: &str) -> Letter {
        let stage = Stage::new();
        let bytes = text.replace('\n', "\r\n").into_bytes();
        letter(&stage.context(), &Fetched { bytes, is_head: false }, Keeping::Nothing).unwrap()
    }

    #[test]
    fn heads_are_read_in_the_words_of_people() {
        let letter = of(
            "From: =?UTF-8?Q?J=C3=BCrgen?= <j@example.com>\nTo: a@example.com, \"Lee, Ann\" <ann@example.com>\nCc: Team: x@example.com, y@example.com;\nSubject: =?ISO-8859-1?Q?Gr=FC=DFe?=\n folded\nDate: Wed, 6 May 2026 09:08:09 +0200\nMessage-ID: <1@example.com>\n\nhi\n",
        );
        assert_eq!(letter.from.as_deref(), Some("Jürgen <j@example.com>"));
        assert_eq!(letter.to, ["a@example.com", "Lee, Ann <ann@example.com>"]);
        assert_eq!(letter.cc, ["x@example.com", "y@example.com"]);
        assert_eq!(letter.subject.as_deref(), Some("Grüße folded"));
        assert_eq!(letter.date.as_deref(), Some("2026-05-06T07:08:09Z"));
        assert_eq!(letter.message_id.as_deref(), Some("<1@example.com>"));
        assert_eq!(letter.body.as_deref(), Some("hi\n"));
    }

    #[test]
    fn the_text_goes_before_html_and_html_before_nothing() {
        let both = "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<p>rich</p>\n--b--\n";
        assert_eq!(of(both).body.as_deref(), Some("plain"));
        let html =
            "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPHA+w7w8L3A+\n";
        assert_eq!(of(html).body.as_deref(), Some("<p>ü</p>"));
        assert_eq!(of("").body.as_deref(), Some(""));
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        assert_eq!(cut("aü", 2), "a");
        assert_eq!(cut("aü", 3), "aü");
    }
}
