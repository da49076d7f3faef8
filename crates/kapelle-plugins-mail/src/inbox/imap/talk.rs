//! Commands and what a server says to them.

use std::time::Duration;

use kapelle_plugin::Broken;
use kapelle_plugin::wire::Wire;

use super::super::MESSAGE_MAX;
use super::response::{Response, announced};
use crate::line::{LINE_MAX, leave, say};

/// Pieces of data in one response.
const PIECES_MAX: usize = 100;

/// How much longer than asked a server may make a message: some count line ends as one byte.
const MORE_MAX: usize = 4 << 20;

/// A connection over which commands go.
pub(super) struct Talk {
    wire: Wire,
    /// How many commands there were.
    count: u64,
    /// What the server offers, in capitals.
    offers: Vec<String>,
    /// How many messages are in the folder.
    exists: u64,
    /// There are more than when somebody looked.
    has_news: bool,
}

impl Talk {
    /// Hears the greeting, and what the server offers.
    pub(super) async fn open(wire: Wire) -> Result<Self, Broken> {
        let mut talk = Self { wire, count: 0, offers: Vec::new(), exists: 0, has_news: false };
        let greeting = talk.response().await?;
        let word = greeting.after("*").and_then(|said| said.split(' ').next()).unwrap_or_default();
        match word.to_ascii_uppercase().as_str() {
            "OK" | "PREAUTH" => {}
            "BYE" => {
                return Err(Broken::new(format!(
                    "the mail server refuses the connection: {}",
                    greeting.told()
                )));
            }
            _ => {
                return Err(Broken::new(format!(
                    "what answers at `{}` is no server of IMAP: look at `port`, `protocol` and `ssl`",
                    talk.wire.place()
                )));
            }
        }
        talk.ask_offers().await?;
        Ok(talk)
    }

    /// Goes on over a connection that was secured meanwhile. The server does not greet again.
    pub(super) async fn secured(wire: Wire) -> Result<Self, Broken> {
        let mut talk = Self { wire, count: 0, offers: Vec::new(), exists: 0, has_news: false };
        talk.ask_offers().await?;
        Ok(talk)
    }

    pub(super) fn into_wire(self) -> Wire {
        self.wire
    }

    pub(super) const fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) const fn exists(&self) -> u64 {
        self.exists
    }

    pub(super) const fn has_news(&self) -> bool {
        self.has_news
    }

    pub(super) const fn forget_news(&mut self) {
        self.has_news = false;
    }

    pub(super) fn offers(&self, name: &str) -> bool {
        self.offers.iter().any(|offer| offer == name)
    }

    pub(super) async fn ask_offers(&mut self) -> Result<(), Broken> {
        let mut offers = Vec::new();
        let asking = self.command("CAPABILITY", |response| {
            if let Some(list) = response.after("* CAPABILITY") {
                offers = list.split_whitespace().map(str::to_ascii_uppercase).collect();
            }
        });
        asking.await?.expect("the question for what it offers")?;
        self.offers = offers;
        Ok(())
    }

    /// Says a command, and hears everything that comes before the response to it.
    pub(super) async fn command(
        &mut self,
        command: &str,
        heard: impl FnMut(Response),
    ) -> Result<Response, Broken> {
        let tag = self.tag();
        say(&mut self.wire, &format!("{tag} {command}")).await?;
        self.until(&tag, heard).await
    }

    /// Says who is there, once the server asks for it.
    pub(super) async fn authenticate(&mut self, message: &str) -> Result<Response, Broken> {
        let tag = self.tag();
        say(&mut self.wire, &format!("{tag} AUTHENTICATE PLAIN")).await?;
        loop {
            let response = self.response().await?;
            if response.text.starts_with('+') {
                say(&mut self.wire, message).await?;
                return self.until(&tag, |_| {}).await;
            }
            if response.after(&tag).is_some() {
                return Ok(response);
            }
            self.note(&response)?;
        }
    }

    /// Waits until the server tells of news, at most so long.
    pub(super) async fn idle(&mut self, time: Duration) -> Result<(), Broken> {
        let tag = self.tag();
        say(&mut self.wire, &format!("{tag} IDLE")).await?;
        loop {
            let response = self.response().await?;
            if response.text.starts_with('+') {
                break;
            }
            if response.after(&tag).is_some() {
                return response.expect("to tell of news");
            }
            self.note(&response)?;
        }
        let until = tokio::time::Instant::now() + time;
        while !self.has_news {
            let Some(line) = self.wire.line_until(until, LINE_MAX).await? else { break };
            let text = String::from_utf8_lossy(&line).into_owned();
            self.note(&Response { text, pieces: Vec::new() })?;
        }
        say(&mut self.wire, "DONE").await?;
        self.until(&tag, |_| {}).await?.expect("to tell of news")
    }

    pub(super) async fn leave(mut self) {
        let tag = self.tag();
        leave(self.wire, &format!("{tag} LOGOUT")).await;
    }

    fn tag(&mut self) -> String {
        self.count += 1;
        format!("k{}", self.count)
    }

    async fn until(&mut self, tag: &str, mut heard: impl FnMut(Response)) -> Result<Response, Broken> {
        loop {
            let response = self.response().await?;
            if response.after(tag).is_some() {
                return Ok(response);
            }
            self.note(&response)?;
            heard(response);
        }
    }

    /// Takes note of what a server may say at any time.
    fn note(&mut self, response: &Response) -> Result<(), Broken> {
        if let Some(exists) = response.exists() {
            self.has_news |= exists > self.exists;
            self.exists = exists;
        }
        match response.after("*") {
            Some(said) if said.len() >= 3 && said.as_bytes()[..3].eq_ignore_ascii_case(b"BYE") => {
                Err(Broken::new(format!("the mail server ends the connection: {}", response.told())))
            }
            _ => Ok(()),
        }
    }

    /// The next thing that the server says.
    async fn response(&mut self) -> Result<Response, Broken> {
        let (mut text, mut pieces) = (String::new(), Vec::new());
        loop {
            let line = self.wire.line(LINE_MAX).await?;
            let line = String::from_utf8_lossy(&line);
            text.push_str(&line);
            let Some(length) = announced(&line) else { return Ok(Response { text, pieces }) };
            if length > MESSAGE_MAX as usize + MORE_MAX || pieces.len() >= PIECES_MAX {
                return Err(Broken::new(format!(
                    "the mail server `{}` sends {length} bytes at once, which is too much",
                    self.wire.place()
                )));
            }
            pieces.push(self.wire.take(length).await?.to_vec());
        }
    }
}
