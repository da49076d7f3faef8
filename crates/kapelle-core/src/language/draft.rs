//! The flow of a text that may be broken: what can be read of it without the lines that cannot.

use kapelle_model::flow::Flow;
use kapelle_model::{Data, Node, Span};

use crate::catalogue::Catalogue;
use crate::diagnostic::Severity;
use crate::limits::SOURCE_BYTES_MAX;
use crate::{flow, yaml};

/// Lines that are left out before the text counts as unreadable.
const LINES_MAX: usize = 6;

/// A document of a text as far as it can be read. All places are those of the text.
pub(super) struct Draft {
    pub(super) root: Node,
    pub(super) flow: Flow,
}

impl Draft {
    /// Reads the document around a byte of the text.
    pub(super) fn read(text: &str, at: usize) -> Self {
        let span = document(text, at);
        let root = mended(text, span, at);
        let flow = flow::read(&root, Catalogue::bundled());
        Self { root, flow }
    }
}

/// The document of a text in which a byte stands.
pub(super) fn document(text: &str, at: usize) -> Span {
    if text.len() > SOURCE_BYTES_MAX {
        return Span::default();
    }
    let spans = yaml::split(text);
    let found = spans.iter().rev().find(|span| span.start as usize <= at).or_else(|| spans.first());
    found.copied().unwrap_or_else(|| Span::new(0, text.len() as u32))
}

/// The tree of a document. While it cannot be read, a line is left out: that of the cursor first, then those in which
/// reading stops. In the end what stands before the cursor has to do.
fn mended(text: &str, span: Span, at: usize) -> Node {
    let mut copy = text.as_bytes().to_vec();
    let mut is_cursor_left_out = false;
    for _ in 0..LINES_MAX {
        let Ok(tried) = std::str::from_utf8(&copy) else { break };
        let reading = yaml::read(tried, span);
        if let Some(root) = reading.root {
            return root;
        }
        let wrong = reading.diagnostics.iter().find(|found| found.severity == Severity::Error);
        let Some(wrong) = wrong else { break };
        let line = if is_cursor_left_out { wrong.span.start as usize } else { at };
        is_cursor_left_out = true;
        blank(&mut copy, line);
    }
    let start = text[..at.min(text.len())].rfind('\n').map_or(0, |end| end + 1);
    let head = Span::new(span.start, (start as u32).clamp(span.start, span.end));
    let nothing = Node { span, data: Data::Map(Vec::new()) };
    yaml::read(text, head).root.unwrap_or(nothing)
}

/// Puts spaces in the place of a line, so that everything else stays where it is.
fn blank(text: &mut [u8], at: usize) {
    let at = at.min(text.len());
    let start = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let end = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| at + end);
    text[start..end].fill(b' ');
}
