//! A statement on one line.
//!
//! The program reads lines: one that begins with `.` outside of a statement is a command to it, such as `.shell`, and it
//! decides by a simpler reading of SQL than that of the database where a statement ends. A single line that begins with
//! SQL and has no comments and no odd quotes leaves nothing of that to it.

use super::literals::quoted;
use super::system::SYNTAX;
use crate::lexer::{Kind, Pieces};

/// A statement without line breaks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OneLine {
    pub(super) text: String,
    /// Where the breaks were, as places in `text`.
    breaks: Vec<usize>,
}

impl OneLine {
    /// `Err` says why the statement cannot be handed over.
    pub(super) fn of(sql: &str) -> Result<Self, String> {
        let mut line = Self { text: String::with_capacity(sql.len()), breaks: Vec::new() };
        for (kind, range) in Pieces::new(sql, SYNTAX) {
            let piece = &sql[range];
            line.breaks.extend(piece.matches('\n').map(|_| line.text.len()));
            match kind {
                Kind::Blank => line.text.push(' '),
                Kind::Opaque => line.text.push_str(&opaque(piece)?),
                // The program takes `$` within a name for the start of a text.
                Kind::Word if piece.contains('$') => line.text.extend(["\"", piece, "\""]),
                _ => line.text.push_str(piece),
            }
        }
        if line.text.contains(['\n', '\r', '\0']) {
            return Err("a character NUL stands in the statement".to_owned());
        }
        Ok(line)
    }

    /// How many lines of the statement as it was are above this place.
    pub(super) fn lines_before(&self, place: usize) -> usize {
        self.breaks.iter().filter(|one| **one < place).count()
    }
}

/// A text, a name in quotes or a number, so that it reads the same for the program and for the database.
fn opaque(piece: &str) -> Result<String, String> {
    let unended = |what: &str| Err(format!("{what} begins and does not end"));
    if let Some(rest) = piece.strip_prefix('"') {
        if !piece.matches('"').count().is_multiple_of(2) {
            return unended("a name in double quotes");
        }
        if rest.contains(['\n', '\r']) {
            return Err("a name in double quotes has a line break".to_owned());
        }
        return Ok(piece.to_owned());
    }
    if piece.starts_with('\'') {
        if !piece.matches('\'').count().is_multiple_of(2) {
            return unended("a text in quotes");
        }
        return quoted(&piece[1..piece.len() - 1].replace("''", "'"));
    }
    if let Some(rest) = piece.strip_prefix('$') {
        let tag = rest.find('$').map_or(piece, |end| &piece[..end + 2]);
        return match piece[tag.len()..].strip_suffix(tag) {
            Some(content) => quoted(content),
            None => unended("a text between `$`"),
        };
    }
    match piece.get(1..) {
        Some(rest) if rest.starts_with('\'') => {
            with_escapes(rest).map_or_else(|| unended("a text in `e''`"), Ok)
        }
        _ if piece.contains('$') => Err(format!("`{piece}` is no number")),
        _ => Ok(piece.to_owned()),
    }
}

/// A text in which `\` has a meaning, without those that stand before a quote or a break. Nothing if it does not end.
fn with_escapes(quoted: &str) -> Option<String> {
    let mut written = String::from("e'");
    let mut signs = quoted.strip_prefix('\'')?.chars();
    loop {
        match (signs.next()?, signs.as_str().is_empty()) {
            ('\'', true) => break,
            // Two of them are one that belongs to the text.
            ('\'', false) => {
                signs.next();
                written.push_str("''");
            }
            ('\\', _) => match signs.next()? {
                '\'' => written.push_str("''"),
                '\n' => written.push_str("\\n"),
                '\r' => written.push_str("\\r"),
                escaped => written.extend(['\\', escaped]),
            },
            ('\n', _) => written.push_str("\\n"),
            ('\r', _) => written.push_str("\\r"),
            (sign, _) => written.push(sign),
        }
    }
    written.push('\'');
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_keeps_its_meaning_on_one_line() {
        for (sql, line) in [
            ("select 1", "select 1"),
            ("select\n 1 -- one;\n, /* two\n */ 2", "select 1   ,   2"),
            ("select 'a;\n.shell ls\n'", r"select e'a;\n.shell ls\n'"),
            ("select 'it''s\\'", r"select 'it''s\'"),
            ("select $$a;\n.b'$$, $x$y$x$", r"select e'a;\n.b''', 'y'"),
            (r"select e'it\'s; \\', E'\n'", r"select e'it''s; \\', e'\n'"),
            ("select e'a\\\nb''\nc'", r"select e'a\nb''\nc'"),
            ("select \"a;'b\", 1e5, $1", "select \"a;'b\", 1e5, $1"),
            (".shell ls", ".shell ls"),
            ("select 1 as v$a$b, c.a$$b", "select 1 as \"v$a$b\", c.\"a$$b\""),
        ] {
            assert_eq!(OneLine::of(sql).unwrap().text, line, "{sql}");
        }
    }

    #[test]
    fn what_does_not_end_is_not_handed_over() {
        for (sql, reason) in [
            ("select 'a", "a text in quotes begins and does not end"),
            ("select 'a'''", ""),
            ("select 'a''", "a text in quotes begins and does not end"),
            ("select \"a", "a name in double quotes begins and does not end"),
            ("select \"a\nb\"", "a name in double quotes has a line break"),
            ("select $$a$", "a text between `$` begins and does not end"),
            (r"select e'a\'", "a text in `e''` begins and does not end"),
            ("select 1$a$", "`1$a$` is no number"),
            ("select\0", "a character NUL stands in the statement"),
        ] {
            assert_eq!(OneLine::of(sql).err().unwrap_or_default(), reason, "{sql}");
        }
    }

    #[test]
    fn any_text_is_one_line_or_refused() {
        let parts =
            ["'", "\"", "e'", "$$", "\\", "\n", ".shell", ";", "--", "/*", "*/", "a", "\r", "$x$", " "];
        for first in parts {
            for second in parts {
                for third in parts {
                    for fourth in parts {
                        let sql = [first, second, third, fourth, "\n.print x"].concat();
                        if let Ok(line) = OneLine::of(&sql) {
                            assert!(!line.text.contains(['\n', '\r']), "{sql:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn places_are_in_the_line_where_they_stood() {
        let line = OneLine::of("select 'a\nb',\n  nope\nfrom x").unwrap();
        let place = line.text.find("nope").unwrap();
        assert_eq!(line.lines_before(place), 2);
        assert_eq!(line.lines_before(0), 0);
        assert_eq!(line.lines_before(line.text.len()), 3);
    }
}
