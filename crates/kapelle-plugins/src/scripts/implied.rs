//! What is kept of the files of a run: those that the task names, those of its output folder, and those that other tasks
//! of the flow ask for by name.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Name, RunContext};

use super::room::Room;
use kapelle_plugin::files;

/// Paths, or names, with the addresses of the files.
pub(super) type Kept = BTreeMap<String, String>;

/// Keeps all files of the output folder.
pub(super) fn keep_output(cx: &RunContext, room: &Room) -> Result<Kept, Broken> {
    let mut kept = Kept::new();
    let Some(output) = room.output() else { return Ok(kept) };
    for file in files::files_below(&output)? {
        if !file.path.chars().all(is_of_name) {
            return Err(Broken::new(format!(
                "the file `{}` of the output folder cannot be kept: its name may have letters, digits and -._+~#=/,:; only",
                file.path
            )));
        }
        let uri = keep(cx, &file.place, &file.path)?;
        kept.insert(file.path, uri);
    }
    Ok(kept)
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._+~#=/,:;".contains(character)
}

/// Keeps the files that an expression elsewhere in the flow names, from the directory or the `/tmp` of the program. One
/// that is in neither is told: the expression will fail.
pub(super) fn keep_implied(
    cx: &RunContext,
    room: &Room,
    is_known: impl Fn(&str) -> bool,
    kept: &mut Kept,
) -> Result<(), Broken> {
    for name in cx.host.implied_files() {
        if kept.contains_key(&name) || is_known(&name) {
            continue;
        }
        let places = [room.directory.clone(), room.temporary()];
        match places.iter().find_map(|folder| within(folder, &name)) {
            Some(place) => {
                let uri = keep(cx, &place, &name)?;
                kept.insert(name, uri);
            }
            None => cx.log(Level::Warn, missing(cx, &name)),
        }
    }
    Ok(())
}

fn missing(cx: &RunContext, name: &str) -> String {
    let task = &cx.place.task;
    format!(
        "an expression of the flow asks for the file `{name}` of the task `{task}`, which is neither in the working \
         directory nor in the task's own temporary folder ($TMPDIR, or /tmp where it is private)"
    )
}

/// The file with this name in a folder, if it does not lead out of it.
fn within(folder: &Path, name: &str) -> Option<PathBuf> {
    let name = files::relative(name).ok()?;
    let place = folder.join(name).canonicalize().ok()?;
    let is_inside = place.starts_with(folder.canonicalize().ok()?);
    (is_inside && place.is_file()).then_some(place)
}

/// Copies a file into the storage.
fn keep(cx: &RunContext, place: &Path, path: &str) -> Result<String, Broken> {
    let name = path.rsplit('/').next().unwrap_or(path).replace(' ', "+");
    let mut content = File::open(place)
        .map_err(|error| Failure::new(format!("the file `{path}` cannot be read: {error}")))?;
    let mut kept = cx.host.files().create(Name::Ending(&format!("-{name}")))?;
    files::copy(cx, &mut content, &mut kept)?;
    Ok(kept.finish()?)
}
