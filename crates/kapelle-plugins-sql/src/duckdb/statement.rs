//! What kind of statement it is: how its rows are asked for depends on that.

use super::system::SYNTAX;
use crate::lexer::{Kind as Piece, Pieces};

/// The column that has the files of rows.
pub(super) const FILENAME: &str = "filename";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It gives rows and does nothing else.
    Rows,
    /// It changes rows and gives them.
    Returning,
    /// It gives a drawing.
    Plan,
    /// The types of what it gives, if it gives anything, are not known before.
    Other,
}

impl Kind {
    pub(super) fn of(sql: &str) -> Self {
        let words = Pieces::new(sql, SYNTAX).filter(|(piece, _)| *piece == Piece::Word);
        let mut words = words.map(|(_, range)| &sql[range]);
        let first = words.next().unwrap_or_default();
        let is = |known: &[&str]| known.iter().any(|known| first.eq_ignore_ascii_case(known));
        if is(&["SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "UNPIVOT"]) {
            Self::Rows
        } else if is(&["EXPLAIN"]) {
            Self::Plan
        } else if is(&["INSERT", "UPDATE", "DELETE"])
            && words.any(|word| word.eq_ignore_ascii_case("RETURNING"))
        {
            Self::Returning
        } else {
            Self::Other
        }
    }
}

/// Whether a statement asks a function for the files that rows are from, with `filename = true`.
pub(super) fn asks_for_files(sql: &str) -> bool {
    let pieces = Pieces::new(sql, SYNTAX).filter(|(piece, _)| *piece != Piece::Blank);
    let pieces: Vec<&str> = pieces.map(|(_, range)| &sql[range]).collect();
    pieces.windows(3).any(|three| match three {
        [name, "=", value] => {
            name.eq_ignore_ascii_case(FILENAME) && (*value == "1" || value.eq_ignore_ascii_case("true"))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_the_kind() {
        for (sql, kind) in [
            ("select 1", Kind::Rows),
            ("-- insert\n(FROM x)", Kind::Rows),
            ("with c as (select 1) from c", Kind::Rows),
            ("insert into x values ('returning')", Kind::Other),
            ("INSERT INTO x VALUES (1) Returning *", Kind::Returning),
            ("explain select 1", Kind::Plan),
            ("copy (select 1) to 'x'", Kind::Other),
            (".shell ls", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(Kind::of(sql), kind, "{sql}");
        }
    }

    #[test]
    fn it_is_seen_whether_files_are_asked_for() {
        for (sql, asks) in [
            ("from read_csv('x', filename=true)", true),
            ("from read_csv('x', FileName /* so */ =\n1)", true),
            ("from read_csv('x', filename = false)", false),
            ("from read_csv('filename=true')", false),
            ("select filename = name from x", false),
        ] {
            assert_eq!(asks_for_files(sql), asks, "{sql}");
        }
    }
}
