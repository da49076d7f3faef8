//! Says what is wrong with text that is not YAML, in words for the person who wrote it.
//!
//! The scanner only knows which token it did not expect. What people did is nearly always one of a few things, and
//! the line itself tells which: a tab, an expression or a special character without quotes, a quote never closed, a
//! colon inside a value, a line that is indented one blank too far.

use kapelle_model::Span;

use super::scanner::{Error, Kind};
use super::{missing, reader, repair};
use crate::diagnostic::{Code, Diagnostic, Edit};

/// Control characters that no YAML text may hold. A few are listed, the rest would be the same.
pub(super) fn control_characters(text: &str, base: usize) -> Vec<Diagnostic> {
    const SHOWN_MAX: usize = 5;
    let suspicious =
        text.bytes().any(|byte| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte >= 0x7f);
    if !suspicious {
        return Vec::new();
    }
    let forbidden = |character: char| match character {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{fffe}' | '\u{ffff}' | '\u{feff}' => true,
        other => other.is_control(),
    };
    text.char_indices()
        .filter(|(_, character)| forbidden(*character))
        .take(SHOWN_MAX)
        .map(|(at, character)| {
            let span = Span::new((base + at) as u32, (base + at + character.len_utf8()) as u32);
            let code_point = character as u32;
            Diagnostic::new(Code::YamlControlCharacter, span, format!("control character U+{code_point:04X}"))
                .help(format!(
                    "remove it, or write it as \"\\u{code_point:04X}\" between double quotes if it is meant"
                ))
        })
        .collect()
}

/// The lines with which Git marks the two sides of a merge conflict. Where one stands, nothing else is worth saying.
fn merge_conflict(text: &str, base: usize) -> Option<Diagnostic> {
    let is_marker = |line: &str| {
        line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") || line.trim_end() == "======="
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_marker(line) {
            let span = Line::around(text, at).span(base);
            let found = Diagnostic::new(Code::YamlSyntax, span, "a merge conflict was not resolved here");
            return Some(found.help(
                "keep what is right of the two sides, and remove the lines starting with `<<<<<<<`, `=======` \
                 and `>>>>>>>`",
            ));
        }
        at += line.len();
    }
    None
}

/// A map or a list where a key should stand: nearly always an expression without quotes.
pub(super) fn key_is_not_text(text: &str, base: usize, span: Span) -> Diagnostic {
    if let Some(found) = merge_conflict(text, base) {
        return found;
    }
    let at = span.start as usize - base;
    // The scanner saw `{` `{`: the value starts one brace earlier.
    let line = Line::around(text, at);
    if let Some(found) = line.unquoted_expression(base) {
        return found;
    }
    Diagnostic::new(Code::YamlSyntax, span, "a key of a map has to be text, here it is a list or a map")
        .help("quote the key, or check the brackets and braces before it")
}

/// The diagnostic for the first token that the scanner could not place.
pub(super) fn explain(text: &str, base: usize, error: &Error) -> Diagnostic {
    let mark = text.floor_char_boundary(error.at);
    let line = Line::around(text, mark);

    if let Some(found) = merge_conflict(text, base) {
        return found;
    }
    if let Some(found) = line.tab(base) {
        return found;
    }
    let noticed = if let Kind::UnclosedQuote { opened } = error.kind { opened } else { error.at };
    if let Some(open) = missing::closing_quote(text, noticed, reader::stop) {
        return open_quote(text, base, &open);
    }
    if let Kind::UnclosedQuote { opened } = error.kind {
        return unclosed_quote(text, base, opened);
    }
    if let Some(places) = missing::blanks(text, error.at, reader::stop) {
        return missing_blanks(text, base, &places);
    }
    let lines_before = error.context.map(|at| Line::around(text, at));
    for suspect in std::iter::once(line).chain(lines_before) {
        if let Some(found) = suspect.lacks_quotes(base) {
            return found;
        }
    }
    // The line before may be text of a block: quotes have to help.
    let previous = line.previous(text).and_then(|previous| previous.lacks_quotes(base));
    if let Some(found) = previous.filter(|found| helps(text, base, error.at, found)) {
        return found;
    }
    let ends_early = matches!(error.kind, Kind::KeyExpected | Kind::ItemExpected | Kind::NothingExpected);
    if let Some(found) = line.text_after_quote(base, mark).filter(|_| ends_early) {
        return found;
    }
    if error.kind == Kind::ColonInValue
        && let Some(found) = line.colon_in_value(base, mark)
        && helps(text, base, error.at, &found)
    {
        return found;
    }
    if let Some(found) = moved_line(text, base, error) {
        return found;
    }
    let span = line.token_at(base, mark);
    match error.kind {
        Kind::Tab => {
            let span = Span::new((base + mark) as u32, (base + mark + 1).min(base + text.len()) as u32);
            Diagnostic::new(Code::YamlTab, span, "a tab before a key or in the indentation")
                .help("replace it by blanks")
        }
        Kind::BadEscape | Kind::BadCodePoint => {
            let escape = text[mark..].chars().take(2).map(char::len_utf8).sum::<usize>();
            let span = Span::new((base + mark) as u32, (base + mark + escape) as u32);
            let message = match error.kind {
                Kind::BadEscape => "unknown escape in a text between double quotes".to_owned(),
                other => other.words(),
            };
            Diagnostic::new(Code::YamlSyntax, span, message)
                .help("double the backslash, or use single quotes, which know no escapes")
        }
        Kind::UnclosedBracket { opened, closing } => unclosed_bracket(text, base, opened, mark, closing),
        Kind::ColonInValue => {
            line.colon_in_value(base, mark).unwrap_or_else(|| line.key_in_value(text, base))
        }
        Kind::KeyExpected | Kind::ItemExpected | Kind::NothingExpected
            if let Some(help) = line.indentation(text) =>
        {
            let message = "the indentation of this line fits nothing above it";
            Diagnostic::new(Code::YamlIndentation, span, message).help(help)
        }
        Kind::MissingColon => {
            // The scanner notices on the line after the one that lacks its colon.
            let culprit = error.context.map_or(line, |at| Line::around(text, at));
            let message = "this line is neither `key: value` nor part of the text before it";
            Diagnostic::new(Code::YamlSyntax, culprit.span(base), message).help(
                "add the colon (and a blank after it), or indent the line if it continues the value above",
            )
        }
        Kind::ItemNotAllowed => Diagnostic::new(Code::YamlSyntax, span, "a list item cannot start here")
            .help("start the list on its own line below the key, one `- ` for each item"),
        Kind::SecondDocument => Diagnostic::new(Code::YamlSyntax, span, "text after the end of the document")
            .help("start the next document with a line `---`"),
        other => Diagnostic::new(Code::YamlSyntax, span, format!("this is not YAML: {}", other.words()))
            .help(what_to_try(other)),
    }
}

/// For what is too rare for a diagnostic of its own.
fn what_to_try(kind: Kind) -> &'static str {
    match kind {
        Kind::KeyNotAllowed => "write the key as `key: value`, or put the value in quotes",
        Kind::NoToken(_) | Kind::BadName | Kind::BadTag | Kind::UnknownTagHandle => "put the value in quotes",
        Kind::BadBlockHeader => "start the text on the next line, indented",
        Kind::BadDirective | Kind::OtherVersion | Kind::DocumentExpected => {
            "remove the line that starts with `%`"
        }
        _ => "check quotes, brackets and indentation on this line and the one before",
    }
}

/// Whether the scanner gets further with the fix.
fn helps(text: &str, base: usize, at: usize, found: &Diagnostic) -> bool {
    let mut mended = text.to_owned();
    for edit in found.fix.iter().flat_map(|fix| &fix.edits) {
        mended.replace_range(edit.span.start as usize - base..edit.span.end as usize - base, &edit.text);
    }
    missing::gets_further(text, at, &mended, &reader::stop)
}

/// The line that somebody moved, if moving one line is all that it takes.
fn moved_line(text: &str, base: usize, error: &Error) -> Option<Diagnostic> {
    let can_be_moved = matches!(
        error.kind,
        Kind::ColonInValue
            | Kind::KeyExpected
            | Kind::ItemExpected
            | Kind::ItemNotAllowed
            | Kind::NothingExpected
    );
    if !can_be_moved {
        return None;
    }
    let repair = repair::indentation(text, error.at, reader::reads)?;
    let span = Span::new((base + repair.start) as u32, (base + repair.end) as u32);
    let message = "the indentation of this line does not fit the lines around it";
    let help = format!("start it after {}, not after {}", blanks(repair.indent_right), repair.indent);
    Some(Diagnostic::new(Code::YamlIndentation, span, message).help(help))
}

/// A quote that a later one closes by mistake, or nothing at all.
fn open_quote(text: &str, base: usize, open: &missing::OpenQuote) -> Diagnostic {
    let found = unclosed_quote(text, base, open.opened);
    if !open.is_certain {
        return found;
    }
    let end = (base + open.close_at) as u32;
    found.fix("close it at the end of the text", Span::new(end, end), &text[open.opened..=open.opened])
}

/// `key:value`, perhaps in several lines.
fn missing_blanks(text: &str, base: usize, places: &[usize]) -> Diagnostic {
    let first = places[0];
    let line = Line::around(text, first);
    let span = Span::new(line.span_of(base, line.indent(), 0).start, (base + first) as u32);
    let help = match places.len() {
        1 => "insert it: only `: ` ends a key".to_owned(),
        count => format!("insert it here and in the lines below ({count} lines): only `: ` ends a key"),
    };
    let edit = |place: &usize| {
        let place = (base + place) as u32;
        Edit { span: Span::new(place, place), text: " ".to_owned() }
    };
    Diagnostic::new(Code::YamlSyntax, span, "a blank is missing after the colon")
        .help(help)
        .fix_all("insert the blank", places.iter().map(edit).collect())
}

fn unclosed_quote(text: &str, base: usize, opened: usize) -> Diagnostic {
    let line = Line::around(text, opened);
    let span = Span::new((base + opened) as u32, line.span(base).end);
    let what = match text.as_bytes().get(opened) {
        Some(b'"') => "the double quote opened here is never closed",
        Some(b'\'') => "the single quote opened here is never closed",
        _ => "what is opened here is never closed",
    };
    Diagnostic::new(Code::YamlSyntax, span, what)
        .help("close it; inside single quotes a quote is written twice (''), inside double quotes as \\\"")
}

fn unclosed_bracket(text: &str, base: usize, opened: usize, mark: usize, closing: char) -> Diagnostic {
    let opening = &text[opened..text.ceil_char_boundary(opened + 1).min(text.len())];
    let span = Span::new((base + opened) as u32, (base + opened + opening.len()) as u32);
    let lines_below = text[opened..mark.max(opened)].matches('\n').count();
    let where_noticed = match lines_below {
        0 => "later in this line".to_owned(),
        1 => "in the next line".to_owned(),
        lines => format!("{lines} lines below"),
    };
    Diagnostic::new(
        Code::YamlSyntax,
        span,
        format!("`{opening}` is opened here, but '{closing}' or a comma is missing {where_noticed}"),
    )
    .help("close it, or quote the value if the bracket belongs to a text")
}

/// One line of the document, for guesses about what its writer meant.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Line<'a> {
    fn around(text: &'a str, at: usize) -> Self {
        let at = text.floor_char_boundary(at.min(text.len()));
        let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let end = text[at..].find('\n').map_or(text.len(), |ahead| at + ahead);
        Self { text: text[start..end].trim_end(), start }
    }

    fn previous(self, text: &'a str) -> Option<Self> {
        let mut line = self;
        while line.start > 0 {
            line = Self::around(text, line.start - 1);
            if !line.text.trim().is_empty() {
                return Some(line);
            }
        }
        None
    }

    fn indent(self) -> usize {
        self.text.len() - self.text.trim_start_matches([' ', '-']).len()
    }

    fn span_of(self, base: usize, from: usize, to: usize) -> Span {
        Span::new((base + self.start + from) as u32, (base + self.start + to) as u32)
    }

    /// Without its indentation.
    fn span(self, base: usize) -> Span {
        let indent = self.text.len() - self.text.trim_start().len();
        self.span_of(base, indent, self.text.len())
    }

    /// The word at a byte of the document, or the whole line if that is beyond it.
    fn token_at(self, base: usize, at: usize) -> Span {
        let from = at.saturating_sub(self.start);
        if from >= self.text.len() {
            return self.span(base);
        }
        let rest = &self.text[from..];
        let length = rest.find(char::is_whitespace).filter(|length| *length > 0).unwrap_or(rest.len());
        self.span_of(base, from, from + length)
    }

    fn tab(self, base: usize) -> Option<Diagnostic> {
        let indent = self.text.len() - self.text.trim_start().len();
        let tab = self.text[..indent].find('\t')?;
        let spaces = self.text[..indent].replace('\t', "  ");
        let whole = self.span_of(base, 0, indent);
        Some(
            Diagnostic::new(
                Code::YamlTab,
                self.span_of(base, tab, tab + 1),
                "a tab in the indentation; YAML indents with blanks only",
            )
            .help("replace each tab by two blanks, and tell the editor to do so for YAML files")
            .fix("replace tabs by blanks", whole, spaces),
        )
    }

    /// Where what is behind the dashes starts.
    fn entry_start(self) -> usize {
        let mut from = self.text.len() - self.text.trim_start().len();
        while self.text[from..].starts_with("- ") {
            from += 2 + self.text[from + 2..].len() - self.text[from + 2..].trim_start().len();
        }
        from
    }

    /// Where the value of `key: value` or `- value` starts.
    fn value_start(self) -> Option<usize> {
        let from = self.entry_start();
        let rest = &self.text[from..];
        if rest.starts_with(['"', '\'', '{', '[']) {
            return Some(from);
        }
        let colon = rest.find(": ").map_or(from, |colon| from + colon + 2);
        let value = &self.text[colon..];
        let blanks = value.len() - value.trim_start().len();
        (blanks < value.len()).then_some(colon + blanks)
    }

    /// The value of `key: value` or `- value`, without a comment after it, and where it starts.
    fn value(self) -> Option<(usize, &'a str)> {
        let from = self.value_start()?;
        let value = &self.text[from..];
        let end = value.find(" #").unwrap_or(value.len());
        Some((from, value[..end].trim_end()))
    }

    fn lacks_quotes(self, base: usize) -> Option<Diagnostic> {
        self.unquoted_expression(base).or_else(|| self.special_character(base))
    }

    fn unquoted_expression(self, base: usize) -> Option<Diagnostic> {
        let (from, value) = self.value()?;
        let is_expression = value.starts_with("{{") || value.starts_with("{%");
        let entry = self.entry_start();
        let before = &self.text[entry..from];
        if is_expression && ['"', '\''].iter().any(|quote| before.matches(*quote).count() % 2 == 1) {
            // The colon stands in a quote of the text, as in `- echo "Answer: {{ … }}"`: there is no key.
            let whole = &self.text[entry..from + value.len()];
            let span = self.span_of(base, entry, entry + whole.len());
            let message = "a text with a colon and a blank needs quotes around all of it";
            return Some(
                Diagnostic::new(Code::YamlExpressionUnquoted, span, message)
                    .help("put it in quotes: YAML reads what is before the colon as a key")
                    .fix("put it in quotes", span, quoted(whole)),
            );
        }
        is_expression.then(|| {
            let span = self.span_of(base, from, from + value.len());
            Diagnostic::new(
                Code::YamlExpressionUnquoted,
                span,
                "a value that starts with an expression needs quotes",
            )
            .help("put it in quotes: YAML reads `{` as the start of a map")
            .fix("put it in quotes", span, quoted(value))
        })
    }

    fn special_character(self, base: usize) -> Option<Diagnostic> {
        let (from, value) = self.value()?;
        let first = value.chars().next()?;
        let is_special = matches!(first, '@' | '`' | '%')
            || (first == '*' && value[1..].starts_with([' ', '/', ',', '-', '.']) || value == "*")
            || (first == '&' && value[1..].starts_with(' '));
        is_special.then(|| {
            let span = self.span_of(base, from, from + value.len());
            Diagnostic::new(
                Code::YamlSyntax,
                span,
                format!("a value that starts with `{first}` needs quotes"),
            )
            .help("put it in quotes: the character has a meaning of its own in YAML")
            .fix("put it in quotes", span, quoted(value))
        })
    }

    /// More text in the line, after the quote that closes the value.
    fn text_after_quote(self, base: usize, mark: usize) -> Option<Diagnostic> {
        let (from, value) = self.value().filter(|(_, value)| value.starts_with(['"', '\'']))?;
        let end = self.start + from + missing::quote_end(value)?;
        let written = if value.starts_with('"') { "as \\\"" } else { "twice ('')" };
        (end <= mark && mark < self.start + self.text.len()).then(|| {
            let message = "text follows the quote that closes the value";
            Diagnostic::new(Code::YamlSyntax, self.token_at(base, mark), message)
                .help(format!("put all of the value in quotes; the quotes inside are written {written}"))
        })
    }

    /// A second `: ` in a line.
    fn colon_in_value(self, base: usize, mark: usize) -> Option<Diagnostic> {
        let (from, value) = self.value().filter(|(from, _)| self.start + from < mark)?;
        let is_behind_key = self.text[..from].trim_end().ends_with(':');
        (is_behind_key && (value.contains(": ") || value.ends_with(':'))).then(|| {
            let span = self.span_of(base, from, from + value.len());
            Diagnostic::new(Code::YamlSyntax, span, "a value that contains `: ` needs quotes")
                .help("put it in quotes: without them YAML takes the part before the colon for a key")
                .fix("put it in quotes", span, quoted(value))
        })
    }

    /// A key below a value that is already complete.
    fn key_in_value(self, text: &str, base: usize) -> Diagnostic {
        let message = "a key cannot start here: the line above already has a value";
        let help = self
            .indentation(text)
            .unwrap_or_else(|| "check the indentation of this line and the one above".into());
        let start = self.text.len() - self.text.trim_start().len();
        let end = self.text.find(": ").unwrap_or(self.text.len());
        Diagnostic::new(Code::YamlIndentation, self.span_of(base, start, end), message).help(help)
    }

    /// What indentations the lines above would allow.
    fn indentation(self, text: &'a str) -> Option<String> {
        let own = self.indent();
        let mut above = Vec::new();
        let mut line = self;
        while let Some(previous) = line.previous(text) {
            let indent = previous.indent();
            if !above.contains(&indent) && above.last().is_none_or(|last| indent < *last) {
                above.push(indent);
            }
            line = previous;
            if indent == 0 || above.len() == 3 {
                break;
            }
        }
        if above.is_empty() || above.contains(&own) {
            return None;
        }
        let above = above.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
        Some(format!("start its text after {above} blanks like the lines above, not after {own}"))
    }
}

fn blanks(count: usize) -> String {
    if count == 1 { "1 blank".to_owned() } else { format!("{count} blanks") }
}

/// The value between quotes that keep it as it is.
fn quoted(value: &str) -> String {
    if value.contains('"') || value.contains('\\') {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{value}\"")
    }
}
