//! A stream of its own on a real server, and a stand-in for one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of, service};
use serde_json::{Value as Json, json};

use super::connection::{Connection, ServerProperties};

pub(super) struct World {
    pub(super) stage: Stage,
    pub(super) url: String,
    pub(super) name: String,
    /// A server that knows its users by signed tokens, and credentials for it.
    pub(super) signed: (String, String),
}

impl World {
    pub(super) async fn new(name: &str) -> Option<Self> {
        let address = service("nats")?;
        let mut lines = address.lines().map(str::to_owned);
        let mut next = || lines.next().unwrap();
        let (url, signed, credentials) = (next(), next(), next());
        let signed = (signed, std::fs::read_to_string(credentials).unwrap());
        let name = format!("{name}-{}", Timestamp::now().as_nanosecond());
        let world = Self { stage: Stage::new(), url, name, signed };
        let mut connection = world.open().await;
        let stream = json!({ "name": world.name, "subjects": [format!("{}.>", world.name)] });
        assert!(connection.api(&format!("STREAM.CREATE.{}", world.name), &stream).await.unwrap().is_ok());
        Some(world)
    }

    pub(super) async fn open(&self) -> Connection {
        let server: ServerProperties = kapelle_plugin::read(&properties_of(&self.with(""))).unwrap();
        server.open(&self.stage.context()).await.unwrap()
    }

    /// Properties with the server.
    pub(super) fn with(&self, more: &str) -> String {
        format!("url: '{}'\nusername: kapelle\npassword: Kapelle1\n{more}\n", self.url)
    }

    pub(super) fn rows(&self, got: &Map) -> String {
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        self.stage.content(uri.expose())
    }
}

/// A stand-in for a server with the stream `S`, whose reader `me` has these messages, by number.
pub(super) struct Standin {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    config: Json,
    messages: Vec<u64>,
    published: Vec<(String, String)>,
}

impl Standin {
    pub(super) fn new(config: Json, messages: &[u64]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("nats://{}", listener.local_addr().unwrap());
        let state = State { config, messages: messages.to_vec(), published: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared) = (stream.unwrap(), shared.clone());
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { url, state }
    }

    /// What was published to subjects that begin so.
    pub(super) fn published(&self, begin: &str) -> Vec<(String, String)> {
        let published = self.state.lock().unwrap().published.clone();
        published.into_iter().filter(|(subject, _)| subject.starts_with(begin)).collect()
    }

    /// Properties with the server and the reader.
    pub(super) fn with(&self, more: &str) -> String {
        format!("url: '{}'\nsubject: a\ndurableId: me\n{more}\n", self.url)
    }
}

/// Answers one connection until the other side ends it.
fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    stream.write_all(b"INFO {}\r\n").unwrap();
    let mut subscriptions = BTreeMap::new();
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|count| count > 0) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        line.clear();
        match words[0].as_str() {
            "PING" => stream.write_all(b"PONG\r\n").unwrap(),
            "SUB" => drop(subscriptions.insert(words[1].clone(), words[2].clone())),
            "PUB" => {
                let mut payload = vec![0; words.last().unwrap().parse::<usize>().unwrap() + 2];
                reader.read_exact(&mut payload).unwrap();
                let payload = String::from_utf8(payload).unwrap().trim().to_owned();
                let mut answers = state.lock().unwrap().answers(&words[1], &payload);
                state.lock().unwrap().published.push((words[1].clone(), payload));
                if words.len() < 4 {
                    answers.clear();
                }
                for (reply, answer) in answers {
                    let (to, id) = (&words[2], &subscriptions[&words[2]]);
                    let message = format!("MSG {to} {id} {reply} {}\r\n{answer}\r\n", answer.len());
                    stream.write_all(message.as_bytes()).unwrap();
                }
            }
            _ => {}
        }
    }
}

impl State {
    /// What comes back, with where an acknowledgement is waited for.
    fn answers(&mut self, subject: &str, payload: &str) -> Vec<(String, String)> {
        let asked: Json = serde_json::from_str(payload).unwrap_or_default();
        let answer = match subject.strip_prefix("$JS.API.") {
            Some("STREAM.NAMES") => json!({ "streams": ["S"] }),
            Some("CONSUMER.MSG.NEXT.S.me") => {
                // When there are fewer than were asked for, it waits; nobody sees that end.
                let count = self.messages.len().min(asked["batch"].as_u64().unwrap() as usize);
                let numbers = self.messages.drain(..count);
                return numbers
                    .map(|number| {
                        (format!("$JS.ACK.S.me.1.{number}.1.1700000000000000000.0"), format!("m{number}"))
                    })
                    .collect();
            }
            Some("CONSUMER.DURABLE.CREATE.S.me") => {
                self.config = asked["config"].clone();
                json!({ "name": "me", "config": self.config })
            }
            Some(_) => json!({ "name": "me", "config": self.config }),
            None => return Vec::new(),
        };
        vec![("none".to_owned(), answer.to_string())]
    }
}
