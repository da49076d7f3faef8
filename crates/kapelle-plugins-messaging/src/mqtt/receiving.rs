//! Receiving messages: which topics, and how they become rows.

use std::collections::BTreeSet;
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Any, Broken, Expr, FromRendered, Metric, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use super::coding::Coding;
use super::message::{Message, Row};
use super::session::Session;
use crate::records::{Extent, MessagesReceived};

/// Messages that one look keeps unacknowledged: what is known of them is kept with the trigger.
const OWED_MAX: usize = 10_000;

/// A server that has sent so many and does not get them acknowledged may hold back others; after this time it does.
const HELD_MIN: usize = 10;
const HELD_BACK: Duration = Duration::from_secs(1);

/// How long nothing is waited for in one piece.
const WAIT: Duration = Duration::from_mins(1);

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TopicsProperties {
    /// The topic, or a list of topics; `+` stands for one level, `#` for all that follow.
    topic: Expr<Any>,
    /// How messages are read: as text, as JSON, or as bytes; JSON where it is not said.
    serde_type: Option<Expr<Coding>>,
    /// How surely messages are delivered: 0 is perhaps, 1 at least once, 2 exactly once; 1 where it is not said.
    qos: Option<Expr<u32>>,
}

/// The same, rendered.
pub(super) struct Topics {
    pub(super) names: Vec<String>,
    pub(super) coding: Coding,
    pub(super) qos: u8,
}

impl TopicsProperties {
    pub(super) fn read(&self, cx: &RunContext) -> Result<Topics, Failure> {
        let names = match cx.render(&self.topic)? {
            Any(Value::Str(text)) if text.expose().trim_start().starts_with('[') => {
                Vec::from_rendered(Value::Str(text))
            }
            Any(Value::Str(text)) => Ok(vec![text.expose().trim().to_owned()]),
            Any(other) => Vec::from_rendered(other),
        };
        let names: Vec<String> = names.map_err(|reason| {
            Failure::new(format!("`topic` is neither a topic nor a list of topics: {reason}"))
        })?;
        if names.is_empty() || names.iter().any(String::is_empty) {
            return Err(Failure::new("`topic` is empty: write the topic, or a list of topics"));
        }
        Ok(Topics {
            names,
            coding: cx.filled(self.serde_type.as_ref())?.unwrap_or(Coding::Json),
            qos: qos(cx, self.qos.as_ref())?,
        })
    }
}

impl Topics {
    /// The row of a message for a trigger. None, so that nothing waits behind it for ever, if it cannot be read, which is told
    /// in the log, or if its topic is none of these: the server still keeps those that the trigger had before.
    pub(super) fn row(&self, cx: &RunContext, message: &Message) -> Option<Row> {
        if !self.names.iter().any(|name| fits(name, &message.topic)) {
            return None;
        }
        match message.row(self.coding) {
            Ok(row) => Some(row),
            Err(failure) => {
                cx.log(Level::Error, failure.message);
                None
            }
        }
    }
}

/// Whether a filter means a topic. One that many share is `$share/group/filter`.
fn fits(filter: &str, topic: &str) -> bool {
    let shared = filter.strip_prefix("$share/").and_then(|rest| rest.split_once('/'));
    let mut levels = topic.split('/');
    let filter = shared.map_or(filter, |(_, filter)| filter);
    for part in filter.split('/') {
        match (part, levels.next()) {
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (part, level) if level == Some(part) => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

pub(super) fn qos(cx: &RunContext, written: Option<&Expr<u32>>) -> Result<u8, Failure> {
    match cx.filled(written)?.unwrap_or(1) {
        qos @ 0..=2 => Ok(qos as u8),
        other => Err(Failure::new(format!("`{other}` in `qos` does not fit: there are 0, 1 and 2"))),
    }
}

/// When messages are acknowledged.
pub(super) enum Acknowledging<'a> {
    /// When they are rows.
    AtOnce,
    /// Later, but for those with these marks that came before: they are acknowledged now, and are no rows.
    Later(&'a BTreeSet<String>),
}

/// What was received, and the marks of what has to be acknowledged.
pub(super) struct Received {
    pub(super) messages: MessagesReceived,
    pub(super) owed: Vec<String>,
}

/// Writes messages into a file until there are enough.
pub(super) async fn receive(
    cx: &RunContext,
    session: &mut Session,
    topics: &Topics,
    extent: Extent,
    acknowledging: Acknowledging<'_>,
) -> Result<Received, Broken> {
    let mut file = RowFile::create(cx)?;
    let mut owed = Vec::new();
    let mut early = session.subscribe(&topics.names, topics.qos).await?.into_iter();
    while !extent.is_over(file.count()) && owed.len() < OWED_MAX {
        let is_held_back = owed.len() >= HELD_MIN;
        let until = extent.until(if is_held_back { HELD_BACK } else { WAIT });
        let message = match early.next() {
            Some(message) => Some(message),
            None => session.next(until).await?,
        };
        let Some(message) = message else {
            if is_held_back {
                break;
            }
            continue;
        };
        match acknowledging {
            Acknowledging::AtOnce => {
                file.add(&message.row(topics.coding)?.value()?)?;
                session.acknowledge(&message).await?;
            }
            Acknowledging::Later(settled) if message.is_again && settled.contains(&message.mark()) => {
                session.acknowledge(&message).await?;
            }
            Acknowledging::Later(_) => match topics.row(cx, &message) {
                Some(row) => {
                    file.add(&row.value()?)?;
                    if message.qos > 0 {
                        owed.push(message.mark());
                    }
                }
                None => session.acknowledge(&message).await?,
            },
        }
    }
    let count = file.count();
    cx.metric(Metric::count("records", count).tag("topic", &topics.names.join(",")));
    Ok(Received { messages: MessagesReceived { messages_count: count, uri: file.finish()? }, owed })
}

/// Acknowledges messages that come again and have these marks, until all have or nothing comes for this time.
pub(super) async fn acknowledge(
    session: &mut Session,
    mut owed: BTreeSet<String>,
    silence: Duration,
) -> Result<(), Broken> {
    while !owed.is_empty() {
        let Some(message) = session.next(Instant::now() + silence).await? else { break };
        if is_owed(&message, &mut owed) {
            session.acknowledge(&message).await?;
        }
    }
    Ok(())
}

fn is_owed(message: &Message, owed: &mut BTreeSet<String>) -> bool {
    message.is_again && owed.remove(&message.mark())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_mean_topics() {
        for (filter, topic) in [
            ("a/b", "a/b"),
            ("a/+", "a/b"),
            ("a/#", "a"),
            ("a/#", "a/b/c"),
            ("#", "a"),
            ("$share/g/a/+", "a/b"),
        ] {
            assert!(fits(filter, topic), "{filter} {topic}");
        }
        for (filter, topic) in [("a/b", "a"), ("a", "a/b"), ("a/+", "a/b/c"), ("+", "a/b"), ("a/+", "a")] {
            assert!(!fits(filter, topic), "{filter} {topic}");
        }
    }
}
