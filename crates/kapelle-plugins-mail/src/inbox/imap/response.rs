//! What a server says: a line, with pieces of data in it that may be long and hold anything.

use jiff::Timestamp;
use jiff::fmt::strtime;
use kapelle_plugin::Broken;

/// A line as it came, where each piece of data stands as `{LENGTH}`; and the pieces.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) text: String,
    pub(super) pieces: Vec<Vec<u8>>,
}

/// What is told of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) uid: Option<i64>,
    pub(super) bytes: Option<u64>,
    pub(super) came: Option<Timestamp>,
    pub(super) body: Option<Vec<u8>>,
}

/// The length of a piece of data that a line announces at its end.
pub(super) fn announced(line: &str) -> Option<usize> {
    let inner = line.strip_suffix('}')?;
    let (_, length) = inner.rsplit_once('{')?;
    length.strip_suffix('+').unwrap_or(length).parse().ok()
}

impl Response {
    /// What stands behind a tag.
    pub(super) fn after<'r>(&'r self, tag: &str) -> Option<&'r str> {
        self.text.strip_prefix(tag)?.strip_prefix(' ')
    }

    /// Whether the command with this response to it was done.
    pub(super) fn is_ok(&self) -> bool {
        let mut words = self.text.split(' ').skip(1);
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("OK"))
    }

    /// What the server says in words, for people.
    pub(super) fn told(&self) -> String {
        let told = self.text.split_once(' ').map_or("", |(_, told)| told);
        told.chars().take(300).collect::<String>().escape_debug().to_string()
    }

    /// Goes on if the command was done.
    pub(super) fn expect(&self, of: &str) -> Result<(), Broken> {
        if self.is_ok() {
            return Ok(());
        }
        Err(Broken::new(format!("the mail server refuses {of}: {}", self.told())))
    }

    /// A number that stands in brackets, such as `[UIDNEXT 12]`.
    pub(super) fn code(&self, name: &str) -> Option<i64> {
        let told = self.after("*")?;
        let (_, code) = told.split_once('[')?;
        let (code, _) = code.split_once(']')?;
        let (found, number) = code.split_once(' ')?;
        found.eq_ignore_ascii_case(name).then(|| number.trim().parse().ok())?
    }

    /// How many messages there are, if this says so.
    pub(super) fn exists(&self) -> Option<u64> {
        let (number, word) = self.after("*")?.split_once(' ')?;
        word.trim().eq_ignore_ascii_case("EXISTS").then(|| number.parse().ok())?
    }

    /// What is told of a message, if this tells of one.
    pub(super) fn fetched(self) -> Option<Seen> {
        let Self { text, pieces } = self;
        let (number, rest) = text.strip_prefix("* ")?.split_once(' ')?;
        number.parse::<u64>().ok()?;
        let (word, list) = rest.split_once(' ')?;
        let list = list.strip_prefix('(')?;
        if !word.eq_ignore_ascii_case("FETCH") {
            return None;
        }
        let mut parts = Parts { rest: list, pieces: pieces.into_iter() };
        let mut seen = Seen::default();
        while let (Some(Part::Word(name)), Some(value)) = (parts.next(), parts.next()) {
            let name = name.to_ascii_uppercase();
            match (name.as_str(), value) {
                ("UID", Part::Word(word)) => seen.uid = word.parse().ok(),
                ("RFC822.SIZE", Part::Word(word)) => seen.bytes = word.parse().ok(),
                ("INTERNALDATE", Part::Data(data)) => seen.came = moment(&data),
                (name, Part::Data(data)) if name.starts_with("BODY[") => seen.body = Some(data),
                _ => {}
            }
        }
        Some(seen)
    }
}

/// A moment such as `17-Jul-1996 02:44:25 -0700`.
fn moment(data: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(data).ok()?;
    strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?.to_timestamp().ok()
}

enum Part<'r> {
    Word(&'r str),
    Data(Vec<u8>),
    /// A list within the list; what is in it is nobody's business here.
    List,
}

/// The parts of a list, up to its end.
struct Parts<'r> {
    rest: &'r str,
    pieces: std::vec::IntoIter<Vec<u8>>,
}

impl<'r> Iterator for Parts<'r> {
    type Item = Part<'r>;

    fn next(&mut self) -> Option<Part<'r>> {
        self.rest = self.rest.trim_start();
        match self.rest.bytes().next()? {
            b')' => None,
            b'"' => Some(Part::Data(self.quoted()?.into_bytes())),
            b'{' => {
                let (_, rest) = self.rest.split_once('}')?;
                self.rest = rest;
                Some(Part::Data(self.pieces.next()?))
            }
            b'(' => {
                self.rest = &self.rest[1..];
                while self.next().is_some() {}
                self.rest = self.rest.strip_prefix(')')?;
                Some(Part::List)
            }
            _ => {
                // A bracket keeps its spaces: `BODY[HEADER.FIELDS (DATE)]`.
                let mut is_within = false;
                let end = self.rest.find(|character| {
                    is_within = character == '[' || (is_within && character != ']');
                    !is_within && " ()".contains(character)
                });
                let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                Some(Part::Word(word))
            }
        }
    }
}

impl Parts<'_> {
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(text);
                }
                '\\' => text.push(characters.next()?.1),
                other => text.push(other),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(text: &str, pieces: &[&str]) -> Response {
        let pieces = pieces.iter().map(|piece| piece.as_bytes().to_vec()).collect();
        Response { text: text.to_owned(), pieces }
    }

    #[test]
    fn what_is_told_of_a_message_is_read() {
        let told = response(
            r#"* 12 FETCH (FLAGS (\Seen (x "y)")) UID 5 X "a\" )" RFC822.SIZE 44827 INTERNALDATE " 7-Jul-1996 02:44:25 -0700" BODY[HEADER.FIELDS (A B)]<0> {7} Y NIL)"#,
            &[") UID 9"],
        );
        let seen = told.fetched().unwrap();
        assert_eq!(seen.uid, Some(5));
        assert_eq!(seen.bytes, Some(44_827));
        assert_eq!(seen.came, Some("1996-07-07T09:44:25Z".parse().unwrap()));
        assert_eq!(seen.body.as_deref(), Some(&b") UID 9"[..]));
        let small = response(r#"* 1 FETCH (BODY[] "" UID 3)"#, &[]);
        let wanted = Seen { uid: Some(3), body: Some(Vec::new()), ..Seen::default() };
        assert_eq!(small.fetched(), Some(wanted));
    }

    #[test]
    fn what_is_no_message_or_makes_no_sense_gives_nothing() {
        for text in ["* 12 EXISTS", "* SEARCH 1 2", "k1 OK done", "* x FETCH (UID 1)", "* 1 FETCH UID 1", ""]
        {
            assert_eq!(response(text, &[]).fetched(), None, "{text}");
        }
        for text in
            ["* 1 FETCH (", "* 1 FETCH (UID", "* 1 FETCH (BODY[] {3})", "* 1 FETCH (X \"", "* 1 FETCH (X ((("]
        {
            assert_eq!(response(text, &[]).fetched(), Some(Seen::default()), "{text}");
        }
    }

    #[test]
    fn numbers_and_lengths_are_found() {
        assert_eq!(
            response("* OK [UIDVALIDITY 3857529045] valid", &[]).code("UIDVALIDITY"),
            Some(3_857_529_045)
        );
        assert_eq!(response("* OK [UIDNEXT 4392] next", &[]).code("UIDVALIDITY"), None);
        assert_eq!(response("* 23 exists", &[]).exists(), Some(23));
        assert_eq!(announced("* 1 FETCH (BODY[] {12}"), Some(12));
        assert_eq!(announced("* OK {12} no"), None);
        assert_eq!(announced("{99999999999999999999999}"), None);
    }
}
