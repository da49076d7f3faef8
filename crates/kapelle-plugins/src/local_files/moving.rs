//! Writing, moving and deleting: nobody sees half a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};

use super::allowed::{Allowed, plain};
use super::listing::UNFINISHED;
use kapelle_plugin::files;

/// Numbers that are tried for a name that is taken.
const NUMBERS_MAX: u32 = 10_000;

/// What happens to a file that stands where one is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Replace,
    Refuse,
}

impl Taken {
    pub(super) fn replaces(overwrite: bool) -> Self {
        if overwrite { Self::Replace } else { Self::Refuse }
    }
}

/// Where a file is to be written, unless one stands there that has to stay.
pub(super) fn free_target(allowed: &Allowed, path: &str, taken: Taken) -> Result<PathBuf, Failure> {
    if taken == Taken::Refuse && allowed.entry(path)?.is_some() {
        return Err(Failure::new(format!("`{path}` is there already; to replace it say `overwrite: true`")));
    }
    allowed.target(path)
}

/// Writes a file: beside its place first, so that it is there as a whole or not at all. How many bytes.
pub(super) fn write(cx: &RunContext, from: &mut dyn Read, target: &Path) -> Result<u64, Broken> {
    let place = &cx.place;
    let name = format!("{UNFINISHED}{}-{}-{}", place.execution, place.run_id, place.attempt);
    let beside = target.with_file_name(name);
    // One that an attempt left behind is in the way; usually there is none.
    let _usually_absent = fs::remove_file(&beside);
    let file = OpenOptions::new().write(true).create_new(true).open(&beside);
    let mut file = file.map_err(|error| unwritable(target, &error))?;
    let written = files::copy(cx, from, &mut file).and_then(|bytes| {
        file.sync_all()?;
        fs::rename(&beside, target).map_err(|error| unwritable(target, &error))?;
        Ok(bytes)
    });
    if written.is_err() {
        // The first failure is what counts.
        let _left_behind = fs::remove_file(&beside);
    }
    written
}

/// Moves a file, or a folder within its file system.
pub(super) fn relocate(cx: &RunContext, from: &Path, target: &Path) -> Result<(), Broken> {
    match fs::rename(from, target) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
        moved => return Ok(moved.map_err(|error| unwritable(target, &error))?),
    }
    let data = fs::symlink_metadata(from)?;
    if !data.is_file() {
        return Err(Broken::new(format!(
            "`{}` is no file, and only files can be moved to another file system",
            from.display()
        )));
    }
    write(cx, &mut File::open(from)?, target)?;
    Ok(fs::remove_file(from)?)
}

/// A path in a folder for a file of this name: with a number, if the name is taken.
pub(super) fn unused(allowed: &Allowed, folder: &str, name: &str) -> Result<String, Failure> {
    let folder = folder.trim_end_matches('/');
    let (stem, ending) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    let mut path = format!("{folder}/{name}");
    for number in 1..=NUMBERS_MAX {
        if allowed.entry(&path)?.is_none() {
            return Ok(path);
        }
        path = format!("{folder}/{stem}-{number}{ending}");
    }
    Err(Failure::new(format!("`{folder}` has too many files with the name `{name}`")))
}

fn unwritable(place: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be written: {error}", place.display()))
}

/// Where a file goes that is moved or copied: what ends in a slash, or is a folder, takes it under its own name.
pub(super) fn destination(allowed: &Allowed, to: &str, from: &str) -> Result<String, Failure> {
    let to = plain(to);
    let is_folder = to.ends_with('/') || allowed.existing(to)?.is_some_and(|place| place.is_dir());
    let name = from.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    Ok(if is_folder { format!("{}/{name}", to.trim_end_matches('/')) } else { to.to_owned() })
}

pub(super) fn absent(path: &str) -> Failure {
    Failure::new(format!("`{path}` does not exist"))
}
