//! Reading records of partitions, from where they were read to the last time.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
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

/// The offsets that stand for the first and the next record.
const EARLIEST: i64 = -2;
const LATEST: i64 = -1;

/// What is read.
#[derive(Clone)]
pub(super) enum Wanted {
    /// Topics, all of their partitions.
    Topics(Vec<String>),
    /// These partitions, which nobody shares.
    Places(Vec<Place>),
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
        let mut reading = Self { client, group, wanted, since, known, next: BTreeMap::new() };
        reading.assign().await?;
        Ok(reading)
    }

    /// Finds out which partitions are read, and from where on.
    async fn assign(&mut self) -> Result<(), Broken> {
        let places = match (&self.wanted, &mut self.group) {
            (Wanted::Places(places), _) => places.clone(),
            (Wanted::Topics(topics), Some(group)) => {
                for topic in topics {
                    self.client.partitions(topic, false).await?;
                }
                group.join(&mut self.client, topics).await?
            }
            (Wanted::Topics(topics), None) => {
                let mut places = Vec::new();
                for topic in topics {
                    let partitions = self.client.partitions(topic, false).await?;
                    places.extend(partitions.into_iter().map(|partition| (topic.clone(), partition)));
                }
                places
            }
        };
        let committed = match &self.group {
            Some(group) => group.offsets(&mut self.client, &places).await?,
            None => BTreeMap::new(),
        };
        self.next.clear();
        for place in places {
            self.client.partitions(&place.0, false).await?;
            let known = self.known.get(&place).copied().max(committed.get(&place).copied());
            let offset = match (known, self.since) {
                (Some(offset), _) => offset,
                (None, Some(since)) if self.group.is_none() => {
                    match self.offset_at(&place, since.as_millisecond()).await? {
                        // Nothing is that young.
                        -1 => self.offset_at(&place, LATEST).await?,
                        offset => offset,
                    }
                }
                (None, _) => self.reset(&place).await?,
            };
            self.next.insert(place, offset);
        }
        Ok(())
    }

    /// Where reading begins of which nothing is known.
    async fn reset(&mut self, place: &Place) -> Result<i64, Broken> {
        match self.client.settings.reset {
            // Without a group nothing is remembered: all there is was never read.
            None if self.group.is_none() => self.offset_at(place, EARLIEST).await,
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
        let body = Writer::default().i32(-1).count(1).text(topic).count(1).i32(*partition).i64(time);
        let node = self.client.leader(topic, *partition)?;
        let read = |answer: &[u8]| {
            let topics = Reader::new(answer).list(|topic| {
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
        if let Some(group) = &mut self.group
            && !group.beat(&mut self.client).await?
        {
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

    /// The same, but waited for in pieces, so that the group hears of this member meanwhile. None at the end.
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
                    self.next.insert(place, offset);
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

    /// Writes down how far the group was read, in partitions that are not others' meanwhile.
    pub(super) async fn commit(&mut self, offsets: &BTreeMap<Place, i64>) -> Result<(), Broken> {
        let own = offsets.iter().filter(|(place, _)| self.next.contains_key(*place));
        let own = own.map(|(place, offset)| (place.clone(), *offset)).collect();
        match &self.group {
            Some(group) => group.commit(&mut self.client, &own).await,
            None => Ok(()),
        }
    }

    pub(super) async fn close(mut self) {
        if let Some(group) = &self.group {
            group.leave(&mut self.client).await;
        }
        self.client.close().await;
    }
}
