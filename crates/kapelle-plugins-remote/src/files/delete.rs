//! Deletes files of a server.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::Entry;
use super::listing::{Listing, Meant};
use super::path::below;
use super::place::{Kind, Place};
use super::protocol::{Open, Protocol, open, within_grace};

/// Entries that are deleted with a folder.
const ENTRIES_MAX: usize = 100_000;

/// # Delete files of another machine
///
/// Deletes a file or a folder of a server of SFTP, FTP or FTPS; with `regExp` the files of a folder that fit it. A link is
/// deleted, never what it leads to.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(super) struct Delete<P> {
    #[serde(flatten)]
    protocol: P,
    /// The file or folder.
    uri: Expr<String>,
    /// Whether it is a failure that it is not there.
    error_on_missing: Option<Expr<bool>>,
    /// Whether a folder is deleted with all that is in it; with `regExp`, whether folders within it count.
    recursive: Option<Expr<bool>>,
    /// A regular expression for the names of files, or for their whole paths: only they are deleted.
    reg_exp: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// What was to be deleted.
    uri: String,
    /// Whether anything was.
    deleted: bool,
    /// What was deleted.
    uris: Vec<String>,
}

impl<P: Protocol> Task for Delete<P> {
    const TYPE: &'static str = P::DELETE;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (from, reg_exp, recursive) = (&self.uri, self.reg_exp.as_ref(), self.recursive.as_ref());
        let wanted = Wanted {
            listing: Listing::read(cx, &Meant { from, reg_exp, recursive })?,
            has_pattern: cx.filled(reg_exp)?.is_some(),
            is_recursive: cx.filled(recursive)?.unwrap_or(false),
            fails_missing: cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false),
        };
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, delete(cx, &mut open, &wanted)).await
    }
}

struct Wanted {
    listing: Listing,
    has_pattern: bool,
    is_recursive: bool,
    fails_missing: bool,
}

async fn delete<P: Protocol>(cx: &RunContext, open: &mut Open<P>, wanted: &Wanted) -> Result<Output, Broken> {
    let path = &wanted.listing.from;
    let uris = match open.place.look(path).await? {
        None if wanted.fails_missing => return Err(open.address.absent(path)),
        None => Vec::new(),
        Some(_) if wanted.has_pattern => {
            let mut uris = Vec::new();
            for file in wanted.listing.look(cx, open).await? {
                cx.go_on()?;
                open.place.remove(&file.path).await?;
                uris.push(open.address.uri(&file.path));
            }
            uris
        }
        Some(entry) => {
            whole(cx, &mut open.place, path, &entry, wanted.is_recursive).await?;
            vec![open.address.uri(path)]
        }
    };
    Ok(Output { uri: open.address.uri(path), deleted: !uris.is_empty(), uris })
}

/// Deletes a file, or a folder with what is in it: what is above goes after what is below.
async fn whole(
    cx: &RunContext,
    place: &mut impl Place,
    path: &str,
    entry: &Entry,
    is_recursive: bool,
) -> Result<(), Broken> {
    if path == "/" {
        return Err(Broken::new(
            "the folder in which paths begin stays where it is: name what is to be deleted in it",
        ));
    }
    if entry.kind != Kind::Folder || entry.is_link {
        return place.remove(path).await;
    }
    let mut folders = vec![path.to_owned()];
    let (mut next, mut count) = (0, 0);
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        cx.go_on()?;
        let entries = place.list(&folder).await?;
        if !entries.is_empty() && !is_recursive {
            return Err(Broken::new(format!(
                "the folder `{path}` is not empty; with `recursive: true` all that is in it is deleted"
            )));
        }
        count += entries.len();
        if count > ENTRIES_MAX {
            return Err(Broken::new(format!(
                "`{path}` has more than {ENTRIES_MAX} entries: delete parts of it"
            )));
        }
        for entry in entries {
            let path = below(&folder, &entry.name);
            if entry.kind == Kind::Folder && !entry.is_link {
                folders.push(path);
            } else {
                cx.go_on()?;
                place.remove(&path).await?;
            }
        }
    }
    for folder in folders.iter().rev() {
        place.remove_folder(folder).await?;
    }
    Ok(())
}
