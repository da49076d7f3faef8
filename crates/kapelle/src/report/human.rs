//! For people: the line itself, carets below it, and what to try.

mod excerpt;
mod width;

use std::fmt::Write;
use std::time::Duration;

use kapelle_core::check::File;
use kapelle_core::diagnostic::{Diagnostic, Severity};
use kapelle_core::source::Source;
use kapelle_model::Span;

use self::excerpt::Excerpt;
use super::{Report, plural, printable};
use crate::terminal::Style;

pub(super) use self::width::visible;
pub(crate) use self::width::{cut, text_width};

pub(super) fn render(report: &Report, style: Style) -> String {
    let mut text = String::new();
    let mut last_was_line = false;
    for (file, found) in report.all() {
        let is_line = found.severity == Severity::Info;
        // Blocks stand apart, lines follow each other.
        if !(text.is_empty() || is_line && last_was_line) {
            text.push('\n');
        }
        text += &if is_line { info(file, found, style) } else { block(file, found, style) };
        last_was_line = is_line;
    }
    if report.errors_only && report.counts.errors == 0 {
        return text;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text + &summary(report)
}

fn block(file: &File, found: &Diagnostic, style: Style) -> String {
    let label = format!("{}[{}]", found.severity.word(), found.code.name());
    let help = found.help.as_deref().or(found.fix.as_ref().map(|fix| fix.title.as_str()));
    Finding {
        severity: found.severity,
        label: &label,
        message: &found.message,
        place: Some((&file.source, found.span)),
        help,
    }
    .block(style)
}

/// What is wrong, with the line where it is.
pub(crate) struct Finding<'a> {
    pub(crate) severity: Severity,
    pub(crate) label: &'a str,
    pub(crate) message: &'a str,
    pub(crate) place: Option<(&'a Source, Span)>,
    pub(crate) help: Option<&'a str>,
}

impl Finding<'_> {
    pub(crate) fn block(&self, style: Style) -> String {
        let paint = Paint { style, severity: self.severity };
        let mut text = format!("{}\n", heading(self.label, self.message, paint));
        let help = self.help.map(printable);
        let mut help = help.as_deref();
        let mut margin = String::new();
        if let Some((source, span)) = self.place {
            let place = source.position(span.start);
            let number = place.line.to_string();
            margin = " ".repeat(number.len());
            let _ = writeln!(text, "{margin} {}", location(source, span));
            let gutter = number.len() + " | ".len();
            let line = source.line(place.line);
            if !line.is_empty() {
                let start = span.start - source.line_start(place.line).min(span.start);
                let end = span.end.max(span.start) - span.start + start;
                let excerpt = Excerpt::cut(line, start as usize, end as usize, style.width - gutter);
                let bar = paint.faint("|");
                let _ = writeln!(text, "{} {bar} {}", paint.faint(&number), excerpt.text.trim_end());
                let carets = paint.strong(&"^".repeat(excerpt.carets));
                let _ = write!(text, "{margin} {bar} {}{carets}", " ".repeat(excerpt.caret_column));
                let used = gutter + excerpt.caret_column + excerpt.carets + 1;
                if let Some(short) = help.take_if(|help| used + text_width(help) <= style.width) {
                    let _ = write!(text, " {}", paint.strong(short));
                }
                text.push('\n');
            }
        }
        if let Some(long) = help {
            let label = " = help: ";
            let indent = margin.len() + label.len();
            let lines = wrap(long, style.width - indent).join(&format!("\n{}", " ".repeat(indent)));
            let _ = writeln!(text, "{margin}{}{lines}", paint.faint(label));
        }
        text
    }
}

/// Infos take one line: nothing is wrong.
fn info(file: &File, found: &Diagnostic, style: Style) -> String {
    let paint = Paint { style, severity: found.severity };
    let label = format!("{}[{}]", found.severity.word(), found.code.name());
    let location = location(&file.source, found.span);
    let line = format!("{} ({location})", heading(&label, &found.message, paint));
    let plain = Paint { style: Style { colour: false, ..style }, severity: found.severity };
    let used = text_width(&heading(&label, &found.message, plain)) + text_width(&location) + " ()".len();
    match found.help.as_deref().map(printable) {
        Some(help) if used + ": ".len() + text_width(&help) <= style.width => format!("{line}: {help}\n"),
        _ => format!("{line}\n"),
    }
}

fn heading(label: &str, message: &str, paint: Paint) -> String {
    let message = printable(&message.replace(['\r', '\n'], " "));
    format!("{}{}", paint.strong(label), paint.bold(&format!(": {message}")))
}

fn location(source: &Source, span: Span) -> String {
    let place = source.position(span.start);
    format!("{}:{}:{}", printable(&source.name), place.line, place.column)
}

fn summary(report: &Report) -> String {
    let counts = report.counts;
    let kinds = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.infos, "info")];
    let found: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)).collect();
    let found = if found.is_empty() { "nothing to complain about".to_owned() } else { found.join(", ") };
    let fixable = match counts.fixable {
        0 => String::new(),
        count => format!(" (`--fix` mends {count})"),
    };
    format!(
        "checked {} in {} in {}: {found}{fixable}\n",
        plural(counts.flows, "flow"),
        plural(counts.files, "file"),
        time(report.elapsed)
    )
}

fn time(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis().max(1))
    } else {
        format!("{:.1} s", elapsed.as_secs_f64())
    }
}

/// Lines of whole words that are at most `columns` wide where the words allow it.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let width = text_width(word);
        if used > 0 && used + 1 + width > columns {
            lines.push(String::new());
            used = 0;
        }
        let line = lines.last_mut().expect("there is always a line");
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += width;
    }
    lines
}

/// Colours, if the reader can see them.
#[derive(Clone, Copy)]
struct Paint {
    style: Style,
    severity: Severity,
}

impl Paint {
    fn strong(self, text: &str) -> String {
        let colour = match self.severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Info => "1;36",
        };
        self.with(colour, text)
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn faint(self, text: &str) -> String {
        self.with("34", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.style.colour && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
