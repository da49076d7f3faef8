//! Reading a mailbox over POP3 (RFC 1939). Messages stay where they are.

use std::collections::BTreeSet;

use kapelle_plugin::wire::Wire;
use kapelle_plugin::{Broken, RunContext};

use super::access::{Server, refused, warn_if_open};
use super::mark::{Id, Item, KNOWN_MAX, Mark};
use super::{Fetched, HEAD_MAX, MESSAGE_MAX, MESSAGES_MAX, News};
use crate::line::{LINE_MAX, leave, say};

/// Messages that a server may tell of.
const LISTED_MAX: usize = 1_000_000;

/// Bytes beyond what was announced: some servers count line ends as one byte.
const MORE_MAX: usize = 4 << 20;

/// A mailbox as it was when somebody logged in.
pub(crate) struct Pop3 {
    wire: Wire,
}

impl Pop3 {
    pub(super) async fn open(cx: &RunContext, server: &Server) -> Result<Self, Broken> {
        let client = cx.host.http();
        let mut pop3 = Self { wire: server.connect(cx).await? };
        let greeting = pop3.line().await?;
        if !greeting.starts_with("+OK") {
            return Err(Broken::new(if greeting.starts_with("-ERR") {
                format!("the mail server refuses the connection: {}", greeting.escape_debug())
            } else {
                format!(
                    "what answers at `{}` is no server of POP3: look at `port`, `protocol` and `ssl`",
                    server.host
                )
            }));
        }
        if !pop3.wire.is_secure() && pop3.command("STLS").await?.is_ok() {
            pop3.wire = server.secured(&client, pop3.wire).await?;
        }
        warn_if_open(cx, &pop3.wire);
        for said in [format!("USER {}", server.user.expose()), format!("PASS {}", server.password.expose())] {
            pop3.command(&said).await?.map_err(|answer| refused(&answer))?;
        }
        Ok(pop3)
    }

    pub(super) async fn news(&mut self, _cx: &RunContext, mark: Option<Mark>) -> Result<News, Broken> {
        let there = self.names().await?;
        let Some(Mark::Names(known)) = mark else {
            let mark = Mark::Names(there.into_iter().map(|(_, name)| name).collect());
            return Ok(News { mark, items: Vec::new(), has_more: false });
        };
        let mut new = there.iter().filter(|(_, name)| !known.contains(name));
        let items = new
            .by_ref()
            .take(MESSAGES_MAX)
            .map(|(place, name)| Item { id: Id::Name { name: name.clone(), place: *place }, bytes: 0 });
        let mut items: Vec<Item> = items.collect();
        let has_more = new.next().is_some();
        for item in &mut items {
            item.bytes = self.size(item).await?;
        }
        // What is not there any more will not come back.
        let names: BTreeSet<&String> = there.iter().map(|(_, name)| name).collect();
        let known = known.into_iter().filter(|name| names.contains(name)).collect();
        Ok(News { mark: Mark::Names(known), items, has_more })
    }

    pub(super) async fn fetch(&mut self, item: &Item) -> Result<Option<Fetched>, Broken> {
        let Id::Name { place, .. } = item.id else { return Ok(None) };
        let is_head = item.bytes > MESSAGE_MAX;
        let said = if is_head { format!("TOP {place} 0") } else { format!("RETR {place}") };
        if self.command(&said).await?.is_err() {
            return Ok(None);
        }
        let most = if is_head { HEAD_MAX } else { MESSAGE_MAX as usize + MORE_MAX };
        let mut bytes = Vec::new();
        while let Some(line) = self.content_line().await? {
            if bytes.len() + line.len() <= most {
                bytes.extend_from_slice(&line);
                bytes.extend_from_slice(b"\r\n");
            } else if !is_head {
                return Err(Broken::new("the mail server sends more than it said the message has"));
            }
        }
        Ok(Some(Fetched { bytes, is_head }))
    }

    pub(super) async fn close(self) {
        leave(self.wire, "QUIT").await;
    }

    /// Places and lasting names of the newest messages, the oldest first.
    async fn names(&mut self) -> Result<Vec<(u32, String)>, Broken> {
        self.command("UIDL").await?.map_err(|answer| {
            Broken::new(format!(
                "the mail server does not name messages, so that nobody can tell new ones: {}; read the mailbox with `protocol: IMAP`",
                answer.escape_debug()
            ))
        })?;
        let mut names = std::collections::VecDeque::new();
        let mut count = 0;
        while let Some(line) = self.content_line().await? {
            count += 1;
            if count > LISTED_MAX {
                return Err(Broken::new("the list of messages of the mail server does not end"));
            }
            let line = String::from_utf8_lossy(&line).into_owned();
            let mut words = line.split_whitespace();
            if let (Some(Ok(place)), Some(name)) = (words.next().map(str::parse), words.next()) {
                names.push_back((place, name.chars().take(100).collect()));
                if names.len() > KNOWN_MAX {
                    names.pop_front();
                }
            }
        }
        Ok(names.into())
    }

    async fn size(&mut self, item: &Item) -> Result<u64, Broken> {
        let Id::Name { place, .. } = item.id else { return Ok(0) };
        let answer = self.command(&format!("LIST {place}")).await?.unwrap_or_default();
        Ok(answer.split_whitespace().nth(2).and_then(|size| size.parse().ok()).unwrap_or_default())
    }

    /// Says a command; the answer, as an error if it is a refusal.
    async fn command(&mut self, said: &str) -> Result<Result<String, String>, Broken> {
        say(&mut self.wire, said).await?;
        let answer = self.line().await?;
        match answer.strip_prefix("-ERR") {
            Some(reason) => Ok(Err(reason.trim().chars().take(300).collect())),
            None if answer.starts_with("+OK") => Ok(Ok(answer)),
            None => Err(Broken::new(format!(
                "what answers at `{}` is no server of POP3: look at `port`, `protocol` and `ssl`",
                self.wire.place()
            ))),
        }
    }

    async fn line(&mut self) -> Result<String, Broken> {
        Ok(String::from_utf8_lossy(&self.wire.line(LINE_MAX).await?).into_owned())
    }

    /// A line of what ends with a lone dot; `None` at its end. A dot before another one is none.
    async fn content_line(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        let mut line = self.wire.line(LINE_MAX).await?.to_vec();
        if line.first() == Some(&b'.') {
            line.remove(0);
            if line.is_empty() {
                return Ok(None);
            }
        }
        Ok(Some(line))
    }
}
