//! The one way tests look at a check.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use kapelle_core::check::{File, Language, Options, check};
use kapelle_core::diagnostic::{Diagnostic, Severity};
use kapelle_core::source::Source;

pub(crate) fn options() -> Options {
    Options { language: Language::One, strict: false, today: date(2026, 1, 1) }
}

/// Checks one text.
pub(crate) fn file(text: &str) -> File {
    check(vec![Source::new("flow.yaml", text)], &options()).remove(0)
}

pub(crate) fn diagnostics(text: &str) -> Vec<Diagnostic> {
    file(text).documents.into_iter().flat_map(|document| document.diagnostics).collect()
}

/// One line for each finding that is not just an info: `line:column severity code: message`.
pub(crate) fn findings(file: &File) -> Vec<String> {
    let found = file.documents.iter().flat_map(|document| &document.diagnostics);
    let serious = found.filter(|found| found.severity != Severity::Info);
    serious
        .map(|found| {
            let at = file.source.position(found.span.start);
            let (severity, code) = (found.severity.word(), found.code.name());
            format!("{}:{} {severity} {code}: {}", at.line, at.column, found.message)
        })
        .collect()
}

/// A folder of the project.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The files of a folder with an extension, by name.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}
