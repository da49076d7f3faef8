//! A message as the text of MIME that servers and mail programs read.
//!
//! Everything that a flow wrote is encoded, so that it can neither end a header nor begin one, and no line is longer than
//! 76 characters where that is in our hands.

mod encode;
mod header;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::address::Address;
use encode::{base64_lines, quoted_printable};
use header::{addresses, parameter, text};

/// What is sent.
pub(crate) struct Message {
    pub(crate) from: Address,
    pub(crate) to: Vec<Address>,
    pub(crate) cc: Vec<Address>,
    pub(crate) subject: String,
    pub(crate) plain: String,
    pub(crate) html: Option<String>,
    /// Pictures that the HTML shows by `cid:NAME`.
    pub(crate) embedded: Vec<Attached>,
    pub(crate) attachments: Vec<Attached>,
    pub(crate) date: Timestamp,
    /// Random, and new for each message.
    pub(crate) id: String,
}

/// A file of a message.
pub(crate) struct Attached {
    pub(crate) name: String,
    /// Such as `image/png`; a type, a slash, a subtype, and what they may have behind them.
    pub(crate) content_type: String,
    pub(crate) content: Vec<u8>,
}

impl Message {
    /// The whole text, with CRLF at the end of each line.
    pub(crate) fn text(&self) -> Vec<u8> {
        let mut out = String::new();
        let mut line = |name: &str, value: &str| out.extend([name, ": ", value, "\r\n"]);
        line("Date", &date(self.date));
        line("Message-ID", &format!("<{}@{}>", self.id, self.from.domain()));
        line("From", &addresses(std::slice::from_ref(&self.from)));
        if !self.to.is_empty() {
            line("To", &addresses(&self.to));
        }
        if !self.cc.is_empty() {
            line("Cc", &addresses(&self.cc));
        }
        line("Subject", &text(&self.subject, "Subject: ".len()));
        line("MIME-Version", "1.0");
        // Programs that answer for somebody who is away stay silent.
        line("Auto-Submitted", "auto-generated");
        out.push_str(&self.body());
        out.into_bytes()
    }

    /// Whether servers have to understand more than ASCII in addresses.
    pub(crate) fn has_wide_addresses(&self) -> bool {
        let mut all = self.recipients().chain([&self.from]);
        all.any(|address| !address.mailbox.is_ascii())
    }

    pub(crate) fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().chain(&self.cc)
    }

    fn body(&self) -> String {
        let plain = written("text/plain", &self.plain);
        let Some(html) = &self.html else { return self.with_attachments(plain) };
        let html = written("text/html", html);
        let html = if self.embedded.is_empty() {
            html
        } else {
            let pictures = self.embedded.iter().map(|picture| picture.part(true));
            self.several("related", std::iter::once(html).chain(pictures))
        };
        self.with_attachments(self.several("alternative", [plain, html]))
    }

    fn with_attachments(&self, body: String) -> String {
        if self.attachments.is_empty() {
            return body;
        }
        let attachments = self.attachments.iter().map(|attached| attached.part(false));
        self.several("mixed", std::iter::once(body).chain(attachments))
    }

    /// Parts in one. The boundary occurs in none of them: it has a character that their encodings write otherwise, and the
    /// id is random.
    fn several(&self, kind: &str, parts: impl IntoIterator<Item = String>) -> String {
        let boundary = format!("=_{kind}_{}", self.id);
        let mut out = format!("Content-Type: multipart/{kind};\r\n boundary=\"{boundary}\"\r\n\r\n");
        for part in parts {
            out.extend(["--", &boundary, "\r\n", &part, "\r\n"]);
        }
        out.extend(["--", &boundary, "--\r\n"]);
        out
    }
}

impl Attached {
    fn part(&self, is_embedded: bool) -> String {
        let mut out = format!("Content-Type: {}", self.content_type);
        out.push_str(&parameter("name", &self.name));
        out.push_str("\r\nContent-Transfer-Encoding: base64\r\n");
        if is_embedded {
            out.extend(["Content-ID: <", &self.name, ">\r\nContent-Disposition: inline"]);
        } else {
            out.push_str("Content-Disposition: attachment");
        }
        out.push_str(&parameter("filename", &self.name));
        out.push_str("\r\n\r\n");
        out.push_str(&base64_lines(&self.content));
        out
    }
}

/// A text that somebody wrote.
fn written(kind: &str, content: &str) -> String {
    let content = quoted_printable(content);
    format!(
        "Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{content}"
    )
}

fn date(moment: Timestamp) -> String {
    let zoned = moment.to_zoned(jiff::tz::TimeZone::UTC);
    rfc2822::to_string(&zoned).unwrap_or_else(|_| "Thu, 1 Jan 1970 00:00:00 +0000".to_owned())
}

#[cfg(test)]
mod tests;
