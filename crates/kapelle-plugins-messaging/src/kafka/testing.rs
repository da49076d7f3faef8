//! A stand-in for a cluster: one broker with one topic, in memory, which tells what it was asked.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use kapelle_model::Failure;

use super::batch::{self, Author, Record};
use super::coding::{Reader, Writer};
use super::compression::Compression;

pub(super) const TOPIC: &str = "t";

/// Bytes of a batch that brokers take where nothing else is set.
pub(super) const BATCH_BYTES_MAX: usize = 1_048_588;

pub(super) struct Cluster {
    pub(super) address: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    port: i32,
    pub(super) partitions: i32,
    /// The number of the first record that is kept in each partition.
    pub(super) first: i64,
    /// Records by partition; they are numbered from `first` on.
    pub(super) records: BTreeMap<i32, Vec<Record>>,
    /// What the group has written down.
    pub(super) committed: BTreeMap<i32, i64>,
    /// What was written: the number of its first record, how many, and its bytes.
    pub(super) batches: Vec<(i32, i32, usize)>,
    pub(super) batch_bytes_max: usize,
    /// Behind the records of each partition is the mark of a transaction.
    pub(super) has_marks: bool,
    /// What was written down, one after the other.
    pub(super) commits: Vec<(i32, i64)>,
    /// How transactions ended.
    pub(super) ends: Vec<i8>,
    /// How often a member left.
    pub(super) left: usize,
    /// The isolation that was asked for with fetches and offsets.
    pub(super) isolation: Vec<i8>,
}

impl Cluster {
    pub(super) fn new(partitions: i32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let port = i32::from(address.port());
        let state = State { port, partitions, batch_bytes_max: BATCH_BYTES_MAX, ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared) = (stream.unwrap(), shared.clone());
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address: address.to_string(), state }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A record comes.
    pub(super) fn put(&self, partition: i32, value: &str) {
        let record = Record { value: Some(value.as_bytes().to_vec()), ..Record::default() };
        self.state().records.entry(partition).or_default().push(record);
    }

    /// Properties with the broker and the topic.
    pub(super) fn with(&self, settings: &str, more: &str) -> String {
        format!("properties: {{bootstrap.servers: '{}'{settings}}}\ntopic: {TOPIC}\n{more}\n", self.address)
    }
}

/// Answers one connection until the other side ends it.
fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut length = [0; 4];
    while stream.read_exact(&mut length).is_ok() {
        let mut request = vec![0; u32::from_be_bytes(length) as usize];
        if stream.read_exact(&mut request).is_err() {
            return;
        }
        let mut request = Reader::new(&request);
        let (api, _version, number) =
            (request.i16().unwrap(), request.i16().unwrap(), request.i32().unwrap());
        request.text().unwrap();
        let answer = state.lock().unwrap().answer(api, &mut request).unwrap();
        if api == 1 {
            // A real one waits for records; this one only spares the processor.
            std::thread::sleep(Duration::from_millis(5));
        }
        let answer = Writer::default().i32(number).raw(&answer.bytes);
        if stream.write_all(&Writer::default().content(&answer.bytes).bytes).is_err() {
            return;
        }
    }
}

impl State {
    fn end(&self, partition: i32) -> i64 {
        let marks = i64::from(self.has_marks);
        self.first + self.records.get(&partition).map_or(0, Vec::len) as i64 + marks
    }

    fn answer(&mut self, api: i16, asked: &mut Reader) -> Result<Writer, Failure> {
        let fine = Writer::default().i32(0).i16(0);
        Ok(match api {
            0 => self.produce(asked)?,
            1 => self.fetch(asked)?,
            2 => self.list_offsets(asked)?,
            3 => self.metadata(),
            8 => self.commit(asked)?,
            9 => self.committed(asked)?,
            10 => fine.maybe(None).i32(1).text("127.0.0.1").i32(self.port),
            11 => fine
                .i32(1)
                .text("range")
                .text("me")
                .text("me")
                .count(1)
                .text("me")
                .content(&Writer::default().i16(0).count(1).text(TOPIC).i32(-1).bytes),
            14 => {
                let _head = (asked.text()?, asked.i32()?, asked.text()?);
                let shares = asked.list(|share| Ok((share.text()?, share.content()?.to_vec())))?;
                fine.content(&shares[0].1)
            }
            13 => {
                self.left += 1;
                fine
            }
            26 => {
                let _head = (asked.text()?, asked.i64()?, asked.i16()?);
                self.ends.push(asked.i8()?);
                fine
            }
            22 => fine.i64(7).i16(0),
            24 => Writer::default().i32(0).count(0),
            _ => fine,
        })
    }

    fn metadata(&self) -> Writer {
        let mut answer = Writer::default().i32(0).count(1).i32(1).text("127.0.0.1").i32(self.port);
        answer = answer.maybe(None).maybe(None).i32(1).count(1);
        answer = answer.i16(0).text(TOPIC).i8(0).i32(self.partitions);
        for partition in 0..self.partitions {
            answer = answer.i16(0).i32(partition).i32(1).count(0).count(0);
        }
        answer
    }

    fn list_offsets(&mut self, asked: &mut Reader) -> Result<Writer, Failure> {
        asked.i32()?;
        self.isolation.push(asked.i8()?);
        let _head = (asked.i32()?, asked.text()?, asked.i32()?);
        let (partition, time) = (asked.i32()?, asked.i64()?);
        let offset = if time == -2 { self.first } else { self.end(partition) };
        let answer = Writer::default().i32(0).count(1).text(TOPIC).count(1);
        Ok(answer.i32(partition).i16(0).i64(-1).i64(offset))
    }

    fn committed(&self, asked: &mut Reader) -> Result<Writer, Failure> {
        asked.text()?;
        let places = asked.list(|topic| {
            topic.text()?;
            topic.list(Reader::i32)
        })?;
        let mut answer = Writer::default().count(places.len());
        for partition in places.into_iter().flatten() {
            let offset = self.committed.get(&partition).copied().unwrap_or(-1);
            answer = answer.text(TOPIC).count(1).i32(partition).i64(offset).maybe(None).i16(0);
        }
        Ok(answer)
    }

    fn commit(&mut self, asked: &mut Reader) -> Result<Writer, Failure> {
        let _head = (asked.text()?, asked.i32()?, asked.text()?, asked.i64()?);
        let offsets = asked.list(|topic| {
            topic.text()?;
            topic.list(|part| Ok((part.i32()?, part.i64()?, part.maybe()?)))
        })?;
        let offsets = offsets.into_iter().flatten().map(|(partition, offset, _)| (partition, offset));
        for (partition, offset) in offsets {
            self.commits.push((partition, offset));
            self.committed.insert(partition, offset);
        }
        Ok(Writer::default().count(0))
    }

    fn fetch(&mut self, asked: &mut Reader) -> Result<Writer, Failure> {
        let _head = (asked.i32()?, asked.i32()?, asked.i32()?, asked.i32()?);
        self.isolation.push(asked.i8()?);
        let _head = (asked.i32()?, asked.i32()?);
        let places = asked.list(|topic| {
            topic.text()?;
            topic.list(|part| {
                let (partition, _epoch, offset) = (part.i32()?, part.i32()?, part.i64()?);
                let _head = (part.i64()?, part.i32()?);
                Ok((partition, offset))
            })
        })?;
        let mut answer = Writer::default().i32(0).i16(0).i32(0).count(places.len());
        for (partition, offset) in places.into_iter().flatten() {
            answer = answer.text(TOPIC).count(1).i32(partition);
            let is_there = (self.first..=self.end(partition)).contains(&offset);
            answer = answer.i16(i16::from(!is_there)).raw(&[0; 24]).i32(-1);
            let records = self.records.get(&partition).into_iter().flatten();
            let records: Vec<Record> =
                records.skip(usize::try_from(offset - self.first).unwrap_or(0)).cloned().collect();
            answer = if records.is_empty() || !is_there {
                answer.count(0)
            } else {
                let author = Author { id: -1, epoch: -1, is_transactional: false };
                let mut batch = batch::write(&records, Compression::None, author, -1)?;
                if self.has_marks {
                    // A batch without records takes a number too.
                    let mark = batch::write(&[], Compression::None, author, -1)?;
                    let number = Writer::default().i64(offset + records.len() as i64).bytes;
                    batch.extend([&number, &mark[8..]].concat());
                }
                answer.content(&Writer::default().i64(offset).raw(&batch[8..]).bytes)
            };
        }
        Ok(answer)
    }

    fn produce(&mut self, asked: &mut Reader) -> Result<Writer, Failure> {
        let _head = (asked.maybe()?, asked.i16()?, asked.i32()?);
        let (_, topic, _, partition) = (asked.i32()?, asked.text()?, asked.i32()?, asked.i32()?);
        let batch = asked.content()?;
        let mut head = Reader::new(&batch[53..]);
        let (sequence, count) = (head.i32()?, head.i32()?);
        let code = if batch.len() > self.batch_bytes_max { 10 } else { 0 };
        if code == 0 {
            self.batches.push((sequence, count, batch.len()));
        }
        let answer = Writer::default().count(1).text(&topic).count(1);
        Ok(answer.i32(partition).i16(code).raw(&[0; 24]).i32(0))
    }
}
