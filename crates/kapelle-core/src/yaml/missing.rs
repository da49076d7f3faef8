//! Finds the character that somebody left out.
//!
//! A quote that is not closed on its line ends at the next one, wherever that stands, and a key without a blank after
//! its colon is a text that goes on in the next line. The scanner notices later, at an innocent line. As in
//! [`super::repair`] the question is turned round: which character, put in, lets the scanner get further?

/// Quotes that are tried. Each costs one or two scans of the text.
const QUOTES_MAX: usize = 20;

/// Lines with content before the one where the scanner stopped that may lack a blank.
const LINES_BEFORE_MAX: usize = 8;

/// A quote that is not closed on its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OpenQuote {
    pub(super) opened: usize,
    /// Where the closing quote lets the scanner get further.
    pub(super) close_at: usize,
    /// Whether the line leaves no doubt where the text ends.
    pub(super) is_certain: bool,
}

/// `at` is where the scanner stopped; `stop` tells where it stops in another text, if it does.
pub(super) fn closing_quote(
    text: &str,
    at: usize,
    stop: impl Fn(&str) -> Option<usize>,
) -> Option<OpenQuote> {
    let open_lines = lines_up(text, at).filter_map(|(start, line)| Some((start, line, open_quote(line)?)));
    for (start, line, opened) in open_lines.take(QUOTES_MAX) {
        let before_brackets = line.trim_end_matches([' ', ',', ']', '}']).len();
        let is_between_brackets = line[..opened].contains(['[', '{']) && before_brackets > opened;
        let ends = [Some(before_brackets).filter(|_| is_between_brackets), Some(line.len())];
        let quote = &line[opened..=opened];
        for end in ends.into_iter().flatten() {
            let mut closed = text.to_owned();
            closed.insert_str(start + end, quote);
            if gets_further(text, at, &closed, &stop) {
                let inside = &line[opened + 1..end];
                let is_odd = inside.is_empty() || inside.contains(" #") || inside.contains(quote);
                return Some(OpenQuote {
                    opened: start + opened,
                    close_at: start + end,
                    is_certain: !is_odd,
                });
            }
        }
    }
    None
}

/// The places where a blank after a colon is missing, from top to bottom: one, or several if only all of them help.
pub(super) fn blanks(text: &str, at: usize, stop: impl Fn(&str) -> Option<usize>) -> Option<Vec<usize>> {
    let with_content = lines_up(text, at).filter(|(_, line)| {
        let content = line.trim_start();
        !content.is_empty() && !content.starts_with('#')
    });
    let mut places = Vec::new();
    let mut all = text.to_owned();
    for (start, line) in with_content.take(LINES_BEFORE_MAX + 1) {
        let Some(behind_colon) = narrow_colon(line) else { continue };
        let place = start + behind_colon;
        let mut one = text.to_owned();
        one.insert(place, ' ');
        if gets_further(text, at, &one, &stop) {
            return Some(vec![place]);
        }
        all.insert(place, ' ');
        places.insert(0, place);
        if places.len() > 1 && gets_further(text, at, &all, &stop) {
            return Some(places);
        }
    }
    None
}

/// Whether the scanner comes to a later line than the one where it stopped.
pub(super) fn gets_further(
    text: &str,
    at: usize,
    mended: &str,
    stop: &impl Fn(&str) -> Option<usize>,
) -> bool {
    let line_end = (line_end(text, at) + mended.len()).saturating_sub(text.len());
    stop(mended).is_none_or(|stopped| stopped > line_end)
}

/// Behind the quote that closes the text which starts with a quote, within one line.
pub(super) fn quote_end(quoted: &str) -> Option<usize> {
    let bytes = quoted.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let is_escape = match quote {
            b'"' => *byte == b'\\',
            _ => *byte == b'\'' && bytes.get(at + 1) == Some(&b'\''),
        };
        if is_escape {
            at += 1;
        } else if *byte == quote {
            return Some(at + 1);
        }
        at += 1;
    }
    None
}

/// Where a line opens a quote that it does not close.
fn open_quote(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let can_open = at == 0 || matches!(bytes[at - 1], b' ' | b'[' | b'{' | b',');
        if can_open && matches!(byte, b'"' | b'\'') {
            match quote_end(&line[at..]) {
                Some(length) => at += length,
                None => return Some(at),
            }
        } else {
            at += 1;
        }
    }
    None
}

/// Behind the colon of `key:value`, where the key is a name and the value no `//host`.
fn narrow_colon(line: &str) -> Option<usize> {
    let content = line.trim_start_matches([' ', '-']);
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let (key, value) = content.split_once(':')?;
    let is_key = key.starts_with(|first: char| first.is_ascii_alphabetic()) && key.chars().all(is_name);
    let is_value = !value.is_empty() && !value.starts_with([' ', '\t', '/', ':']);
    (is_key && is_value).then_some(line.len() - value.len())
}

/// The lines from the one at a byte up to the first, with their start, without blanks at the end.
fn lines_up(text: &str, at: usize) -> impl Iterator<Item = (usize, &str)> {
    let end = line_end(text, at);
    text[..end].rsplit('\n').scan(end + 1, |start, line| {
        *start -= line.len() + 1;
        Some((*start, line.trim_end()))
    })
}

fn line_end(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    text[at..].find('\n').map_or(text.len(), |ahead| at + ahead)
}
