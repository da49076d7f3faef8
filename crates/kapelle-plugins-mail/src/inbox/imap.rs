//! Reading a mailbox over IMAP (RFC 3501). The folder is only looked at: nothing in it becomes read or changes.

mod folder;
mod response;
mod talk;

use std::collections::BTreeMap;
use std::time::Duration;

use kapelle_core::expression::plain;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};

use super::access::{Server, refused, warn_if_open};
use super::mark::{Id, Item, Mark};
use super::{Fetched, HEAD_MAX, MESSAGE_MAX, MESSAGES_MAX, News};
use folder::encoded;
use talk::Talk;

/// How long a server is asked to tell of news: servers hang up after half an hour.
const IDLE_MAX: Duration = Duration::from_mins(25);

/// A folder of a mailbox that is looked at.
pub(crate) struct Imap {
    talk: Talk,
    /// Numbers of messages are the same as long as this is.
    validity: i64,
    /// The number that the next message will get, when the folder was opened.
    next: i64,
}

impl Imap {
    pub(super) async fn open(cx: &RunContext, server: &Server) -> Result<Self, Broken> {
        let client = cx.host.http();
        let mut talk = Talk::open(server.connect(cx).await?).await?;
        if !talk.wire().is_secure() && talk.offers("STARTTLS") {
            talk.command("STARTTLS", |_| {}).await?.expect("the change to TLS")?;
            talk = Talk::secured(server.secured(&client, talk.into_wire()).await?).await?;
        }
        warn_if_open(cx, talk.wire());
        log_in(&mut talk, server).await?;
        let (mut validity, mut next) = (0, None);
        let command = format!("EXAMINE {}", quoted(&encoded(&server.folder)));
        let opening = talk.command(&command, |response| {
            validity = response.code("UIDVALIDITY").unwrap_or(validity);
            next = response.code("UIDNEXT").or(next);
        });
        let opened = opening.await?;
        if !opened.is_ok() {
            return Err(Broken::new(format!(
                "the mail server does not open the folder `{}`: {}; `folder` is written as the server writes it",
                server.folder.escape_debug(),
                opened.told()
            )));
        }
        let next = match next {
            Some(next) => next,
            None => newest(&mut talk).await? + 1,
        };
        Ok(Self { talk, validity, next })
    }

    pub(super) async fn news(&mut self, cx: &RunContext, mark: Option<Mark>) -> Result<News, Broken> {
        let Some(Mark::Numbers { validity, next, latest }) = mark else {
            let mark = Mark::Numbers { validity: self.validity, next: self.next, latest: cx.services.now()? };
            return Ok(News { mark, items: Vec::new(), has_more: false });
        };
        let is_same = validity == self.validity;
        let first = if is_same { next } else { 1 };
        let mut found = BTreeMap::new();
        let mut has_more = false;
        self.talk.forget_news();
        if self.talk.exists() > 0 {
            let command = format!("UID FETCH {first}:* (UID RFC822.SIZE INTERNALDATE)");
            let asking = self.talk.command(&command, |response| {
                let Some(seen) = response.fetched() else { return };
                let Some(uid) = seen.uid.filter(|uid| *uid >= first) else { return };
                if is_same || seen.came.is_none_or(|came| came > latest) {
                    let id = Id::Number { uid, came: seen.came };
                    found.insert(uid, Item { id, bytes: seen.bytes.unwrap_or_default() });
                }
                if found.len() > MESSAGES_MAX {
                    has_more = true;
                    found.pop_last();
                }
            });
            asking.await?.expect("the list of messages")?;
        }
        let next = match found.keys().next() {
            _ if is_same => next,
            Some(oldest) if has_more => *oldest,
            _ => self.next,
        };
        if !is_same {
            cx.log(
                Level::Warn,
                "the mail server gave all messages of the folder new numbers; those that came since the last one was seen count as new",
            );
        }
        let mark = Mark::Numbers { validity: self.validity, next, latest };
        Ok(News { mark, items: found.into_values().collect(), has_more })
    }

    pub(super) async fn fetch(&mut self, item: &Item) -> Result<Option<Fetched>, Broken> {
        let Id::Number { uid, .. } = item.id else { return Ok(None) };
        let is_head = item.bytes > MESSAGE_MAX;
        let part = if is_head { format!("HEADER]<0.{HEAD_MAX}>") } else { "]".to_owned() };
        let mut bytes = None;
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[{part})");
        let asking = self.talk.command(&command, |response| {
            if let Some(seen) = response.fetched()
                && seen.uid == Some(uid)
            {
                bytes = seen.body.or(bytes.take());
            }
        });
        asking.await?.expect("a message")?;
        Ok(bytes.map(|bytes| Fetched { bytes, is_head }))
    }

    /// Waits until the server tells of news, at most so long.
    pub(super) async fn wait(&mut self, time: Duration) -> Result<(), Broken> {
        if self.talk.has_news() {
            return Ok(());
        }
        if self.talk.offers("IDLE") {
            self.talk.idle(time.min(IDLE_MAX)).await
        } else {
            tokio::time::sleep(time).await;
            self.talk.command("NOOP", |_| {}).await?.expect("the question for news")
        }
    }

    pub(super) async fn close(self) {
        self.talk.leave().await;
    }
}

async fn log_in(talk: &mut Talk, server: &Server) -> Result<(), Broken> {
    let (user, password) = (server.user.expose(), server.password.expose());
    let answer = if talk.offers("AUTH=PLAIN") {
        let message = plain::to_base64(format!("\0{user}\0{password}").as_bytes());
        talk.authenticate(&message).await?
    } else if talk.offers("LOGINDISABLED") {
        return Err(Broken::new(
            "the mail server lets nobody log in over this connection; most want TLS first: leave `ssl` out, with the port for TLS",
        ));
    } else {
        talk.command(&format!("LOGIN {} {}", quoted(user), quoted(password)), |_| {}).await?
    };
    if !answer.is_ok() {
        return Err(refused(&answer.told()));
    }
    // Some servers offer more to those they know.
    talk.ask_offers().await
}

/// The number of the newest message, for servers that do not tell the next one.
async fn newest(talk: &mut Talk) -> Result<i64, Broken> {
    let mut newest = 0;
    if talk.exists() > 0 {
        let asking = talk.command("FETCH * (UID)", |response| {
            newest = response.fetched().and_then(|seen| seen.uid).unwrap_or(newest);
        });
        asking.await?.expect("the number of the newest message")?;
    }
    Ok(newest)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
