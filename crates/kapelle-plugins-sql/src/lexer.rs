//! Cuts SQL into pieces, so far as it matters for where a statement ends and where a parameter stands.

use std::ops::Range;

/// Where database systems read a text differently.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a question with an answer of its own")]
pub(crate) struct Syntax {
    /// `\'` does not end a text.
    pub(crate) backslashes: bool,
    /// Names stand in `` ` ``.
    pub(crate) backticks: bool,
    /// Names stand in `[` and `]`.
    pub(crate) brackets: bool,
    /// Texts stand between `$$`, or `$name$`.
    pub(crate) dollars: bool,
    /// `#` begins a comment.
    pub(crate) hashes: bool,
    /// Comments stand in comments.
    pub(crate) nested_comments: bool,
    /// Procedures, triggers and their like have bodies of statements.
    pub(crate) bodies: bool,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Blanks and comments.
    Blank,
    /// A text or a name in quotes, a number.
    Opaque,
    Word,
    /// `:name`; the piece is all of it.
    Marker,
    Question,
    Semicolon,
    Sign,
}

/// The pieces of a text, one after the other, nothing left out.
pub(crate) struct Pieces<'t> {
    text: &'t str,
    at: usize,
    syntax: Syntax,
}

impl<'t> Pieces<'t> {
    pub(crate) fn new(text: &'t str, syntax: Syntax) -> Self {
        Self { text, at: 0, syntax }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// How long the next piece is, and what it is.
    fn next_piece(&self) -> (usize, Kind) {
        let rest = self.rest();
        let syntax = self.syntax;
        let mut signs = rest.chars();
        let (Some(first), second) = (signs.next(), signs.next()) else { return (0, Kind::Blank) };
        match (first, second) {
            (sign, _) if sign.is_whitespace() => (length(rest, char::is_whitespace), Kind::Blank),
            ('-', Some('-')) => (line(rest), Kind::Blank),
            ('#', _) if syntax.hashes => (line(rest), Kind::Blank),
            ('/', Some('*')) => (comment(rest, syntax.nested_comments), Kind::Blank),
            ('\'', _) => (quoted(rest, '\'', syntax.backslashes), Kind::Opaque),
            ('E' | 'e', Some('\'')) if syntax.dollars => (1 + quoted(&rest[1..], '\'', true), Kind::Opaque),
            ('"', _) => (quoted(rest, '"', syntax.backslashes), Kind::Opaque),
            ('`', _) if syntax.backticks => (quoted(rest, '`', false), Kind::Opaque),
            ('[', _) if syntax.brackets => (rest.find(']').map_or(rest.len(), |end| end + 1), Kind::Opaque),
            ('$', _) if syntax.dollars => dollars(rest).map_or((1, Kind::Sign), |end| (end, Kind::Opaque)),
            (sign, _) if is_start(sign) => (length(rest, is_inner), Kind::Word),
            (sign, _) if sign.is_ascii_digit() => (length(rest, is_inner), Kind::Opaque),
            (':', Some(':' | '=')) | ('?', Some('?')) => (2, Kind::Sign),
            (':', Some(sign)) if is_start(sign) => (1 + length(&rest[1..], is_name), Kind::Marker),
            ('?', _) => (1, Kind::Question),
            (';', _) => (1, Kind::Semicolon),
            (sign, _) => (sign.len_utf8(), Kind::Sign),
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = (Kind, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let (length, kind) = self.next_piece();
        let start = self.at;
        self.at = (start + length).min(self.text.len());
        (length > 0).then_some((kind, start..self.at))
    }
}

fn is_start(sign: char) -> bool {
    sign.is_alphabetic() || sign == '_'
}

fn is_name(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

fn is_inner(sign: char) -> bool {
    is_name(sign) || sign == '$'
}

fn length(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|sign| !belongs(sign)).unwrap_or(text.len())
}

/// A comment up to the end of its line.
fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn comment(text: &str, is_nested: bool) -> usize {
    let (bytes, mut depth, mut at) = (text.as_bytes(), 0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" if depth == 0 || is_nested => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// A text in quotes; two of them are one that belongs to it. One without an end goes on to the end of everything: the
/// database says what it thinks of that.
fn quoted(text: &str, quote: char, backslashes: bool) -> usize {
    let mut signs = text.char_indices().skip(1).peekable();
    while let Some((at, sign)) = signs.next() {
        if sign == '\\' && backslashes {
            signs.next();
        } else if sign == quote {
            if signs.peek().is_none_or(|(_, next)| *next != quote) {
                return at + 1;
            }
            signs.next();
        }
    }
    text.len()
}

/// A text between `$name$`; nothing if none begins here.
fn dollars(text: &str) -> Option<usize> {
    let name = length(&text[1..], is_name);
    let is_tag = !text[1..].starts_with(|sign: char| sign.is_ascii_digit());
    let tag = text.get(..name + 2).filter(|tag| is_tag && tag.ends_with('$'))?;
    Some(text[tag.len()..].find(tag).map_or(text.len(), |end| tag.len() + end + tag.len()))
}

#[cfg(test)]
pub(crate) const EVERYTHING: Syntax = Syntax {
    backslashes: true,
    backticks: true,
    brackets: true,
    dollars: true,
    hashes: true,
    nested_comments: true,
    bodies: true,
};

#[cfg(test)]
pub(crate) const NOTHING: Syntax = Syntax {
    backslashes: false,
    backticks: false,
    brackets: false,
    dollars: false,
    hashes: false,
    nested_comments: false,
    bodies: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in a text as what, without blanks.
    fn told(text: &str, syntax: Syntax) -> String {
        let pieces = Pieces::new(text, syntax).filter(|(kind, _)| *kind != Kind::Blank);
        let told = pieces.map(|(kind, range)| format!("{kind:?} {}", &text[range]));
        told.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn what_stands_in_quotes_and_comments_is_no_sign() {
        for text in ["'a;:b''?'", "\"a;:b\"", "/* ;:b ? */", "-- ;:b?\n", "'a\n;'", "'without end ; :x"] {
            let told = told(text, NOTHING);
            assert!(
                !told.contains("Semicolon") && !told.contains("Marker") && !told.contains("Question"),
                "{told}"
            );
        }
        for text in [
            r"'a\';:b'",
            "`a;:b`",
            "[a;:b]",
            "$$a;:b$$",
            "$x$ $y$ ;:b $x$",
            "# ;:b",
            "/* /* */ ; */",
            r"E'\';'",
        ] {
            let told = told(text, EVERYTHING);
            assert!(!told.contains("Semicolon") && !told.contains("Marker"), "{told}");
        }
    }

    #[test]
    fn markers_are_told_from_their_lookalikes() {
        assert_eq!(
            told("a::int = :b and c := 1 and '12:30' and x[1:n] and $1 ?? ?", NOTHING),
            "Word a | Sign :: | Word int | Sign = | Marker :b | Word and | Word c | Sign := | Opaque 1 | Word and | \
             Opaque '12:30' | Word and | Word x | Sign [ | Opaque 1 | Marker :n | Sign ] | Word and | Sign $ | Opaque 1 | \
             Sign ?? | Question ?"
        );
    }

    #[test]
    fn pieces_together_are_the_text() {
        for text in ["", "ä;ß'ö", "$", "$1$2", "select 'x", "/*", "E'", ":", "a$b$c", "--", "[x"] {
            for syntax in [NOTHING, EVERYTHING] {
                let joined: String = Pieces::new(text, syntax).map(|(_, range)| &text[range]).collect();
                assert_eq!(joined, text);
            }
        }
    }
}
