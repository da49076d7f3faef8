//! Why a text is not YAML.

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::yaml) struct Error {
    pub(in crate::yaml) kind: Kind,
    /// Byte where it was noticed.
    pub(in crate::yaml) at: usize,
    /// Byte where the construct starts in which it was noticed.
    pub(in crate::yaml) context: Option<usize>,
}

/// What does not fit, sorted by what its writer may have meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::yaml) enum Kind {
    /// A tab where only blanks may indent.
    Tab,
    /// The text or the document ends before the closing quote.
    UnclosedQuote {
        opened: usize,
    },
    /// Neither a comma nor the closing bracket follows.
    UnclosedBracket {
        opened: usize,
        closing: char,
    },
    /// A backslash with a character that means nothing.
    BadEscape,
    /// A backslash with a number that is no character.
    BadCodePoint,
    /// `: ` where no key can be.
    ColonInValue,
    /// A line of a map that is no key.
    KeyExpected,
    /// A line of a list that does not start with `-`.
    ItemExpected,
    /// The line has to be a key but has no `:`.
    MissingColon,
    /// `- ` where no list can start.
    ItemNotAllowed,
    /// `? ` where no map can start.
    KeyNotAllowed,
    /// A character that nothing starts with.
    NoToken(char),
    /// Something else where a value should stand.
    ValueExpected,
    /// `&` or `*` without a name.
    BadName,
    BadTag,
    UnknownTagHandle,
    /// Something else than an indentation and `+` or `-` after `|` or `>`.
    BadBlockHeader,
    /// A line starting with `%` that is neither `%YAML` nor `%TAG` or comes twice.
    BadDirective,
    /// A version of YAML other than 1.1 and 1.2.
    OtherVersion,
    /// Directives without a document.
    DocumentExpected,
    /// A second `---`.
    SecondDocument,
    /// The document is complete, but something follows.
    NothingExpected,
}

impl Kind {
    pub(super) fn at(self, at: usize, context: usize) -> Error {
        Error { kind: self, at, context: Some(context) }
    }

    /// In words that fit after "this is not YAML:".
    pub(in crate::yaml) fn words(self) -> String {
        let words = match self {
            Self::Tab => "a tab where only blanks may indent",
            Self::UnclosedQuote { .. } => "a quote is never closed",
            Self::UnclosedBracket { .. } => "a bracket is never closed",
            Self::BadEscape => "an unknown escape",
            Self::BadCodePoint => {
                "`\\x`, `\\u` and `\\U` need the 2, 4 or 8 hexadecimal digits of a character"
            }
            Self::ColonInValue => "a colon where no key can be",
            Self::KeyExpected => "a key is expected here",
            Self::ItemExpected => "a list item starting with `- ` is expected here",
            Self::MissingColon => "a colon is missing after the key",
            Self::ItemNotAllowed => "a list item cannot start here",
            Self::KeyNotAllowed => "a key written with `? ` cannot start here",
            Self::NoToken(character) => return format!("nothing can start with `{character}`"),
            Self::ValueExpected => "a value is expected here",
            Self::BadName => "`&` and `*` need a name of letters, digits, `-` and `_`",
            Self::BadTag => "a tag starting with `!` is not complete or not followed by a blank",
            Self::UnknownTagHandle => "the first part of this tag is not declared",
            Self::BadBlockHeader => "only `-`, `+`, a digit from 1 to 9 or a comment may follow `|` and `>`",
            Self::BadDirective => "a line starting with `%` is `%YAML` or `%TAG`, each once",
            Self::OtherVersion => "only the versions 1.1 and 1.2 of YAML are known",
            Self::DocumentExpected => "a line `---` is expected here",
            Self::SecondDocument => "a second document starts here",
            Self::NothingExpected => "nothing can follow here, the value before it is complete",
        };
        words.to_owned()
    }
}
