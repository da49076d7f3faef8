//! Takes files of a folder of a server over.

use std::collections::BTreeMap;

use kapelle_plugin::action::ActionWord;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::file::File;
use super::keeping::keep;
use super::listing::{Listing, Meant, limited};
use super::protocol::{Open, Protocol, open, within_grace};

/// # Download files from another machine
///
/// Copies the files of a folder of a server of SFTP, FTP or FTPS into the internal storage, and then moves or deletes them
/// if that is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(super) struct Downloads<P> {
    #[serde(flatten)]
    protocol: P,
    /// The folder.
    from: Expr<String>,
    /// What becomes of the files: they stay, are moved to `moveDirectory`, or are deleted.
    action: Option<Expr<ActionWord>>,
    /// The folder that files are moved to. Nothing is overwritten there.
    move_directory: Option<Expr<String>>,
    /// A regular expression for the names of files, or for their whole paths.
    reg_exp: Option<Expr<String>>,
    /// Whether folders within the folder count.
    recursive: Option<Expr<bool>>,
    /// How many files are taken over at most.
    max_files: Option<Expr<u32>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The files; their `path` is in the internal storage.
    files: Vec<File>,
    /// The files in the internal storage, by the last parts of their paths.
    output_files: BTreeMap<String, String>,
}

impl<P: Protocol> Task for Downloads<P> {
    const TYPE: &'static str = P::DOWNLOADS;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (from, reg_exp, recursive) = (&self.from, self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Listing::read(cx, &Meant { from, reg_exp, recursive })?;
        let action = Action::read(cx, self.action.as_ref(), self.move_directory.as_ref())?;
        let files_max = cx.filled(self.max_files.as_ref())?;
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, download(cx, &mut open, &listing, &action, files_max)).await
    }
}

async fn download<P: Protocol>(
    cx: &RunContext,
    open: &mut Open<P>,
    listing: &Listing,
    action: &Action,
    files_max: Option<u32>,
) -> Result<Output, Broken> {
    let mut found = listing.look(cx, open).await?;
    found.retain(|file| !action.is_done_for(&file.path));
    limited(cx, &mut found, files_max);
    let mut output = Output { files: Vec::new(), output_files: BTreeMap::new() };
    let mut paths = Vec::new();
    for file in found {
        // One that is being written is none that could be asked for.
        let Some(kept) = keep(cx, open, &file.path, None).await? else { continue };
        output.output_files.insert(file.name().to_owned(), kept.uri.clone());
        output.files.push(file.shown(kept.uri));
        paths.push(file.path);
    }
    for path in &paths {
        cx.go_on()?;
        action.perform(&mut open.place, path).await?;
    }
    Ok(output)
}
