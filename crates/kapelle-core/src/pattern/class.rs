//! Classes of characters: `[a-z]`, classes in classes, and their intersections.

use super::Fault;
use super::escape::{Meaning, inside_class};
use super::scan::{Scan, Token};

/// An open class.
struct Level {
    at: usize,
    /// Has no member yet. Until it has one, `]` is a character.
    empty: bool,
}

/// Reads the class whose `[` is at `at` up to its end, with all classes inside it.
pub(super) fn check(scan: &mut Scan, at: usize) -> Result<(), Fault> {
    let mut levels = vec![enter(scan, at)];
    while let Some(level) = levels.last_mut() {
        let Some(token) = scan.next_significant() else {
            return Err((
                "the class is not closed: `]` is missing; for the character itself write `\\[`".into(),
                level.at,
            ));
        };
        match token.character {
            '[' if !token.quoted => {
                level.empty = false;
                levels.push(enter(scan, token.at));
            }
            ']' if !token.quoted && !level.empty => drop(levels.pop()),
            '&' if !token.quoted => ampersand(scan, token, level)?,
            _ => {
                member(scan, token)?;
                level.empty = false;
            }
        }
    }
    Ok(())
}

/// Reads what starts with `&`: an intersection or the character itself.
fn ampersand(scan: &mut Scan, token: Token, level: &mut Level) -> Result<(), Fault> {
    let place = scan.place();
    if !scan.take('&') {
        // Java loses a `&` before blanks that do not count, and takes what follows for a character.
        let is_lost = scan.place() > place;
        let first = if is_lost { scan.next().unwrap_or(token) } else { token };
        level.empty = false;
        return member(scan, first);
    }
    let next = scan.peek_significant().filter(|next| !next.quoted);
    if level.empty && next.is_some_and(|next| matches!(next.character, ']' | '&')) {
        return Err(("one side of `&&` is missing".into(), token.at));
    }
    Ok(())
}

fn enter(scan: &mut Scan, at: usize) -> Level {
    // Only directly behind the bracket `^` means the opposite.
    if scan.peek().is_some_and(|token| token.character == '^' && !token.quoted) {
        scan.next();
    }
    Level { at, empty: true }
}

/// Reads a character, a range or an escape that starts with `first`.
fn member(scan: &mut Scan, first: Token) -> Result<(), Fault> {
    let low = meaning(scan, first)?;
    if low == Meaning::Set || !is_range(scan) {
        return Ok(());
    }
    scan.take('-');
    let Some(last) = scan.next_significant() else {
        return Ok(());
    };
    match (low, meaning(scan, last)?) {
        (_, Meaning::Set) => Err(("a range ends in one character, not in a class of them".into(), first.at)),
        (Meaning::Character(low), Meaning::Character(high)) if high < low => {
            Err(("the range goes backwards".into(), first.at))
        }
        _ => Ok(()),
    }
}

/// Whether a `-` follows that is more than a character at the end of a class.
pub(super) fn is_range(scan: &mut Scan) -> bool {
    let is_dash = scan.peek_significant().is_some_and(|token| token.character == '-' && !token.quoted);
    let ends = scan.peek_second().is_some_and(|token| matches!(token.character, ']' | '[') && !token.quoted);
    is_dash && !ends
}

fn meaning(scan: &mut Scan, token: Token) -> Result<Meaning, Fault> {
    match token.character {
        '\\' if !token.quoted => inside_class(scan, token.at),
        character => Ok(Meaning::Character(character as u32)),
    }
}
