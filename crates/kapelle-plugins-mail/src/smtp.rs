//! Handing a message to a server over SMTP (RFC 5321).

mod login;
mod session;

use std::time::Duration;

use kapelle_http::Client;
use kapelle_model::Text;
use kapelle_plugin::{Broken, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::message::Message;
use login::log_in;
use session::Session;

/// How the way to the server is secured.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Strategy {
    /// Plain; secured where the server offers it.
    Smtp,
    /// TLS from the first byte.
    Smtps,
    /// Plain at first, then TLS by STARTTLS; without it nothing is sent.
    SmtpTls,
    /// The same, with a token in place of a password.
    #[serde(rename = "SMTP_OAUTH2")]
    SmtpOauth2,
}

impl Word for Strategy {}

impl Strategy {
    pub(crate) const fn port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            Self::Smtps => 465,
            Self::SmtpTls | Self::SmtpOauth2 => 587,
        }
    }
}

/// A server of mail, and how it is talked to.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) strategy: Strategy,
    pub(crate) login: Option<Login>,
    /// Whoever answers is believed.
    pub(crate) trusts_all: bool,
    /// How long a step may take.
    pub(crate) patience: Duration,
}

/// Who sends.
pub(crate) struct Login {
    pub(crate) user: Text,
    /// A password, or a token.
    pub(crate) secret: Text,
}

/// What became of a message.
pub(crate) struct Delivered {
    /// What the server said when it took the message.
    pub(crate) answer: String,
    /// The password went over a connection that others can read.
    pub(crate) was_login_open: bool,
}

/// Hands a message over. It is with the server when this is done.
pub(crate) async fn deliver(
    stop: &CancellationToken,
    client: &Client,
    server: &Server,
    message: &Message,
) -> Result<Delivered, Broken> {
    let mut session = Session::open(stop, client, server).await?;
    let can_secure = session.offers("STARTTLS");
    let has_to_secure = matches!(server.strategy, Strategy::SmtpTls | Strategy::SmtpOauth2);
    if !session.is_secure() && (can_secure || has_to_secure) {
        if !can_secure {
            return Err(Broken::new(format!(
                "the mail server `{}` does not offer STARTTLS, which the transport strategy asks for; if it speaks TLS from the beginning, as on port 465, `transportStrategy: SMTPS` is right",
                server.host
            )));
        }
        session = session.secured(client, server).await?;
    }
    let was_login_open = server.login.is_some() && !session.is_secure();
    if let Some(login) = &server.login {
        log_in(&mut session, login, server.strategy == Strategy::SmtpOauth2).await?;
    }
    let sent = send(&mut session, message).await;
    session.quit().await;
    Ok(Delivered { answer: sent?, was_login_open })
}

async fn send(session: &mut Session, message: &Message) -> Result<String, Broken> {
    let text = dotted(&message.text());
    if let Some(most) = session.size_max()
        && text.len() as u64 > most
    {
        return Err(Broken::new(format!(
            "the message has {} bytes, and the mail server takes {most} at most; send a link instead of a large attachment",
            text.len()
        )));
    }
    let wide = message.has_wide_addresses();
    if wide && !session.offers("SMTPUTF8") {
        return Err(Broken::new(
            "an address has characters beyond ASCII, and the mail server does not take them; write its domain in the form that begins with `xn--`",
        ));
    }
    let wide = if wide { " SMTPUTF8" } else { "" };
    let size = session.size_max().map(|_| format!(" SIZE={}", text.len())).unwrap_or_default();
    let from = &message.from.mailbox;
    session
        .command(&format!("MAIL FROM:<{from}>{size}{wide}"))
        .await?
        .expect(250, &format!("sender `{from}`"))?;
    let mut refused = Vec::new();
    for recipient in message.recipients() {
        let answer = session.command(&format!("RCPT TO:<{}>", recipient.mailbox)).await?;
        if answer.code / 100 != 2 {
            refused.push(format!("`{}`: {}", recipient.mailbox, answer.told()));
        }
    }
    if !refused.is_empty() {
        return Err(Broken::new(format!(
            "the mail server refuses recipients, and nobody got the message: {}",
            refused.join("; ")
        )));
    }
    session.command("DATA").await?.expect(354, "message")?;
    let answer = session.content(&text).await?;
    answer.expect(250, "message")?;
    Ok(answer.told())
}

/// The content as it is sent: a dot at the start of a line is doubled, a lone dot is the end.
fn dotted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut is_start = true;
    for byte in text {
        if is_start && *byte == b'.' {
            out.push(b'.');
        }
        out.push(*byte);
        is_start = *byte == b'\n';
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_at_the_start_of_a_line_is_no_end() {
        assert_eq!(dotted(b".a\r\n.\r\nb.\r\n"), b"..a\r\n..\r\nb.\r\n.\r\n");
    }
}
