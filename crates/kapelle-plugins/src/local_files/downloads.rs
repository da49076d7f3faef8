//! `io.kestra.plugin.fs.local.Downloads`: takes files of a folder over.

use std::collections::BTreeMap;

use kapelle_plugin::action::ActionWord;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::allowed::Allowed;
use super::file::File;
use super::keeping::keep;
use super::list::limited;
use super::listing::{Listing, Meant};

/// # Take files of the machine over
///
/// Copies the files of a folder into the internal storage, and then moves or deletes them if that is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Downloads {
    /// The folder. It has to be open to flows.
    from: Expr<String>,
    /// What becomes of the files: they stay, are moved to `moveDirectory`, or are deleted.
    #[serde(default)]
    action: Option<Expr<ActionWord>>,
    /// The folder that files are moved to. Nothing is overwritten there.
    #[serde(default)]
    move_directory: Option<Expr<String>>,
    /// A regular expression for the names of files, or for their whole paths.
    #[serde(default)]
    reg_exp: Option<Expr<String>>,
    /// Whether folders within the folder count.
    #[serde(default)]
    recursive: Option<Expr<bool>>,
    /// How many files are taken over at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The files.
    files: Vec<File>,
    /// The files in the internal storage, by the last parts of their paths.
    output_files: BTreeMap<String, String>,
}

impl Task for Downloads {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Downloads";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let (from, reg_exp, recursive) = (&self.from, self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Listing::read(cx, &Meant { from, reg_exp, recursive })?;
        let action = Action::read(cx, self.action.as_ref(), self.move_directory.as_ref())?;
        let files_max = cx.filled(self.max_files.as_ref())?;
        cx.blocking(move |cx| {
            let mut found = listing.look(cx, &allowed)?.files;
            found.retain(|file| !action.is_done_for(&file.path));
            limited(cx, &mut found, files_max);
            let mut output = Output { files: Vec::new(), output_files: BTreeMap::new() };
            let mut paths = Vec::new();
            for file in found {
                // One that is being written is none that could be asked for.
                let Some(kept) = keep(cx, &allowed, &file.path)? else { continue };
                output.output_files.insert(file.name().to_owned(), kept.uri.clone());
                output.files.push(kept.seen.shown(kept.uri));
                paths.push(file.file.path);
            }
            for path in &paths {
                action.perform(cx, &allowed, path)?;
            }
            Ok(output)
        })
        .await
    }
}
