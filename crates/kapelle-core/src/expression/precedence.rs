//! Where a text means one thing at language level 1 and another at level 2.
//!
//! Between the two, `??`, `???` and `isIn` moved from binding tighter than all other operators to the level of the
//! comparisons (expressions, section 3).

use std::ops::Range;

use super::lexer::{Kind, Lexer, Operator, Piece};
use crate::language::Language;

/// The level of `??` at language level 2.
const LEVEL_2: u8 = 30;

/// The operators `??`, `???` and `isIn` whose operands are others at the other language level.
pub fn reads_differently(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !text.contains("??") && !text.contains("isIn") {
        return found;
    }
    let mut lexer = Lexer::new(text);
    while let Ok(Some(piece)) = lexer.piece() {
        if matches!(piece, Piece::Print | Piece::Tag) && expression(&mut lexer, &mut found).is_none() {
            break;
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

/// A run of operands and operators that nothing looser divides.
#[derive(Default)]
struct Run {
    /// A tighter operator than level 2 knows `??` to be, on the left of what comes.
    tighter_before: bool,
    /// The last moved operator, until it is found to read differently.
    moved: Option<Range<usize>>,
}

/// Follows one print or tag to its end; `None` when it cannot be read.
fn expression(lexer: &mut Lexer<'_>, found: &mut Vec<Range<usize>>) -> Option<()> {
    let mut runs = vec![Run::default()];
    loop {
        let token = lexer.token().ok()?;
        let is_nested = runs.len() > 1;
        let run = runs.last_mut()?;
        match token.kind {
            Kind::End => return Some(()),
            Kind::Operator(operator) => run.operator(operator, token.start..token.end, found),
            Kind::Punctuation('(' | '[' | '{') | Kind::Head => runs.push(Run::default()),
            Kind::Punctuation(')' | ']' | '}') | Kind::Tail if is_nested => drop(runs.pop()),
            Kind::Punctuation('?' | ':' | ',' | '=') | Kind::Middle => *run = Run::default(),
            _ => {}
        }
    }
}

impl Run {
    fn operator(&mut self, operator: Operator, range: Range<usize>, found: &mut Vec<Range<usize>>) {
        let has_moved = matches!(operator, Operator::Coalesce | Operator::CoalesceUndefined | Operator::IsIn);
        match operator.level(Language::One) {
            _ if has_moved && self.tighter_before => found.push(range),
            _ if has_moved => self.moved = Some(range),
            Some(level) if level < LEVEL_2 => *self = Self::default(),
            Some(level) => {
                if level > LEVEL_2 {
                    found.extend(self.moved.take());
                }
                // A filter takes no operand on its right that `??` could take away.
                self.tighter_before |= operator != Operator::Filter;
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::reads_differently;

    /// The table of expressions, section 3, and forms that mean the same at both levels.
    #[test]
    fn moved_operators_are_found_where_it_matters() {
        let different = [
            "{{ a ?? b | date('yyyy') }}",
            "{{ a ?? 1 + 1 }}",
            "{{ 'p-' ~ a ?? 'd' }}",
            "{{ x == a ?? 'b' }}",
            "{{ 'a' ~ 'b' isIn ['x'] }}",
            "{% if x ~ (1) ??? y %}{% endif %}",
        ];
        for text in different {
            assert_eq!(reads_differently(text).len(), 1, "{text}");
        }
        let equal = [
            "{{ a ?? b }}",
            "{{ a ?? b ?? c }}",
            "{{ (a ?? b) | upper }}",
            "{{ a | upper ?? b }}",
            "{{ a ?? b == c }}",
            "{{ a ?? b and c ~ d }}",
            "{{ f(a ?? b, c ~ d) }}",
            "{{ x ~ (a ?? b) }}",
            "{{ a ~ b ? c ?? d : e }}",
            "a ?? b | c",
            "{{ a ??",
        ];
        for text in equal {
            assert!(reads_differently(text).is_empty(), "{text}");
        }
    }
}
