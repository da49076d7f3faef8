//! Tokens that are neither names nor values.

use super::{Kind, Lexer, Operator};
use crate::expression::Problem;

/// Longest first.
const SYMBOLS: &[(&str, Operator)] = &[
    ("???", Operator::CoalesceUndefined),
    ("??", Operator::Coalesce),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("..", Operator::Range),
    ("+", Operator::Plus),
    ("-", Operator::Minus),
    ("*", Operator::Times),
    ("/", Operator::Divide),
    ("%", Operator::Remainder),
    ("|", Operator::Filter),
    ("~", Operator::Concat),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

/// Operators of other languages. What they mean is clear, so reading goes on with the right one.
const MISTAKEN: &[(&str, Operator, &str)] = &[
    ("&&", Operator::And, "and"),
    ("&", Operator::And, "and"),
    ("||", Operator::Or, "or"),
    ("===", Operator::Equal, "=="),
    ("!==", Operator::NotEqual, "!="),
];

impl<'a> Lexer<'a> {
    pub(super) fn symbol(&mut self, first: char, rest: &str) -> Result<Kind<'a>, Problem> {
        if matches!(first, '&' | '|' | '=' | '!')
            && let Some((symbol, operator, right)) =
                MISTAKEN.iter().find(|(symbol, ..)| rest.starts_with(symbol))
        {
            return Ok(self.mistaken(symbol, *operator, right));
        }
        if let Some((symbol, operator)) = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
            self.at += symbol.len();
            return Ok(Kind::Operator(*operator));
        }
        match first {
            '!' => Ok(self.mistaken("!", Operator::Not, "not")),
            '?' | ':' | '.' | ',' | '=' => {
                self.at += 1;
                Ok(Kind::Punctuation(first))
            }
            _ => Err(self.illegal(first)),
        }
    }

    fn mistaken(&mut self, symbol: &str, operator: Operator, right: &str) -> Kind<'a> {
        let range = self.at..self.at + symbol.len();
        self.at = range.end;
        self.problems.push(Problem { message: format!("there is no `{symbol}`; write `{right}`"), range });
        Kind::Operator(operator)
    }

    fn illegal(&self, character: char) -> Problem {
        let message = match character {
            ';' => "there is no `;` in an expression; write one print or tag for each".to_owned(),
            '\\' => "a backslash outside of a string; quotes need none here".to_owned(),
            '$' => "`$` has no meaning here; write the name alone, such as `inputs.name`".to_owned(),
            '`' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => {
                format!("`{character}` is not a quote of this language; write `'` or `\"`")
            }
            '\u{a0}' | '\u{2007}' | '\u{202f}' => "a no-break space; write an ordinary blank".to_owned(),
            '#' => "`#` has no meaning here; a comment is `{# … #}` outside of prints and tags".to_owned(),
            other if other.is_control() || other.is_whitespace() => {
                format!("the invisible character U+{:04X}; remove it", other as u32)
            }
            other => format!("`{other}` has no meaning in an expression; text needs quotes"),
        };
        Problem { message, range: self.at..self.at + character.len_utf8() }
    }
}
