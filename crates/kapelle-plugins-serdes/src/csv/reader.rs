//! Reads CSV, record by record.

use std::io::Read;

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use crate::characters::Characters;

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) separator: char,
    pub(super) quote: char,
    /// What stands between a closing quote and the separator belongs to the field.
    pub(super) allows_more_after_quote: bool,
    /// Bytes of a field, and of a record.
    pub(super) field_max: usize,
    pub(super) record_max: usize,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Record {
    Fields(Vec<String>),
    /// A line without any character; one with an empty field in quotes has some.
    Empty,
    /// It is broken for this reason.
    Bad(String),
}

pub(super) struct Reader<R> {
    text: Characters<R>,
    form: Form,
    /// The number of the record that was given last, and the line where it began.
    pub(super) number: u64,
    pub(super) line: u64,
    /// Where the broken part of the record is.
    bad: Option<String>,
    size: usize,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(from: R, form: Form) -> Self {
        Self { text: Characters::new(from), form, number: 0, line: 1, bad: None, size: 0 }
    }

    /// The next record, empty ones too.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Broken> {
        let first = self.text.peek()?;
        if first.is_none() {
            return Ok(None);
        }
        self.number += 1;
        self.line = self.text.line;
        self.bad = None;
        self.size = 0;
        let mut fields = Vec::new();
        loop {
            let field = self.field()?;
            if self.bad.is_none() {
                fields.push(field);
            }
            match self.text.next()? {
                Some(character) if character == self.form.separator => {}
                Some('\r') => {
                    self.text.take('\n')?;
                    break;
                }
                _ => break,
            }
        }
        Ok(Some(match self.bad.take() {
            Some(reason) => Record::Bad(reason),
            None if Self::is_end(first) => Record::Empty,
            None => Record::Fields(fields),
        }))
    }

    /// Whether the record ends before this.
    fn is_end(character: Option<char>) -> bool {
        matches!(character, None | Some('\n' | '\r'))
    }

    /// A field up to its separator, which stays.
    fn field(&mut self) -> Result<String, Broken> {
        let mut field = String::new();
        if self.text.take(self.form.quote)? {
            self.quoted(&mut field)?;
        }
        loop {
            match self.text.peek()? {
                Some(character) if !Self::is_end(Some(character)) && character != self.form.separator => {
                    self.text.next()?;
                    self.push(&mut field, character)?;
                }
                _ => return Ok(field),
            }
        }
    }

    /// The rest of a quoted field, with its closing quote.
    fn quoted(&mut self, field: &mut String) -> Result<(), Broken> {
        let (line, column) = (self.text.line, self.text.column - 1);
        loop {
            match self.text.next()? {
                None => {
                    let quote = self.form.quote;
                    self.bad.get_or_insert(format!(
                        "the {quote} at line {line}, column {column} is not closed: the file ends before"
                    ));
                    return Ok(());
                }
                Some(character) if character == self.form.quote => {
                    if self.text.take(self.form.quote)? {
                        self.push(field, character)?;
                    } else {
                        return self.closed();
                    }
                }
                Some(character) => self.push(field, character)?,
            }
        }
    }

    fn closed(&mut self) -> Result<(), Broken> {
        let next = self.text.peek()?;
        if !Self::is_end(next) && next != Some(self.form.separator) && !self.form.allows_more_after_quote {
            let (line, column) = (self.text.line, self.text.column);
            let found = next.unwrap_or_default();
            self.bad.get_or_insert(format!(
                "there is `{found}` after a closing {} at line {line}, column {column}; a quote in a field is written \
                 twice, or set `allowExtraCharsAfterClosingQuote`",
                self.form.quote
            ));
        }
        Ok(())
    }

    fn push(&mut self, field: &mut String, character: char) -> Result<(), Broken> {
        if self.bad.is_some() {
            return Ok(());
        }
        self.size += character.len_utf8();
        let (place, form) = (self.line, self.form);
        if field.len() >= form.field_max {
            return Err(too_large("a field", place, form.field_max, "maxFieldSize").into());
        }
        if self.size > form.record_max {
            return Err(too_large("the row", place, form.record_max, "maxBufferSize").into());
        }
        field.push(character);
        Ok(())
    }
}

fn too_large(what: &str, line: u64, most: usize, property: &str) -> Failure {
    Failure::new(format!(
        "{what} that begins at line {line} has more than {most} characters: set `{property}`, or look for a quote that is \
         not closed"
    ))
}
