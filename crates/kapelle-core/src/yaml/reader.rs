//! From the events of the scanner to a tree with positions.

use std::collections::HashSet;

use kapelle_model::{Data, Entry, Node, Span};

use super::decode::without_mark;
use super::problem;
use super::scalar::resolve;
use super::scanner::{Error, Event, Parser, Style};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits::{DEPTH_MAX, NODES_MAX};

/// What reading one document gave: everything that is wrong, and the tree if there is one.
#[derive(Debug, Default)]
pub struct Reading {
    /// `None` for an empty document, and for one that could not be read.
    pub root: Option<Node>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the document that stands in `span` of `text`. All positions are those of `text`.
pub fn read(text: &str, span: Span) -> Reading {
    let (document, mark_bytes) = without_mark(&text[span.range()]);
    let base = span.start as usize + mark_bytes;
    let diagnostics = problem::control_characters(document, base);
    if !diagnostics.is_empty() {
        return Reading { root: None, diagnostics };
    }
    let mut reader = Reader::new(document, base);
    let root = match reader.document() {
        Ok(root) => root,
        Err(Stop::Scanner(error)) => {
            reader.diagnostics.push(problem::explain(document, base, &error));
            None
        }
        Err(Stop::Told) => None,
    };
    Reading { root, diagnostics: reader.diagnostics }
}

/// Whether a document can be read without complaint.
pub(super) fn reads(document: &str) -> bool {
    let mut reader = Reader::new(document, 0);
    reader.document().is_ok() && reader.diagnostics.is_empty()
}

/// Where reading a document stops before its end, if it does.
pub(super) fn stop(document: &str) -> Option<usize> {
    let mut reader = Reader::new(document, 0);
    match reader.document() {
        Ok(_) => None,
        Err(Stop::Scanner(error)) => Some(error.at),
        Err(Stop::Told) => reader.diagnostics.last().map(|found| found.span.start as usize),
    }
}

/// Why reading ended early.
enum Stop {
    Scanner(Error),
    /// The diagnostic is already recorded.
    Told,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Scanner(error)
    }
}

struct Reader<'a> {
    parser: Parser<'a>,
    text: &'a str,
    /// Where `text` starts in the file.
    base: usize,
    nodes: usize,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, base: usize) -> Self {
        Self { parser: Parser::new(text), text, base, nodes: 0, depth: 0, diagnostics: Vec::new() }
    }

    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            match self.next()? {
                (Event::End, _) => return Ok(root),
                (event, span) => root = Some(self.node(event, span)?),
            }
        }
    }

    /// The next event and its bytes in the file.
    fn next(&mut self) -> Result<(Event<'a>, Span), Error> {
        let base = self.base as u32;
        self.parser.next().map(|(event, span)| (event, Span::new(base + span.start, base + span.end)))
    }

    /// The node that starts with `event`. Recursion is bounded by [`DEPTH_MAX`].
    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Stop> {
        self.count(span)?;
        match event {
            Event::Scalar { value, style, tag } => {
                let is_text = tag.is_some_and(|tag| tag == "!" || tag.ends_with(":str"));
                let plain = style == Style::Plain && !is_text;
                let data = if plain { resolve(value.into_owned()) } else { Data::Text(value.into_owned()) };
                Ok(Node { span, data })
            }
            Event::Alias { name } => {
                let message = format!("aliases are not supported: `*{name}` is read as the text `{name}`");
                let help = "write the value out, or put it into `variables` and use `{{ vars.… }}`";
                self.diagnostics.push(Diagnostic::new(Code::YamlAlias, span, message).help(help));
                Ok(Node { span, data: Data::Text(name.to_owned()) })
            }
            Event::ListStart => self.nested(span, Self::list),
            _ => self.nested(span, Self::map),
        }
    }

    fn nested(&mut self, span: Span, read: fn(&mut Self, Span) -> Result<Node, Stop>) -> Result<Node, Stop> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("lists and maps are nested more than {DEPTH_MAX} levels deep");
            let help = "move the inner levels into a subflow or a namespace file";
            self.diagnostics.push(Diagnostic::new(Code::YamlTooDeep, span, message).help(help));
            return Err(Stop::Told);
        }
        let node = read(self, span);
        self.depth -= 1;
        node
    }

    fn list(&mut self, mut span: Span) -> Result<Node, Stop> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::ListEnd {
                span.end = end_of_collection(at, items.last().map(|item| item.span), span);
                return Ok(Node { span, data: Data::List(items) });
            }
            items.push(self.node(event, at)?);
        }
    }

    fn map(&mut self, mut span: Span) -> Result<Node, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, key_span) = self.next()?;
            let key = match event {
                Event::MapEnd => {
                    span.end =
                        end_of_collection(key_span, entries.last().map(|entry| entry.value.span), span);
                    self.report_duplicates(&entries);
                    return Ok(Node { span, data: Data::Map(entries) });
                }
                Event::Scalar { value, .. } => value.into_owned(),
                Event::Alias { name } => name.to_owned(),
                _ => {
                    self.diagnostics.push(problem::key_is_not_text(self.text, self.base, key_span));
                    return Err(Stop::Told);
                }
            };
            self.count(key_span)?;
            let (event, at) = self.next()?;
            let value = self.node(event, at)?;
            entries.push(Entry { key, key_span, value });
        }
    }

    fn report_duplicates(&mut self, entries: &[Entry]) {
        // Nearly all maps are small, and looking is faster than hashing then.
        let is_small = entries.len() <= 16;
        let mut seen = HashSet::new();
        for (index, entry) in entries.iter().enumerate() {
            let is_first = if is_small {
                !entries[..index].iter().any(|earlier| earlier.key == entry.key)
            } else {
                seen.insert(entry.key.as_str())
            };
            if is_first {
                continue;
            }
            let message = format!("Duplicate field '{}'", entry.key);
            self.diagnostics.push(
                Diagnostic::new(Code::YamlDuplicateKey, entry.key_span, message.clone())
                    .constraint(format!("Illegal flow source: YAML parsing error: {message}"))
                    .help("keep one of them: the earlier value would be lost without a word"),
            );
        }
    }

    fn count(&mut self, span: Span) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes <= NODES_MAX {
            return Ok(());
        }
        let message = format!("the document has more than {NODES_MAX} scalars, lists and maps");
        let help = "move data into namespace files or the KV store, and split the flow into subflows";
        self.diagnostics.push(Diagnostic::new(Code::YamlTooManyNodes, span, message).help(help));
        Err(Stop::Told)
    }
}

/// A block ends with its last child; the scanner notices only at the next token, lines later.
fn end_of_collection(end: Span, last: Option<Span>, span: Span) -> u32 {
    let has_bracket = end.end > end.start;
    if has_bracket { end.end } else { last.map_or(span.end, |last| last.end) }
}
