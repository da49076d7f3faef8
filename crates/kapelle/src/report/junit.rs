//! Test results: a suite for each file, a case for each document.

use std::fmt::Write;

use kapelle_core::check::{Document, File};
use kapelle_core::diagnostic::{Diagnostic, Severity};

use super::xml::{escape, escape_text};
use super::{Report, plural};

pub(super) fn render(report: &Report) -> String {
    let failures = |files: &[File]| {
        files.iter().flat_map(|file| &file.documents).filter(|document| !document.is_ok()).count()
    };
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"kapelle check\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{:.3}\">\n",
        report.counts.flows,
        failures(report.files),
        report.elapsed.as_secs_f64(),
    );
    for file in report.files {
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
            escape(&file.source.name),
            file.documents.len(),
            failures(std::slice::from_ref(file)),
        );
        for (index, document) in file.documents.iter().enumerate() {
            case(&mut xml, report, file, index, document);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml + "</testsuites>\n"
}

fn case(xml: &mut String, report: &Report, file: &File, index: usize, document: &Document) {
    let name = match (&document.namespace, &document.id) {
        (Some(namespace), Some(id)) => format!("{namespace}.{id}"),
        (None, Some(id)) => id.clone(),
        (_, None) => format!("document {}", index + 1),
    };
    let (errors, others): (Vec<_>, Vec<_>) =
        report.shown(document).partition(|found| found.severity == Severity::Error);
    let _ =
        write!(xml, "    <testcase name=\"{}\" classname=\"{}\"", escape(&name), escape(&file.source.name));
    if errors.is_empty() && others.is_empty() {
        xml.push_str("/>\n");
        return;
    }
    xml.push_str(">\n");
    if let Some(first) = errors.first() {
        let message = match errors.len() {
            1 => first.message.clone(),
            count => plural(count, "error"),
        };
        let _ = writeln!(
            xml,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            first.code.name(),
            escape(&message),
            escape_text(&list(file, &errors))
        );
    }
    if !others.is_empty() {
        let _ = writeln!(xml, "      <system-out>{}</system-out>", escape_text(&list(file, &others)));
    }
    xml.push_str("    </testcase>\n");
}

fn list(file: &File, found: &[&Diagnostic]) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|found| {
            let at = file.source.position(found.span.start);
            let help = found.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
            format!(
                "{}:{}:{}: {}[{}]: {}{help}",
                file.source.name,
                at.line,
                at.column,
                found.severity.word(),
                found.code.name(),
                found.message
            )
        })
        .collect();
    lines.join("\n")
}
