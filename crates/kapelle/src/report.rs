//! Showing what was found: one file for each format.

mod github;
mod human;
mod json;
mod junit;
mod sarif;
pub(crate) mod xml;

use std::time::Duration;

use clap::ValueEnum;
use kapelle_core::check::{Document, File};
use kapelle_core::diagnostic::{Diagnostic, Severity};
use kapelle_core::source::{Position, Source};
use kapelle_model::Span;

use crate::terminal::Style;

pub(crate) use human::{Finding, cut, text_width, wrap};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// One array with an object for each file
    Json,
    /// Annotations in GitHub workflows
    Github,
    /// Test results for CI servers
    Junit,
    /// SARIF 2.1.0 for code scanning
    Sarif,
}

/// What was found in one run.
#[derive(Clone, Copy)]
pub(crate) struct Report<'a> {
    pub(crate) files: &'a [File],
    pub(crate) counts: Counts,
    pub(crate) elapsed: Duration,
    /// Leave out warnings and infos, and say nothing when there are no errors.
    pub(crate) errors_only: bool,
}

impl Report<'_> {
    pub(crate) fn render(&self, format: Format, style: Style) -> String {
        match format {
            Format::Human => human::render(self, style),
            Format::Json => json::render(self),
            Format::Github => github::render(self),
            Format::Junit => junit::render(self),
            Format::Sarif => sarif::render(self),
        }
    }

    /// What to show of a document.
    fn shown<'d>(&self, document: &'d Document) -> impl Iterator<Item = &'d Diagnostic> {
        let errors_only = self.errors_only;
        document.diagnostics.iter().filter(move |found| !errors_only || found.severity == Severity::Error)
    }

    /// Everything to show, with the file it belongs to.
    fn all(&self) -> impl Iterator<Item = (&File, &Diagnostic)> {
        self.files.iter().flat_map(move |file| {
            file.documents
                .iter()
                .flat_map(move |document| self.shown(document))
                .map(move |found| (file, found))
        })
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) files: usize,
    pub(crate) flows: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) infos: usize,
    pub(crate) fixable: usize,
}

impl Counts {
    pub(crate) fn of(files: &[File]) -> Self {
        let mut counts = Self { files: files.len(), ..Self::default() };
        for document in files.iter().flat_map(|file| &file.documents) {
            counts.flows += 1;
            for found in &document.diagnostics {
                counts.fixable += usize::from(found.fix.is_some());
                *match found.severity {
                    Severity::Error => &mut counts.errors,
                    Severity::Warning => &mut counts.warnings,
                    Severity::Info => &mut counts.infos,
                } += 1;
            }
        }
        counts
    }
}

/// The first position of a span and the one behind its last character.
fn places(source: &Source, span: Span) -> (Position, Position) {
    (source.position(span.start), source.position(span.end.max(span.start)))
}

/// `1 file`, `2 files`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    let ending = match noun {
        _ if count == 1 => "",
        noun if noun.ends_with('x') => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

/// Text from a flow or a file name without what would steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(human::visible).collect()
}

#[cfg(test)]
mod tests;
