//! Listening to a program: lines go to the log, messages are done as they say.

use kapelle_model::Map;
use kapelle_model::effect::Level;
use serde::Deserialize;
use serde_json::Value as Json;

use super::message::{self, Message};
use super::{Line, Lines, Stream};
use crate::context::RunContext;

/// Bytes of a wrong message that are shown.
const SHOWN_BYTES: usize = 200;

/// Where lines that are JSON tell their level and their words: paths of names, such as `info.level`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct JsonLines {
    level: String,
    message: String,
}

impl JsonLines {
    /// The level and the words of a line that is such JSON.
    fn read(&self, line: &str) -> Option<(Level, String)> {
        let json: Json = if line.starts_with('{') { serde_json::from_str(line).ok()? } else { return None };
        let at = |path: &str| path.split('.').try_fold(&json, |json, name| json.get(name))?.as_str();
        let level = match at(&self.level)?.to_ascii_uppercase().as_str() {
            "WARNING" => Level::Warn,
            name => Level::from_name(name)?,
        };
        Some((level, at(&self.message)?.to_owned()))
    }
}

/// Obeys the messages of a program, and logs everything else.
pub struct Listener<'c> {
    cx: &'c RunContext,
    json: Option<JsonLines>,
    /// Whether a line that is JSON was a warning.
    pub has_warned: bool,
    pub vars: Map,
    pub out_lines: u64,
    pub error_lines: u64,
}

impl<'c> Listener<'c> {
    pub fn new(cx: &'c RunContext) -> Self {
        Self { cx, json: None, has_warned: false, vars: Map::new(), out_lines: 0, error_lines: 0 }
    }

    /// Lines that are JSON are taken apart.
    #[must_use]
    pub fn reading(self, json: Option<JsonLines>) -> Self {
        Self { json, ..self }
    }

    /// Later outputs replace earlier ones of the same name.
    fn obey(&mut self, message: Message) {
        self.vars.extend(message.outputs);
        message.metrics.into_iter().for_each(|metric| self.cx.metric(metric));
        message.logs.into_iter().for_each(|(level, text)| self.cx.log(level, text));
    }
}

impl Lines for Listener<'_> {
    fn line(&mut self, stream: Stream, line: Line) {
        let level = match stream {
            Stream::Out => {
                self.out_lines += 1;
                Level::Info
            }
            Stream::Error => {
                self.error_lines += 1;
                Level::Error
            }
        };
        match line {
            Line::Words(words) => {
                let read = self.json.as_ref().and_then(|json| json.read(&words));
                let (level, words) = read.unwrap_or((level, words));
                self.has_warned |= self.json.is_some() && level == Level::Warn;
                self.cx.log(level, words);
            }
            Line::Message(json) => match message::read(&json) {
                Ok(message) => self.obey(message),
                Err(reason) => {
                    let shown = &json[..json.floor_char_boundary(SHOWN_BYTES)];
                    self.cx.log(Level::Warn, format!("Invalid outputs '{shown}': {reason}"));
                }
            },
        }
    }
}
