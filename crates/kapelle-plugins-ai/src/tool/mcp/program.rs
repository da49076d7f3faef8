//! A server that is a program of this machine: it reads messages as lines, and writes them as lines.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_plugin::program::{Group, Line, PATH, Splitter};
use kapelle_plugin::{Broken, RunContext};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex as Turn;
use tokio::time::timeout;

use super::stream::is_answer_to;
use super::{ANSWER_MAX, Start};
use crate::wire::unless_stopped;

/// Bytes that are read at once.
const PART: usize = 8 << 10;

/// Bytes of the last words of a program that are kept: there it says why it ended.
const WORDS_MAX: usize = 4 << 10;

/// How long a program may take to end when nobody speaks to it any more.
const GRACE: Duration = Duration::from_secs(2);

pub(super) struct Program {
    name: String,
    talk: Turn<Talk>,
}

impl Program {
    pub(super) fn start(cx: &RunContext, start: &Start) -> Result<Self, Broken> {
        let name = start.command.first().filter(|name| !name.expose().is_empty());
        let name =
            name.ok_or_else(|| Broken::new("the `command` of an MCP server is empty: name a program"))?;
        let directory = cx.host.directory()?;
        let mut command = Command::new(name.expose());
        command
            .args(start.command.iter().skip(1).map(kapelle_model::Text::expose))
            .env_clear()
            .env("PATH", PATH)
            .env("HOME", &directory)
            .env("LANG", "C.UTF-8")
            .envs(start.environment.iter().map(|(name, value)| (name, value.expose())))
            .current_dir(&directory)
            .process_group(0)
            .kill_on_drop(true)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let name = name.masked();
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Broken::new(format!(
                "there is no program `{name}` on this machine, not in any folder of the PATH: install it, give its whole \
                 path, or set `PATH` in `env`"
            )),
            _ => Broken::new(format!("the MCP server `{name}` cannot be started: {error}")),
        })?;
        Ok(Self { name, talk: Turn::new(Talk::with(child)?) })
    }

    pub(super) fn who(&self) -> String {
        format!("the MCP server `{}`", self.name)
    }

    /// Says something that is not answered.
    pub(super) async fn tell(&self, cx: &RunContext, message: &Json) -> Result<(), Broken> {
        let mut talk = self.talk.lock().await;
        talk.say(message);
        while !talk.unsent.is_empty() {
            if !unless_stopped(cx, talk.step(cx)).await?? {
                return Err(self.ended(&mut talk, cx).await);
            }
        }
        Ok(())
    }

    /// The answer to the question of this number.
    pub(super) async fn answer(&self, cx: &RunContext, question: &Json, id: u64) -> Result<Json, Broken> {
        let mut talk = self.talk.lock().await;
        talk.say(question);
        loop {
            let Some(line) = unless_stopped(cx, talk.line(cx, &self.name)).await?? else {
                return Err(self.ended(&mut talk, cx).await);
            };
            let Ok(message) = serde_json::from_slice::<Json>(&line) else {
                // Programs say all kinds of things while they start.
                cx.log(Level::Debug, format!("{}: {}", self.name, String::from_utf8_lossy(&line)));
                continue;
            };
            if is_answer_to(&message, id) {
                return Ok(message);
            }
            if let Some(reply) = reply(&message) {
                talk.say(&reply);
            }
        }
    }

    /// Lets the program end, and sees to it that it does.
    pub(super) async fn close(&self) {
        let mut talk = self.talk.lock().await;
        talk.input = None;
        let talk = &mut *talk;
        let Some(group) = talk.group.take() else { return };
        if timeout(GRACE, talk.child.wait()).await.is_err() {
            group.end(&mut talk.child).await;
        }
    }

    async fn ended(&self, talk: &mut Talk, cx: &RunContext) -> Broken {
        let status = match timeout(GRACE, talk.last(cx)).await {
            Ok(Some(status)) => {
                if let Some(group) = talk.group.take() {
                    group.kill();
                    group.ended();
                }
                format!(" ({status})")
            }
            _ => String::new(),
        };
        let words = talk.words.trim();
        let said = if words.is_empty() { String::new() } else { format!(". It said:\n{words}") };
        Broken::new(format!("{} ended{status} before it answered{said}", self.who()))
    }
}

/// What a server that asks us something is told: it may see whether we are there, and nothing else.
fn reply(message: &Json) -> Option<Json> {
    let id = message.get("id").filter(|id| !id.is_null())?;
    let method = message.get("method").and_then(Json::as_str)?;
    if method == "ping" {
        return Some(json!({ "jsonrpc": "2.0", "id": id, "result": {} }));
    }
    let error = json!({ "code": -32601, "message": format!("`{method}` is not known here") });
    Some(json!({ "jsonrpc": "2.0", "id": id, "error": error }))
}

/// A program that is spoken to. What a step leaves undone the next one does, so that each may be broken off.
struct Talk {
    child: Child,
    group: Option<Group>,
    input: Option<ChildStdin>,
    output: ChildStdout,
    errors: Option<ChildStderr>,
    unsent: Vec<u8>,
    /// What came and was not taken yet, and how much of it has no end of a line.
    ahead: Vec<u8>,
    searched: usize,
    heard: Vec<u8>,
    splitter: Splitter,
    words: String,
}

impl Talk {
    fn with(mut child: Child) -> Result<Self, Broken> {
        let group = Some(Group::of(&child));
        let (input, errors) = (child.stdin.take(), child.stderr.take());
        let output = child.stdout.take().ok_or_else(|| Broken::new("the MCP server has no output"))?;
        let (unsent, ahead, heard) = Default::default();
        let (splitter, words) = Default::default();
        Ok(Self { child, group, input, output, errors, unsent, ahead, searched: 0, heard, splitter, words })
    }

    fn say(&mut self, message: &Json) {
        self.unsent.extend_from_slice(message.to_string().as_bytes());
        self.unsent.push(b'\n');
    }

    /// The next line; nothing, if the program closed its output.
    async fn line(&mut self, cx: &RunContext, name: &str) -> Result<Option<Vec<u8>>, Broken> {
        loop {
            if let Some(end) = self.ahead[self.searched..].iter().position(|byte| *byte == b'\n') {
                let rest = self.ahead.split_off(self.searched + end + 1);
                self.searched = 0;
                return Ok(Some(std::mem::replace(&mut self.ahead, rest)));
            }
            self.searched = self.ahead.len();
            if self.searched > ANSWER_MAX {
                return Err(Broken::new(format!(
                    "an answer of the MCP server `{name}` has more than {ANSWER_MAX} bytes"
                )));
            }
            if !self.step(cx).await? {
                return Ok(None);
            }
        }
    }

    /// Takes or gives some bytes, wherever that goes on. Whether the program still speaks.
    async fn step(&mut self, cx: &RunContext) -> Result<bool, Broken> {
        self.ahead.reserve(PART);
        self.heard.reserve(PART);
        tokio::select! {
            sent = write(self.input.as_mut(), &self.unsent), if !self.unsent.is_empty() => {
                let Ok(count) = sent else { return Ok(false) };
                self.unsent.drain(..count);
            }
            count = self.output.read_buf(&mut self.ahead) => return Ok(count? > 0),
            count = read(self.errors.as_mut(), &mut self.heard), if self.errors.is_some() => self.hear(cx, count?),
        }
        Ok(true)
    }

    /// Hears the last words, and waits for the end.
    async fn last(&mut self, cx: &RunContext) -> Option<std::process::ExitStatus> {
        while self.errors.is_some() {
            self.heard.reserve(PART);
            let count = read(self.errors.as_mut(), &mut self.heard).await.ok()?;
            self.hear(cx, count);
        }
        self.child.wait().await.ok()
    }

    /// Logs what the program says beside its answers.
    fn hear(&mut self, cx: &RunContext, count: usize) {
        let words = &mut self.words;
        let mut each = |line: Line| {
            let (Line::Words(line) | Line::Message(line)) = line;
            words.push_str(&line);
            words.push('\n');
            cx.log(Level::Debug, line);
        };
        if count == 0 {
            self.errors = None;
            self.splitter.finish(&mut each);
        } else {
            self.splitter.push(&std::mem::take(&mut self.heard), &mut each);
        }
        let surplus = self.words.len().saturating_sub(WORDS_MAX);
        self.words.drain(..self.words.ceil_char_boundary(surplus));
    }
}

async fn write(input: Option<&mut ChildStdin>, bytes: &[u8]) -> io::Result<usize> {
    match input {
        Some(input) => input.write(bytes).await,
        None => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

async fn read(errors: Option<&mut ChildStderr>, heard: &mut Vec<u8>) -> io::Result<usize> {
    match errors {
        Some(errors) => errors.read_buf(heard).await,
        None => Ok(0),
    }
}
