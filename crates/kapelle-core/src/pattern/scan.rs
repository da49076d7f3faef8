//! The pattern as a row of characters, with its quoted parts and comments understood.

/// A character and its byte in the pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) character: char,
    pub(super) at: usize,
    /// Stands between `\Q` and `\E`, and so only for itself.
    pub(super) quoted: bool,
}

/// A walk over the pattern.
pub(super) struct Scan {
    tokens: Vec<Token>,
    next: usize,
    /// The flag `x`: blanks and comments count for nothing.
    pub(super) comments: bool,
}

impl Scan {
    /// Takes out the quotation marks first, as Java does: they may stand anywhere.
    pub(super) fn new(pattern: &str) -> Self {
        let mut tokens = Vec::with_capacity(pattern.len());
        let mut quoted = false;
        let mut escaped = false;
        let mut characters = pattern.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character == '\\' && !escaped {
                let mark = if quoted { 'E' } else { 'Q' };
                if characters.next_if(|(_, next)| *next == mark).is_some() {
                    quoted = !quoted;
                    continue;
                }
            }
            escaped = character == '\\' && !escaped && !quoted;
            tokens.push(Token { character, at, quoted });
        }
        Self { tokens, next: 0, comments: false }
    }

    /// Takes the next character, whatever it is.
    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.next += 1;
        Some(token)
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).copied()
    }

    /// The character behind the next one.
    pub(super) fn peek_second(&self) -> Option<Token> {
        self.tokens.get(self.next + 1).copied()
    }

    /// Takes the next character that is neither blank nor comment, if these count for nothing.
    pub(super) fn next_significant(&mut self) -> Option<Token> {
        self.skip_comments();
        self.next()
    }

    pub(super) fn peek_significant(&mut self) -> Option<Token> {
        self.skip_comments();
        self.peek()
    }

    /// Takes the next character if it is this one with its special meaning.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek_significant().is_some_and(|token| token.character == wanted && !token.quoted);
        self.next += usize::from(found);
        found
    }

    /// The `?` or `+` that makes a repetition lazy or possessive.
    pub(super) fn take_suffix(&mut self) {
        let _found = self.take('?') || self.take('+');
    }

    /// Takes digits. A number too large for anything is as large as can be.
    pub(super) fn take_number(&mut self) -> Option<i64> {
        let mut number: Option<i64> = None;
        while let Some(digit) = self.peek_significant().and_then(|token| token.character.to_digit(10)) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit.into()));
            self.next += 1;
        }
        number
    }

    /// Takes up to `most` hexadecimal digits and gives their value and count.
    pub(super) fn take_hexadecimal(&mut self, most: usize) -> (u32, usize) {
        let (mut value, mut count) = (0_u32, 0);
        while count < most
            && let Some(digit) = self.peek_significant().and_then(|token| token.character.to_digit(16))
        {
            value = value.saturating_mul(16).saturating_add(digit);
            count += 1;
            self.next += 1;
        }
        (value, count)
    }

    /// Where the walk stands, to come back with [`Self::go_back`].
    pub(super) fn place(&self) -> usize {
        self.next
    }

    pub(super) fn go_back(&mut self, place: usize) {
        self.next = place;
    }

    /// Goes back by one character and takes its quotation away.
    pub(super) fn unquote_last(&mut self) {
        self.next -= 1;
        self.tokens[self.next].quoted = false;
    }

    fn skip_comments(&mut self) {
        while self.comments
            && let Some(token) = self.peek().filter(|token| !token.quoted)
        {
            match token.character {
                '\t'..='\r' | ' ' => self.next += 1,
                '#' => self.skip_line(),
                _ => break,
            }
        }
    }

    fn skip_line(&mut self) {
        while let Some(token) = self.next() {
            if matches!(token.character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
                break;
            }
        }
    }
}
