//! `io.kestra.plugin.fs.local.List`: lists the files of a folder of the machine.

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::allowed::Allowed;
use super::file::{File, Seen};
use super::listing::{FILES_USUAL, Listing, Meant};

/// # List files of the machine
///
/// Gives the files of a folder with their sizes and dates.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    /// The folder. It has to be open to flows.
    from: Expr<String>,
    /// A regular expression for the names of files, or for their whole paths.
    #[serde(default)]
    reg_exp: Option<Expr<String>>,
    /// Whether folders within the folder count.
    #[serde(default)]
    recursive: Option<Expr<bool>>,
    /// How many files are given at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
    /// In which order; by path where it is not said.
    #[serde(default)]
    sort: Option<Expr<Sort>>,
}

/// An order of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Sort {
    None,
    LastModifiedAsc,
    LastModifiedDesc,
    NameAsc,
    NameDesc,
}

impl Word for Sort {}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The files.
    files: Vec<File>,
    /// How many there are.
    count: usize,
}

impl Task for List {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.List";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let (from, reg_exp, recursive) = (&self.from, self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Listing::read(cx, &Meant { from, reg_exp, recursive })?;
        let sort = cx.filled(self.sort.as_ref())?.unwrap_or(Sort::None);
        let files_max = cx.filled(self.max_files.as_ref())?;
        cx.blocking(move |cx| {
            let mut found = listing.look(cx, &allowed)?.files;
            sort.apply(&mut found);
            limited(cx, &mut found, files_max);
            let files: Vec<File> = found.iter().map(|file| file.shown(file.address())).collect();
            Ok(Output { count: files.len(), files })
        })
        .await
    }
}

impl Sort {
    fn apply(self, files: &mut [Seen]) {
        match self {
            Self::None => {}
            Self::LastModifiedAsc => files.sort_by_key(|file| file.modified),
            Self::LastModifiedDesc => files.sort_by_key(|file| std::cmp::Reverse(file.modified)),
            Self::NameAsc => files.sort_by(|left, right| left.name().cmp(right.name())),
            Self::NameDesc => files.sort_by(|left, right| right.name().cmp(left.name())),
        }
    }
}

/// Leaves out what is more than is asked for, and says so.
pub(super) fn limited(cx: &RunContext, files: &mut Vec<Seen>, files_max: Option<u32>) {
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
