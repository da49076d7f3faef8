//! Checking flows: every source gives its documents, every document everything that is wrong with it.

use jiff::civil::Date;
use kapelle_model::Span;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Source;
use crate::yaml;

/// What a check has to know beside the text.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub language: Language,
    /// Warnings count as errors.
    pub strict: bool,
    /// For what depends on the calendar, such as clock changes of a time zone.
    pub today: Date,
}

/// The language level: where the same text means two things, this decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    One,
    Two,
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
}

impl Document {
    /// Whether the document can be used: it has no errors.
    pub fn is_ok(&self) -> bool {
        self.diagnostics.iter().all(|found| found.severity != Severity::Error)
    }
}

/// Checks sources that belong together: references between flows are looked up among them.
pub fn check(sources: Vec<Source>, _options: &Options) -> Vec<File> {
    sources
        .into_iter()
        .map(|source| {
            let documents = yaml::split(source.text())
                .into_iter()
                .map(|span| {
                    let reading = yaml::read(source.text(), span);
                    let text = |key| reading.root.as_ref()?.get(key)?.scalar_text();
                    Document {
                        span,
                        namespace: text("namespace"),
                        id: text("id"),
                        diagnostics: reading.diagnostics,
                    }
                })
                .collect();
            File { source, documents }
        })
        .collect()
}
