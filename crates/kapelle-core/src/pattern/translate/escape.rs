//! What stands behind a backslash.

use super::super::Fault;
use super::super::escape::{Meaning, inside_class};
use super::super::group::take_name;
use super::{NEVER, Translator};

/// A cluster of characters that look like one, by the rules of Unicode's annex 29.
const CLUSTER: &str = r"(?:\r\n|[\r\n\p{gcb=Control}]|\p{gcb=Prepend}*(?:\p{gcb=L}*(?:\p{gcb=V}+|\p{gcb=LV}\p{gcb=V}*|\p{gcb=LVT})\p{gcb=T}*|\p{gcb=L}+|\p{gcb=T}+|\p{gcb=Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\p{gcb=Extend}*\p{gcb=ZWJ}\p{Extended_Pictographic})*|[^\r\n\p{gcb=Control}])[\p{gcb=Extend}\p{gcb=ZWJ}\p{gcb=SpacingMark}]*)";

impl Translator {
    /// The escape whose backslash is at `at`, outside of classes.
    pub(super) fn escape(&mut self, at: usize) -> Result<(), Fault> {
        let letter = self.scan.peek().map_or('\\', |token| token.character);
        match letter {
            '1'..='9' => self.reference(),
            'k' => {
                self.scan.next();
                self.scan.take('<');
                let name = take_name(&mut self.scan, at)?;
                let group = self.names.iter().find(|(known, _)| *known == name);
                let group = group.map_or(0, |(_, group)| *group);
                self.write_reference(group);
            }
            'A' => self.assertion(r"\A"),
            'z' => self.assertion(r"\z"),
            'Z' => {
                self.scan.next();
                self.line_end(false);
            }
            'G' => {
                self.backtracking = true;
                self.assertion(r"\G");
            }
            'b' | 'B' => {
                self.scan.next();
                if letter == 'b' && self.takes_cluster_mark() {
                    return Err(("`\\b{g}` is not supported here".into(), at));
                }
                self.word_boundary(letter == 'B');
            }
            'R' => {
                self.scan.next();
                self.write(r"(?:\r\n|[\n\x{B}\x{C}\r\x{85}\x{2028}\x{2029}])");
            }
            'X' => {
                self.scan.next();
                self.use_tables(25, at)?;
                self.write(CLUSTER);
            }
            _ => {
                if let Some(set) = self.set(at)? {
                    self.write(&set);
                } else if let Meaning::Character(code) = inside_class(&mut self.scan, at)? {
                    self.literal(code);
                }
            }
        }
        Ok(())
    }

    /// An escape that stands for many characters, as a class; none, and nothing taken, if it does not.
    pub(super) fn set(&mut self, at: usize) -> Result<Option<String>, Fault> {
        let letter = self.scan.peek().map_or('\\', |token| token.character);
        let unicode = self.flags.unicode;
        let content = match letter.to_ascii_lowercase() {
            'd' if unicode => r"\p{Nd}",
            'd' => "0-9",
            's' if unicode => r"\p{White_Space}",
            's' => r"\x{20}\t\n\x{B}\x{C}\r",
            'w' if unicode => r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}",
            'w' => "0-9A-Z_a-z",
            'h' => r"\x{20}\t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}",
            'v' => r"\n\x{B}\x{C}\r\x{85}\x{2028}\x{2029}",
            'p' => {
                self.scan.next();
                return self.property(letter == 'P', at).map(Some);
            }
            'n' if letter == 'N' => {
                return Err((
                    "characters by their names are not supported; write `\\x{…}` with the number".into(),
                    at,
                ));
            }
            _ => return Ok(None),
        };
        self.scan.next();
        if unicode {
            self.use_tables(1, at)?;
        }
        let negation = if letter.is_ascii_uppercase() { "^" } else { "" };
        Ok(Some(format!("[{negation}{content}]")))
    }

    fn assertion(&mut self, text: &str) {
        self.scan.next();
        self.write_empty(text);
    }

    /// `\1` and more digits, as long as there are that many groups.
    fn reference(&mut self) {
        let digit =
            |token: super::super::scan::Token| token.character.to_digit(10).map(|digit| digit as usize);
        let mut group = self.scan.next().and_then(digit).unwrap_or(0);
        while let Some(next) = self.scan.peek().and_then(digit) {
            let longer = group.saturating_mul(10).saturating_add(next);
            if longer > self.groups {
                break;
            }
            self.scan.next();
            group = longer;
        }
        self.write_reference(group);
    }

    fn write_reference(&mut self, group: usize) {
        if group == 0 || group > self.groups {
            // A group that has captured nothing yet matches nothing.
            self.write(NEVER);
            return;
        }
        self.backtracking = true;
        let flag = if self.flags.ignore_case { "i" } else { "" };
        self.write(&format!("(?{flag}:\\{group})"));
    }

    fn takes_cluster_mark(&mut self) -> bool {
        let place = self.scan.place();
        let found = self.scan.take('{') && self.scan.take('g') && self.scan.take('}');
        if !found {
            self.scan.go_back(place);
        }
        found
    }
}
