//! A small server for tests: it answers each request with the bytes that a function gives.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A server on a port of this machine. Its threads end with the test.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Received>>>,
}

/// What came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// `GET /path HTTP/1.1`.
    pub line: String,
    /// As they were written.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An answer with this status and content.
pub fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let lines: String = headers.iter().flat_map(|header| [header, "\r\n"]).collect();
    format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

impl Server {
    /// Begins to answer.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn start(answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::new(answer), Arc::clone(&requests));
        let _detached = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                let _detached = thread::spawn(move || {
                    let Some(received) = receive(&stream) else { return };
                    let bytes = answer(&received);
                    kept.lock().unwrap_or_else(PoisonError::into_inner).push(received);
                    // Who asked may be gone; a test sees that elsewhere.
                    let _gone = (&stream).write_all(&bytes);
                });
            }
        });
        Self { address, requests }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// What came in so far.
    pub fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last request.
    ///
    /// # Panics
    /// If there was none.
    pub fn last(&self) -> Received {
        self.requests().pop().expect("something was asked")
    }
}

fn receive(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let line = next_line(&mut reader)?;
    let mut received = Received { line, ..Received::default() };
    loop {
        let line = next_line(&mut reader)?;
        let Some((name, value)) = line.split_once(':') else { break };
        received.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = received.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    received.body = vec![0; length];
    reader.read_exact(&mut received.body).ok()?;
    Some(received)
}

fn next_line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
}
