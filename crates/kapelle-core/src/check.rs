//! Checking flows: every source gives its documents, every document everything that is wrong with it.
//!
//! A document goes through four steps, each of which runs whatever the others found: it is read (`yaml`), compared
//! with the shapes of the language (`structure`), turned into the flow tree (`crate::flow`), and that tree is looked
//! at by one small module for each matter. References between flows come last, when all are known.

mod defaults;
mod graph;
mod http;
mod ids;
mod inputs;
mod kind;
mod labels;
mod limits;
mod literals;
mod path;
pub(crate) mod references;
mod removed;
mod structure;
mod subflows;
mod tasks;
mod triggers;
mod values;

use std::cell::Cell;

use jiff::civil::Date;
use kapelle_model::{Node, Span};

use crate::catalogue::Catalogue;
use crate::diagnostic::{Code, Diagnostic, Severity};
pub use crate::language::Language;
use crate::limits::{DIAGNOSTICS_MAX, DOCUMENTS_MAX, LOOKUP_WORK_MAX};
use crate::source::Source;
use crate::suggest::nearest;
use crate::yaml;
use subflows::Call;

/// What a check has to know beside the text.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub language: Language,
    /// Warnings count as errors.
    pub strict: bool,
    /// For what depends on the calendar, such as clock changes of a time zone.
    pub today: Date,
}

/// A checked source.
#[derive(Debug)]
pub struct File {
    pub source: Source,
    pub documents: Vec<Document>,
}

/// A checked document of a source.
#[derive(Debug)]
pub struct Document {
    pub span: Span,
    pub namespace: Option<String>,
    pub id: Option<String>,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    id_span: Span,
    disabled: bool,
    calls: Vec<Call>,
    left_out: usize,
}

impl Document {
    /// A document of which nothing is known beside what is wrong with it.
    pub fn new(span: Span, diagnostics: Vec<Diagnostic>) -> Self {
        let calls = Vec::new();
        Self {
            span,
            namespace: None,
            id: None,
            diagnostics,
            id_span: span,
            disabled: false,
            calls,
            left_out: 0,
        }
    }

    /// Whether the document can be used: it has no errors.
    pub fn is_ok(&self) -> bool {
        self.diagnostics.iter().all(|found| found.severity != Severity::Error)
    }
}

/// What the checks of one document share.
struct Context<'a> {
    source: &'a Source,
    catalogue: &'static Catalogue,
    options: Options,
    found: Vec<Diagnostic>,
    calls: Vec<Call>,
    lookup: Lookup,
    /// Findings beyond those that are kept.
    left_out: usize,
}

impl Context<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// The nearest name, as long as anybody will read the answer.
    fn nearest<'n>(&self, wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        if is_enough(&self.found) { None } else { self.lookup.nearest(wanted, names) }
    }
}

/// Looks for names that were meant, within the work that one document is worth.
#[derive(Default)]
struct Lookup {
    done: Cell<usize>,
}

impl Lookup {
    fn nearest<'n>(&self, wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let affordable = names.take_while(|name| {
            self.done.set(self.done.get() + wanted.len() * name.len());
            self.done.get() < LOOKUP_WORK_MAX
        });
        nearest(wanted, affordable)
    }
}

/// Looking for near names takes time; a document with so many findings is not worth it.
fn is_enough(found: &[Diagnostic]) -> bool {
    let serious = || found.iter().filter(|found| found.severity != Severity::Info);
    found.len() > DIAGNOSTICS_MAX && serious().nth(DIAGNOSTICS_MAX).is_some()
}

/// Checks sources that belong together: references between flows are looked up among them.
pub fn check(sources: Vec<Source>, options: &Options) -> Vec<File> {
    let catalogue = Catalogue::bundled();
    let mut files = Vec::with_capacity(sources.len());
    for source in sources {
        let spans = yaml::split(source.text());
        let readable = spans.iter().take(DOCUMENTS_MAX);
        let mut documents: Vec<_> =
            readable.map(|span| document(&source, *span, catalogue, *options)).collect();
        if let Some(span) = spans.get(DOCUMENTS_MAX) {
            let message =
                format!("the source has {} documents, more than the limit of {DOCUMENTS_MAX}", spans.len());
            let found = Diagnostic::new(Code::SourceTooLarge, *span, message);
            documents.push(Document::new(*span, vec![found.help("split it into several files")]));
        }
        files.push(File { source, documents });
    }
    subflows::check(&mut files);
    for file in &mut files {
        for document in &mut file.documents {
            finish(document, *options);
        }
    }
    files
}

fn document(source: &Source, span: Span, catalogue: &'static Catalogue, options: Options) -> Document {
    let mut reading = yaml::read(source.text(), span);
    for found in reading.diagnostics.iter_mut().filter(|found| found.severity == Severity::Error) {
        let wording = || format!("Illegal flow source: YAML parsing error: {}", found.message);
        found.constraint.get_or_insert_with(wording);
    }
    let mut cx = Context {
        source,
        catalogue,
        options,
        found: reading.diagnostics,
        calls: Vec::new(),
        lookup: Lookup::default(),
        left_out: 0,
    };
    let mut document = Document::new(span, Vec::new());
    match &reading.root {
        None if cx.found.is_empty() => {
            let at = Span::new(span.start, span.start);
            let help = "a flow has at least `id`, `namespace` and `tasks`";
            cx.report(Diagnostic::new(Code::NotAFlow, at, "the document is empty").help(help));
        }
        None => {}
        Some(root) => {
            let text = |key| root.get(key).and_then(Node::scalar_text).filter(|text| !text.is_empty());
            document.namespace = text("namespace");
            document.id = text("id");
            document.id_span = root.get("id").map_or(span, |id| id.span);
            document.disabled = root.get("disabled").and_then(Node::as_bool).unwrap_or(false);
            match kind::other_document(root, source) {
                Some(found) => cx.report(found),
                None => flow(root, &mut cx),
            }
        }
    }
    document.diagnostics = cx.found;
    document.calls = cx.calls;
    document.left_out = cx.left_out;
    document
}

fn flow(root: &Node, cx: &mut Context<'_>) {
    structure::check(root, cx);
    let flow = crate::flow::read(root, cx.catalogue);
    ids::check(&flow, cx);
    labels::check(root, &flow, cx);
    inputs::check(&flow.inputs, cx);
    literals::check(&flow.inputs, cx);
    tasks::check(root, &flow, cx);
    http::check(&flow, cx);
    values::check(root, &flow, cx);
    triggers::check(root, &flow, cx);
    limits::check(root, &flow, cx);
    references::dead_branches(&flow, cx);
    references::check(root, &flow, cx);
    if cx.options.language == Language::Two {
        removed::check(root, &flow, cx);
    }
    cx.calls = subflows::calls(root, &flow);
    cx.left_out += keep_worst(&mut cx.found);
    for found in &mut cx.found {
        if found.path.is_empty() {
            found.path = path::at(root, found.span.start);
        }
    }
}

/// Brings the findings into the order of the text, applies `strict`, and tells how many were left out.
fn finish(document: &mut Document, options: Options) {
    let found = &mut document.diagnostics;
    document.left_out += keep_worst(found);
    found.sort_by_key(|found| (found.span.start, found.severity, found.code));
    if options.strict {
        for found in found.iter_mut().filter(|found| found.severity == Severity::Warning) {
            found.severity = Severity::Error;
        }
    }
    if document.left_out > 0 {
        let span = found.last().map_or(document.span, |last| last.span);
        let message = format!("and at least {} more findings in this document", document.left_out);
        let more = Diagnostic::new(Code::TooManyDiagnostics, span, message);
        found.push(more.help("mend the first ones and check again"));
    }
}

/// Keeps the worst findings, whatever stands in front of them. Gives the number of the others.
fn keep_worst(found: &mut Vec<Diagnostic>) -> usize {
    let left_out = found.len().saturating_sub(DIAGNOSTICS_MAX);
    if left_out > 0 {
        found.sort_by_key(|found| (found.severity, found.span.start));
        found.truncate(DIAGNOSTICS_MAX);
    }
    left_out
}
