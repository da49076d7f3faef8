//! The form of `ar`: a header of text before each file.

use std::io::{self, BufRead, Read, Write};

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use super::number;
use super::reading::{Kind, damaged, text};

const MARK: &[u8] = b"!<arch>\n";

/// Bytes of a header, and of the name in it.
const HEADER_BYTES: usize = 60;
const NAME_BYTES: usize = 16;

/// Bytes of the table of long names, and of one name.
const NAMES_BYTES_MAX: u64 = 16 << 20;

type Take<'t> = dyn FnMut(&str, Kind, &mut dyn Read) -> Result<(), Broken> + 't;

pub(super) fn read(mut from: impl BufRead, take: &mut Take<'_>) -> Result<(), Broken> {
    let mut mark = [0; MARK.len()];
    from.read_exact(&mut mark).map_err(|error| damaged(&error))?;
    if mark != MARK {
        return Err(wrong("it does not begin with `!<arch>`").into());
    }
    let mut names = Vec::new();
    while !from.fill_buf()?.is_empty() {
        let mut header = [0; HEADER_BYTES];
        from.read_exact(&mut header).map_err(|error| damaged(&error))?;
        let size = number(&header[48..58], 10).filter(|_| header[58..] == *b"`\n");
        let size = size.ok_or_else(|| wrong("a header is broken"))?;
        let name = text(header[..NAME_BYTES].trim_ascii_end())?;
        let mut content = (&mut from).take(size);
        match name.as_str() {
            // Tables for linkers.
            "/" | "/SYM64/" | "__.SYMDEF" => {}
            "//" => {
                if size > NAMES_BYTES_MAX {
                    return Err(wrong("the table of names is too large").into());
                }
                content.read_to_end(&mut names)?;
            }
            name => {
                let name = whole_name(name, &names, &mut content)?;
                take(&name, Kind::File, &mut content)?;
            }
        }
        io::copy(&mut content, &mut io::sink())?;
        if content.limit() > 0 {
            return Err(wrong("it ends within a file").into());
        }
        if size % 2 == 1 {
            // Files begin at even places.
            let _filling = (&mut from).take(1).read_to_end(&mut Vec::new())?;
        }
    }
    Ok(())
}

/// Long names stand in a table before, or in front of the content.
fn whole_name(name: &str, names: &[u8], content: &mut dyn Read) -> Result<String, Failure> {
    if let Some(length) = name.strip_prefix("#1/").and_then(|length| length.parse::<u64>().ok()) {
        let mut whole = Vec::new();
        let read = content.take(length.min(NAMES_BYTES_MAX)).read_to_end(&mut whole);
        read.map_err(|error| damaged(&error))?;
        return text(whole.split(|byte| *byte == 0).next().unwrap_or_default());
    }
    if let Some(place) = name.strip_prefix('/').and_then(|place| place.parse::<usize>().ok()) {
        let rest = names.get(place..).ok_or_else(|| wrong("a long name is missing"))?;
        let whole = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        return text(whole.strip_suffix(b"/").unwrap_or(whole));
    }
    Ok(name.strip_suffix('/').unwrap_or(name).to_owned())
}

fn wrong(reason: &str) -> Failure {
    damaged(&io::Error::other(reason.to_owned()))
}

pub(super) fn begin(to: &mut dyn Write) -> io::Result<()> {
    to.write_all(MARK)
}

/// The header of a file, with its name in front of the content where it is long.
pub(super) fn header(to: &mut dyn Write, path: &str, bytes: u64) -> io::Result<()> {
    let is_short = path.len() < NAME_BYTES && !path.contains([' ', '/']);
    let (name, more) = if is_short { (format!("{path}/"), "") } else { (format!("#1/{}", path.len()), path) };
    let size = bytes + more.len() as u64;
    if size > 9_999_999_999 {
        return Err(io::Error::other(format!("`{path}` is too large for this form: use TAR or ZIP")));
    }
    write!(to, "{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n{more}", 0, 0, 0, "100644")
}

/// What follows a file, so that the next one begins at an even place.
pub(super) fn filling(path: &str, bytes: u64) -> &'static [u8] {
    let is_short = path.len() < NAME_BYTES && !path.contains([' ', '/']);
    let size = if is_short { bytes } else { bytes + path.len() as u64 };
    if size % 2 == 1 { b"\n" } else { b"" }
}
