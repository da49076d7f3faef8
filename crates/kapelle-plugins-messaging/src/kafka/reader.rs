//! Reading records of partitions, from where they were read to the last time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;
use kapelle_plugin::Broken;
use tokio::time::Instant;

use super::batch::{self, Record};
use super::client::{Client, FETCH, LIST_OFFSETS};
use super::coding::{Reader, Writer};
use super::group::{Group, Place};
use super::settings::Reset;
use super::trouble;

/// Bytes that brokers send at once, of all partitions and of one. One record that is larger comes all the same.
const BYTES_MAX: i32 = 16 << 20;
const PARTITION_BYTES_MAX: i32 = 1 << 20;

/// How long records are waited for at once.
const PIECE: Duration = Duration::from_millis(500);

/// How long leaving a group may take: others wait for a member that has not left.
const LEAVING_MAX: Duration = Duration::from_secs(3);

/// Topics that a pattern may mean.
const TOPICS_MAX: usize = 1000;

/// How often it is asked whether there are new topics or partitions.
const ASKING: Duration = Duration::from_mins(1);

/// The offsets that stand for the first and the next record.
const EARLIEST: i64 = -2;
const LATEST: i64 = -1;

/// What is read.
#[derive(Clone)]
pub(super) enum Wanted {
    /// Topics, all of their partitions.
    Topics(Vec<String>),
    /// Topics whose names fit a pattern, all of their partitions.
    Matching(String),
    /// These partitions, which nobody shares.
    Places(Vec<Place>),
}

impl Wanted {
    /// The topics that are meant now.
    pub(super) async fn topics(&self, client: &mut Client) -> Result<Vec<String>, Broken> {
        match self {
            Self::Topics(topics) => Ok(topics.clone()),
            Self::Places(places) => Ok(places.iter().map(|(topic, _)| topic.clone()).collect()),
            Self::Matching(pattern) => matching(client, pattern).await,
        }
    }
}

pub(super) struct Reading {
    pub(super) client: Client,
    group: Option<Group>,
    wanted: Wanted,
    since: Option<Timestamp>,
    /// What is known of places beyond what the group knows.
    known: BTreeMap<Place, i64>,
    /// Where each partition goes on.
    next: BTreeMap<Place, i64>,
    /// All partitions of the topics, also those that others read.
    all: BTreeSet<Place>,
    /// When it is asked whether there are more.
    pub(super) ask_at: Instant,
}

impl Reading {
    pub(super) async fn begin(
        mut client: Client,
        wanted: Wanted,
        since: Option<Timestamp>,
        known: BTreeMap<Place, i64>,
    ) -> Result<Self, Broken> {
        let group = match client.settings.group.clone() {
            Some(name) => Some(Group::find(&mut client, &name).await?),
            None => None,
        };
        let (next, all, ask_at) = (BTreeMap::new(), BTreeSet::new(), Instant::now());
        let mut reading = Self { client, group, wanted, since, known, next, all, ask_at };
        reading.assign().await?;
        Ok(reading)
    }

    /// Finds out which partitions are read, and from where on.
    async fn assign(&mut self) -> Result<(), Broken> {
        let topics = self.topics().await?;
        let all = self.partitions(&topics).await?;
        let before = std::mem::replace(&mut self.all, all);
        self.ask_at = Instant::now() + ASKING;
        let places = match (&self.wanted, &mut self.group) {
            (Wanted::Places(places), _) => places.clone(),
            (_, Some(group)) => group.join(&mut self.client, &topics).await?,
            (_, None) => self.all.iter().cloned().collect(),
        };
        let committed = match &self.group {
            Some(group) => group.offsets(&mut self.client, &places).await?,
            None => BTreeMap::new(),
        };
        self.next.clear();
        let is_whole = self.is_whole();
        let mut begun = BTreeMap::new();
        for place in places {
            self.client.partitions(&place.0, false).await?;
            let known = self.known.get(&place).copied().max(committed.get(&place).copied());
            let offset = match (known, self.since) {
                (Some(offset), _) => offset,
                (None, Some(since)) if is_whole => {
                    match self.offset_at(&place, since.as_millisecond()).await? {
                        // Nothing is that young.
                        -1 => self.offset_at(&place, LATEST).await?,
                        offset => offset,
                    }
                }
                (None, _) => {
                    // What a new partition has came since the others are read.
                    let is_new = !before.is_empty() && !before.contains(&place);
                    let offset = if is_new {
                        self.offset_at(&place, EARLIEST).await?
                    } else {
                        self.reset(&place).await?
                    };
                    begun.insert(place.clone(), offset);
                    offset
                }
            };
            self.next.insert(place, offset);
        }
        // Otherwise the group would begin at the newest record each time, and miss what comes between two of them.
        self.commit(&begun).await
    }

    /// The topics that are read now.
    async fn topics(&mut self) -> Result<Vec<String>, Broken> {
        let topics = self.wanted.topics(&mut self.client).await?;
        self.client.ask_anew(&topics).await?;
        Ok(topics)
    }

    async fn partitions(&mut self, topics: &[String]) -> Result<BTreeSet<Place>, Broken> {
        let mut places = BTreeSet::new();
        for topic in topics {
            let partitions = self.client.partitions(topic, false).await?;
            places.extend(partitions.into_iter().map(|partition| (topic.clone(), partition)));
        }
        Ok(places)
    }

    /// Whether there are other topics or partitions than there were, if it is time to ask.
    async fn has_changed(&mut self) -> Result<bool, Broken> {
        if Instant::now() < self.ask_at || matches!(self.wanted, Wanted::Places(_)) {
            return Ok(false);
        }
        self.ask_at = Instant::now() + ASKING;
        let topics = self.topics().await?;
        Ok(self.partitions(&topics).await? != self.all)
    }

    /// Whether it begins at the beginning where nothing else is said: nothing is remembered, or these partitions are wanted.
    const fn is_whole(&self) -> bool {
        self.group.is_none() || matches!(self.wanted, Wanted::Places(_))
    }

    /// Where reading begins of which nothing is known.
    async fn reset(&mut self, place: &Place) -> Result<i64, Broken> {
        match self.client.settings.reset {
            None if self.is_whole() => self.offset_at(place, EARLIEST).await,
            Some(Reset::Earliest) => self.offset_at(place, EARLIEST).await,
            Some(Reset::Latest) | None => self.offset_at(place, LATEST).await,
            Some(Reset::None) => Err(Broken::new(format!(
                "the group has no offset for partition {} of `{}`, and `auto.offset.reset` is `none`",
                place.1, place.0
            ))),
        }
    }

    /// The offset of the first record that is not older than this moment, or of one of the two ends.
    async fn offset_at(&mut self, (topic, partition): &Place, time: i64) -> Result<i64, Broken> {
        // The next record of those that count comes before transactions that are still open.
        let is_committed = i8::from(self.client.settings.reads_committed);
        let body = Writer::default().i32(-1).i8(is_committed).count(1).text(topic).count(1);
        let body = body.i32(*partition).i64(time);
        let node = self.client.leader(topic, *partition)?;
        let read = |answer: &[u8]| {
            let mut answer = Reader::new(answer);
            answer.i32()?;
            let topics = answer.list(|topic| {
                topic.text()?;
                topic.list(|of| Ok((of.i32()?, of.i16()?, of.i64()?, of.i64()?)))
            })?;
            Ok(topics.into_iter().flatten().next().map_or((0, -1), |(_, code, _, offset)| (code, offset)))
        };
        let (answer, code) =
            self.client.insist(node, LIST_OFFSETS, &body, |answer| Ok(read(answer)?.0)).await?;
        trouble::expect(&format!("`{topic}` does not say which records it has"), code)?;
        Ok(read(&answer)?.1)
    }

    /// The next records, which are waited for as long as this, with their places in order. Where they end is written down
    /// by `commit`.
    pub(super) async fn next(&mut self, wait: Duration) -> Result<Vec<(Place, Vec<Record>)>, Broken> {
        let is_shared_anew = match &mut self.group {
            Some(group) => !group.beat(&mut self.client).await?,
            None => false,
        };
        if is_shared_anew || self.has_changed().await? {
            // What was read already is not read again, though the group may not know of it yet.
            self.known.clone_from(&self.next);
            self.assign().await?;
        }
        let mut nodes: BTreeMap<i32, Vec<(Place, i64)>> = BTreeMap::new();
        for (place, offset) in &self.next {
            let node = self.client.leader(&place.0, place.1)?;
            nodes.entry(node).or_default().push((place.clone(), *offset));
        }
        if nodes.is_empty() {
            // Others have all partitions.
            if tokio::time::timeout(wait, self.client.cx.stopped()).await.is_ok() {
                return Err(Broken::killed());
            }
            return Ok(Vec::new());
        }
        let wait = wait / u32::try_from(nodes.len()).unwrap_or(1);
        let mut all = Vec::new();
        for (node, places) in nodes {
            all.extend(self.fetch(node, &places, wait).await?);
        }
        Ok(all)
    }

    /// Lets the group hear of this member while it works on records. Whether it may go on with them: if partitions are shared
    /// anew, it begins where the group was told to.
    pub(super) async fn stay(&mut self) -> Result<bool, Broken> {
        if let Some(group) = &mut self.group
            && !group.beat(&mut self.client).await?
        {
            self.known.clear();
            self.assign().await?;
            return Ok(false);
        }
        Ok(true)
    }

    /// The same as `next`, but waited for in pieces, so that the group hears of this member meanwhile. None at the end.
    pub(super) async fn next_within(&mut self, wait: Duration) -> Result<Vec<(Place, Vec<Record>)>, Broken> {
        let end = Instant::now() + wait;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let records = self.next(left.min(PIECE)).await?;
            if !records.is_empty() || Instant::now() >= end {
                return Ok(records);
            }
        }
    }

    async fn fetch(
        &mut self,
        node: i32,
        places: &[(Place, i64)],
        wait: Duration,
    ) -> Result<Vec<(Place, Vec<Record>)>, Broken> {
        let is_committed = self.client.settings.reads_committed;
        let mut body = Writer::default()
            .i32(-1)
            .i32(i32::try_from(wait.as_millis()).unwrap_or(i32::MAX))
            .i32(1)
            .i32(BYTES_MAX)
            .i8(i8::from(is_committed))
            .i32(0)
            .i32(-1)
            .count(places.len());
        for ((topic, partition), offset) in places {
            body = body
                .text(topic)
                .count(1)
                .i32(*partition)
                .i32(-1)
                .i64(*offset)
                .i64(-1)
                .i32(PARTITION_BYTES_MAX);
        }
        let answer = self.client.ask(node, FETCH, &body.count(0)).await?;
        let mut answer = Reader::new(&answer);
        let (_throttle, code, _session) = (answer.i32()?, answer.i16()?, answer.i32()?);
        trouble::expect("records cannot be read", code)?;
        let parts = answer.list(|topic| {
            let name = topic.text()?;
            let parts = topic.list(|part| {
                let (partition, code) = (part.i32()?, part.i16()?);
                part.raw(24)?;
                let given_up = part.list(|one| Ok((one.i64()?, one.i64()?)))?;
                Ok((partition, code, given_up, part.content()?.to_vec()))
            })?;
            Ok((name, parts))
        })?;
        let mut all = Vec::new();
        for (topic, parts) in parts {
            for (partition, code, given_up, bytes) in parts {
                let place = (topic.clone(), partition);
                if code == trouble::OFFSET_OUT_OF_RANGE {
                    let offset = self.reset(&place).await?;
                    self.next.insert(place.clone(), offset);
                    self.commit(&BTreeMap::from([(place, offset)])).await?;
                    continue;
                }
                trouble::expect(&format!("partition {partition} of `{topic}` cannot be read"), code)?;
                let from = self.next.get(&place).copied().unwrap_or(0);
                let (records, next) = batch::read(&bytes, from, &given_up)?;
                self.next.insert(place.clone(), next);
                if !records.is_empty() {
                    all.push((place, records));
                }
            }
        }
        Ok(all)
    }

    /// Where each of its partitions goes on.
    pub(super) const fn positions(&self) -> &BTreeMap<Place, i64> {
        &self.next
    }

    /// Writes down how far the group was read, in partitions that are not others' meanwhile.
    pub(super) async fn commit(&mut self, offsets: &BTreeMap<Place, i64>) -> Result<(), Broken> {
        let own = offsets.iter().filter(|(place, _)| self.next.contains_key(*place));
        let own = own.map(|(place, offset)| (place.clone(), *offset)).collect();
        match &self.group {
            Some(group) => group.commit(&mut self.client, &own).await,
            None => Ok(()),
        }
    }

    /// Ends what was done with it: it is over, or was broken off.
    pub(super) async fn end<T>(mut self, done: Option<Result<T, Broken>>) -> Result<T, Broken> {
        if !matches!(done, Some(Ok(_))) {
            // An answer may still be on its way: the group hears of it over another connection.
            self.client.disconnect();
        }
        let _missed_later = tokio::time::timeout(LEAVING_MAX, self.close()).await;
        done.unwrap_or_else(|| Err(Broken::killed()))
    }

    async fn close(mut self) {
        if let Some(group) = &self.group {
            group.leave(&mut self.client).await;
        }
        self.client.close().await;
    }
}

/// The topics that a pattern means now.
async fn matching(client: &mut Client, pattern: &str) -> Result<Vec<String>, Broken> {
    let wrong = |failure| Failure::new(format!("`topicPattern` is no pattern: {failure:?}"));
    let compiled = Pattern::compile(pattern).map_err(wrong)?;
    let mut topics = Vec::new();
    for topic in client.all_topics().await? {
        if compiled.matches_whole(&topic).map_err(wrong)? {
            topics.push(topic);
        }
    }
    if topics.is_empty() || topics.len() > TOPICS_MAX {
        return Err(Broken::new(format!(
            "`topicPattern` fits {} topics: there have to be from 1 to {TOPICS_MAX}",
            topics.len()
        )));
    }
    Ok(topics)
}
