//! What kind of statement it is: how its rows are asked for depends on that.

use super::system::SYNTAX;
use crate::lexer::{Kind as Piece, Pieces};

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
}
