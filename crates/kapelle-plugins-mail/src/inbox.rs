//! A mailbox that is looked at: over IMAP or POP3, and never changed.
//!
//! [`access`] is what flows say of it, [`mark`] is how far it was seen, [`letter`] makes what flows see of a message.

pub(crate) mod access;
mod imap;
pub(crate) mod letter;
pub(crate) mod mark;
mod pop3;

use std::time::Duration;

use kapelle_plugin::{Broken, RunContext};

use access::{Protocol, Server};
use imap::Imap;
use mark::{Item, Mark};
use pop3::Pop3;

/// Bytes of a message that is read whole; of a larger one only the head is.
pub(crate) const MESSAGE_MAX: u64 = 50 << 20;

/// Bytes of the head of a message that is not read whole.
const HEAD_MAX: usize = 256 << 10;

/// Messages that one look tells of; the next one goes on.
pub(crate) const MESSAGES_MAX: usize = 100;

/// An open mailbox.
pub(crate) enum Inbox {
    Imap(Imap),
    Pop3(Pop3),
}

/// What is new in a mailbox.
pub(crate) struct News {
    /// Where it was left; the items come after it.
    pub(crate) mark: Mark,
    /// The oldest first.
    pub(crate) items: Vec<Item>,
    /// There are more.
    pub(crate) has_more: bool,
}

/// A message as the server has it.
pub(crate) struct Fetched {
    pub(crate) bytes: Vec<u8>,
    /// Only its head was read, since it is too large.
    pub(crate) is_head: bool,
}

impl Inbox {
    pub(crate) async fn open(cx: &RunContext, server: &Server) -> Result<Self, Broken> {
        match server.protocol {
            Protocol::Imap => Ok(Self::Imap(Imap::open(cx, server).await?)),
            Protocol::Pop3 => Ok(Self::Pop3(Pop3::open(cx, server).await?)),
        }
    }

    /// What came after this mark. Without one, or with that of another mailbox, nothing did: it begins here.
    pub(crate) async fn news(&mut self, cx: &RunContext, mark: Option<Mark>) -> Result<News, Broken> {
        match self {
            Self::Imap(imap) => imap.news(cx, mark).await,
            Self::Pop3(pop3) => pop3.news(cx, mark).await,
        }
    }

    /// A message; `None` if it is not there any more.
    pub(crate) async fn fetch(&mut self, item: &Item) -> Result<Option<Fetched>, Broken> {
        match self {
            Self::Imap(imap) => imap.fetch(item).await,
            Self::Pop3(pop3) => pop3.fetch(item).await,
        }
    }

    /// Waits until there may be news, at most so long. Afterwards it may have to be opened again: `None`.
    pub(crate) async fn wait(mut self, time: Duration) -> Result<Option<Self>, Broken> {
        match &mut self {
            Self::Imap(imap) => imap.wait(time).await.map(|()| Some(self)),
            // The server looks at the mailbox when somebody logs in, and not again.
            Self::Pop3(_) => {
                self.close().await;
                tokio::time::sleep(time).await;
                Ok(None)
            }
        }
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Imap(imap) => imap.close().await,
            Self::Pop3(pop3) => pop3.close().await,
        }
    }
}

#[cfg(test)]
mod tests;
