//! A key of its own on a real server, and a stand-in for what no server of the distribution has.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use jiff::Timestamp;
use kapelle_plugin::stage::{Stage, service};

pub(super) struct World {
    pub(super) stage: Stage,
    pub(super) url: String,
    pub(super) key: String,
}

impl World {
    pub(super) fn new(name: &str) -> Option<Self> {
        let url = service("redis")?;
        let key = format!("{name}-{}", Timestamp::now().as_nanosecond());
        Some(Self { stage: Stage::new(), url, key })
    }

    /// Properties with the server and the key.
    pub(super) fn with(&self, more: &str) -> String {
        format!("url: '{}'\nkey: '{}'\n{more}\n", self.url, self.key)
    }

    /// Properties with the server.
    pub(super) fn bare(&self, more: &str) -> String {
        format!("url: '{}'\n{more}\n", self.url)
    }
}

/// Answers one connection with these, one for each command. Its address, and the commands that it was asked.
pub(super) fn answering(answers: &[&str]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let work = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        let mut asked = Vec::new();
        for answer in answers {
            asked.push(command(&mut reader));
            stream.write_all(answer.as_bytes()).unwrap();
        }
        asked
    });
    (url, work)
}

fn command(reader: &mut impl BufRead) -> String {
    let mut number = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim()[1..].parse::<usize>().unwrap()
    };
    let count = number();
    let mut parts = Vec::new();
    for _ in 0..count {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let mut part = vec![0; line.trim()[1..].parse::<usize>().unwrap() + 2];
        reader.read_exact(&mut part).unwrap();
        part.truncate(part.len() - 2);
        parts.push(String::from_utf8(part).unwrap());
    }
    parts.join(" ")
}
