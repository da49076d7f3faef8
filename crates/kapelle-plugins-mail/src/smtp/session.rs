//! A talk with a server: commands, answers, and what it offers.

use std::net::IpAddr;

use kapelle_http::Client;
use kapelle_plugin::Broken;

use super::{Server, Strategy};
use crate::line::{LINE_MAX, leave, say};
use kapelle_plugin::wire::{Patience, Wire};
use tokio_util::sync::CancellationToken;

const HELP: &str = "a server with a certificate of its own is trusted if `trustedHosts` names it, and one that speaks plainly at first needs `transportStrategy: SMTP_TLS`";

pub(super) struct Session {
    wire: Wire,
    /// What the server offers, one in each entry, in capitals.
    offers: Vec<String>,
}

/// What a server answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

impl Answer {
    pub(super) fn told(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|line| line.escape_debug().to_string()).collect();
        format!("{} {}", self.code, lines.join(" ")).trim_end().to_owned()
    }

    /// Goes on if the server says this.
    pub(super) fn expect(&self, code: u16, of: &str) -> Result<(), Broken> {
        if self.code == code {
            return Ok(());
        }
        Err(Broken::new(format!("the mail server refuses the {of}: {}", self.told())))
    }
}

impl Session {
    /// Connects, and hears what the server offers.
    pub(super) async fn open(
        stop: &CancellationToken,
        client: &Client,
        server: &Server,
    ) -> Result<Self, Broken> {
        let patience = Patience { time: server.patience, property: Some("sessionTimeout") };
        let Server { host, port, .. } = server;
        let mut wire = Wire::open(stop, host, *port, patience, client.line(host, *port)).await?;
        if server.strategy == Strategy::Smtps {
            wire = wire.secured(client, server.trusts_all, HELP).await?;
        }
        let mut session = Self { wire, offers: Vec::new() };
        session.answer().await?.expect(220, "connection")?;
        session.greet().await?;
        Ok(session)
    }

    /// Goes on over TLS.
    pub(super) async fn secured(mut self, client: &Client, server: &Server) -> Result<Self, Broken> {
        self.command("STARTTLS").await?.expect(220, "change to TLS")?;
        // Who would take an open connection too has nothing to gain from a certificate.
        let trusts_all = server.trusts_all || server.strategy == Strategy::Smtp;
        let wire = self.wire.secured(client, trusts_all, HELP).await?;
        let mut session = Self { wire, offers: Vec::new() };
        session.greet().await?;
        Ok(session)
    }

    async fn greet(&mut self) -> Result<(), Broken> {
        // Names of machines inside are nobody's business.
        let name = match self.wire.own_address() {
            Some(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
            Some(address) => format!("[{address}]"),
            None => "[127.0.0.1]".to_owned(),
        };
        let mut answer = self.command(&format!("EHLO {name}")).await?;
        if answer.code / 100 == 5 {
            answer = self.command(&format!("HELO {name}")).await?;
        }
        answer.expect(250, "greeting")?;
        self.offers = answer.lines.iter().skip(1).map(|line| line.trim().to_ascii_uppercase()).collect();
        Ok(())
    }

    pub(super) const fn is_secure(&self) -> bool {
        self.wire.is_secure()
    }

    pub(super) fn offers(&self, name: &str) -> bool {
        self.offer(name).is_some()
    }

    /// What stands behind the name of something that is offered.
    pub(super) fn offer(&self, name: &str) -> Option<&str> {
        let found = self.offers.iter().find_map(|offer| offer.strip_prefix(name));
        found.filter(|rest| rest.is_empty() || rest.starts_with([' ', '=']))
    }

    /// Bytes of the largest message; `None` if the server does not say.
    pub(super) fn size_max(&self) -> Option<u64> {
        self.offer("SIZE")?.trim().parse().ok().filter(|most| *most > 0)
    }

    /// Says a line, and hears the answer.
    pub(super) async fn command(&mut self, line: &str) -> Result<Answer, Broken> {
        say(&mut self.wire, line).await?;
        self.answer().await
    }

    /// Sends the content. Once it is sent and there is no answer, nobody knows what became of it.
    pub(super) async fn content(&mut self, text: &[u8]) -> Result<Answer, Broken> {
        self.wire.send(text).await?;
        self.answer().await.map_err(|broken| {
            let reason = broken.failure;
            Broken::new(format!(
                "the message was sent, but the server did not say whether it took it: {reason}"
            ))
        })
    }

    /// Takes leave.
    pub(super) async fn quit(self) {
        leave(self.wire, "QUIT").await;
    }

    async fn answer(&mut self) -> Result<Answer, Broken> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        loop {
            let line = self.wire.line(LINE_MAX).await?;
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            bytes += line.len();
            let code = line.get(..3).and_then(|code| code.parse().ok());
            let (Some(code), true) = (code, bytes <= LINE_MAX) else {
                return Err(Broken::new(format!(
                    "what answers at `{}` is no mail server, or this is no port for plain SMTP (`transportStrategy`)",
                    self.wire.place()
                )));
            };
            lines.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Answer { code, lines });
            }
        }
    }
}
