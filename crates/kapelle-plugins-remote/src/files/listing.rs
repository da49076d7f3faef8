//! What lies in a folder of a server.

use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::file::Found;
use super::path::{below, plain};
use super::place::{Kind, Place};
use super::protocol::{Open, Protocol};

/// Entries that are looked at. Beyond, a look would take longer than the time between two.
const ENTRIES_MAX: usize = 100_000;

/// Files that are taken at most, where the flow does not say.
pub(super) const FILES_USUAL: u32 = 25;

/// Files with such names are being written, by tasks of this family.
pub(super) const UNFINISHED: &str = ".kapelle-";

/// An order of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Sort {
    None,
    LastModifiedAsc,
    LastModifiedDesc,
    NameAsc,
    NameDesc,
}

impl Word for Sort {}

/// Which files of a folder are meant.
pub(super) struct Listing {
    /// The folder, in its plain form.
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

impl Listing {
    pub(super) fn read(cx: &RunContext, meant: &Meant<'_>) -> Result<Self, Failure> {
        Ok(Self {
            from: plain(&cx.render(meant.from)?)?,
            pattern: pattern(cx, meant.reg_exp)?,
            is_recursive: cx.filled(meant.recursive)?.unwrap_or(false),
        })
    }

    /// Looks into the folder; what was found, by path. Links to folders are not followed.
    pub(super) async fn look<P: Protocol>(
        &self,
        cx: &RunContext,
        open: &mut Open<P>,
    ) -> Result<Vec<Found>, Broken> {
        match open.place.look(&self.from).await? {
            None => return Err(open.address.absent(&self.from)),
            Some(entry) if entry.kind != Kind::Folder => {
                return Err(Broken::new(format!("`{}` is no folder", self.from)));
            }
            Some(_) => {}
        }
        let mut folders = vec![self.from.clone()];
        let mut found = Vec::new();
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            cx.go_on()?;
            let entries = match open.place.list(&folder).await {
                // Below the folder itself, what is gone or closed to us is as if it were empty.
                Err(broken) if folder != self.from && !broken.is_killed => {
                    cx.log(Level::Debug, broken.failure.message);
                    continue;
                }
                entries => entries?,
            };
            count += entries.len();
            if count > ENTRIES_MAX {
                return Err(Broken::new(format!("`{}` has more than {ENTRIES_MAX} entries", self.from)));
            }
            for entry in entries {
                let path = below(&folder, &entry.name);
                match entry.kind {
                    Kind::Folder if self.is_recursive && !entry.is_link => folders.push(path),
                    Kind::File if !entry.name.starts_with(UNFINISHED) && self.fits(&path, &entry.name)? => {
                        found.push(Found { path, entry });
                    }
                    _ => {}
                }
            }
        }
        found.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(found)
    }

    /// A pattern may be for the whole path or for the name.
    fn fits(&self, path: &str, name: &str) -> Result<bool, Failure> {
        let Some(pattern) = &self.pattern else { return Ok(true) };
        Ok(fits(pattern, path)? || fits(pattern, name)?)
    }
}

/// A regular expression that a flow wrote.
pub(super) fn pattern(
    cx: &RunContext,
    written: Option<&Expr<String>>,
) -> Result<Option<Arc<Pattern>>, Failure> {
    let compiled = cx.filled(written)?.map(|written| {
        Pattern::compile(&written)
            .map_err(|_| Failure::new(format!("`{written}` in `regExp` is no regular expression")))
    });
    compiled.transpose()
}

pub(super) fn fits(pattern: &Pattern, text: &str) -> Result<bool, Failure> {
    pattern.matches_whole(text).map_err(|_| Failure::new("`regExp` takes too long: make it simpler"))
}

impl Sort {
    pub(super) fn apply(self, files: &mut [Found]) {
        match self {
            Self::None => {}
            Self::LastModifiedAsc => files.sort_by_key(|file| file.entry.modified),
            Self::LastModifiedDesc => files.sort_by_key(|file| std::cmp::Reverse(file.entry.modified)),
            Self::NameAsc => files.sort_by(|left, right| left.name().cmp(right.name())),
            Self::NameDesc => files.sort_by(|left, right| right.name().cmp(left.name())),
        }
    }
}

/// Leaves out what is more than is asked for, and says so.
pub(super) fn limited<T>(cx: &RunContext, files: &mut Vec<T>, files_max: Option<u32>) {
    let files_max = files_max.unwrap_or(FILES_USUAL) as usize;
    if files.len() > files_max {
        let count = files.len();
        cx.log(
            Level::Warn,
            format!("there are {count} files, of which {files_max} are taken: see `maxFiles`"),
        );
        files.truncate(files_max);
    }
}
