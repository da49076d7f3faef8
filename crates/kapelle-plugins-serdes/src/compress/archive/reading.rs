//! Reading archives.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};

use super::super::bomb::Measured;
use super::{Form, ar, cpio, unknown};
use crate::local::Local;

/// Files of an archive.
const FILES_MAX: usize = 100_000;

/// Takes a file with its content.
pub(in crate::compress) type Found<'f> = dyn FnMut(Path<'_>, &mut dyn Read) -> Result<(), Broken> + 'f;

/// Where a file is in an archive.
pub(in crate::compress) struct Path<'p> {
    /// As it stands there.
    pub(in crate::compress) own: &'p str,
    /// Leads nowhere else.
    pub(in crate::compress) safe: &'p str,
}

/// What an archive says of a file.
pub(super) enum Kind {
    File,
    Folder,
    /// A link, a device: what has no content of its own.
    Other,
}

/// Hands each file of an archive over.
pub(in crate::compress) fn each(
    cx: &RunContext,
    form: Form,
    from: Box<dyn Read>,
    found: &mut Found<'_>,
) -> Result<(), Broken> {
    let mut taking = Taking { cx, found, count: 0, skipped: 0 };
    let from = BufReader::with_capacity(64 << 10, from);
    match form {
        Form::Tar => tar(from, &mut taking)?,
        Form::Zip | Form::Jar => zip(from, &mut taking)?,
        Form::Ar => ar::read(from, &mut |path, kind, content| taking.take(path, &kind, content))?,
        Form::Cpio => cpio::read(from, &mut |path, kind, content| taking.take(path, &kind, content))?,
        Form::Arj | Form::Dump => return Err(unknown(form).into()),
    }
    if taking.skipped > SKIPPED_TOLD {
        cx.log(Level::Warn, format!("{} links and devices were left out", taking.skipped));
    }
    Ok(())
}

/// Links that are named in the log.
const SKIPPED_TOLD: usize = 20;

struct Taking<'t, 'f> {
    cx: &'t RunContext,
    found: &'t mut Found<'f>,
    count: usize,
    skipped: usize,
}

impl Taking<'_, '_> {
    fn take(&mut self, path: &str, kind: &Kind, content: &mut dyn Read) -> Result<(), Broken> {
        self.cx.go_on()?;
        match kind {
            Kind::Folder => return Ok(()),
            Kind::Other => {
                self.skipped += 1;
                if self.skipped <= SKIPPED_TOLD {
                    self.cx.log(
                        Level::Warn,
                        format!("`{path}` of the archive is a link or a device, and is left out"),
                    );
                }
                return Ok(());
            }
            Kind::File => {}
        }
        self.count += 1;
        if self.count > FILES_MAX {
            return Err(Broken::new(format!("the archive has more than {FILES_MAX} files")));
        }
        let safe = kapelle_plugin::files::relative(&path.replace('\\', "/"))?;
        (self.found)(Path { own: path, safe: &safe }, content)
    }
}

fn tar(from: impl Read, taking: &mut Taking<'_, '_>) -> Result<(), Broken> {
    for entry in tar::Archive::new(from).entries()? {
        let mut entry = entry.map_err(|error| damaged(&error))?;
        let path = text(&entry.path_bytes())?;
        let kind = match entry.header().entry_type() {
            tar::EntryType::Directory => Kind::Folder,
            tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse => Kind::File,
            tar::EntryType::XGlobalHeader => continue,
            _ => Kind::Other,
        };
        taking.take(&path, &kind, &mut entry)?;
    }
    Ok(())
}

/// The list of its files stands at its end, so that it has to be on this machine.
fn zip(mut from: impl Read, taking: &mut Taking<'_, '_>) -> Result<(), Broken> {
    let local = Local::of(taking.cx, &mut from)?;
    let damaged = |error: zip::result::ZipError| damaged(&io::Error::other(error.to_string()));
    let mut archive = zip::ZipArchive::new(BufReader::new(local.file()?)).map_err(damaged)?;
    if archive.len() > FILES_MAX {
        return Err(Broken::new(format!("the archive has more than {FILES_MAX} files")));
    }
    let packed = Rc::new(Cell::new(local.bytes));
    let unpacked = Rc::new(Cell::new(0));
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(damaged)?;
        let path = file.name().map_err(damaged)?.into_owned();
        // Programs of Windows write backslashes between folders.
        let path = if path.contains('/') { path } else { path.replace('\\', "/") };
        let kind = if file.is_dir() {
            Kind::Folder
        } else if file.is_symlink() {
            Kind::Other
        } else {
            Kind::File
        };
        // Files may lie over each other: what counts is what they become together.
        let mut content = Measured::new(file, Rc::clone(&packed), Rc::clone(&unpacked));
        taking.take(&path, &kind, &mut content)?;
    }
    Ok(())
}

pub(super) fn damaged(error: &io::Error) -> Failure {
    Failure::new(format!("the archive is damaged or of another form: {error}"))
}

pub(super) fn text(bytes: &[u8]) -> Result<String, Failure> {
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        Failure::new(format!(
            "the name `{}` of a file in the archive is no text in UTF-8",
            String::from_utf8_lossy(bytes)
        ))
    })
}
