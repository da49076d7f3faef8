//! Workflow commands of GitHub: annotations beside the lines of a pull request.

use kapelle_core::check::File;
use kapelle_core::diagnostic::{Diagnostic, Severity};

use super::human::visible;
use super::{Report, places};

pub(super) fn render(report: &Report) -> String {
    report.all().map(|(file, found)| command(file, found)).collect()
}

fn command(file: &File, found: &Diagnostic) -> String {
    let kind = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = places(&file.source, found.span);
    let name = property(&file.source.name);
    // Columns are shown only within one line, and several lines only without columns.
    let range = if start.line == end.line {
        format!("line={},col={},endLine={},endColumn={}", start.line, start.column, end.line, end.column)
    } else {
        format!("line={},endLine={}", start.line, end.line)
    };
    let text = match &found.help {
        Some(help) => data(&format!("{}\n{help}", found.message)),
        None => data(&found.message),
    };
    format!("::{kind} file={name},{range},title={}::{text}\n", property(found.code.name()))
}

/// Line breaks and the percent sign are escaped; what else would steer the terminal is shown as a picture.
fn data(text: &str) -> String {
    let shown = |character| if matches!(character, '\r' | '\n') { character } else { visible(character) };
    let text: String = text.chars().map(shown).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
