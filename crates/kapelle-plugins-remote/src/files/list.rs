//! Lists the files of a folder of a server.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::File;
use super::listing::{Listing, Meant, Sort, limited};
use super::protocol::{Protocol, open, within_grace};

/// # List files of another machine
///
/// Gives the files of a folder of a server of SFTP, FTP or FTPS with their sizes and dates.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(crate) struct List<P> {
    #[serde(flatten)]
    protocol: P,
    /// The folder.
    from: Expr<String>,
    /// A regular expression for the names of files, or for their whole paths.
    reg_exp: Option<Expr<String>>,
    /// Whether folders within the folder count.
    recursive: Option<Expr<bool>>,
    /// How many files are given at most.
    max_files: Option<Expr<u32>>,
    /// In which order; by path where it is not said.
    sort: Option<Expr<Sort>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The files.
    files: Vec<File>,
}

impl<P: Protocol> Task for List<P> {
    const TYPE: &'static str = P::LIST;
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (from, reg_exp, recursive) = (&self.from, self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Listing::read(cx, &Meant { from, reg_exp, recursive })?;
        let sort = cx.filled(self.sort.as_ref())?.unwrap_or(Sort::None);
        let files_max = cx.filled(self.max_files.as_ref())?;
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, async {
            let mut found = listing.look(cx, &mut open).await?;
            sort.apply(&mut found);
            limited(cx, &mut found, files_max);
            let files = found.iter().map(|file| file.shown(open.address.uri(&file.path))).collect();
            Ok(Output { files })
        })
        .await
    }
}
