//! Forms in parts (`multipart/form-data`), taken apart while they arrive.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::body::Bytes;

use crate::error::{ApiError, Outcome};
use crate::limits::{FILE_IN_MEMORY, PARTS_MAX, TEXT_MAX};

/// Bytes of the headers of a part.
const HEAD_MAX: usize = 16 << 10;

/// One part of a form.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// There is one if it is a file.
    pub(crate) filename: Option<String>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Memory(Bytes),
    /// A file without a name: it goes away by itself.
    Disk(File),
}

impl Part {
    pub(crate) fn text(name: &str, value: &str) -> Self {
        let content = Content::Memory(Bytes::copy_from_slice(value.as_bytes()));
        Self { name: name.to_owned(), filename: None, content }
    }

    /// The content from its start.
    pub(crate) fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        match &self.content {
            Content::Memory(bytes) => Ok(Box::new(&bytes[..])),
            Content::Disk(file) => {
                let mut file: &File = file;
                file.rewind()?;
                Ok(Box::new(file))
            }
        }
    }

    /// The content as text, if it is one within the usual limit.
    pub(crate) fn value(&self) -> Outcome<String> {
        let wrong = || ApiError::invalid_entity(format!("{}: it is not a text", self.name));
        let mut bytes = Vec::new();
        let reader = self.reader().map_err(|_| ApiError::internal())?;
        reader.take(TEXT_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|_| ApiError::internal())?;
        if bytes.len() > TEXT_MAX {
            return Err(wrong());
        }
        String::from_utf8(bytes).map_err(|_| wrong())
    }
}

/// The boundary between the parts of a form, told by its media type.
pub(crate) fn boundary(media: &str) -> Option<String> {
    let (kind, parameters) = media.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(parameters, "boundary")?;
    (1..=200).contains(&boundary.len()).then_some(boundary)
}

/// A parameter behind a value of a header: `; name="value"`.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        let (name, after) = rest.split_once('=')?;
        let (value, behind) = if let Some(quoted) = after.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind;
    }
}

/// A quoted text, without the first quote, and what is behind the last one.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[place + 1..])),
            '\\' => match characters.clone().next() {
                Some((_, quoted @ ('"' | '\\'))) => {
                    value.push(quoted);
                    characters.next();
                }
                _ => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    None
}

/// Where in the form the bytes are that come next.
enum State {
    /// Before the first boundary.
    Before,
    /// Right behind a boundary: another part begins, or the form ends.
    Behind,
    Head,
    Inside(Growing),
    Over,
}

/// A part that is not there as a whole.
struct Growing {
    name: String,
    filename: Option<String>,
    memory: Vec<u8>,
    disk: Option<File>,
}

/// Collects the parts of a form.
pub(crate) struct Collector {
    delimiter: Vec<u8>,
    /// What came and was not understood yet.
    rest: Vec<u8>,
    state: State,
    parts: Vec<Part>,
    /// Bytes of texts so far.
    texts: usize,
    work: PathBuf,
}

impl Collector {
    pub(crate) fn new(boundary: &str, work: PathBuf) -> Self {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first boundary has no line before it.
        let rest = b"\r\n".to_vec();
        Self { delimiter, rest, state: State::Before, parts: Vec::new(), texts: 0, work }
    }

    pub(crate) fn feed(&mut self, piece: &[u8]) -> Outcome<()> {
        self.rest.extend_from_slice(piece);
        while self.advance()? {}
        Ok(())
    }

    pub(crate) fn end(self) -> Outcome<Vec<Part>> {
        match self.state {
            State::Over => Ok(self.parts),
            // A form without any parts; some clients leave out the end too.
            State::Before if self.rest.iter().all(|byte| matches!(byte, b'\r' | b'\n')) => Ok(Vec::new()),
            _ => Err(malformed()),
        }
    }

    /// Whether something was understood, and more may be.
    fn advance(&mut self) -> Outcome<bool> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Before => Ok(self.before()),
            State::Behind => self.behind(),
            State::Head => self.head(),
            State::Inside(part) => self.inside(part),
            State::Over => {
                self.rest.clear();
                Ok(false)
            }
        }
    }

    fn before(&mut self) -> bool {
        if let Some(at) = find(&self.rest, &self.delimiter) {
            self.rest.drain(..at + self.delimiter.len());
            self.state = State::Behind;
            return true;
        }
        let useless = self.rest.len().saturating_sub(self.delimiter.len());
        self.rest.drain(..useless);
        self.state = State::Before;
        false
    }

    fn behind(&mut self) -> Outcome<bool> {
        if self.rest.starts_with(b"--") {
            return Ok(true);
        }
        self.state = State::Behind;
        let Some(at) = find(&self.rest, b"\r\n") else {
            return if self.rest.len() > HEAD_MAX { Err(malformed()) } else { Ok(false) };
        };
        // The line's end stays: it may be that of headers which are not there.
        self.rest.drain(..at);
        self.state = State::Head;
        Ok(true)
    }

    fn head(&mut self) -> Outcome<bool> {
        let Some(at) = find(&self.rest, b"\r\n\r\n") else {
            self.state = State::Head;
            return if self.rest.len() > HEAD_MAX { Err(malformed()) } else { Ok(false) };
        };
        let head = String::from_utf8_lossy(&self.rest[..at]).into_owned();
        self.rest.drain(..at + 4);
        if self.parts.len() >= PARTS_MAX {
            return Err(ApiError::invalid_entity(format!("a form has at most {PARTS_MAX} parts")));
        }
        let (name, filename) = named(&head).ok_or_else(malformed)?;
        self.state = State::Inside(Growing { name, filename, memory: Vec::new(), disk: None });
        Ok(true)
    }

    fn inside(&mut self, mut part: Growing) -> Outcome<bool> {
        let found = find(&self.rest, &self.delimiter);
        let sure = found.unwrap_or_else(|| self.rest.len().saturating_sub(self.delimiter.len()));
        let content: Vec<u8> = self.rest.drain(..sure).collect();
        self.grow(&mut part, &content)?;
        if found.is_none() {
            self.state = State::Inside(part);
            return Ok(false);
        }
        self.rest.drain(..self.delimiter.len());
        self.parts.push(part.finished());
        self.state = State::Behind;
        Ok(true)
    }

    fn grow(&mut self, part: &mut Growing, content: &[u8]) -> Outcome<()> {
        if part.filename.is_none() {
            self.texts += content.len();
            if self.texts > TEXT_MAX {
                let why = format!("the texts of a form have at most {TEXT_MAX} bytes");
                return Err(ApiError::new(hyper::StatusCode::PAYLOAD_TOO_LARGE, why));
            }
        } else if part.disk.is_none() && part.memory.len() + content.len() > FILE_IN_MEMORY {
            let mut disk = nameless(&self.work).map_err(full)?;
            disk.write_all(&part.memory).map_err(full)?;
            part.memory = Vec::new();
            part.disk = Some(disk);
        }
        if let Some(disk) = &mut part.disk {
            return disk.write_all(content).map_err(full);
        }
        part.memory.extend_from_slice(content);
        Ok(())
    }
}

impl Growing {
    fn finished(self) -> Part {
        let content = match self.disk {
            Some(disk) => Content::Disk(disk),
            None => Content::Memory(self.memory.into()),
        };
        Part { name: self.name, filename: self.filename, content }
    }
}

/// Name and file name that the headers of a part tell.
fn named(head: &str) -> Option<(String, Option<String>)> {
    let line = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then(|| value.trim())
    })?;
    let parameters = line.split_once(';')?.1;
    Some((parameter(parameters, "name")?, parameter(parameters, "filename")))
}

/// A file that nobody else finds, and that is gone when it is closed.
fn nameless(work: &PathBuf) -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(work)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = work.join(format!("upload-{}-{number}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(next) = text[from..].iter().position(|byte| *byte == first) {
        let at = from + next;
        if text[at..].starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn malformed() -> ApiError {
    ApiError::invalid_entity("the form is malformed")
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn full(error: io::Error) -> ApiError {
    let status = hyper::StatusCode::INSUFFICIENT_STORAGE;
    ApiError::new(status, format!("the file cannot be kept: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a form that arrives in pieces of this size.
    fn parts(form: &[u8], size: usize) -> Outcome<Vec<String>> {
        let mut collector = Collector::new("x", std::env::temp_dir());
        form.chunks(size).try_for_each(|piece| collector.feed(piece))?;
        let parts = collector.end()?;
        parts
            .iter()
            .map(|part| Ok(format!("{}/{:?}/{}", part.name, part.filename, part.value()?.escape_debug())))
            .collect()
    }

    #[test]
    fn a_form_is_the_same_however_it_arrives() {
        let form = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--y\r\n\r\n--x\r\n\
            content-disposition: form-data; name=b; filename=\"q\\\"u.txt\"\r\nContent-Type: text/plain\r\n\r\n\r\n--x--\r\n";
        for size in [1, 2, 3, 7, 1_000] {
            let expected = ["a/None/one\\r\\n--y\\r\\n", "b/Some(\"q\\\"u.txt\")/"];
            assert_eq!(parts(form, size).unwrap(), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn forms_may_be_empty_and_must_be_whole() {
        assert_eq!(parts(b"", 1).unwrap(), [""; 0]);
        assert_eq!(parts(b"--x--\r\n", 1).unwrap(), [""; 0]);
        assert!(parts(b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\none", 9).is_err());
        assert!(parts(b"--x\r\nfoo: bar\r\n\r\none\r\n--x--", 9).is_err());
    }

    #[test]
    fn large_files_wait_on_the_disk() {
        let mut form = b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n".to_vec();
        form.extend(std::iter::repeat_n(b'z', FILE_IN_MEMORY + 10));
        form.extend(b"\r\n--x--");
        let found = parts(&form, 50_000).unwrap();
        assert_eq!(found[0].len(), FILE_IN_MEMORY + 10 + "a/Some(\"b\")/".len());
    }

    #[test]
    fn the_boundary_may_be_quoted() {
        assert_eq!(boundary("multipart/form-data; charset=utf-8; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(boundary("multipart/mixed; boundary=a"), None);
    }
}
