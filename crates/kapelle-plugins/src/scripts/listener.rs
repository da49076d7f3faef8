//! Listening to a program: lines go to the log, messages are done as they say.

use kapelle_model::Map;
use kapelle_model::effect::Level;
use kapelle_plugin::RunContext;

use super::message::{self, Message};
use crate::runner::lines::Line;
use crate::runner::{Lines, Stream};

/// Bytes of a wrong message that are shown.
const SHOWN_BYTES: usize = 200;

pub(crate) struct Listener<'c> {
    cx: &'c RunContext,
    pub(crate) vars: Map,
    pub(crate) out_lines: u64,
    pub(crate) error_lines: u64,
}

impl<'c> Listener<'c> {
    pub(crate) fn new(cx: &'c RunContext) -> Self {
        Self { cx, vars: Map::new(), out_lines: 0, error_lines: 0 }
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
            Line::Words(words) => self.cx.log(level, words),
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
