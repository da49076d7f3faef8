//! Several files as one.
//!
//! A first line says what it is. Then each file: a line with the length of its path, its bytes, the nanoseconds of its
//! time since 1970 and whether it may be run, then its path, then its content. A last line `end` says that nothing is
//! missing.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};

use kapelle_plugin::files::{Found, copy, create, prepare};

const FIRST: &str = "kapelle files 1\n";
const LAST: &str = "end\n";

/// Bytes of a path and of a line; more means that it is no such archive.
const LINE_BYTES_MAX: u64 = 64 << 10;

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    path: String,
    bytes: u64,
    nanos: u64,
    is_program: bool,
}

impl Listed {
    /// Whether it is this file, as far as path, size and time tell.
    pub(super) fn is_same(&self, file: &Found) -> bool {
        self.path == file.path && self.bytes == file.bytes && self.nanos == nanos(file.modified)
    }
}

/// An archive that is made while it is read.
pub(super) struct Packed<'c> {
    cx: &'c RunContext,
    files: std::vec::IntoIter<Found>,
    /// What is read next.
    current: Box<dyn Read + Send>,
    is_done: bool,
}

impl<'c> Packed<'c> {
    pub(super) fn new(cx: &'c RunContext, files: Vec<Found>) -> Self {
        let current = Box::new(Cursor::new(FIRST.as_bytes()));
        Self { cx, files: files.into_iter(), current, is_done: false }
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.cx.is_stopped() {
            return Err(std::io::Error::other("it was stopped"));
        }
        loop {
            let count = self.current.read(to)?;
            if count > 0 || self.is_done || to.is_empty() {
                return Ok(count);
            }
            self.current = if let Some(file) = self.files.next() {
                packed(&file)?
            } else {
                self.is_done = true;
                Box::new(Cursor::new(LAST.as_bytes()))
            };
        }
    }
}

/// A file with the line before it. One that grows meanwhile is cut, one that shrinks is an error.
fn packed(file: &Found) -> std::io::Result<Box<dyn Read + Send>> {
    let content = File::open(&file.place)?;
    let data = content.metadata()?;
    let program = if is_program(&data) { "x" } else { "-" };
    let bytes = data.len();
    let line =
        format!("{} {bytes} {} {program}\n{}", file.path.len(), nanos(data.modified().ok()), file.path);
    Ok(Box::new(Cursor::new(line.into_bytes()).chain(Exactly { content, left: bytes })))
}

/// As many bytes of a file as were promised.
struct Exactly {
    content: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let count = (&mut self.content).take(self.left).read(to)?;
        if count == 0 && self.left > 0 && !to.is_empty() {
            return Err(std::io::Error::other("a file became shorter while it was read"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// What an archive holds.
pub(super) fn list(cx: &RunContext, archive: &mut dyn Read) -> Result<Vec<Listed>, Broken> {
    let mut listed = Vec::new();
    each(archive, |file, content| {
        copy(cx, content, &mut std::io::sink())?;
        listed.push(file);
        Ok(())
    })?;
    Ok(listed)
}

/// Writes the files of an archive into a directory.
pub(super) fn unpack(cx: &RunContext, archive: &mut dyn Read, directory: &Path) -> Result<(), Broken> {
    each(archive, |file, content| {
        let mut written = create(directory, &file.path)?;
        if copy(cx, content, &mut written)? < file.bytes {
            fs::remove_file(prepare(directory, &file.path)?)?;
            return Err(unreadable().into());
        }
        if file.is_program {
            allow_to_run(&written)?;
        }
        written.set_modified(UNIX_EPOCH + Duration::from_nanos(file.nanos))?;
        Ok(())
    })
}

/// Hands over each file with its content, which has to be read.
fn each(
    archive: &mut dyn Read,
    mut found: impl FnMut(Listed, &mut dyn Read) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let mut archive = BufReader::new(archive);
    if line(&mut archive)? != FIRST {
        return Err(unreadable().into());
    }
    loop {
        let line = line(&mut archive)?;
        if line == LAST {
            return Ok(());
        }
        let file = listed(&line, &mut archive).ok_or_else(unreadable)?;
        let bytes = file.bytes;
        found(file, &mut (&mut archive).take(bytes))?;
    }
}

fn line(archive: &mut dyn BufRead) -> Result<String, Broken> {
    let mut line = String::new();
    archive.take(LINE_BYTES_MAX).read_line(&mut line).map_err(|_| unreadable())?;
    Ok(line)
}

fn listed(line: &str, archive: &mut dyn BufRead) -> Option<Listed> {
    let mut fields = line.trim_end().split(' ');
    let mut number = || fields.next()?.parse::<u64>().ok();
    let (path_bytes, bytes, nanos) = (number()?, number()?, number()?);
    let is_program = fields.next()? == "x";
    if path_bytes > LINE_BYTES_MAX {
        return None;
    }
    let mut path = vec![0; path_bytes as usize];
    archive.read_exact(&mut path).ok()?;
    Some(Listed { path: String::from_utf8(path).ok()?, bytes, nanos, is_program })
}

fn unreadable() -> Failure {
    Failure::new("it is no archive of files, or a part of it is missing")
}

fn nanos(moment: Option<SystemTime>) -> u64 {
    let since = moment.and_then(|moment| moment.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

#[cfg(unix)]
fn is_program(data: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    data.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_program(_data: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn allow_to_run(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode();
    file.set_permissions(fs::Permissions::from_mode(mode | 0o111))
}

#[cfg(not(unix))]
fn allow_to_run(_file: &File) -> std::io::Result<()> {
    Ok(())
}
