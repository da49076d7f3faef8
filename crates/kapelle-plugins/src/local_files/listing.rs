//! What lies in a folder.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext};

use super::allowed::{Allowed, plain};
use super::file::Seen;

/// Entries that are looked at. Beyond, a look would take longer than the time between two.
const ENTRIES_MAX: usize = 100_000;

/// Files that are taken at most, where the flow does not say.
pub(super) const FILES_USUAL: u32 = 25;

/// Files with such names are being written, by tasks of this family.
pub(super) const UNFINISHED: &str = ".kapelle-";

/// Which files of a folder are meant.
pub(super) struct Listing {
    /// As the flow writes it, without a slash at its end.
    pub(super) from: String,
    pattern: Option<Arc<Pattern>>,
    is_recursive: bool,
}

/// The properties of a listing.
pub(super) struct Meant<'p> {
    pub(super) from: &'p Expr<String>,
    pub(super) reg_exp: Option<&'p Expr<String>>,
    pub(super) recursive: Option<&'p Expr<bool>>,
}

/// What was found, by path.
pub(super) struct Looked {
    pub(super) files: Vec<Seen>,
    /// The folders that were looked into, where they really are, with their paths as asked for.
    pub(super) folders: Vec<(PathBuf, String)>,
}

impl Listing {
    pub(super) fn read(cx: &RunContext, meant: &Meant<'_>) -> Result<Self, Failure> {
        let from = cx.render(meant.from)?;
        let pattern = cx.filled(meant.reg_exp)?.map(|written| {
            Pattern::compile(&written)
                .map_err(|_| Failure::new(format!("`{written}` in `regExp` is no regular expression")))
        });
        Ok(Self {
            from: plain(&from).trim_end_matches('/').to_owned(),
            pattern: pattern.transpose()?,
            is_recursive: cx.filled(meant.recursive)?.unwrap_or(false),
        })
    }

    /// Looks into the folder. A link to a file counts if it leads to an allowed place; links to folders are not followed.
    pub(super) fn look(&self, cx: &RunContext, allowed: &Allowed) -> Result<Looked, Broken> {
        let root = allowed.needed(&self.from)?;
        let mut looked = Looked { files: Vec::new(), folders: vec![(root, self.from.clone())] };
        let (mut next, mut count) = (0, 0);
        while let Some((folder, path)) = looked.folders.get(next).cloned() {
            next += 1;
            cx.go_on()?;
            let entries = match fs::read_dir(&folder) {
                // Below the folder itself, what is gone or closed to us is as if it were empty.
                Err(error) if next > 1 => {
                    cx.log(Level::Debug, unreadable(&path, &error).to_string());
                    continue;
                }
                entries => entries.map_err(|error| unreadable(&path, &error))?,
            };
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(&path, &error))?;
                count += 1;
                if count > ENTRIES_MAX {
                    return Err(Broken::new(format!("`{}` has more than {ENTRIES_MAX} entries", self.from)));
                }
                self.add(&entry, &path, allowed, &mut looked)?;
            }
        }
        looked.files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(looked)
    }

    fn add(
        &self,
        entry: &DirEntry,
        above: &str,
        allowed: &Allowed,
        looked: &mut Looked,
    ) -> Result<(), Failure> {
        // A name that is no text cannot be told to a flow.
        let Ok(name) = entry.file_name().into_string() else { return Ok(()) };
        let path = format!("{above}/{name}");
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if self.is_recursive {
                looked.folders.push((entry.path(), path));
            }
        } else if !name.starts_with(UNFINISHED) && self.fits(&path, &name)? {
            looked.files.extend(seen(&entry.path(), path, allowed));
        }
        Ok(())
    }

    /// A pattern may be for the whole path or for the name.
    fn fits(&self, path: &str, name: &str) -> Result<bool, Failure> {
        let Some(pattern) = &self.pattern else { return Ok(true) };
        let fits = |text| {
            pattern.matches_whole(text).map_err(|_| Failure::new("`regExp` takes too long: make it simpler"))
        };
        Ok(fits(path)? || fits(name)?)
    }
}

fn unreadable(path: &str, error: &io::Error) -> Failure {
    Failure::new(format!("the folder `{path}` cannot be read: {error}"))
}

/// What goes away meanwhile is left out.
fn seen(place: &Path, path: String, allowed: &Allowed) -> Option<Seen> {
    let target = place.canonicalize().ok().filter(|target| allowed.contains(target))?;
    let data = fs::metadata(&target).ok().filter(Metadata::is_file)?;
    Some(Seen::of(path, &data))
}
