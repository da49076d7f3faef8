//! Reads YAML part by part: a document, or an item of the list that a document is.

use std::io::{BufRead, BufReader, Read};

use kapelle_core::diagnostic::{Code, Severity};
use kapelle_core::expression::plain;
use kapelle_core::yaml;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Broken, RunContext};

/// Bytes of a part, which is read at once.
const PART_BYTES_MAX: usize = 16 << 20;

/// What a file has one after the other.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// A document.
    Whole(Value),
    /// An item of a document that is a list; with it the list begins.
    First(Value),
    /// A further item of the same list.
    Next(Value),
}

impl Part {
    pub(super) fn value(self) -> Value {
        match self {
            Self::Whole(value) | Self::First(value) | Self::Next(value) => value,
        }
    }
}

pub(super) struct Documents<'c, R> {
    cx: &'c RunContext,
    from: BufReader<R>,
    /// The line that comes next, and its number.
    line: Option<String>,
    number: usize,
    /// Items of the current list were given already.
    is_in_list: bool,
    is_begun: bool,
}

impl<'c, R: Read> Documents<'c, R> {
    pub(super) fn new(cx: &'c RunContext, from: R) -> Self {
        let from = BufReader::with_capacity(64 << 10, from);
        Self { cx, from, line: None, number: 0, is_in_list: false, is_begun: false }
    }

    /// The next part.
    pub(super) fn next(&mut self) -> Result<Option<Part>, Broken> {
        if !self.is_begun {
            self.is_begun = true;
            self.advance()?;
        }
        loop {
            self.cx.go_on()?;
            let first = self.number;
            let mut text = String::new();
            let mut is_item = false;
            let mut has_content = false;
            let mut has_mark = false;
            while let Some(line) = &self.line {
                let is_blank = line.trim_start().is_empty() || line.trim_start().starts_with('#');
                let is_dash = is_mark(line, "-");
                if is_mark(line, "---") || is_mark(line, "...") {
                    if has_content {
                        break;
                    }
                    has_mark |= line.starts_with("---");
                    self.is_in_list = false;
                    // What stands behind the mark belongs to the document.
                    let rest = line.strip_prefix("---").unwrap_or("\n");
                    has_content = !rest.trim_start().is_empty() && !rest.trim_start().starts_with('#');
                    text.push_str("   ");
                    text.push_str(rest);
                } else if line.starts_with('%') && !has_content {
                    text.push('\n');
                } else {
                    if is_dash && has_content && is_item {
                        break;
                    }
                    if !has_content && !is_blank {
                        has_content = true;
                        is_item = is_dash;
                    }
                    text.push_str(line);
                }
                if text.len() > PART_BYTES_MAX {
                    return Err(Broken::new(format!(
                        "what begins at line {first} has more than {} MB: a list at the top is read item by item, anything \
                         else as a whole",
                        PART_BYTES_MAX >> 20
                    )));
                }
                self.advance()?;
            }
            if !has_content {
                // A mark with nothing behind it is a document that is null, but for one at the end.
                if self.line.is_none() && !(has_mark && first == 1) {
                    return Ok(None);
                }
                if has_mark {
                    return Ok(Some(Part::Whole(Value::Null)));
                }
                continue;
            }
            let value = parse(&text, first)?;
            return match value {
                Value::List(items) if is_item && items.len() == 1 => {
                    let item = items.first().cloned().unwrap_or_default();
                    let was_in_list = std::mem::replace(&mut self.is_in_list, true);
                    Ok(Some(if was_in_list { Part::Next(item) } else { Part::First(item) }))
                }
                value => {
                    self.is_in_list = false;
                    Ok(Some(Part::Whole(value)))
                }
            };
        }
    }

    fn advance(&mut self) -> Result<(), Broken> {
        let mut line = String::new();
        let count = (&mut self.from).take(PART_BYTES_MAX as u64 + 1).read_line(&mut line)?;
        self.number += 1;
        self.line = (count > 0).then_some(line);
        Ok(())
    }
}

/// Whether a line begins with a mark that stands alone.
fn is_mark(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// The value of a text whose first line has this number.
fn parse(text: &str, first: usize) -> Result<Value, Failure> {
    let Some(span) = yaml::split(text).first().copied() else { return Ok(Value::Null) };
    let reading = yaml::read(text, span);
    // Of two entries with one key the last one counts.
    let is_wrong = |code| !matches!(code, Code::YamlDuplicateKey);
    let found = reading.diagnostics.iter().find(|found| {
        (found.severity == Severity::Error && is_wrong(found.code)) || found.code == Code::YamlAlias
    });
    if let Some(found) = found {
        let before = text.get(..found.span.start as usize).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + first;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let reason = if found.code == Code::YamlAlias {
            "aliases (`*name`) are not followed here: write the value itself"
        } else {
            &found.message
        };
        return Err(Failure::new(format!(
            "it is no YAML that can be read: at line {line}, column {column}: {reason}"
        )));
    }
    Ok(reading.root.as_ref().map(plain::from_node).unwrap_or_default())
}
