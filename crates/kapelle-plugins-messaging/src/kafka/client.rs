//! Connections to the brokers of a cluster, and who of them has what.

use std::collections::BTreeMap;
use std::time::Duration;

use kapelle_core::expression::plain::to_base64;
use kapelle_plugin::{Broken, RunContext};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::Instant;

use super::coding::{Reader, Writer, garbled};
use super::login::{Login, Mechanism};
use super::settings::Settings;
use super::trouble;
use kapelle_plugin::wire::{Patience, Wire};

/// Bytes that an answer may have.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// How long something that may pass is tried again, and how often.
const PATIENCE: Duration = Duration::from_secs(20);
const AGAIN: Duration = Duration::from_millis(200);

/// A kind of request, with the version of its form that is spoken: those that brokers from 2.1 on understand.
#[derive(Clone, Copy)]
pub(super) struct Api(i16, i16);

pub(super) const PRODUCE: Api = Api(0, 7);
pub(super) const FETCH: Api = Api(1, 10);
pub(super) const LIST_OFFSETS: Api = Api(2, 2);
const METADATA: Api = Api(3, 4);
pub(super) const OFFSET_COMMIT: Api = Api(8, 2);
pub(super) const OFFSET_FETCH: Api = Api(9, 1);
const FIND_COORDINATOR: Api = Api(10, 1);
pub(super) const JOIN_GROUP: Api = Api(11, 2);
pub(super) const HEARTBEAT: Api = Api(12, 1);
pub(super) const LEAVE_GROUP: Api = Api(13, 1);
pub(super) const SYNC_GROUP: Api = Api(14, 1);
const SASL_HANDSHAKE: Api = Api(17, 1);
pub(super) const INIT_PRODUCER_ID: Api = Api(22, 0);
pub(super) const ADD_PARTITIONS: Api = Api(24, 0);
pub(super) const END_TRANSACTION: Api = Api(26, 0);
const SASL_AUTHENTICATE: Api = Api(36, 0);

/// What a coordinator looks after.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Group = 0,
    Transaction = 1,
}

/// The number of a broker that was named in the settings, for what any of them can do.
pub(super) const SEED: i32 = -1;

pub(super) struct Client {
    pub(super) cx: RunContext,
    pub(super) settings: Settings,
    nodes: BTreeMap<i32, (String, u16)>,
    connections: BTreeMap<i32, Connection>,
    /// The partitions of topics, with their leaders.
    topics: BTreeMap<String, BTreeMap<i32, i32>>,
}

struct Connection {
    wire: Wire,
    number: i32,
    client: String,
}

impl Connection {
    async fn ask(&mut self, api: Api, body: &[u8]) -> Result<Vec<u8>, Broken> {
        self.number = self.number.wrapping_add(1);
        let request = Writer::default().i16(api.0).i16(api.1).i32(self.number).text(&self.client).raw(body);
        self.wire.send(&Writer::default().content(&request.bytes).bytes).await?;
        let head = self.wire.take(8).await?;
        let mut head = Reader::new(&head);
        let (length, number) = (usize::try_from(head.i32()?).map_err(|_| garbled())?, head.i32()?);
        if number != self.number || !(4..=ANSWER_BYTES_MAX).contains(&length) {
            return Err(garbled().into());
        }
        Ok(self.wire.take(length - 4).await?.to_vec())
    }

    async fn login(&mut self, login: &Login) -> Result<(), Broken> {
        let what = format!("`{}` refused the login", self.wire.place());
        let answer = self.ask(SASL_HANDSHAKE, &Writer::default().text(login.mechanism.name()).bytes).await?;
        trouble::expect(&what, Reader::new(&answer).i16()?)?;
        if login.mechanism == Mechanism::Plain {
            self.authenticate(&what, &login.plain()).await?;
            return Ok(());
        }
        let mut chance = [0; 18];
        SystemRandom::new()
            .fill(&mut chance)
            .map_err(|_| Broken::new("the system gives no random numbers"))?;
        let nonce = to_base64(&chance);
        let challenge = self.authenticate(&what, format!("n,,{}", login.first(&nonce)).as_bytes()).await?;
        let (proof, expected) = login.last(&nonce, &challenge)?;
        let proven = self.authenticate(&what, proof.as_bytes()).await?;
        if proven == expected {
            return Ok(());
        }
        Err(Broken::new(format!("`{}` did not prove that it knows the password", self.wire.place())))
    }

    async fn authenticate(&mut self, what: &str, bytes: &[u8]) -> Result<String, Broken> {
        let answer = self.ask(SASL_AUTHENTICATE, &Writer::default().content(bytes).bytes).await?;
        let mut answer = Reader::new(&answer);
        let (code, _message) = (answer.i16()?, answer.maybe()?);
        trouble::expect(what, code)?;
        Ok(String::from_utf8_lossy(answer.content()?).into_owned())
    }
}

impl Client {
    pub(super) async fn open(cx: &RunContext, settings: Settings) -> Result<Self, Broken> {
        let mut client = Self {
            cx: cx.clone(),
            settings,
            nodes: BTreeMap::new(),
            connections: BTreeMap::new(),
            topics: BTreeMap::new(),
        };
        let mut broken = Broken::new("`bootstrap.servers` of `properties` names no broker");
        for (host, port) in client.settings.seeds.clone() {
            match client.connect(&host, port).await {
                Ok(connection) => {
                    client.connections.insert(SEED, connection);
                    client.ask_about(Some(&[]), false).await?;
                    return Ok(client);
                }
                Err(killed) if killed.is_killed => return Err(killed),
                Err(other) => broken = other,
            }
        }
        Err(broken)
    }

    async fn connect(&self, host: &str, port: u16) -> Result<Connection, Broken> {
        let http = self.cx.host.http();
        let wire = match &self.settings.trust {
            Some(trust) => {
                Wire::open(&self.cx.stop, host, port, Patience::USUAL, http.trusting_line(host, port, trust))
                    .await?
            }
            None => Wire::open(&self.cx.stop, host, port, Patience::USUAL, http.line(host, port)).await?,
        };
        let mut connection = Connection { wire, number: 0, client: self.settings.client.clone() };
        if let Some(login) = &self.settings.login {
            connection.login(login).await?;
        }
        Ok(connection)
    }

    /// Asks this broker.
    pub(super) async fn ask(&mut self, node: i32, api: Api, body: &Writer) -> Result<Vec<u8>, Broken> {
        self.connection(node).await?.ask(api, &body.bytes).await
    }

    /// The same, where the answer may take this long.
    pub(super) async fn ask_patiently(
        &mut self,
        node: i32,
        api: Api,
        body: &Writer,
        time: Duration,
    ) -> Result<Vec<u8>, Broken> {
        let connection = self.connection(node).await?;
        connection.wire.patient(Patience { time, property: None });
        let answer = connection.ask(api, &body.bytes).await;
        connection.wire.patient(Patience::USUAL);
        answer
    }

    async fn connection(&mut self, node: i32) -> Result<&mut Connection, Broken> {
        if !self.connections.contains_key(&node) {
            let (host, port) =
                self.nodes.get(&node).cloned().ok_or_else(|| {
                    Broken::new("the cluster names a broker that it does not know: try again")
                })?;
            let connection = self.connect(&host, port).await?;
            self.connections.insert(node, connection);
        }
        self.connections.get_mut(&node).ok_or_else(|| garbled().into())
    }

    /// Asks about topics, or about all; what is wrong with which of them.
    async fn ask_about(
        &mut self,
        topics: Option<&[String]>,
        may_create: bool,
    ) -> Result<Vec<(String, i16)>, Broken> {
        let mut body = match topics {
            Some(topics) => Writer::default().count(topics.len()),
            None => Writer::default().i32(-1),
        };
        for topic in topics.unwrap_or_default() {
            body = body.text(topic);
        }
        let answer = self.ask(SEED, METADATA, &body.i8(i8::from(may_create))).await?;
        let mut answer = Reader::new(&answer);
        answer.i32()?;
        let nodes = answer.list(|node| {
            let place = (node.i32()?, node.text()?, node.i32()?);
            node.maybe()?;
            Ok(place)
        })?;
        for (id, host, port) in nodes {
            self.nodes.insert(id, (host, u16::try_from(port).map_err(|_| garbled())?));
        }
        answer.maybe()?;
        answer.i32()?;
        let topics = answer.list(|topic| {
            let (code, name, is_internal) = (topic.i16()?, topic.text()?, topic.i8()? != 0);
            let partitions = topic.list(|partition| {
                let (code, id, leader) = (partition.i16()?, partition.i32()?, partition.i32()?);
                partition.list(Reader::i32)?;
                partition.list(Reader::i32)?;
                Ok((code, id, leader))
            })?;
            Ok((code, name, is_internal, partitions))
        })?;
        let mut wrong = Vec::new();
        for (code, name, is_internal, partitions) in topics {
            let leaderless = partitions.iter().map(|partition| partition.0).find(|code| *code == 5);
            match (code, leaderless) {
                (0, None) if !is_internal => {
                    let leaders = partitions.into_iter().map(|(_, id, leader)| (id, leader)).collect();
                    self.topics.insert(name, leaders);
                }
                (0, None) => {}
                (0, Some(code)) | (code, _) => wrong.push((name, code)),
            }
        }
        Ok(wrong)
    }

    /// Asks anew about topics, which may have more partitions by now, or other leaders. What is wrong with one tells
    /// whoever uses it.
    pub(super) async fn ask_anew(&mut self, topics: &[String]) -> Result<(), Broken> {
        self.ask_about(Some(topics), false).await?;
        Ok(())
    }

    /// The partitions of a topic.
    pub(super) async fn partitions(&mut self, topic: &str, may_create: bool) -> Result<Vec<i32>, Broken> {
        let end = Instant::now() + PATIENCE;
        while !self.topics.contains_key(topic) {
            let wrong = self.ask_about(Some(&[topic.to_owned()]), may_create).await?;
            if let Some((_, code)) = wrong.first() {
                let is_new = *code == trouble::UNKNOWN_TOPIC && !may_create;
                if is_new || !trouble::may_pass(*code) || Instant::now() > end {
                    return Err(trouble::refused(&format!("the topic `{topic}` cannot be used"), *code));
                }
                self.pause().await?;
            }
        }
        Ok(self.topics.get(topic).into_iter().flat_map(BTreeMap::keys).copied().collect())
    }

    /// All topics but those of Kafka itself.
    pub(super) async fn all_topics(&mut self) -> Result<Vec<String>, Broken> {
        self.ask_about(None, false).await?;
        Ok(self.topics.keys().cloned().collect())
    }

    /// The broker that leads a partition of a topic that was asked about.
    pub(super) fn leader(&self, topic: &str, partition: i32) -> Result<i32, Broken> {
        let leaders = self.topics.get(topic);
        leaders.and_then(|leaders| leaders.get(&partition)).copied().ok_or_else(|| {
            Broken::new(format!("the topic `{topic}` has no partition {partition}: they are numbered from 0"))
        })
    }

    pub(super) async fn coordinator(&mut self, of: Of, key: &str) -> Result<i32, Broken> {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.ask(SEED, FIND_COORDINATOR, &Writer::default().text(key).i8(of as i8)).await?;
            let mut answer = Reader::new(&answer);
            let (_throttle, code, _message) = (answer.i32()?, answer.i16()?, answer.maybe()?);
            let (node, host, port) = (answer.i32()?, answer.text()?, answer.i32()?);
            if code == 0 {
                self.nodes.insert(node, (host, u16::try_from(port).map_err(|_| garbled())?));
                return Ok(node);
            }
            if !trouble::may_pass(code) || Instant::now() > end {
                return Err(trouble::refused(&format!("nobody looks after `{key}`"), code));
            }
            self.pause().await?;
        }
    }

    /// Asks until there is an answer whose code, read by `code`, is not one that may pass.
    pub(super) async fn insist(
        &mut self,
        node: i32,
        api: Api,
        body: &Writer,
        code: impl Fn(&[u8]) -> Result<i16, kapelle_model::Failure>,
    ) -> Result<(Vec<u8>, i16), Broken> {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.ask(node, api, body).await?;
            let code = code(&answer)?;
            if !trouble::may_pass(code) || Instant::now() > end {
                return Ok((answer, code));
            }
            self.pause().await?;
        }
    }

    pub(super) async fn pause(&self) -> Result<(), Broken> {
        let waiting = tokio::time::timeout(AGAIN, self.cx.stopped()).await;
        if waiting.is_ok() { Err(Broken::killed()) } else { Ok(()) }
    }

    /// Ends its connections; the next question makes a new one.
    pub(super) fn disconnect(&mut self) {
        self.connections.clear();
    }

    pub(super) async fn close(self) {
        for connection in self.connections.into_values() {
            connection.wire.close().await;
        }
    }
}
