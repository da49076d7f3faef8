//! What consumers have in common: which records they read, and how these become rows.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Zoned};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Any, Broken, Expr, FromRendered, Metric, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::batch::Record;
use super::client::Client;
use super::group::Place;
use super::incoming;
use super::reader::{Reading, Wanted};
use super::serde::SerdeType;
use super::settings::Settings;
use crate::records::{Extent, MessagesReceived};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum GroupType {
    /// Members share the partitions.
    Consumer,
    /// Members share the records; it is not built in.
    Share,
}

impl Word for GroupType {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum AcknowledgeType {
    /// The record was worked off.
    Accept,
    /// Another one may have it.
    Release,
    /// Nobody can work it off.
    Reject,
    /// It takes longer.
    Renew,
}

impl Word for AcknowledgeType {}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReceivingProperties {
    /// Settings with the names of Java's clients, such as `bootstrap.servers`, `auto.offset.reset` and
    /// `sasl.jaas.config`.
    properties: Expr<Map>,
    /// Settings of deserializers; those that are built in need none.
    serde_properties: Option<Expr<Map>>,
    /// The topic, or a list of topics.
    topic: Option<Expr<Any>>,
    /// The partitions that are read; all where it is not said. Members of a group do not share them.
    partitions: Option<Expr<Any>>,
    /// A pattern of the names of topics, instead of `topic`; it needs a group.
    topic_pattern: Option<Expr<String>>,
    /// How members of the group share: CONSUMER is by partitions. SHARE is not built in.
    group_type: Option<Expr<GroupType>>,
    /// How records of a SHARE group are acknowledged; without effect for others.
    acknowledge_type: Option<Expr<AcknowledgeType>>,
    /// How keys are read; as text where it is not said.
    key_deserializer: Option<Expr<SerdeType>>,
    /// How values are read; as text where it is not said.
    value_deserializer: Option<Expr<SerdeType>>,
    /// What becomes of records that cannot be read: `type: SKIPPED` leaves them out and tells it in the log. Otherwise they
    /// are a failure.
    on_serde_error: Option<Expr<Any>>,
    /// The moment from which on records are read, such as `2026-01-01T00:00:00Z`; without effect in a group, unless
    /// `partitions` are named.
    since: Option<Expr<Zoned>>,
    /// Headers that a record has to have, with their values.
    header_filters: Option<Expr<Map>>,
}

/// The same, rendered.
pub(super) struct Receiving {
    reading: incoming::Reading,
    skips: bool,
}

/// Rows, and how far they reach in each partition.
pub(super) struct Received {
    pub(super) messages: MessagesReceived,
    pub(super) offsets: BTreeMap<Place, i64>,
}

impl ReceivingProperties {
    pub(super) fn read(&self, cx: &RunContext) -> Result<Receiving, Failure> {
        let _without_effect = (&self.serde_properties, cx.filled(self.acknowledge_type.as_ref())?);
        if cx.filled(self.group_type.as_ref())? == Some(GroupType::Share) {
            return Err(Failure::new("`groupType: SHARE` is not built in: use CONSUMER"));
        }
        let filters = cx.optional(self.header_filters.as_ref())?.unwrap_or_default();
        let filters = filters.into_iter().map(|(name, value)| {
            let text = String::from_rendered(value)
                .map_err(|reason| Failure::new(format!("`{name}` of `headerFilters` is no text: {reason}")));
            Ok::<_, Failure>(((*name).to_owned(), text?))
        });
        Ok(Receiving {
            reading: incoming::Reading {
                key: cx.filled(self.key_deserializer.as_ref())?.unwrap_or_default(),
                value: cx.filled(self.value_deserializer.as_ref())?.unwrap_or_default(),
                filters: filters.collect::<Result<_, _>>()?,
            },
            skips: self.skips(cx)?,
        })
    }

    fn skips(&self, cx: &RunContext) -> Result<bool, Failure> {
        let Some(Any(Value::Map(wanted))) = cx.optional(self.on_serde_error.as_ref())? else {
            return Ok(false);
        };
        match wanted.get("type") {
            Some(Value::Str(kind)) if kind.expose() == "SKIPPED" => Ok(true),
            None | Some(Value::Null) => Ok(false),
            _ => Err(Failure::new(
                "`onSerdeError` knows `type: SKIPPED` here; STORE and DLQ are not built in: read the value as BYTE_ARRAY, and look at it in the flow",
            )),
        }
    }

    /// Whose offsets are known: a group, and the cluster that it is in.
    pub(super) fn whose(&self, cx: &RunContext, group: &str) -> Result<String, Failure> {
        let properties = cx.render(&self.properties)?;
        let servers = properties.get("bootstrap.servers").cloned().map(String::from_rendered);
        Ok(format!("{group}@{}", servers.and_then(Result::ok).unwrap_or_default()))
    }

    /// Begins to read, as a member of this group if there is one. What is read, and its end, outlast the stop of the attempt,
    /// so that a member can leave its group.
    pub(super) async fn begin(
        &self,
        cx: &RunContext,
        group: Option<String>,
        known: BTreeMap<Place, i64>,
    ) -> Result<Reading, Broken> {
        let lasting = RunContext { stop: CancellationToken::new(), ..cx.clone() };
        let begin = Box::pin(self.begin_lasting(&lasting, group, known));
        cx.stop.run_until_cancelled(begin).await.ok_or_else(Broken::killed)?
    }

    async fn begin_lasting(
        &self,
        cx: &RunContext,
        group: Option<String>,
        known: BTreeMap<Place, i64>,
    ) -> Result<Reading, Broken> {
        let mut settings = Settings::read(cx, cx.render(&self.properties)?)?;
        settings.group = group.or(settings.group);
        let has_group = settings.group.is_some();
        let pattern = cx.filled(self.topic_pattern.as_ref())?;
        let topics = cx.optional(self.topic.as_ref())?.map(|Any(topic)| texts(topic, "topic")).transpose()?;
        let since = cx.filled(self.since.as_ref())?.map(|moment| moment.timestamp());
        let partitions = cx.optional(self.partitions.as_ref())?;
        let partitions = partitions
            .map(|Any(partitions)| texts(partitions, "partitions"))
            .transpose()?
            .unwrap_or_default();
        let mut client = Client::open(cx, settings).await?;
        let wanted = match (topics, pattern) {
            (Some(topics), None) => Wanted::Topics(topics),
            (None, Some(pattern)) if has_group => Wanted::Matching(pattern),
            (None, Some(_)) => {
                return Err(
                    Failure::new("`topicPattern` needs a `groupId`, which remembers what was read").into()
                );
            }
            _ => {
                return Err(
                    Failure::new("exactly one of `topic` and `topicPattern` says what is read").into()
                );
            }
        };
        if partitions.is_empty() {
            return Reading::begin(client, wanted, since, known).await;
        }
        let topics = wanted.topics(&mut client).await?;
        let mut places = Vec::new();
        for partition in partitions {
            let partition: i32 = partition
                .trim()
                .parse()
                .map_err(|_| Failure::new(format!("`{partition}` in `partitions` is no number")))?;
            places.extend(topics.iter().map(|topic| (topic.clone(), partition)));
        }
        Reading::begin(client, Wanted::Places(places), since, known).await
    }
}

/// A text, or a list of them.
fn texts(value: Value, name: &str) -> Result<Vec<String>, Failure> {
    let texts = match value {
        Value::Str(text) if !text.expose().trim_start().starts_with('[') => {
            Ok(text.expose().split(',').map(|part| part.trim().to_owned()).collect())
        }
        Value::Int(number) => Ok(vec![number.to_string()]),
        other => Vec::from_rendered(other),
    };
    let texts: Vec<String> =
        texts.map_err(|reason| Failure::new(format!("`{name}` is neither one nor a list: {reason}")))?;
    if texts.iter().any(String::is_empty) {
        return Err(Failure::new(format!("`{name}` has an empty part")));
    }
    Ok(texts)
}

impl Receiving {
    /// The row of a record; none if it is not wanted, or cannot be read and that is no failure.
    pub(super) fn row(
        &self,
        cx: &RunContext,
        place: &Place,
        record: &Record,
    ) -> Result<Option<incoming::Row>, Failure> {
        if !self.reading.is_wanted(record) {
            return Ok(None);
        }
        match self.reading.row(place, record) {
            Err(failure) if self.skips => {
                cx.log(Level::Warn, format!("left out: {}", failure.message.masked()).as_str());
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// Writes records into a file, until there are enough, the time is up, or none come for this while.
    pub(super) async fn take(
        &self,
        cx: &RunContext,
        reading: &mut Reading,
        extent: Extent,
        wait: Duration,
    ) -> Result<Received, Broken> {
        let mut file = RowFile::create(cx)?;
        let (mut offsets, mut is_cut) = (BTreeMap::new(), false);
        'all: while !extent.is_over(file.count()) {
            let until = extent.until(wait);
            let wait = until.saturating_duration_since(tokio::time::Instant::now());
            let parts = reading.next_within(wait).await?;
            if parts.is_empty() {
                break;
            }
            for (place, records) in parts {
                for record in &records {
                    if extent.left(file.count()) == 0 {
                        is_cut = true;
                        break 'all;
                    }
                    if let Some(row) = self.row(cx, &place, record)? {
                        file.add(&row.to_value()?)?;
                    }
                    offsets.insert(place.clone(), record.offset + 1);
                }
            }
        }
        let count = file.count();
        if !is_cut {
            // Also where nothing came: groups forget partitions of which they hear nothing for days. Behind records there
            // may be marks of transactions, which would count as unread.
            offsets.extend(reading.positions().clone());
        }
        cx.metric(Metric::count("records", count));
        Ok(Received { messages: MessagesReceived { messages_count: count, uri: file.finish()? }, offsets })
    }
}

/// How long records are waited for.
pub(super) fn waiting(cx: &RunContext, written: Option<&Expr<SignedDuration>>) -> Result<Duration, Failure> {
    Ok(cx.filled(written)?.map_or(Duration::from_secs(5), crate::records::positive))
}
