//! From places to texts to checked files.

use std::borrow::Cow;
use std::fs::File as OpenFile;
use std::io::{self, Read};
use std::path::Path;

use kapelle_core::check::{Document, File, Options};
use kapelle_core::diagnostic::{Code, Diagnostic};
use kapelle_core::limits::SOURCE_BYTES_MAX;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::Span;

use crate::files::Place;

/// Beyond the limit of a source we read on only to say how large it is, and not without end.
const READ_BYTES_MAX: u64 = 16 * SOURCE_BYTES_MAX as u64;

/// Where a text came from, and what kept us from reading it.
#[derive(Debug)]
pub(crate) struct Input {
    place: Place,
    /// Without it the text was read. With it the file has nothing but this diagnostic.
    problem: Option<Problem>,
}

#[derive(Debug)]
struct Problem {
    diagnostic: Diagnostic,
    bytes: Vec<u8>,
}

impl Input {
    /// The file to write to; `None` for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::File { real, .. } => Some(real),
            Place::Locked { shown, .. } => Some(shown),
            Place::Stdin => None,
        }
    }

    /// What came in, if it is no text that we can read.
    pub(crate) fn undecoded(&self) -> Option<&[u8]> {
        self.problem.as_ref().map(|problem| problem.bytes.as_slice())
    }
}

/// Reads every place. What cannot be read has that as its finding, and keeps nothing else from being checked.
pub(crate) fn read(places: Vec<Place>) -> (Vec<Input>, Vec<Source>) {
    let mut inputs = Vec::with_capacity(places.len());
    let mut sources = Vec::with_capacity(places.len());
    for place in places {
        let (name, bytes) = match &place {
            Place::Stdin => (Cow::Borrowed("<stdin>"), read_all(io::stdin().lock())),
            Place::File { shown, real } => (shown.to_string_lossy(), OpenFile::open(real).and_then(read_all)),
            Place::Locked { shown, error } => {
                (shown.to_string_lossy(), Err(io::Error::new(error.kind(), error.to_string())))
            }
        };
        let (text, problem) = match bytes {
            Ok(bytes) => text(bytes),
            Err(error) => (String::new(), Some(unreadable(&error))),
        };
        sources.push(Source::new(name, text));
        inputs.push(Input { place, problem });
    }
    (inputs, sources)
}

fn read_all(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(READ_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text, or as much of it as a diagnostic about it points to.
fn text(bytes: Vec<u8>) -> (String, Option<Problem>) {
    match yaml::decode(&bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(diagnostic) if diagnostic.span == Span::default() => {
            (String::new(), Some(Problem { diagnostic, bytes }))
        }
        Err(mut diagnostic) => {
            // The first byte that is no text is shown as one character.
            diagnostic.span.end = diagnostic.span.start + char::REPLACEMENT_CHARACTER.len_utf8() as u32;
            (String::from_utf8_lossy(&bytes).into_owned(), Some(Problem { diagnostic, bytes }))
        }
    }
}

fn unreadable(error: &io::Error) -> Problem {
    let message = format!("cannot be read: {}", reason(error));
    let diagnostic = Diagnostic::new(Code::SourceUnreadable, Span::default(), message);
    let diagnostic = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            diagnostic.help("give yourself the right to read it, for example with `chmod u+r`")
        }
        io::ErrorKind::NotFound => diagnostic.help("the link leads nowhere, or the file was just removed"),
        _ => diagnostic,
    };
    Problem { diagnostic, bytes: Vec::new() }
}

/// Without the number that the operating system has for it.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or_default();
    let mut characters = reason.chars();
    characters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + characters.as_str())
        .unwrap_or(text)
}

/// Checks all texts together. `sources` belong to `inputs`, one to one, and so do the files that come back.
pub(crate) fn check(inputs: &[Input], sources: Vec<Source>, options: Options) -> Vec<File> {
    let mut readable = Vec::with_capacity(sources.len());
    let mut files: Vec<Option<File>> = Vec::with_capacity(sources.len());
    for (input, source) in inputs.iter().zip(sources) {
        if let Some(problem) = &input.problem {
            files.push(Some(only(source, problem.diagnostic.clone())));
        } else {
            readable.push(source);
            files.push(None);
        }
    }
    let mut checked = kapelle_core::check::check(readable, &options).into_iter();
    files.into_iter().filter_map(|file| file.or_else(|| checked.next())).collect()
}

fn only(source: Source, diagnostic: Diagnostic) -> File {
    let span = Span::new(0, source.text().len() as u32);
    File { source, documents: vec![Document::new(span, vec![diagnostic])] }
}
