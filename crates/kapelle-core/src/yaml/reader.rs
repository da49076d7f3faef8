//! From the events of the scanner to a tree with positions.

use std::collections::HashSet;
use std::io::{Chain, Read};

use kapelle_model::{Data, Entry, Node, Span};
use libyaml_safer::{Event, EventData, Parser, ScalarStyle};

use super::decode::without_mark;
use super::problem;
use super::scalar::resolve;
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
    // The scanner looks one character beyond a block scalar and needs a line break there.
    let mut input = document.as_bytes().chain(&b"\n"[..]);
    let mut reader =
        Reader { parser: Parser::new(), text: document, base, nodes: 0, depth: 0, diagnostics: Vec::new() };
    reader.parser.set_input(&mut input);
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

/// Why reading ended early.
enum Stop {
    Scanner(libyaml_safer::Error),
    /// The diagnostic is already recorded.
    Told,
}

impl From<libyaml_safer::Error> for Stop {
    fn from(error: libyaml_safer::Error) -> Self {
        Self::Scanner(error)
    }
}

struct Reader<'a, 'i> {
    parser: Parser<&'i mut Chain<&'a [u8], &'static [u8]>>,
    text: &'a str,
    /// Where `text` starts in the file.
    base: usize,
    nodes: usize,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let event = self.parser.parse()?;
            match event.data {
                EventData::StreamEnd => return Ok(root),
                EventData::StreamStart { .. }
                | EventData::DocumentStart { .. }
                | EventData::DocumentEnd { .. } => {}
                _ if root.is_some() => {
                    let span = self.span(&event);
                    let help = "start the next document with a line `---`";
                    let message = "text after the end of the document";
                    self.diagnostics.push(Diagnostic::new(Code::YamlSyntax, span, message).help(help));
                    return Err(Stop::Told);
                }
                _ => root = Some(self.node(event)?),
            }
        }
    }

    /// The node that starts with `event`. Recursion is bounded by [`DEPTH_MAX`].
    fn node(&mut self, event: Event) -> Result<Node, Stop> {
        let span = self.span(&event);
        self.count(span)?;
        match event.data {
            EventData::Scalar { value, style, tag, .. } => {
                let is_text = tag.as_deref().is_some_and(|tag| tag == "!" || tag.ends_with(":str"));
                let plain = style == ScalarStyle::Plain && !is_text;
                let data = if plain { resolve(value) } else { Data::Text(value) };
                Ok(Node { span, data })
            }
            EventData::Alias { anchor } => {
                let message =
                    format!("aliases are not supported: `*{anchor}` is read as the text `{anchor}`");
                let help = "write the value out, or put it into `variables` and use `{{ vars.… }}`";
                self.diagnostics.push(Diagnostic::new(Code::YamlAlias, span, message).help(help));
                Ok(Node { span, data: Data::Text(anchor) })
            }
            EventData::SequenceStart { .. } => self.nested(span, Self::list),
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
            let event = self.parser.parse()?;
            if event.data == EventData::SequenceEnd {
                span.end = self.end_of_block(&event, items.last().map(|item| item.span), span);
                return Ok(Node { span, data: Data::List(items) });
            }
            items.push(self.node(event)?);
        }
    }

    fn map(&mut self, mut span: Span) -> Result<Node, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let event = self.parser.parse()?;
            if event.data == EventData::MappingEnd {
                span.end = self.end_of_block(&event, entries.last().map(|entry| entry.value.span), span);
                self.report_duplicates(&entries);
                return Ok(Node { span, data: Data::Map(entries) });
            }
            let key_span = self.span(&event);
            self.count(key_span)?;
            let key = match event.data {
                EventData::Scalar { value, .. } => value,
                EventData::Alias { anchor } => anchor,
                _ => {
                    self.diagnostics.push(problem::key_is_not_text(self.text, self.base, key_span));
                    return Err(Stop::Told);
                }
            };
            let event = self.parser.parse()?;
            let value = self.node(event)?;
            entries.push(Entry { key, key_span, value });
        }
    }

    fn report_duplicates(&mut self, entries: &[Entry]) {
        let mut seen = HashSet::with_capacity(entries.len());
        for entry in entries {
            if seen.insert(entry.key.as_str()) {
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

    /// A block ends with its last child; the scanner notices only at the next token, lines later.
    fn end_of_block(&self, end: &Event, last: Option<Span>, span: Span) -> u32 {
        let end = self.span(end);
        let is_flow = end.end > end.start;
        if is_flow { end.end } else { last.map_or(span.end, |last| last.end) }
    }

    /// The bytes of an event, without the white space that block scalars end with.
    fn span(&self, event: &Event) -> Span {
        let start = self.text.floor_char_boundary(event.start_mark.index as usize);
        let end = self.text.floor_char_boundary(event.end_mark.index as usize).max(start);
        let written = self.text[start..end].trim_end().len();
        Span::new((self.base + start) as u32, (self.base + start + written) as u32)
    }
}
