//! Groups: consumers that share the partitions of topics among them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::Broken;
use tokio::time::Instant;

use super::client::{
    Client, HEARTBEAT, JOIN_GROUP, LEAVE_GROUP, OFFSET_COMMIT, OFFSET_FETCH, Of, SYNC_GROUP,
};
use super::coding::{Reader, Writer};
use super::trouble;

/// How long the group believes in a member that says nothing, and how long all may take to share anew.
const SESSION_MS: i32 = 30_000;
const SHARING_MS: i32 = 20_000;

/// How long the broker may wait for other members before it answers one who joins: Java's may work for 5 minutes before
/// they hear of it.
const JOINING_MAX: Duration = Duration::from_secs(310);

/// How often a member says that it is there.
const BEAT: Duration = Duration::from_secs(3);

/// How often sharing begins anew before it counts as failed.
const ROUNDS_MAX: usize = 20;

const UNKNOWN_MEMBER: i16 = 25;
const ILLEGAL_GENERATION: i16 = 22;
const SHARING: i16 = 27;

/// A partition of a topic.
pub(super) type Place = (String, i32);

/// A group, and whoever is a member of it.
pub(super) struct Group {
    name: String,
    coordinator: i32,
    /// Without one it is not joined: offsets are kept in it all the same.
    member: String,
    generation: i32,
    beat_at: Instant,
}

impl Group {
    pub(super) async fn find(client: &mut Client, name: &str) -> Result<Self, Broken> {
        let coordinator = client.coordinator(Of::Group, name).await?;
        Ok(Self {
            name: name.to_owned(),
            coordinator,
            member: String::new(),
            generation: -1,
            beat_at: Instant::now(),
        })
    }

    /// Becomes a member. The partitions of these topics that are its share.
    pub(super) async fn join(
        &mut self,
        client: &mut Client,
        topics: &[String],
    ) -> Result<Vec<Place>, Broken> {
        for _ in 0..ROUNDS_MAX {
            if let Some(share) = self.share(client, topics).await? {
                self.beat_at = Instant::now();
                return Ok(share);
            }
        }
        Err(Broken::new(format!("the members of the group `{}` come to no agreement: try again", self.name)))
    }

    /// Tries to; nothing if it has to begin anew.
    async fn share(&mut self, client: &mut Client, topics: &[String]) -> Result<Option<Vec<Place>>, Broken> {
        let mut wanted = Writer::default().i16(0).count(topics.len());
        for topic in topics {
            wanted = wanted.text(topic);
        }
        let wanted = wanted.i32(-1).bytes;
        let body = Writer::default()
            .text(&self.name)
            .i32(SESSION_MS)
            .i32(SHARING_MS)
            .text(&self.member)
            .text("consumer")
            .count(1)
            .text("range")
            .content(&wanted);
        let answer = client.ask_patiently(self.coordinator, JOIN_GROUP, &body, JOINING_MAX).await?;
        let mut answer = Reader::new(&answer);
        let (_throttle, code) = (answer.i32()?, answer.i16()?);
        if self.begins_anew(client, code).await? {
            return Ok(None);
        }
        self.generation = answer.i32()?;
        answer.text()?;
        let leader = answer.text()?;
        self.member = answer.text()?;
        let members = answer.list(|member| {
            let name = member.text()?;
            let mut wanted = Reader::new(member.content()?);
            wanted.i16()?;
            Ok((name, wanted.list(Reader::text)?))
        })?;
        let shares = if leader == self.member { shared(client, &members).await? } else { BTreeMap::new() };
        let mut body =
            Writer::default().text(&self.name).i32(self.generation).text(&self.member).count(shares.len());
        for (member, share) in &shares {
            body = body.text(member).content(&share_bytes(share));
        }
        let answer = client.ask_patiently(self.coordinator, SYNC_GROUP, &body, JOINING_MAX).await?;
        let mut answer = Reader::new(&answer);
        let (_throttle, code) = (answer.i32()?, answer.i16()?);
        if self.begins_anew(client, code).await? {
            return Ok(None);
        }
        Ok(Some(share_of(answer.content()?)?))
    }

    /// Whether this answer means that sharing begins anew.
    async fn begins_anew(&mut self, client: &mut Client, code: i16) -> Result<bool, Broken> {
        match code {
            0 => Ok(false),
            UNKNOWN_MEMBER | ILLEGAL_GENERATION => {
                self.member = String::new();
                Ok(true)
            }
            SHARING => Ok(true),
            14..=16 => {
                client.pause().await?;
                self.coordinator = client.coordinator(Of::Group, &self.name).await?;
                Ok(true)
            }
            code => Err(trouble::refused(&format!("the group `{}` cannot be joined", self.name), code)),
        }
    }

    /// Says that it is there, if it is time to. Whether its share may go on being read.
    pub(super) async fn beat(&mut self, client: &mut Client) -> Result<bool, Broken> {
        if self.member.is_empty() || self.beat_at.elapsed() < BEAT {
            return Ok(true);
        }
        self.beat_at = Instant::now();
        let body = Writer::default().text(&self.name).i32(self.generation).text(&self.member);
        let answer = client.ask(self.coordinator, HEARTBEAT, &body).await?;
        let mut answer = Reader::new(&answer);
        let (_throttle, code) = (answer.i32()?, answer.i16()?);
        Ok(!self.begins_anew(client, code).await?)
    }

    /// Where the group goes on in these partitions, as far as it was there.
    pub(super) async fn offsets(
        &self,
        client: &mut Client,
        places: &[Place],
    ) -> Result<BTreeMap<Place, i64>, Broken> {
        let mut body = Writer::default().text(&self.name).count(places.len());
        for (topic, partition) in places {
            body = body.text(topic).count(1).i32(*partition);
        }
        let read = |answer: &[u8]| {
            Reader::new(answer).list(|topic| {
                let name = topic.text()?;
                let of = topic.list(|partition| {
                    let (id, offset) = (partition.i32()?, partition.i64()?);
                    partition.maybe()?;
                    Ok((id, offset, partition.i16()?))
                })?;
                Ok((name, of))
            })
        };
        let code = |answer: &[u8]| {
            let codes = read(answer)?;
            Ok(codes.iter().flat_map(|(_, of)| of).map(|of| of.2).find(|code| *code != 0).unwrap_or(0))
        };
        let (answer, code) = client.insist(self.coordinator, OFFSET_FETCH, &body, code).await?;
        trouble::expect(&format!("the offsets of the group `{}` cannot be read", self.name), code)?;
        let mut offsets = BTreeMap::new();
        for (name, of) in read(&answer)? {
            for (partition, offset, _) in of.into_iter().filter(|of| of.1 >= 0) {
                offsets.insert((name.clone(), partition), offset);
            }
        }
        Ok(offsets)
    }

    /// Writes down where the group goes on.
    pub(super) async fn commit(
        &self,
        client: &mut Client,
        offsets: &BTreeMap<Place, i64>,
    ) -> Result<(), Broken> {
        if offsets.is_empty() {
            return Ok(());
        }
        let mut body = Writer::default()
            .text(&self.name)
            .i32(self.generation)
            .text(&self.member)
            .i64(-1)
            .count(offsets.len());
        for ((topic, partition), offset) in offsets {
            body = body.text(topic).count(1).i32(*partition).i64(*offset).maybe(None);
        }
        let (_, code) = client
            .insist(self.coordinator, OFFSET_COMMIT, &body, |answer| {
                let codes = Reader::new(answer).list(|topic| {
                    topic.text()?;
                    topic.list(|partition| {
                        partition.i32()?;
                        partition.i16()
                    })
                })?;
                Ok(codes.into_iter().flatten().find(|code| *code != 0).unwrap_or(0))
            })
            .await?;
        trouble::expect(&format!("the group `{}` does not keep how far it was read", self.name), code)
    }

    /// Leaves its share to others at once. Without this they would have to miss it first.
    pub(super) async fn leave(&self, client: &mut Client) {
        if !self.member.is_empty() {
            let body = Writer::default().text(&self.name).text(&self.member);
            let _missed_later = client.ask(self.coordinator, LEAVE_GROUP, &body).await;
        }
    }
}

/// What each member reads: of each topic a range of its partitions, as Java's clients share them.
async fn shared(
    client: &mut Client,
    members: &[(String, Vec<String>)],
) -> Result<BTreeMap<String, Vec<Place>>, Broken> {
    let topics: BTreeSet<&String> = members.iter().flat_map(|(_, topics)| topics).collect();
    let mut shares: BTreeMap<String, Vec<Place>> =
        members.iter().map(|(member, _)| (member.clone(), Vec::new())).collect();
    for topic in topics {
        let partitions = client.partitions(topic, false).await?;
        let mut wanting: Vec<&String> =
            members.iter().filter(|(_, topics)| topics.contains(topic)).map(|(member, _)| member).collect();
        wanting.sort();
        for (member, range) in wanting.iter().zip(ranges(partitions.len(), wanting.len())) {
            let share = partitions.get(range).unwrap_or_default();
            let places = share.iter().map(|partition| (topic.clone(), *partition));
            shares.entry((*member).clone()).or_default().extend(places);
        }
    }
    Ok(shares)
}

/// So many things in so many ranges; the first ones are longer if they cannot be equal.
fn ranges(count: usize, parts: usize) -> Vec<std::ops::Range<usize>> {
    let (each, more) = (count / parts.max(1), count % parts.max(1));
    let mut start = 0;
    let range = |part| {
        let end = start + each + usize::from(part < more);
        let range = start..end;
        start = end;
        range
    };
    (0..parts).map(range).collect()
}

fn share_bytes(share: &[Place]) -> Vec<u8> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (topic, partition) in share {
        topics.entry(topic).or_default().push(*partition);
    }
    let mut bytes = Writer::default().i16(0).count(topics.len());
    for (topic, partitions) in topics {
        bytes = bytes.text(topic).count(partitions.len());
        for partition in partitions {
            bytes = bytes.i32(partition);
        }
    }
    bytes.i32(-1).bytes
}

fn share_of(bytes: &[u8]) -> Result<Vec<Place>, Failure> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(bytes);
    reader.i16()?;
    let topics = reader.list(|topic| Ok((topic.text()?, topic.list(Reader::i32)?)))?;
    let places = topics.into_iter().flat_map(|(topic, partitions)| {
        partitions.into_iter().map(move |partition| (topic.clone(), partition))
    });
    Ok(places.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_comes_back_as_it_went() {
        let share = vec![("a".to_owned(), 0), ("a".to_owned(), 2), ("b".to_owned(), 1)];
        assert_eq!(share_of(&share_bytes(&share)).unwrap(), share);
    }

    #[test]
    fn ranges_leave_nothing_out() {
        assert_eq!(ranges(7, 3), [0..3, 3..5, 5..7]);
        assert_eq!(ranges(1, 2), [0..1, 1..1]);
    }
}
