//! Cutting a file into batches: for `storage.Split`, and for a file whose lines become executions.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, Name, NewFile, RunContext};

use super::extension;
use super::finishing::Finishing;
use super::lines::Lines;
use super::spool::{HELD_BYTES_MAX, Spool};

/// How to cut.
pub(in super::super) enum How {
    /// Lines until they are so many bytes; the last one may go beyond.
    Bytes(u64),
    /// So many batches at most, which get the lines in turn.
    Partitions(usize),
    Rows(u64),
    /// A batch for each text that the first group of the pattern matches; a line that it does not match is left out.
    Pattern(Arc<Pattern>),
}

impl How {
    /// By the first of the four properties that is there.
    pub(in super::super) fn read(
        cx: &RunContext,
        bytes: Option<&Expr<String>>,
        partitions: Option<&Expr<u64>>,
        rows: Option<&Expr<u64>>,
        pattern: Option<&Expr<String>>,
    ) -> Result<Option<Self>, Failure> {
        if let Some(text) = cx.filled(bytes)? {
            return size(&text).map(Self::Bytes).map(Some);
        }
        if let Some(count) = cx.filled(partitions)? {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            return positive("partitions", count > 0).map(|()| Some(Self::Partitions(count)));
        }
        if let Some(count) = cx.filled(rows)? {
            return positive("rows", count > 0).map(|()| Some(Self::Rows(count)));
        }
        let Some(text) = cx.filled(pattern)? else { return Ok(None) };
        let compiled = Pattern::compile(&text);
        let wrong = |_| {
            Failure::new(format!(
                "`{text}` in the property `regexPattern` does not fit: it is no regular expression of Java"
            ))
        };
        compiled.map(Self::Pattern).map(Some).map_err(wrong)
    }
}

fn positive(name: &str, is_positive: bool) -> Result<(), Failure> {
    if is_positive {
        return Ok(());
    }
    Err(Failure::new(format!("`0` in the property `{name}` does not fit: it is no number above 0")))
}

/// A size such as `10MB`, or a bare number of bytes. There is no unit for bytes alone.
fn size(text: &str) -> Result<u64, Failure> {
    let upper = text.trim().to_ascii_uppercase();
    let units = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)];
    let (digits, factor) = units
        .iter()
        .find_map(|(unit, factor)| Some((upper.strip_suffix(unit)?, *factor)))
        .unwrap_or((&upper, 1));
    let size = digits.trim().parse::<u64>().ok().and_then(|size| size.checked_mul(factor));
    size.ok_or_else(|| Failure::new(format!("Invalid size with value '{text}'")))
}

/// Writes the lines of a file into new files. Their addresses in order; none of them is empty.
pub(in super::super) fn split_file(
    cx: &RunContext,
    from: &Text,
    separator: &str,
    how: &How,
) -> Result<Vec<String>, Broken> {
    let lines = Lines::open(cx, from, separator.as_bytes())?;
    let ending = extension(from.expose());
    match how {
        How::Rows(rows) => one_by_one(cx, lines, separator, ending, |batch| batch.lines < *rows),
        How::Bytes(bytes) => one_by_one(cx, lines, separator, ending, |batch| batch.bytes < *bytes),
        How::Partitions(count) => {
            side_by_side(cx, lines, separator, ending, |index, _| Ok(Some(format!("{:020}", index % count))))
        }
        How::Pattern(pattern) => side_by_side(cx, lines, separator, ending, |_, line| key(pattern, line)),
    }
}

/// The batch that is being written.
struct Batch {
    file: BufWriter<Box<dyn NewFile>>,
    lines: u64,
    bytes: u64,
}

impl Batch {
    fn into_file(self) -> Result<Box<dyn NewFile>, Broken> {
        Ok(self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?)
    }
}

/// Fills one batch after the other; `has_room` says whether one more line belongs to it.
fn one_by_one(
    cx: &RunContext,
    mut lines: Lines<'_>,
    separator: &str,
    ending: &str,
    has_room: impl Fn(&Batch) -> bool,
) -> Result<Vec<String>, Broken> {
    let mut finishing = Finishing::default();
    let mut current: Option<Batch> = None;
    while let Some(line) = lines.next()? {
        let bytes = (line.len() + separator.len()) as u64;
        let mut batch = match current.take() {
            Some(batch) if has_room(&batch) => batch,
            full => {
                if let Some(full) = full {
                    finishing.add(full.into_file()?)?;
                }
                let file = BufWriter::new(cx.host.files().create(Name::Ending(ending))?);
                Batch { file, lines: 0, bytes: 0 }
            }
        };
        batch.file.write_all(&line)?;
        batch.file.write_all(separator.as_bytes())?;
        batch.lines += 1;
        batch.bytes += bytes;
        current = Some(batch);
    }
    if let Some(last) = current {
        finishing.add(last.into_file()?)?;
    }
    Ok(finishing.end()?)
}

/// What a batch got so far: parts on the disk, and what follows them.
#[derive(Default)]
struct Gathered {
    parts: Vec<Range<u64>>,
    held: Vec<u8>,
}

/// Fills many batches at once, in the order in which they begin. `key` says to which one a line belongs, if to any.
///
/// However many there are, they need one open file and little memory.
fn side_by_side(
    cx: &RunContext,
    mut lines: Lines<'_>,
    separator: &str,
    ending: &str,
    key: impl Fn(usize, &[u8]) -> Result<Option<String>, Failure>,
) -> Result<Vec<String>, Broken> {
    let mut spool = Spool::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut batches: Vec<Gathered> = Vec::new();
    let (mut held, mut index) = (0, 0);
    while let Some(line) = lines.next()? {
        let key = key(index, &line)?;
        index += 1;
        let Some(key) = key else { continue };
        let place = *places.entry(key).or_insert(batches.len());
        if place == batches.len() {
            batches.push(Gathered::default());
        }
        batches[place].held.extend_from_slice(&line);
        batches[place].held.extend_from_slice(separator.as_bytes());
        held += line.len() + separator.len();
        if held > HELD_BYTES_MAX {
            for batch in batches.iter_mut().filter(|batch| !batch.held.is_empty()) {
                batch.parts.push(spool.append(cx, &batch.held)?);
                batch.held = Vec::new();
            }
            held = 0;
        }
    }
    let mut finishing = Finishing::default();
    for batch in &batches {
        let mut file = cx.host.files().create(Name::Ending(ending))?;
        for part in &batch.parts {
            spool.copy(cx, part, &mut file)?;
        }
        file.write_all(&batch.held)?;
        finishing.add(file)?;
    }
    Ok(finishing.end()?)
}

/// What the first group matches in a line, where it matches first.
fn key(pattern: &Pattern, line: &[u8]) -> Result<Option<String>, Failure> {
    let line = String::from_utf8_lossy(line);
    let late = |_| Failure::new("the regular expression takes too long: make it simpler");
    let groups = pattern.first_match(&line).map_err(late)?.unwrap_or_default();
    let group = groups.into_iter().nth(1).flatten();
    Ok(group.map(|range| line[range].to_owned()))
}
