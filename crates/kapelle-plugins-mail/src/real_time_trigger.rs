//! `io.kestra.plugin.email.RealTimeTrigger`: starts an execution for each message, as soon as it comes.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_plugin::{Broken, Events, Expr, KeyToSet, RealtimeTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::inbox::access::{Access, Server};
use crate::inbox::letter::{Keeping, Letter, read};
use crate::inbox::mark::Mark;
use crate::inbox::{Inbox, News};

/// Time between two looks where nothing is said.
const INTERVAL: Duration = Duration::from_mins(1);

/// No look is nearer to another one.
const INTERVAL_MIN: Duration = Duration::from_secs(1);

/// # Start an execution for each message
///
/// Watches a mailbox over IMAP or POP3, and starts an execution for each message that comes. Servers of IMAP tell of
/// messages at once; others are asked every `interval`. How far the mailbox was seen is kept in the key-value store of
/// the namespace under `NAMESPACE_FLOW_TRIGGER`, so that messages which come while nobody watches are made up for; what
/// was there when somebody watched for the first time starts nothing. Of attached files only name, type and size are told:
/// `MailReceivedTrigger` takes them over. Nothing in the mailbox changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RealTimeTrigger {
    #[serde(flatten)]
    access: Access,
    /// How often the mailbox is looked at where the server does not tell of messages by itself; a minute where it is not said.
    interval: Option<Expr<SignedDuration>>,
}

impl RealtimeTrigger for RealTimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.email.RealTimeTrigger";
    type Output = Letter;

    async fn listen(&self, cx: &RunContext, events: Events<Letter>) -> Result<(), Broken> {
        let server = self.access.server(cx)?;
        let interval = cx.filled(self.interval.as_ref())?;
        let interval = interval.map_or(INTERVAL, |interval| interval.try_into().unwrap_or(INTERVAL_MIN));
        let watching = watch(cx, &server, interval.max(INTERVAL_MIN), &events);
        cx.stop.run_until_cancelled(watching).await.unwrap_or(Ok(()))
    }
}

/// Tells of messages until something goes wrong.
async fn watch(
    cx: &RunContext,
    server: &Server,
    interval: Duration,
    events: &Events<Letter>,
) -> Result<(), Broken> {
    let mailbox = server.fingerprint();
    let mut mark = kept(cx, &mailbox)?;
    let mut inbox = Inbox::open(cx, server).await?;
    loop {
        let before = mark.take();
        let News { mark: mut now, items, has_more } = inbox.news(cx, before.clone()).await?;
        if before.as_ref() != Some(&now) {
            keep(cx, &mailbox, &now)?;
        }
        for item in &items {
            if let Some(fetched) = inbox.fetch(item).await? {
                let letter = read(cx, fetched, Keeping::Nothing).await?;
                events.tell(&letter, Some(format!("{mailbox} {}", now.name(item)))).await?;
            }
            now.pass(item);
            keep(cx, &mailbox, &now)?;
        }
        mark = Some(now);
        if has_more {
            continue;
        }
        inbox = match inbox.wait(interval).await? {
            Some(inbox) => inbox,
            None => Inbox::open(cx, server).await?,
        };
    }
}

fn key(cx: &RunContext) -> String {
    let place = &cx.place;
    format!("{}_{}_{}", place.namespace, place.flow, place.task)
}

fn kept(cx: &RunContext, mailbox: &str) -> Result<Option<Mark>, Broken> {
    let kept = cx.host.keys().get(&cx.place.namespace, &key(cx))?;
    Ok(Mark::read(kept.map(|kept| kept.value).as_ref(), mailbox))
}

fn keep(cx: &RunContext, mailbox: &str, mark: &Mark) -> Result<(), Broken> {
    let key = KeyToSet {
        key: key(cx),
        value: mark.value(mailbox),
        description: Some("how far a trigger has seen a mailbox".to_owned()),
        expires: None,
        may_overwrite: true,
    };
    Ok(cx.host.keys().set(&cx.place.namespace, &key)?)
}
