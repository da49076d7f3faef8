//! The real binary as a server in a folder of its own, and what clients ask it.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value as Json;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whoever reaches the server may do everything, and nobody else watches it.
pub(crate) const OPEN: &str =
    "kestra: {server: {basic-auth: {enabled: false}}}\nendpoints: {all: {enabled: false}}\n";

pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// What it wrote so far.
    pub(crate) log: Arc<Mutex<String>>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Server {
    /// Starts it with `kestra.yml` of the folder, and waits until it listens.
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kapelle"));
        command
            .current_dir(folder)
            .args(["server", "local", "--host", "127.0.0.1", "--port", "0", "--config", "kestra.yml"])
            .args(more)
            // Scripts that name no runner run as processes here, whether or not this machine has Docker.
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock");
        Self::spawn(&mut command)
    }

    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let lines = child.stderr.take().map(BufReader::new).ok_or(ErrorKind::BrokenPipe)?;
        let log = Arc::new(Mutex::new(String::new()));
        if let Some(address) = read(lines, &log) {
            return Ok(Self { child, address, log });
        }
        child.wait()?;
        Err(Error::other(format!("the server does not start:\n{}", log.lock().unwrap())))
    }

    /// One request on a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, media: &str, body: &str) -> Result<Answer> {
        ask(self.address, method, path, media, body)
    }

    pub(crate) fn get(&self, path: &str) -> Json {
        let answer = self.ask("GET", path, "text/plain", "").unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Reads until it says where it listens, and the rest in a thread of its own.
fn read(mut lines: BufReader<ChildStderr>, log: &Arc<Mutex<String>>) -> Option<SocketAddr> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        log.lock().unwrap().push_str(&line);
        if let Some(address) = line.trim().strip_prefix("listening: http://") {
            let (address, log) = (address.parse().ok()?, Arc::clone(log));
            std::thread::spawn(move || {
                let mut line = String::new();
                while lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                    log.lock().unwrap().push_str(&line);
                    line.clear();
                }
            });
            return Some(address);
        }
    }
}

pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, media: &str, body: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {media}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let length = head
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    // An answer that was cut off is none.
    if !is_chunked && length.is_some_and(|length: usize| length != body.len()) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(ErrorKind::InvalidData)?;
    let body =
        if is_chunked { whole(body.as_bytes()).ok_or(ErrorKind::UnexpectedEof)? } else { body.to_owned() };
    Ok(Answer { status, body })
}

/// What came in pieces, each after its size; `None` if the end is missing.
fn whole(mut pieces: &[u8]) -> Option<String> {
    let mut whole = Vec::new();
    loop {
        let end = pieces.windows(2).position(|bytes| bytes == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&pieces[..end]).ok()?, 16).ok()?;
        if size == 0 {
            return String::from_utf8(whole).ok();
        }
        pieces = &pieces[end + 2..];
        whole.extend_from_slice(pieces.get(..size)?);
        pieces = pieces.get(size + 2..)?;
    }
}
