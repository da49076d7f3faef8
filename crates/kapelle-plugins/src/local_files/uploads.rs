//! `io.kestra.plugin.fs.local.Uploads`: writes files of the internal storage to the machine.

use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::allowed::{Allowed, plain};
use super::file::address;
use super::listing::FILES_USUAL;
use super::moving::{Taken, free_target, write};
use kapelle_plugin::files::{Named, named, open};

/// # Write files to the machine
///
/// Copies files of the internal storage into a folder of the machine.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Uploads {
    /// The files as addresses: one, a list, or a map of names to addresses; a text may be such a list or map in JSON.
    from: Expr<Any>,
    /// The folder. It has to be open to flows.
    to: Expr<String>,
    /// A regular expression for addresses: only they are written.
    #[serde(default)]
    reg_exp: Option<Expr<String>>,
    /// How many files are written at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
    /// Whether files that are there already are replaced; they are, unless this says `false`.
    #[serde(default)]
    overwrite: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Where the files are now.
    files: Vec<String>,
}

impl Task for Uploads {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Uploads";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let Any(from) = cx.render(&self.from)?;
        let mut uploads = named(from)?;
        if let Some(written) = cx.filled(self.reg_exp.as_ref())? {
            uploads = fitting(uploads, &written)?;
        }
        let files_max = cx.filled(self.max_files.as_ref())?.unwrap_or(FILES_USUAL) as usize;
        if uploads.len() > files_max {
            let count = uploads.len();
            cx.log(
                Level::Warn,
                format!("there are {count} files, of which {files_max} are written: see `maxFiles`"),
            );
            uploads.truncate(files_max);
        }
        let to = plain(&cx.render(&self.to)?).trim_end_matches('/').to_owned();
        let taken = Taken::replaces(cx.filled(self.overwrite.as_ref())?.unwrap_or(true));
        cx.blocking(move |cx| {
            let mut files = Vec::new();
            for upload in &uploads {
                let path = format!("{to}/{}", upload.name);
                write(cx, &mut open(cx, &upload.address)?, &free_target(&allowed, &path, taken)?)?;
                files.push(address(&path));
            }
            Ok(Output { files })
        })
        .await
    }
}

fn fitting(uploads: Vec<Named>, written: &str) -> Result<Vec<Named>, Failure> {
    let pattern = Pattern::compile(written)
        .map_err(|_| Failure::new(format!("`{written}` in `regExp` is no regular expression")))?;
    let mut fitting = Vec::new();
    for upload in uploads {
        let fits = pattern.matches_whole(upload.address.expose());
        if fits.map_err(|_| Failure::new("`regExp` takes too long: make it simpler"))? {
            fitting.push(upload);
        }
    }
    Ok(fitting)
}
