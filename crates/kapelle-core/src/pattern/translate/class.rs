//! Classes of characters, written out so that nothing in them has a second meaning.

use super::super::Fault;
use super::super::class::is_range;
use super::super::escape::{Meaning, inside_class};
use super::super::scan::Token;
use super::{Translator, push_character};

/// Classes inside classes. Those of people have two or three levels.
const LEVELS_MAX: usize = 50;

/// An open class.
struct Level {
    negated: bool,
    /// Has no member yet. Until it has one, `]` is a character.
    empty: bool,
    /// The sides of `&&` that are complete, without those that Java ignores.
    sides: Vec<String>,
    /// The side at hand.
    side: String,
    /// The side at hand has members, though they may be written as nothing.
    has_side: bool,
}

impl Level {
    fn end_side(&mut self) {
        let side = std::mem::take(&mut self.side);
        if std::mem::take(&mut self.has_side) {
            self.sides.push(if side.is_empty() { super::NEVER.to_owned() } else { side });
        }
    }

    fn close(mut self) -> String {
        self.end_side();
        let negation = if self.negated { "^" } else { "" };
        match self.sides.as_slice() {
            [] => super::NEVER.to_owned(),
            [side] => format!("[{negation}{side}]"),
            sides => {
                let sides: Vec<_> = sides.iter().map(|side| format!("[{side}]")).collect();
                format!("[{negation}{}]", sides.join("&&"))
            }
        }
    }

    fn add(&mut self, text: &str) {
        self.side.push_str(text);
        self.has_side = true;
        self.empty = false;
    }
}

impl Translator {
    /// The class whose `[` is at `at`.
    pub(super) fn class(&mut self, at: usize) -> Result<String, Fault> {
        let folds = self.flags.folds_unicode();
        let mut around = Vec::new();
        let mut level = self.enter_class();
        loop {
            let Some(token) = self.scan.next_significant() else {
                return Err(("the class is not closed: `]` is missing".into(), at));
            };
            match token.character {
                '[' if !token.quoted => {
                    if around.len() >= LEVELS_MAX {
                        return Err(("there are too many classes inside each other".into(), token.at));
                    }
                    let inner = self.enter_class();
                    around.push(std::mem::replace(&mut level, inner));
                }
                ']' if !token.quoted && !level.empty => {
                    let text = level.close();
                    let Some(outer) = around.pop() else {
                        if folds {
                            self.use_tables(1, at)?;
                            return Ok(format!("(?i:{text})"));
                        }
                        return Ok(text);
                    };
                    level = outer;
                    level.add(&text);
                }
                '&' if !token.quoted => self.ampersand(token, &mut level)?,
                _ => self.member(token, &mut level)?,
            }
        }
    }

    fn enter_class(&mut self) -> Level {
        let negated = self.scan.peek().is_some_and(|token| token.character == '^' && !token.quoted);
        if negated {
            self.scan.next();
        }
        Level { negated, empty: true, sides: Vec::new(), side: String::new(), has_side: false }
    }

    /// What starts with `&`: an intersection or the character itself.
    fn ampersand(&mut self, token: Token, level: &mut Level) -> Result<(), Fault> {
        let place = self.scan.place();
        if self.scan.take('&') {
            level.end_side();
            return Ok(());
        }
        // As in the check: Java loses a `&` before blanks that do not count.
        let is_lost = self.scan.place() > place;
        let first = if is_lost { self.scan.next().unwrap_or(token) } else { token };
        self.member(first, level)
    }

    /// A character, a range or an escape.
    fn member(&mut self, first: Token, level: &mut Level) -> Result<(), Fault> {
        let low = match self.member_start(first)? {
            Ok(set) => {
                level.add(&set);
                return Ok(());
            }
            Err(code) => code,
        };
        let mut high = low;
        if is_range(&mut self.scan) {
            self.scan.take('-');
            if let Some(last) = self.scan.next_significant() {
                high = match last.character {
                    '\\' if !last.quoted => match inside_class(&mut self.scan, last.at)? {
                        Meaning::Character(code) => code,
                        _ => return Err(("the end of the range is not supported".into(), last.at)),
                    },
                    character => character as u32,
                };
            }
        }
        if high < low {
            return Err(("the range goes backwards".into(), first.at));
        }
        let mut text = String::new();
        push_range(&mut text, low, high);
        if self.flags.folds_ascii() {
            push_other_case(&mut text, low, high);
        }
        level.add(&text);
        Ok(())
    }

    /// A whole set, or (as the error) one character, which may start a range.
    fn member_start(&mut self, first: Token) -> Result<Result<String, u32>, Fault> {
        if first.character != '\\' || first.quoted {
            return Ok(Err(first.character as u32));
        }
        // `\v` is all vertical space, but at the start of a range the vertical tab.
        if self.scan.peek().is_some_and(|token| token.character == 'v') {
            let place = self.scan.place();
            self.scan.next();
            let starts_range = is_range(&mut self.scan);
            self.scan.go_back(place);
            if starts_range {
                self.scan.next();
                return Ok(Err(0xb));
            }
        }
        if let Some(set) = self.set(first.at)? {
            return Ok(Ok(set));
        }
        match inside_class(&mut self.scan, first.at)? {
            Meaning::Character(code) => Ok(Err(code)),
            _ => Err(("this escape is not supported in a class".into(), first.at)),
        }
    }
}

/// Writes a range without the halves of characters, which no text has.
fn push_range(out: &mut String, low: u32, high: u32) {
    for (from, to) in [(low, high.min(0xd7ff)), (low.max(0xe000), high)] {
        let (Some(from), Some(to)) = (char::from_u32(from), char::from_u32(to)) else {
            continue;
        };
        if from > to {
            continue;
        }
        push_character(out, from);
        if from < to {
            out.push('-');
            push_character(out, to);
        }
    }
}

/// Writes the letters of ASCII that differ from those of the range in their case only.
fn push_other_case(out: &mut String, low: u32, high: u32) {
    for (first, last, shift) in [(0x41, 0x5a, 0x20_i32), (0x61, 0x7a, -0x20_i32)] {
        let (from, to) = (low.max(first), high.min(last));
        if from <= to {
            push_range(out, from.wrapping_add_signed(shift), to.wrapping_add_signed(shift));
        }
    }
}
