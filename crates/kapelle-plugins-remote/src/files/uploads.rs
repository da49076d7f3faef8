//! Writes files of the internal storage to a server.

use kapelle_plugin::files::{Named, check_address, named};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::listing::{fits, limited, pattern};
use super::path::{below, plain};
use super::protocol::{Open, Protocol, open, within_grace};
use super::putting::{Taken, prepare, put};

/// # Upload files to another machine
///
/// Copies files of the internal storage into a folder of a server of SFTP, FTP or FTPS. The folder is made if it is not
/// there.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(super) struct Uploads<P> {
    #[serde(flatten)]
    protocol: P,
    /// The files as addresses: one, a list, or a map of names to addresses; a text may be such a list or map in JSON.
    from: Expr<Any>,
    /// The folder.
    to: Expr<String>,
    /// A regular expression for addresses: only they are written.
    reg_exp: Option<Expr<String>>,
    /// How many files are written at most.
    max_files: Option<Expr<u32>>,
    /// Whether files that are there already are replaced; they are, unless this says `false`.
    overwrite: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Where the files are now.
    files: Vec<String>,
}

impl<P: Protocol> Task for Uploads<P> {
    const TYPE: &'static str = P::UPLOADS;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let Any(from) = cx.render(&self.from)?;
        let mut files = Vec::new();
        let pattern = pattern(cx, self.reg_exp.as_ref())?;
        for file in named(from)? {
            check_address(cx, &file.address)?;
            let is_meant =
                pattern.as_ref().map_or(Ok(true), |pattern| fits(pattern, file.address.expose()))?;
            files.extend(is_meant.then_some(file));
        }
        limited(cx, &mut files, cx.filled(self.max_files.as_ref())?);
        let to = plain(&cx.render(&self.to)?)?;
        let taken = Taken::replaces(cx.filled(self.overwrite.as_ref())?.unwrap_or(true));
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, upload(cx, &mut open, &files, &to, taken)).await
    }
}

async fn upload<P: Protocol>(
    cx: &RunContext,
    open: &mut Open<P>,
    files: &[Named],
    to: &str,
    taken: Taken,
) -> Result<Output, Broken> {
    let mut written = Vec::new();
    for file in files {
        cx.go_on()?;
        let path = below(to, plain(&file.name)?.trim_start_matches('/'));
        prepare(&mut open.place, &path, taken).await?;
        put(cx, &mut open.place, &file.address, &path).await?;
        written.push(open.address.uri(&path));
    }
    Ok(Output { files: written })
}
