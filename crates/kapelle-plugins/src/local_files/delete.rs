//! `io.kestra.plugin.fs.local.Delete`: deletes files of the machine.

use std::fs;
use std::path::Path;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::allowed::{Allowed, plain};
use super::file::address;
use super::listing::{Listing, Meant};
use super::moving::absent;

/// # Delete files of the machine
///
/// Deletes a file or a folder; with `regExp` the files of a folder that fit it. A link is deleted, never what it leads to.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    /// The file or folder. It has to be open to flows.
    from: Expr<String>,
    /// Whether it is a failure that it is not there.
    #[serde(default)]
    error_on_missing: Option<Expr<bool>>,
    /// Whether a folder is deleted with all that is in it; with `regExp`, whether folders within it count.
    #[serde(default)]
    recursive: Option<Expr<bool>>,
    /// A regular expression for the names of files, or for their whole paths: only they are deleted.
    #[serde(default)]
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

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let from = plain(&cx.render(&self.from)?).trim_end_matches('/').to_owned();
        let is_recursive = cx.filled(self.recursive.as_ref())?.unwrap_or(false);
        let fails_missing = cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false);
        let has_pattern = cx.filled(self.reg_exp.as_ref())?.is_some();
        let (reg_exp, recursive) = (self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Listing::read(cx, &Meant { from: &self.from, reg_exp, recursive })?;
        cx.blocking(move |cx| {
            let place = if has_pattern { allowed.existing(&from)? } else { allowed.entry(&from)? };
            let uris = match place {
                None if fails_missing => return Err(absent(&from).into()),
                None => Vec::new(),
                Some(_) if has_pattern => files(cx, &listing, &allowed)?,
                Some(place) => {
                    whole(&place, &from, is_recursive)?;
                    vec![address(&from)]
                }
            };
            Ok(Output { uri: address(&from), deleted: !uris.is_empty(), uris })
        })
        .await
    }
}

fn whole(place: &Path, path: &str, is_recursive: bool) -> Result<(), Failure> {
    let is_folder = fs::symlink_metadata(place).is_ok_and(|data| data.is_dir());
    let deleted = match (is_folder, is_recursive) {
        (false, _) => fs::remove_file(place),
        (true, false) => fs::remove_dir(place),
        (true, true) => fs::remove_dir_all(place),
    };
    deleted.map_err(|error| {
        let advice = if is_folder && !is_recursive {
            "; with `recursive: true` all that is in it is deleted"
        } else {
            ""
        };
        Failure::new(format!("`{path}` cannot be deleted: {error}{advice}"))
    })
}

fn files(cx: &RunContext, listing: &Listing, allowed: &Allowed) -> Result<Vec<String>, Broken> {
    let mut uris = Vec::new();
    for file in listing.look(cx, allowed)?.files {
        cx.go_on()?;
        if let Some(place) = allowed.entry(&file.path)? {
            whole(&place, &file.path, false)?;
            uris.push(file.address());
        }
    }
    Ok(uris)
}
