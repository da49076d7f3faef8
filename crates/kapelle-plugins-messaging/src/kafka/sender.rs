//! Sending records to the brokers that lead their partitions, each once, and all of a transaction or none.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kapelle_plugin::Broken;

use super::batch::{self, Author, Record};
use super::client::{ADD_PARTITIONS, Client, END_TRANSACTION, INIT_PRODUCER_ID, Of, PRODUCE, SEED};
use super::coding::{Reader, Writer};
use super::outgoing::Outgoing;
use super::trouble;

/// How long the other replicas may take.
const REPLICAS_MS: i32 = 20_000;

/// How long giving up a transaction may take.
const GIVING_UP_MAX: Duration = Duration::from_secs(5);

/// Bytes of a batch, packed or not, unless a single record has more. Brokers take 1 MB where nothing else is set.
const BATCH_BYTES_MAX: usize = 512 << 10;

type Place = (String, i32);

pub(super) struct Sender {
    client: Client,
    /// The name of the transaction, and the broker that looks after it.
    transaction: Option<(String, i32)>,
    author: Author,
    /// How many records were written where.
    written: BTreeMap<Place, i32>,
    /// Partitions that belong to the transaction.
    added: BTreeSet<Place>,
    /// Where records without a key go now.
    turn: usize,
}

impl Sender {
    pub(super) async fn open(mut client: Client, transaction: Option<String>) -> Result<Self, Broken> {
        let transaction = match transaction {
            Some(name) => {
                let node = client.coordinator(Of::Transaction, &name).await?;
                Some((name, node))
            }
            None => None,
        };
        let mut author = Author { id: -1, epoch: -1, is_transactional: transaction.is_some() };
        if client.settings.acks == -1 {
            let (name, node) = match &transaction {
                Some((name, node)) => (Some(name.as_str()), *node),
                None => (None, SEED),
            };
            let body = Writer::default().maybe(name).i32(client.settings.transaction_ms);
            let (answer, code) = client.insist(node, INIT_PRODUCER_ID, &body, after_throttle).await?;
            trouble::expect("nothing may be written", code)?;
            let mut answer = Reader::new(&answer[6..]);
            author = Author { id: answer.i64()?, epoch: answer.i16()?, ..author };
        }
        Ok(Self { client, transaction, author, written: BTreeMap::new(), added: BTreeSet::new(), turn: 0 })
    }

    /// Sends records; done when the brokers have them.
    pub(super) async fn send(&mut self, records: Vec<Outgoing>) -> Result<(), Broken> {
        let mut places: BTreeMap<Place, Vec<Record>> = BTreeMap::new();
        self.turn += 1;
        for Outgoing { topic, partition, record } in records {
            let partitions = self.client.partitions(&topic, true).await?;
            let turn = record.key.as_ref().map_or(self.turn, |key| key_hash(key) as usize);
            let found = partitions.get(turn % partitions.len().max(1)).copied();
            let partition = partition.or(found).unwrap_or_default();
            self.client.leader(&topic, partition)?;
            places.entry((topic, partition)).or_default().push(record);
        }
        self.add(places.keys().cloned().collect()).await?;
        for (place, records) in places {
            self.write_all(&place, &records).await?;
        }
        Ok(())
    }

    /// Writes records of one partition in batches that brokers take: their limit is one of batches.
    async fn write_all(&mut self, place: &Place, records: &[Record]) -> Result<(), Broken> {
        let (mut rest, mut bytes_max) = (records, BATCH_BYTES_MAX);
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(fitting(rest, bytes_max));
            match self.write(place, batch).await? {
                // The topic allows less than is usual.
                code if trouble::is_too_large(code) && batch.len() > 1 => bytes_max /= 2,
                code => {
                    let count = batch.len();
                    trouble::expect(&format!("`{}` did not take {count} records", place.0), code)?;
                    rest = later;
                }
            }
        }
        Ok(())
    }

    /// Makes partitions a part of the transaction.
    async fn add(&mut self, places: Vec<Place>) -> Result<(), Broken> {
        let Some((name, node)) = self.transaction.clone() else { return Ok(()) };
        for place in places {
            if self.added.contains(&place) {
                continue;
            }
            let body = Writer::default()
                .text(&name)
                .i64(self.author.id)
                .i16(self.author.epoch)
                .count(1)
                .text(&place.0)
                .count(1)
                .i32(place.1);
            let (_, code) = self
                .client
                .insist(node, ADD_PARTITIONS, &body, |answer| {
                    let mut answer = Reader::new(answer);
                    answer.i32()?;
                    let codes = answer.list(|topic| {
                        topic.text()?;
                        topic.list(|partition| {
                            partition.i32()?;
                            partition.i16()
                        })
                    })?;
                    Ok(codes.into_iter().flatten().find(|code| *code != 0).unwrap_or(0))
                })
                .await?;
            trouble::expect(&format!("`{}` cannot become a part of the transaction", place.0), code)?;
            self.added.insert(place);
        }
        Ok(())
    }

    /// Writes a batch. What the broker says to it.
    async fn write(&mut self, place: &Place, records: &[Record]) -> Result<i16, Broken> {
        let sequence = self.written.get(place).copied().unwrap_or(0);
        let compression = self.client.settings.compression;
        let batch =
            batch::write(records, compression, self.author, if self.author.id < 0 { -1 } else { sequence })?;
        let (topic, partition) = place;
        let body = Writer::default()
            .maybe(self.transaction.as_ref().map(|(name, _)| name.as_str()))
            .i16(self.client.settings.acks)
            .i32(REPLICAS_MS)
            .count(1)
            .text(topic)
            .count(1)
            .i32(*partition)
            .content(&batch);
        let node = self.client.leader(topic, *partition)?;
        let (_, code) = self
            .client
            .insist(node, PRODUCE, &body, |answer| {
                let codes = Reader::new(answer).list(|topic| {
                    topic.text()?;
                    topic.list(|partition| {
                        partition.i32()?;
                        let code = partition.i16()?;
                        partition.raw(24)?;
                        Ok(code)
                    })
                })?;
                Ok(codes.into_iter().flatten().find(|code| *code != 0).unwrap_or(0))
            })
            .await?;
        // 46 is a batch that the broker has already: an answer got lost.
        if !matches!(code, 0 | 46) {
            return Ok(code);
        }
        let count = i32::try_from(records.len()).unwrap_or(i32::MAX);
        self.written.insert(place.clone(), sequence.wrapping_add(count));
        Ok(0)
    }

    /// Ends the transaction, if it is one: what was written counts.
    pub(super) async fn end(mut self) -> Result<(), Broken> {
        trouble::expect("the transaction did not come to its end", self.end_transaction(true).await?)?;
        self.client.close().await;
        Ok(())
    }

    /// The same, but what was written was never there. It was broken off, and an answer may still be on its way: the broker
    /// hears of it over another connection. If it does not, the transaction ends by itself after a while.
    pub(super) async fn give_up(mut self) {
        self.client.disconnect();
        let _ends_later = tokio::time::timeout(GIVING_UP_MAX, self.end_transaction(false)).await;
    }

    /// What the broker says to it.
    async fn end_transaction(&mut self, counts: bool) -> Result<i16, Broken> {
        let Some((name, node)) = self.transaction.take().filter(|_| !self.added.is_empty()) else {
            return Ok(0);
        };
        let body =
            Writer::default().text(&name).i64(self.author.id).i16(self.author.epoch).i8(i8::from(counts));
        Ok(self.client.insist(node, END_TRANSACTION, &body, after_throttle).await?.1)
    }
}

/// How many of the next records fit into a batch; one at least.
fn fitting(records: &[Record], bytes_max: usize) -> usize {
    let mut bytes = 0;
    let fit = records.iter().take_while(|record| {
        bytes += record.bytes();
        bytes <= bytes_max
    });
    fit.count().max(1)
}

/// The code that stands first, behind the time that a client was slowed down.
fn after_throttle(answer: &[u8]) -> Result<i16, kapelle_model::Failure> {
    let mut answer = Reader::new(answer);
    answer.i32()?;
    answer.i16()
}

/// The hash by which Java's clients find the partition for a key (murmur2), without its sign.
fn key_hash(key: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ key.len() as u32;
    let mut parts = key.chunks_exact(4);
    for part in &mut parts {
        let mut k = u32::from_le_bytes([part[0], part[1], part[2], part[3]]).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = parts.remainder();
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    (hash ^ (hash >> 15)) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that Kafka's own tests hold to.
    #[test]
    fn keys_go_where_javas_clients_put_them() {
        for (key, hash) in [
            ("21", -973_932_308_i32),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("abc", 479_470_107),
        ] {
            assert_eq!(key_hash(key.as_bytes()), hash.cast_unsigned() & 0x7fff_ffff, "{key}");
        }
    }
}
