//! Several documents in one text.

use kapelle_model::Span;

/// The spans of the documents of a text, split at lines that start with `---`.
///
/// Each is read on its own, so that a mistake in one leaves the others readable. A text without content is one
/// empty document; empty documents beside others are left out.
pub fn split(text: &str) -> Vec<Span> {
    let mut documents = Vec::new();
    let mut start = 0;
    let mut has_content = false;
    let mut has_separator = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_separator(line) {
            if has_content {
                documents.push(Span::new(start as u32, at as u32));
            }
            if has_content || has_separator {
                start = at;
            }
            has_separator = true;
            has_content = is_content(&line[3..]);
        } else {
            has_content |= is_content(line);
        }
        at += line.len();
    }
    if has_content || documents.is_empty() {
        documents.push(Span::new(start as u32, at as u32));
    }
    documents
}

fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Comments, directives and blank lines belong to the document that follows them.
fn is_content(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}').trim();
    !(line.is_empty() || line == "..." || line.starts_with('#') || line.starts_with("%YAML"))
}
