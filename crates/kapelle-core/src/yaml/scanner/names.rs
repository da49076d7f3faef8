//! Anchors, aliases, tags, and the directives that declare what tags are short for.

use std::borrow::Cow;
use std::collections::HashMap;

use super::tokens::{Token, Tokens, What};
use super::{Error, Kind};

/// Each use of a declared handle repeats what it stands for, so a long one could fill the memory.
const PREFIX_BYTES_MAX: usize = 1024;

/// What the directives of the document say.
#[derive(Debug, Default)]
pub(super) struct Handles<'a> {
    has_version: bool,
    declared: HashMap<&'a str, Cow<'a, str>>,
}

impl Handles<'_> {
    /// What the first part of a tag is short for.
    fn prefix(&self, handle: &str) -> Option<&str> {
        match (self.declared.get(handle), handle) {
            (Some(prefix), _) => Some(prefix),
            (None, "!") => Some("!"),
            (None, "!!") => Some("tag:yaml.org,2002:"),
            _ => None,
        }
    }
}

/// Parts of the text of a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Brackets and commas belong to it.
    Whole,
    Suffix,
}

impl<'a> Tokens<'a> {
    pub(super) fn alias(&mut self) -> Result<Token<'a>, Error> {
        self.name(What::Alias)
    }

    pub(super) fn anchor(&mut self) -> Result<Token<'a>, Error> {
        self.name(What::Anchor)
    }

    fn name(&mut self, what: What) -> Result<Token<'a>, Error> {
        let start = self.cursor.at;
        self.cursor.skip(1);
        let name = self.word();
        let ends =
            self.cursor.is_gap(0) || self.cursor.peek(0).is_some_and(|byte| b"?:,]}%@`".contains(&byte));
        if name.is_empty() || !ends {
            return Err(Kind::BadName.at(self.cursor.at, start));
        }
        Ok(Token::with_text(what, start, self.cursor.at, Cow::Borrowed(name)))
    }

    /// Letters, digits, `-` and `_`.
    fn word(&mut self) -> &'a str {
        let from = self.cursor.at;
        while self.cursor.peek(0).is_some_and(is_word) {
            self.cursor.skip(1);
        }
        self.cursor.slice(from, self.cursor.at)
    }

    pub(super) fn tag(&mut self) -> Result<Token<'a>, Error> {
        let start = self.cursor.at;
        let name = if self.cursor.peek(1) == Some(b'<') {
            self.cursor.skip(2);
            let name = self.uri(Part::Whole, start)?;
            if name.is_empty() || self.cursor.peek(0) != Some(b'>') {
                return Err(Kind::BadTag.at(self.cursor.at, start));
            }
            self.cursor.skip(1);
            name
        } else {
            self.short_tag(start)?
        };
        let ends = self.cursor.is_gap(0) || (self.keys.is_in_brackets() && self.cursor.peek(0) == Some(b','));
        if !ends {
            return Err(Kind::BadTag.at(self.cursor.at, start));
        }
        Ok(Token::with_text(What::Tag, start, self.cursor.at, name))
    }

    /// `!suffix`, `!!suffix`, `!handle!suffix` or `!` alone.
    fn short_tag(&mut self, start: usize) -> Result<Cow<'a, str>, Error> {
        self.cursor.skip(1);
        self.word();
        let has_handle = self.cursor.peek(0) == Some(b'!');
        if has_handle {
            self.cursor.skip(1);
        } else {
            self.cursor.at = start + 1;
        }
        let handle = self.cursor.slice(start, self.cursor.at);
        let suffix = self.uri(Part::Suffix, start)?;
        if suffix.is_empty() {
            return if has_handle { Err(Kind::BadTag.at(self.cursor.at, start)) } else { Ok("!".into()) };
        }
        match self.handles.prefix(handle) {
            Some(prefix) => Ok(Cow::Owned(format!("{prefix}{suffix}"))),
            None => Err(Kind::UnknownTagHandle.at(start, start)),
        }
    }

    /// The characters of a URI, `%` and two digits for a byte.
    fn uri(&mut self, part: Part, start: usize) -> Result<Cow<'a, str>, Error> {
        let mut bytes = Cow::Borrowed(&[][..]);
        let from = self.cursor.at;
        while let Some(byte) = self.cursor.peek(0) {
            if byte == b'%' {
                let byte = self.percent(start)?;
                bytes.to_mut().push(byte);
                continue;
            }
            let belongs = is_word(byte)
                || b";/?:@&=+$.!~*'()".contains(&byte)
                || (part == Part::Whole && b",[]".contains(&byte));
            if !belongs {
                break;
            }
            self.cursor.skip(1);
            match &mut bytes {
                Cow::Borrowed(all) => *all = self.cursor.slice(from, self.cursor.at).as_bytes(),
                Cow::Owned(all) => all.push(byte),
            }
        }
        let text = match bytes {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        };
        text.ok_or_else(|| Kind::BadTag.at(self.cursor.at, start))
    }

    fn percent(&mut self, start: usize) -> Result<u8, Error> {
        let digits = self.cursor.slice(self.cursor.at + 1, self.cursor.at + 3);
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let byte = u8::from_str_radix(digits, 16).ok().filter(|_| is_number);
        self.cursor.skip(3);
        byte.ok_or_else(|| Kind::BadTag.at(self.cursor.at - 3, start))
    }

    /// A line that starts with `%`.
    pub(super) fn directive(&mut self) -> Result<Token<'a>, Error> {
        let start = self.cursor.at;
        self.cursor.skip(1);
        let name = self.word();
        let end = match name {
            _ if !self.cursor.is_gap(0) => return Err(Kind::BadDirective.at(self.cursor.at, start)),
            "YAML" => self.version(start)?,
            "TAG" => self.declaration(start)?,
            _ => return Err(Kind::BadDirective.at(start, start)),
        };
        self.blanks();
        if self.cursor.peek(0) == Some(b'#') {
            self.skip_comment();
        }
        if !self.cursor.is_gap(0) {
            return Err(Kind::BadDirective.at(self.cursor.at, start));
        }
        // Unlike other line breaks this one does not allow a key, so a tab may follow.
        if self.cursor.break_length(0) > 0 {
            self.cursor.skip_break();
        }
        Ok(Token::new(What::Directive, start, end))
    }

    fn blanks(&mut self) -> bool {
        let from = self.cursor.at;
        while self.cursor.is_blank(0) {
            self.cursor.skip(1);
        }
        self.cursor.at > from
    }

    fn version(&mut self, start: usize) -> Result<usize, Error> {
        self.blanks();
        let major = self.number(start)?;
        if self.cursor.peek(0) != Some(b'.') {
            return Err(Kind::BadDirective.at(self.cursor.at, start));
        }
        self.cursor.skip(1);
        let minor = self.number(start)?;
        if std::mem::replace(&mut self.handles.has_version, true) {
            return Err(Kind::BadDirective.at(start, start));
        }
        if major != 1 || !(1..=2).contains(&minor) {
            return Err(Kind::OtherVersion.at(start, start));
        }
        Ok(self.cursor.at)
    }

    fn number(&mut self, start: usize) -> Result<u32, Error> {
        let from = self.cursor.at;
        while self.cursor.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.cursor.skip(1);
        }
        let digits = self.cursor.slice(from, self.cursor.at);
        digits.parse().map_err(|_| Kind::BadDirective.at(self.cursor.at, start))
    }

    /// `%TAG !handle! prefix`
    fn declaration(&mut self, start: usize) -> Result<usize, Error> {
        self.blanks();
        let from = self.cursor.at;
        if self.cursor.peek(0) != Some(b'!') {
            return Err(Kind::BadDirective.at(from, start));
        }
        self.cursor.skip(1);
        self.word();
        if self.cursor.peek(0) == Some(b'!') {
            self.cursor.skip(1);
        }
        let handle = self.cursor.slice(from, self.cursor.at);
        let is_closed = handle == "!" || (handle.len() > 1 && handle.ends_with('!'));
        if !is_closed || !self.blanks() {
            return Err(Kind::BadDirective.at(self.cursor.at, start));
        }
        let prefix = self.uri(Part::Whole, start)?;
        let is_complete = (1..=PREFIX_BYTES_MAX).contains(&prefix.len()) && self.cursor.is_gap(0);
        if !is_complete || self.handles.declared.insert(handle, prefix).is_some() {
            return Err(Kind::BadDirective.at(self.cursor.at, start));
        }
        Ok(self.cursor.at)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
