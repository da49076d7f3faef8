//! Texts with expressions in them, on their way from one language to the other.

/// Where a text stands, as far as loops are concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// How many loops are around it.
    pub(super) loops: usize,
    /// It belongs to the very task that the innermost loop runs, not to one inside of that.
    pub(super) is_direct: bool,
}

impl Place {
    /// The value that a loop is at; loops are counted from the outermost.
    fn item(self, of: usize) -> String {
        let outward = self.loops.saturating_sub(of + 1);
        match (self.is_direct, outward) {
            (true, 0) => "taskrun.value".to_owned(),
            (true, 1) | (false, 0) => "parent.taskrun.value".to_owned(),
            (true, _) => format!("parents[{}].taskrun.value", outward - 1),
            (false, _) => format!("parents[{outward}].taskrun.value"),
        }
    }

    /// Inside of a group.
    pub(super) fn inside(self) -> Self {
        Self { is_direct: false, ..self }
    }

    /// The task of one more loop.
    pub(super) fn looped(self) -> Self {
        Self { loops: self.loops + 1, is_direct: true }
    }
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Plain(String),
    /// The value of a loop.
    Item(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Code(Vec<Part>),
}

/// A text with expressions in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(Vec<Piece>);

impl Text {
    pub(super) fn literal(text: impl Into<String>) -> Self {
        Self(vec![Piece::Literal(text.into())])
    }

    pub(super) fn code(code: impl Into<String>) -> Self {
        Self(vec![Piece::Code(vec![Part::Plain(code.into())])])
    }

    pub(super) fn parts(parts: Vec<Part>) -> Self {
        Self(vec![Piece::Code(parts)])
    }

    /// What stands between double braces is asked for. What nobody knows stays as it is written.
    pub(super) fn read(source: &str, mut resolve: impl FnMut(&str) -> Option<Self>) -> Self {
        let mut text = Self::default();
        let mut rest = source;
        while let Some((before, (inside, after))) =
            rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
        {
            text.push(before);
            match resolve(inside.trim()) {
                Some(known) => text.0.extend(known.0),
                None => text.push(&format!("{{{{{inside}}}}}")),
            }
            rest = after;
        }
        text.push(rest);
        text
    }

    fn push(&mut self, literal: &str) {
        if !literal.is_empty() {
            self.0.push(Piece::Literal(literal.to_owned()));
        }
    }

    /// The text, if no expression is in it.
    pub(super) fn as_literal(&self) -> Option<String> {
        let literal = |piece: &Piece| match piece {
            Piece::Literal(text) => Some(text.clone()),
            Piece::Code(_) => None,
        };
        self.0.iter().map(literal).collect()
    }

    /// As a property of a flow.
    pub(super) fn template(&self, place: Place) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => escaped(text),
            Piece::Code(parts) => format!("{{{{ {} }}}}", code_of(parts, place)),
        };
        self.0.iter().map(piece).collect()
    }

    /// As an expression.
    pub(super) fn expression(&self, place: Place) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => quoted(text),
            Piece::Code(parts) => code_of(parts, place),
        };
        let pieces: Vec<String> = self.0.iter().map(piece).collect();
        match pieces.as_slice() {
            [] => "''".to_owned(),
            [one] => one.clone(),
            several => several.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" ~ "),
        }
    }
}

fn code_of(parts: &[Part], place: Place) -> String {
    let part = |part: &Part| match part {
        Part::Plain(text) => text.clone(),
        Part::Item(of) => place.item(*of),
    };
    parts.iter().map(part).collect()
}

/// A text in an expression.
pub(super) fn quoted(text: &str) -> String {
    let pieces: Vec<String> = text.split('\'').map(closed).collect();
    format!("'{}'", pieces.join("\\'"))
}

/// A text that a quote can come after: a single backslash would take it in. All others stand for themselves.
fn closed(text: &str) -> String {
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    format!("{text}{}", "\\".repeat(backslashes % 2))
}

/// A text in which no expression is looked for.
fn escaped(text: &str) -> String {
    let has_one = ["{{", "{%", "{#"].iter().any(|start| text.contains(start));
    if has_one { format!("{{% verbatim %}}{text}{{% endverbatim %}}") } else { text.to_owned() }
}
