//! A Java pattern as one of the `regex` crate or, where it looks around or backtracks by hand, of `fancy-regex`.
//!
//! Nothing of the other syntax is left to chance: flags are worked into what is written, characters with a meaning are
//! written as numbers, and classes are written out. The pattern has passed the check of its syntax before.

mod assertion;
mod class;
mod escape;
mod group;
mod property;

use std::fmt::{self, Write};

use super::Fault;
use super::scan::Scan;

/// The class that no character is in.
pub(super) const NEVER: &str = r"[^\x{0}-\x{10FFFF}]";

/// Tables of Unicode that one pattern may use; each costs time and memory when it is compiled.
const TABLES_MAX: usize = 300;

/// How a pattern is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// For `fancy-regex`.
    pub(super) backtracking: bool,
    /// For any text. Otherwise for those that [`Needs::suit`].
    pub(super) exact: bool,
}

#[derive(Debug)]
pub(super) struct Translation {
    pub(super) text: String,
    /// Groups that capture.
    pub(super) groups: usize,
    pub(super) names: Vec<(String, usize)>,
    /// It has something that only `fancy-regex` knows.
    pub(super) backtracking: bool,
    pub(super) needs: Needs,
}

/// What the texts must be like that the simple form of a pattern gives the right answer for.
///
/// Java's `$` also matches before a line end at the end of the text, which the linear engine cannot express. But most
/// texts do not end with one, and then `$` is just the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    /// No line end at the end of the text.
    open_end: bool,
    /// The text is not empty.
    something: bool,
    /// No line ends other than line feeds.
    line_feeds: bool,
}

impl Needs {
    pub(super) fn suit(self, text: &str) -> bool {
        let is_end = |character| matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        !(self.open_end && text.ends_with(is_end)
            || self.something && text.is_empty()
            || self.line_feeds && text.contains(|character| character != '\n' && is_end(character)))
    }
}

#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent, as Java's are")]
struct Flags {
    /// `i`
    ignore_case: bool,
    /// `m`
    lines: bool,
    /// `s`
    dot_all: bool,
    /// `d`
    line_feeds: bool,
    /// `u`
    unicode_case: bool,
    /// `U`
    unicode: bool,
}

impl Flags {
    fn folds_ascii(self) -> bool {
        self.ignore_case && !self.unicode_case
    }

    fn folds_unicode(self) -> bool {
        self.ignore_case && self.unicode_case
    }
}

/// The last thing that was written, which a repetition applies to.
#[derive(Clone, Copy, Debug)]
struct Atom {
    start: usize,
    /// It takes no text, so that repeating it does nothing.
    is_empty: bool,
}

struct Translator {
    scan: Scan,
    manner: Manner,
    out: String,
    flags: Flags,
    open: Vec<group::Open>,
    atom: Option<Atom>,
    groups: usize,
    names: Vec<(String, usize)>,
    backtracking: bool,
    needs: Needs,
    tables_left: usize,
}

/// Translates a pattern that [`super::check_java_regex`] accepts.
pub(super) fn translate(pattern: &str, manner: Manner) -> Result<Translation, Fault> {
    let mut translator = Translator {
        scan: Scan::new(pattern),
        manner,
        out: String::with_capacity(pattern.len()),
        flags: Flags::default(),
        open: Vec::new(),
        atom: None,
        groups: 0,
        names: Vec::new(),
        backtracking: false,
        needs: Needs::default(),
        tables_left: TABLES_MAX,
    };
    translator.all()?;
    let Translator { out: text, groups, names, backtracking, needs, .. } = translator;
    Ok(Translation { text, groups, names, backtracking, needs })
}

impl Translator {
    fn all(&mut self) -> Result<(), Fault> {
        while let Some(token) = self.scan.next_significant() {
            match token.character {
                character if token.quoted => self.literal(character as u32),
                '(' => self.open_group(token.at)?,
                ')' => self.close_group(),
                '[' => {
                    let class = self.class(token.at)?;
                    self.write(&class);
                }
                '\\' => self.escape(token.at)?,
                '|' => {
                    self.out.push('|');
                    self.atom = None;
                }
                '*' => self.repeat(0, None, token.at)?,
                '+' => self.repeat(1, None, token.at)?,
                '?' => self.repeat(0, Some(1), token.at)?,
                '{' => self.count(token.at)?,
                '^' => self.line_start(),
                '$' => self.line_end(self.flags.lines),
                '.' => self.dot(),
                character => self.literal(character as u32),
            }
        }
        Ok(())
    }

    /// Writes something that can be repeated as it is.
    fn write(&mut self, text: &str) {
        self.atom = Some(Atom { start: self.out.len(), is_empty: false });
        self.out.push_str(text);
    }

    /// Writes something that looks but takes no text.
    fn write_empty(&mut self, text: &str) {
        self.atom = Some(Atom { start: self.out.len(), is_empty: true });
        self.out.push_str(text);
    }

    fn literal(&mut self, code: u32) {
        let Some(character) = char::from_u32(code) else {
            // Half a character, which no text has.
            self.write(NEVER);
            return;
        };
        let mut text = String::new();
        push_character(&mut text, character);
        if self.flags.folds_ascii() && character.is_ascii_alphabetic() {
            text = format!("[{}{}]", character.to_ascii_lowercase(), character.to_ascii_uppercase());
        } else if self.flags.folds_unicode() && !character.is_ascii_digit() {
            text = format!("(?i:{text})");
        }
        self.write(&text);
    }

    fn dot(&mut self) {
        self.write(match self.flags {
            Flags { dot_all: true, .. } => "(?s:.)",
            Flags { line_feeds: true, .. } => r"[^\n]",
            _ => r"[^\n\r\x{85}\x{2028}\x{2029}]",
        });
    }

    /// `{2}`, `{2,}` or `{2,3}` behind its brace.
    fn count(&mut self, at: usize) -> Result<(), Fault> {
        let least = self.scan.take_number().unwrap_or(0);
        let most = if self.scan.take(',') { self.scan.take_number() } else { Some(least) };
        self.scan.take('}');
        let limit = i64::from(i32::MAX);
        if least > limit || most.is_some_and(|most| most > limit) {
            return Err(("the count is too large".into(), at));
        }
        if self.atom.is_none() {
            // Java repeats the nothing before it.
            self.scan.take_suffix();
            return Ok(());
        }
        self.repeat(least, most, at)
    }

    /// Repeats the last atom, and sees to what makes the repetition lazy or possessive.
    fn repeat(&mut self, least: i64, most: Option<i64>, at: usize) -> Result<(), Fault> {
        let lazy = self.scan.take('?');
        let possessive = !lazy && self.scan.take('+');
        let Some(atom) = self.atom.take() else {
            return Err(("there is nothing before it to repeat".into(), at));
        };
        if atom.is_empty {
            if least == 0 {
                self.out.insert_str(atom.start, "(?:");
                self.out.push_str("|)");
            }
            return Ok(());
        }
        match (least, most) {
            (0, None) => self.out.push('*'),
            (1, None) => self.out.push('+'),
            (0, Some(1)) => self.out.push('?'),
            (least, None) => self.write_count(format_args!("{{{least},}}")),
            (least, Some(most)) if least == most => self.write_count(format_args!("{{{least}}}")),
            (least, Some(most)) => self.write_count(format_args!("{{{least},{most}}}")),
        }
        if lazy {
            self.out.push('?');
        }
        if possessive {
            self.backtracking = true;
            self.out.insert_str(atom.start, "(?>");
            self.out.push(')');
        }
        Ok(())
    }

    fn write_count(&mut self, count: fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(count);
    }

    /// Counts a use of large tables.
    fn use_tables(&mut self, count: usize, at: usize) -> Result<(), Fault> {
        self.tables_left = self.tables_left.checked_sub(count).ok_or_else(|| {
            (format!("the pattern has more than {TABLES_MAX} classes of Unicode characters"), at)
        })?;
        Ok(())
    }
}

/// Writes a character so that it means itself, inside a class too.
fn push_character(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() || (!character.is_ascii() && !character.is_whitespace()) {
        out.push(character);
    } else {
        let _ = write!(out, "\\x{{{:X}}}", character as u32);
    }
}
