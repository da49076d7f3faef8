//! The one way tests look at a check.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use kapelle_core::check::{File, Language, Options, check};
use kapelle_core::diagnostic::{Diagnostic, Severity};
use kapelle_core::source::Source;
use kapelle_model::Span;

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

/// A rule of the language: a flow, and what the check says about it.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// The rule that holds.
    pub(crate) rule: &'static str,
    /// Written short, see [`written_out`]. Every finding points at a place between `«` and `»`, and at every such
    /// place there is a finding.
    pub(crate) flow: &'static str,
    /// What is said, in the order of the text.
    pub(crate) says: &'static [&'static str],
}

pub(crate) const fn row(rule: &'static str, flow: &'static str, says: &'static [&'static str]) -> Row {
    Row { rule, flow, says }
}

/// Checks the flow of each row and compares what `show` tells about the findings.
pub(crate) fn play(rows: &[Row], show: impl Fn(&Diagnostic) -> Option<String>) {
    let mut problems = Vec::new();
    for row in rows {
        let (text, marks) = unmark(&written_out(row.flow));
        let file = file(&text);
        let mut said = Vec::new();
        let mut places = Vec::new();
        for found in file.documents.iter().flat_map(|document| &document.diagnostics) {
            let Some(line) = show(found) else { continue };
            said.push(line);
            if !places.contains(&found.span) {
                places.push(found.span);
            }
        }
        if said != row.says || places != marks {
            let place = |span: &Span| {
                let at = file.source.position(span.start);
                format!("{}:{} `{}`", at.line, at.column, file.source.slice(*span))
            };
            let shown = |spans: &[Span]| spans.iter().map(place).collect::<Vec<_>>().join(", ");
            problems.push(format!(
                "{}\n  is told: {said:#?}\n  at {}\n  but should be told: {:#?}\n  at {}\n",
                row.rule,
                shown(&places),
                row.says,
                shown(&marks)
            ));
        }
    }
    assert!(problems.is_empty(), "{} of {} rows:\n{}", problems.len(), rows.len(), problems.join("\n"));
}

/// What a person sees of a violation: the wording of API clients, or else severity, code and message.
pub(crate) fn constraint(found: &Diagnostic) -> Option<String> {
    let (severity, code) = (found.severity, found.code.name());
    match (&found.constraint, severity) {
        (Some(constraint), Severity::Error) => Some(constraint.clone()),
        (_, Severity::Info) => None,
        _ => Some(format!("{} {code}: {}", severity.word(), found.message)),
    }
}

/// `severity code: message` of everything, infos too.
pub(crate) fn everything(found: &Diagnostic) -> String {
    format!("{} {}: {}", found.severity.word(), found.code.name(), found.message)
}

/// `code: message` of everything from warnings upwards.
pub(crate) fn message(found: &Diagnostic) -> Option<String> {
    (found.severity != Severity::Info).then(|| format!("{}: {}", found.code.name(), found.message))
}

/// A flow in full: `P.` and `T.` in front of types stand for `io.kestra.plugin.core.` and `io.kestra.core.tasks.`, and
/// what a flow cannot do without is added unless it is there. `LOG` stands for the rest of a task that only logs, `SAY …`
/// for that of one that logs this.
pub(crate) fn written_out(short: &str) -> String {
    let mut text = short.trim_start_matches('\n').to_owned();
    let bare = text.replace(['«', '»'], "");
    let has = |key: &str| bare.lines().any(|line| line.starts_with(key));
    if !has("tasks:") {
        text.push_str("\ntasks: [{id: only, LOG}]\n");
    }
    if !has("id:") {
        text.insert_str(0, "id: flow\nnamespace: company.team\n");
    }
    text.replace("LOG", "type: P.log.Log, message: hi")
        .replace("SAY ", "type: P.log.Log, message: ")
        .replace(": P.", ": io.kestra.plugin.core.")
        .replace(": «P.", ": «io.kestra.plugin.core.")
        .replace(": T.", ": io.kestra.core.tasks.")
        .replace(": «T.", ": «io.kestra.core.tasks.")
}

/// Takes `«` and `»` out of a text and gives the places that stood between them.
fn unmark(marked: &str) -> (String, Vec<Span>) {
    let mut text = String::new();
    let mut marks: Vec<Span> = Vec::new();
    for character in marked.chars() {
        let at = text.len() as u32;
        match character {
            '«' => marks.push(Span::new(at, at)),
            '»' => marks.last_mut().unwrap().end = at,
            other => text.push(other),
        }
    }
    (text, marks)
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
