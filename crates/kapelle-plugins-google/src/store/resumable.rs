//! Uploads in parts, which go on where they broke off.

use std::time::Duration;

use bytes::Bytes;
use kapelle_http::Response;
use kapelle_model::effect::Level;
use kapelle_plugin::files::Parts;
use kapelle_plugin::patience::wait;
use kapelle_plugin::{Broken, RunContext};
use tokio_util::sync::CancellationToken;

use super::checksum::Sums;
use super::object::Object;
use super::upload::Put;
use super::{Store, with_query};
use crate::client::{Ask, INCOMPLETE, answered, json};
use crate::trouble::Trouble;

/// How often a part that does not get on is sent again.
const BREAKS_MAX: u32 = 5;

/// How long a stopped upload may take to clean up.
const ABORT_MAX: Duration = Duration::from_secs(10);

/// A part on its way, and where it stands in the whole.
struct Part {
    start: u64,
    content: Bytes,
    /// The bytes of the whole, if this part is the last one.
    total: Option<u64>,
}

/// What the server has.
enum Arrived {
    All(Box<Object>),
    /// So many bytes from the beginning.
    Some(u64),
}

/// Sends a file in parts. Whatever goes wrong, none of them stays behind.
pub(super) async fn put_parts(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    sums: &Sums,
    first: Bytes,
    parts: Parts,
) -> Result<Object, Broken> {
    let session = begin(cx, store, put, sums).await?;
    let sent = send_all(cx, put, &session, first, parts).await;
    if sent.is_err() {
        abort(cx, &session).await;
    }
    sent
}

/// Begins an upload. The address that its parts go to; who knows it needs no token.
async fn begin(cx: &RunContext, store: &Store, put: &Put, sums: &Sums) -> Result<String, Broken> {
    let query = [("uploadType", Some("resumable".to_owned())), ("name", Some(put.place.name.clone()))];
    let ask = Ask::new("POST", with_query(&store.upload(&put.place.bucket), &query))
        .header("x-upload-content-type", put.kind())
        .json(&put.metadata(sums));
    let answer = store.client.send(cx, &ask).await;
    let answer = answer.map_err(|trouble| trouble.told_with(&put.what(), put.help()))?;
    let session = answer.header("location").map(str::to_owned);
    session.ok_or_else(|| Broken::new(format!("{}: the server does not say where parts go to", put.what())))
}

async fn send_all(
    cx: &RunContext,
    put: &Put,
    session: &str,
    first: Bytes,
    mut rest: Parts,
) -> Result<Object, Broken> {
    let (mut start, mut content) = (0, first);
    loop {
        let end = start + content.len() as u64;
        let total = (!rest.has_more()).then_some(end);
        if let Some(object) = send_part(cx, put, session, &Part { start, content, total }).await? {
            return Ok(object);
        }
        let (parts, next, _) = rest.next(cx).await?;
        (rest, content, start) = (parts, next.into(), end);
    }
}

/// Sends a part until all of it has arrived. The object, if it was the last one.
async fn send_part(cx: &RunContext, put: &Put, session: &str, part: &Part) -> Result<Option<Object>, Broken> {
    let end = part.start + part.content.len() as u64;
    let (mut at, mut breaks) = (part.start, 0);
    loop {
        let mut arrived = arrived(cx, answered(cx, &part.ask(session, at), &[]).await).await;
        if let Err(trouble) = &arrived
            && trouble.may_pass(true)
        {
            cx.log(Level::Debug, format!("a part of `{}` broke off: {trouble:?}", put.place.name));
            wait(cx, breaks + 1).await?;
            arrived = self::arrived(cx, answered(cx, &part.asks_state(session), &[]).await).await;
        }
        let arrived = arrived.map_err(|trouble| {
            let help = |status| {
                let is_gone = status == 404 || status == 410;
                is_gone.then(|| "Google has forgotten the upload: try again".to_owned())
            };
            trouble.told_with(&put.what(), |status| help(status).or_else(|| put.help()(status)))
        })?;
        let has = match arrived {
            Arrived::All(object) => return Ok(Some(*object)),
            Arrived::Some(has) => has,
        };
        if has == end && part.total.is_none() {
            return Ok(None);
        }
        if has < part.start || has > end {
            return Err(Broken::new(format!(
                "{}: the server says that it has {has} bytes, but has to have {} at least: try again",
                put.what(),
                part.start
            )));
        }
        breaks = if has > at { 0 } else { breaks + 1 };
        if breaks >= BREAKS_MAX {
            return Err(Broken::new(format!(
                "{}: it does not get beyond {has} bytes, and was tried several times: try later, or use `retry`",
                put.what()
            )));
        }
        at = has;
    }
}

impl Part {
    /// The request with what stands behind this byte of the whole. It is not just sent again: how much has arrived of it is
    /// asked first.
    fn ask(&self, session: &str, at: u64) -> Ask {
        let end = self.start + self.content.len() as u64;
        if at >= end {
            return self.asks_state(session);
        }
        let content = self.content.slice((at - self.start) as usize..);
        let range = format!("bytes {at}-{}/{}", end - 1, self.whole());
        Ask::new("PUT", session)
            .once()
            .header("content-range", range)
            .content("application/octet-stream", [content])
    }

    /// The request that asks how much has arrived.
    fn asks_state(&self, session: &str) -> Ask {
        Ask::new("PUT", session).header("content-range", format!("bytes */{}", self.whole()))
    }

    fn whole(&self) -> String {
        self.total.map_or_else(|| "*".to_owned(), |total| total.to_string())
    }
}

async fn arrived(cx: &RunContext, answer: Result<Response, Trouble>) -> Result<Arrived, Trouble> {
    let mut answer = answer?;
    if answer.status == INCOMPLETE {
        let range = answer.header("range");
        let last = range.and_then(|range| range.rsplit('-').next()?.trim().parse::<u64>().ok());
        return Ok(Arrived::Some(last.map_or(0, |last| last + 1)));
    }
    let told = json(cx, &mut answer).await?;
    Ok(Arrived::All(Box::new(Object::read(told)?)))
}

/// Takes away what was sent, also if the attempt has to end. Google forgets it anyway after a week.
async fn abort(cx: &RunContext, session: &str) {
    let cx = RunContext { stop: CancellationToken::new(), ..cx.clone() };
    let ask = Ask::new("DELETE", session).once();
    // It answers 499, which is no success and yet what is wanted.
    let _best_effort = tokio::time::timeout(ABORT_MAX, answered(&cx, &ask, &[])).await;
}
