//! Back from a container.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};
use tar::{Archive, Entry, EntryType};

use super::{Mark, Own, Sent};
use kapelle_plugin::files;

struct Unpacking<'u> {
    cx: &'u RunContext,
    root: &'u Path,
    sent: &'u Sent,
}

/// Takes an archive in which the directory is the one folder at the top. What did not change stays as it is; what was sent
/// and did not come back was deleted.
pub(crate) fn unpack(
    cx: &RunContext,
    root: &Path,
    own: &Own,
    sent: &Sent,
    from: impl Read,
) -> Result<(), Broken> {
    let unpacking = Unpacking { cx, root, sent };
    let mut seen = BTreeSet::new();
    for entry in Archive::new(from).entries()? {
        cx.go_on()?;
        let mut entry = entry?;
        let Some(path) = below_top(&entry.path()?) else { continue };
        if own.comes_back(&path) {
            unpacking.entry(&mut entry, &path)?;
            seen.insert(path);
        }
    }
    for path in sent.keys().filter(|path| own.comes_back(path) && !seen.contains(*path)) {
        unpacking.delete(path);
    }
    Ok(())
}

impl Unpacking<'_> {
    fn entry<R: Read>(&self, entry: &mut Entry<'_, R>, path: &str) -> Result<(), Broken> {
        match entry.header().entry_type() {
            EntryType::Directory => {
                // Whatever would stand in it: the folder itself is made.
                files::prepare(self.root, &format!("{path}/new"))?;
            }
            EntryType::Symlink => self.link(path, entry.link_name()?.as_deref())?,
            EntryType::Link => self.twin(path, entry.link_name()?.as_deref())?,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => self.file(entry, path)?,
            // Sockets and devices mean nothing elsewhere.
            _ => {}
        }
        Ok(())
    }

    fn file<R: Read>(&self, entry: &mut Entry<'_, R>, path: &str) -> Result<(), Broken> {
        let mark = Mark { bytes: entry.size(), seconds: entry.header().mtime()? };
        if self.sent.get(path) == Some(&mark) {
            return Ok(());
        }
        let mode = entry.header().mode()? & 0o777 | 0o600;
        let place = self.cleared(path)?;
        let mut file = File::create_new(&place).map_err(|error| unwritten(path, &error))?;
        files::copy(self.cx, entry, &mut file)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        Ok(())
    }

    /// A link that leads out of the directory is left out.
    fn link(&self, path: &str, target: Option<&Path>) -> Result<(), Broken> {
        let Some(target) = target.filter(|target| stays_inside(self.root, path, target)) else {
            return Ok(());
        };
        let place = self.cleared(path)?;
        symlink(target, place).map_err(|error| unwritten(path, &error).into())
    }

    /// A second name of a file that came before.
    fn twin(&self, path: &str, target: Option<&Path>) -> Result<(), Broken> {
        let target = target.and_then(below_top).map(|target| self.root.join(target));
        let root = self.root.canonicalize()?;
        let target = target.and_then(|target| target.canonicalize().ok());
        let Some(target) = target.filter(|target| target.starts_with(root)) else { return Ok(()) };
        let place = self.cleared(path)?;
        fs::copy(target, place).map_err(|error| unwritten(path, &error))?;
        Ok(())
    }

    /// A place where nothing stands.
    fn cleared(&self, path: &str) -> Result<PathBuf, Failure> {
        let place = files::prepare(self.root, path)?;
        match fs::remove_file(&place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unwritten(path, &error)),
            _ => Ok(place),
        }
    }

    fn delete(&self, path: &str) {
        // What cannot be prepared is behind a link, and not ours to delete.
        if let Ok(place) = files::prepare(self.root, path) {
            let _gone = fs::remove_file(place);
        }
    }
}

fn unwritten(path: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("the file `{path}` of the container cannot be written: {error}"))
}

/// The path without the folder at the top; `None` for that folder itself, and for what leads upwards or is no text.
fn below_top(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir | Component::RootDir => {}
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    (parts.len() > 1).then(|| parts[1..].join("/"))
}

/// Whether a link at this path stays within the directory.
fn stays_inside(root: &Path, path: &str, target: &Path) -> bool {
    if target.is_absolute() {
        return target.starts_with(root) && !target.components().any(|part| part == Component::ParentDir);
    }
    let mut depth = path.matches('/').count();
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth == 0 => return false,
            Component::ParentDir => depth -= 1,
            _ => {}
        }
    }
    true
}
