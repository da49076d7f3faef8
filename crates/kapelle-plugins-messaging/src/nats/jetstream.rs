//! Streams: which one has a subject, who reads it, what was read and is safe.

use std::time::Duration;

use jiff::Timestamp;
use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::begin::Begin;
use super::connection::Connection;
use super::protocol::Incoming;
use kapelle_plugin::wire::SILENCE;

/// How long the server waits beside the time for which it is asked, before it counts as silent.
const SLACK: Duration = Duration::from_secs(10);

/// After which time nobody has used it, a reader that was made here is forgotten.
const UNUSED: Duration = Duration::from_hours(7 * 24);

/// Who reads a stream.
pub(super) struct Reader {
    stream: String,
    name: String,
    /// The server remembers it, and what it has read.
    pub(super) is_durable: bool,
}

/// What asks for a reader.
pub(super) struct Wanted<'w> {
    pub(super) subject: &'w str,
    /// Its name, if the server is to remember it.
    pub(super) name: Option<&'w str>,
    pub(super) begin: &'w Begin,
    /// How long messages may stay unacknowledged before others get them.
    pub(super) wait: Duration,
}

/// A message of a stream.
pub(super) struct Message {
    pub(super) incoming: Incoming,
    pub(super) sequence: Option<u64>,
    pub(super) moment: Option<Timestamp>,
}

/// What the server refuses.
pub(super) struct Refusal {
    pub(super) number: u64,
    pub(super) reason: String,
}

/// There is no such stream, reader, or message.
pub(super) const NO_STREAM: u64 = 10059;
const NO_READER: u64 = 10014;
pub(super) const NO_MESSAGE: u64 = 10037;

impl Connection {
    /// Asks the API of streams.
    pub(super) async fn api(
        &mut self,
        operation: &str,
        body: &Json,
    ) -> Result<Result<Json, Refusal>, Broken> {
        let subject = format!("$JS.API.{operation}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.ask(&subject, &[], body.as_bytes(), SILENCE).await.map_err(|broken| {
            if broken.failure.message.expose().starts_with("nobody listens") {
                Broken::new(format!(
                    "the server at `{}` has no streams: it needs JetStream (`nats-server -js`)",
                    self.place()
                ))
            } else {
                broken
            }
        })?;
        let answer = answer
            .ok_or_else(|| Broken::new(format!("`{}` did not answer within {SILENCE:?}", self.place())))?;
        let answer: Json = serde_json::from_slice(&answer.payload)
            .map_err(|_| Broken::new(format!("`{}` answers with something else than JSON", self.place())))?;
        Ok(match answer.get("error") {
            None => Ok(answer),
            Some(error) => Err(Refusal {
                number: error["err_code"].as_u64().unwrap_or_default(),
                reason: error["description"].as_str().unwrap_or("no reason is given").to_owned(),
            }),
        })
    }

    /// Finds the stream and makes the reader, or takes the one that is there.
    pub(super) async fn reader(&mut self, wanted: &Wanted<'_>) -> Result<Reader, Broken> {
        let Wanted { subject, name, begin, wait } = *wanted;
        let refused =
            |what: &str, refusal: Refusal| Broken::new(format!("NATS refuses {what}: {}", refusal.reason));
        let found = self.api("STREAM.NAMES", &json!({ "subject": subject })).await?;
        let found = found.map_err(|refusal| refused("to look for streams", refusal))?;
        let stream = found["streams"][0].as_str().ok_or_else(|| {
            Broken::new(format!("no stream has the subject `{subject}`: make one, such as `nats stream add --subjects '{subject}'`"))
        })?;
        let stream = stream.to_owned();
        if let Some(name) = name {
            if name.is_empty()
                || name.contains(|letter: char| letter.is_whitespace() || ".*>/\\".contains(letter))
            {
                return Err(Failure::new(format!(
                    "`{name}` cannot be a `durableId`: no blanks, and none of `.*>/\\`"
                ))
                .into());
            }
            match self.api(&format!("CONSUMER.INFO.{stream}.{name}"), &Json::Null).await? {
                Ok(known) => {
                    let filter = known["config"]["filter_subject"].as_str().unwrap_or_default();
                    if !filter.is_empty() && filter != subject {
                        return Err(Broken::new(format!(
                            "the reader `{name}` of the stream `{stream}` reads `{filter}`, not `{subject}`: use another `durableId`"
                        )));
                    }
                    self.adjust(&stream, name, known, wait).await?;
                    return Ok(Reader { stream, name: name.to_owned(), is_durable: true });
                }
                Err(Refusal { number: NO_READER, .. }) => {}
                Err(refusal) => return Err(refused("to look for the reader", refusal)),
            }
        }
        let mut config = json!({
            "filter_subject": subject,
            "ack_policy": if name.is_some() { "explicit" } else { "none" },
            "ack_wait": wait.as_nanos() as u64,
            "inactive_threshold": if name.is_some() { UNUSED } else { wait }.as_nanos() as u64,
            "replay_policy": "instant",
        });
        begin.say(&mut config);
        let operation = match name {
            Some(name) => {
                config["durable_name"] = Json::from(name);
                config["max_ack_pending"] = Json::from(-1);
                format!("CONSUMER.DURABLE.CREATE.{stream}.{name}")
            }
            None => format!("CONSUMER.CREATE.{stream}"),
        };
        let made = self.api(&operation, &json!({ "stream_name": stream, "config": config })).await?;
        let made = made.map_err(|refusal| refused(&format!("a reader of the stream `{stream}`"), refusal))?;
        let made = made["name"].as_str().unwrap_or_default().to_owned();
        Ok(Reader { stream, name: made, is_durable: name.is_some() })
    }

    /// Lets a reader that somebody else made wait as long as is needed here: messages are acknowledged together, when their
    /// file is safe. Otherwise they would come again meanwhile, or no more would come.
    async fn adjust(&mut self, stream: &str, name: &str, known: Json, wait: Duration) -> Result<(), Broken> {
        let mut config = known["config"].clone();
        let wait = wait.as_nanos() as u64;
        let waits = config["ack_wait"].as_u64().is_none_or(|waits| waits >= wait);
        let holds = config["max_ack_pending"].as_i64().is_none_or(|count| count <= 0);
        if config["ack_policy"] == "none" || (waits && holds) {
            return Ok(());
        }
        config["ack_wait"] = json!(config["ack_wait"].as_u64().unwrap_or_default().max(wait));
        config["max_ack_pending"] = json!(-1);
        let operation = format!("CONSUMER.DURABLE.CREATE.{stream}.{name}");
        match self.api(&operation, &json!({ "stream_name": stream, "config": config })).await {
            Err(killed) if killed.is_killed => Err(killed),
            // Where this user may not, it goes on as it is: what comes again meanwhile is left out.
            _ => Ok(()),
        }
    }

    /// The next messages, so many at most; none if none comes for this time.
    pub(super) async fn fetch(
        &mut self,
        reader: &Reader,
        count_max: u64,
        wait: Duration,
    ) -> Result<Vec<Message>, Broken> {
        let (id, inbox) = self.subscribe().await?;
        let wanted =
            json!({ "batch": count_max, "expires": wait.max(Duration::from_millis(10)).as_nanos() as u64 });
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{}", reader.stream, reader.name);
        self.publish(&subject, Some(&inbox), &[], wanted.to_string().as_bytes()).await?;
        let end = Instant::now() + wait + SLACK;
        let mut messages = Vec::new();
        while (messages.len() as u64) < count_max {
            let Some(incoming) = self.next(id, end).await? else {
                return Err(Broken::new(format!(
                    "the server at `{}` does not answer any more",
                    self.place()
                )));
            };
            match &incoming.status {
                None => messages.push(Message::new(incoming)),
                Some((100, _)) => {}
                Some((404 | 408, _)) => break,
                // It is over before it began to wait; what came is good.
                Some((409, _)) if !messages.is_empty() => break,
                Some((code, reason)) => {
                    let name = &reader.name;
                    return Err(Broken::new(format!(
                        "NATS gives nothing to the reader `{name}`: {reason} ({code})"
                    )));
                }
            }
        }
        self.unsubscribe(id).await?;
        Ok(messages)
    }

    /// Tells the server that messages are safe. What is given are the subjects on which it waits for that.
    pub(super) async fn acknowledge(&mut self, replies: &[String]) -> Result<(), Broken> {
        for reply in replies {
            self.publish(reply, None, &[], b"+ACK").await?;
        }
        self.flush().await
    }

    /// Takes a reader away that the server need not remember.
    pub(super) async fn forget(&mut self, reader: &Reader) -> Result<(), Broken> {
        if !reader.is_durable {
            // If it is gone already, so much the better.
            let _gone =
                self.api(&format!("CONSUMER.DELETE.{}.{}", reader.stream, reader.name), &Json::Null).await?;
        }
        Ok(())
    }
}

impl Message {
    fn new(incoming: Incoming) -> Self {
        let told = incoming.reply.as_deref().and_then(delivery);
        let moment = told.and_then(|(_, nanos)| Timestamp::from_nanosecond(i128::from(nanos)).ok());
        Self { sequence: told.map(|(sequence, _)| sequence), moment, incoming }
    }
}

/// The number in the stream and the moment, from the subject on which the server waits to hear that a message is safe.
fn delivery(reply: &str) -> Option<(u64, i64)> {
    let parts: Vec<&str> = reply.strip_prefix("$JS.ACK.")?.split('.').collect();
    // Stream, reader, and five numbers; newer servers put domain and account before them, and perhaps one more behind.
    let first = match parts.len() {
        7 => 2,
        9.. => 4,
        _ => return None,
    };
    Some((parts.get(first + 1)?.parse().ok()?, parts.get(first + 3)?.parse().ok()?))
}

/// The name of the reader of a trigger that says none.
pub(super) fn reader_of_trigger(cx: &RunContext) -> String {
    let place = &cx.place;
    let name = format!("kapelle-{}-{}-{}-{}", place.tenant, place.namespace, place.flow, place.task);
    name.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_have_a_number_and_a_moment() {
        assert_eq!(
            delivery("$JS.ACK.S.c.1.22.3.1700000000000000000.0"),
            Some((22, 1_700_000_000_000_000_000))
        );
        assert_eq!(delivery("$JS.ACK._.acc.S.c.1.22.3.17.0"), Some((22, 17)));
        assert_eq!(delivery("$JS.ACK._.acc.S.c.1.22.3.17.0.token"), Some((22, 17)));
        assert_eq!(delivery("_INBOX.a"), None);
    }
}
