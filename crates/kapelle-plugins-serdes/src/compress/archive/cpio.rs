//! The form of `cpio`: a header in digits before each file. Written is the "new" form, read also the older portable one.

use std::io::{self, BufRead, Read, Write};

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use super::number;
use super::reading::{Kind, damaged, text};

const LAST: &str = "TRAILER!!!";

/// Bytes of a path.
const PATH_BYTES_MAX: u64 = 64 << 10;

type Take<'t> = dyn FnMut(&str, Kind, &mut dyn Read) -> Result<(), Broken> + 't;

pub(super) fn read(mut from: impl BufRead, take: &mut Take<'_>) -> Result<(), Broken> {
    loop {
        let mut mark = [0; 6];
        from.read_exact(&mut mark).map_err(|error| damaged(&error))?;
        let header = match &mark {
            b"070701" | b"070702" => new_header(&mut from)?,
            b"070707" => old_header(&mut from)?,
            _ => {
                return Err(
                    wrong("it begins as no form of cpio that is known: there are `newc` and `odc`").into()
                );
            }
        };
        if header.path_bytes == 0 || header.path_bytes > PATH_BYTES_MAX {
            return Err(wrong("a path has an impossible length").into());
        }
        let mut path = Vec::new();
        (&mut from).take(header.path_bytes).read_to_end(&mut path)?;
        skip(&mut from, filling(header.bytes_before + header.path_bytes, header.is_aligned))?;
        let path = text(path.strip_suffix(b"\0").unwrap_or(&path))?;
        if path == LAST {
            return Ok(());
        }
        let kind = match header.mode & 0o170_000 {
            0o040_000 => Kind::Folder,
            0o100_000 => Kind::File,
            _ => Kind::Other,
        };
        let mut content = (&mut from).take(header.size);
        take(&path, kind, &mut content)?;
        io::copy(&mut content, &mut io::sink())?;
        if content.limit() > 0 {
            return Err(wrong("it ends within a file").into());
        }
        skip(&mut from, filling(header.size, header.is_aligned))?;
    }
}

struct Header {
    mode: u64,
    size: u64,
    path_bytes: u64,
    bytes_before: u64,
    /// Paths and contents end at multiples of four bytes.
    is_aligned: bool,
}

fn new_header(from: &mut dyn Read) -> Result<Header, Failure> {
    let mut fields = [0; 104];
    from.read_exact(&mut fields).map_err(|error| damaged(&error))?;
    let field = |place: usize| {
        number(&fields[place * 8..place * 8 + 8], 16).ok_or_else(|| wrong("a header is broken"))
    };
    Ok(Header {
        mode: field(1)?,
        size: field(6)?,
        path_bytes: field(11)?,
        bytes_before: 110,
        is_aligned: true,
    })
}

fn old_header(from: &mut dyn Read) -> Result<Header, Failure> {
    let mut fields = [0; 70];
    from.read_exact(&mut fields).map_err(|error| damaged(&error))?;
    let field =
        |start: usize, end: usize| number(&fields[start..end], 8).ok_or_else(|| wrong("a header is broken"));
    Ok(Header {
        mode: field(12, 18)?,
        path_bytes: field(53, 59)?,
        size: field(59, 70)?,
        bytes_before: 76,
        is_aligned: false,
    })
}

fn filling(bytes: u64, is_aligned: bool) -> u64 {
    if is_aligned { (4 - bytes % 4) % 4 } else { 0 }
}

fn skip(from: &mut impl BufRead, bytes: u64) -> io::Result<()> {
    io::copy(&mut from.take(bytes), &mut io::sink()).map(|_| ())
}

fn wrong(reason: &str) -> Failure {
    damaged(&io::Error::other(reason.to_owned()))
}

/// The header of a file with its path.
pub(super) fn header(to: &mut dyn Write, path: &str, number: u32, bytes: u64) -> io::Result<()> {
    let size = u32::try_from(bytes)
        .map_err(|_| io::Error::other(format!("`{path}` is too large for this form: use TAR or ZIP")))?;
    let mode: u32 = if path == LAST { 0 } else { 0o100_644 };
    let path_bytes = path.len() as u32 + 1;
    write!(to, "070701")?;
    for field in [number, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, path_bytes, 0] {
        write!(to, "{field:08X}")?;
    }
    to.write_all(path.as_bytes())?;
    to.write_all(&b"\0\0\0\0"[..=(filling(110 + u64::from(path_bytes), true) as usize)])
}

/// What follows a file.
pub(super) fn filled(to: &mut dyn Write, bytes: u64) -> io::Result<()> {
    to.write_all(&b"\0\0\0"[..filling(bytes, true) as usize])
}

pub(super) fn end(to: &mut dyn Write) -> io::Result<()> {
    header(to, LAST, 0, 0)
}
