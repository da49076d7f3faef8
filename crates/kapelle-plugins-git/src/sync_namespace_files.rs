//! `io.kestra.plugin.git.SyncNamespaceFiles`: brings files of a repository to a namespace.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::changes::Missing;
use crate::diff;
use crate::files_from_git::{Wanted, apply, plan, row};
use crate::names;
use crate::properties::{AccessProperties, ServerProperties, needed_url};
use crate::repository::Repository;
use crate::session::Session;
use crate::sync_flows::needed_files;

/// # Bring files of a namespace from Git
///
/// Writes the files of a directory of a branch into a namespace. What the file `.kestraignore` of the directory names is left
/// alone, in Git and in the namespace.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncNamespaceFiles {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: files of submodules are brought from their own repositories.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    /// Whether nothing is changed, and only told what would be.
    dry_run: Option<Expr<bool>>,
    /// Whether it is a failure that the directory is not there; it is, unless this says `false`.
    fail_on_missing_directory: Option<Expr<bool>>,
    /// The branch; `main` if nothing is said.
    branch: Option<Expr<String>>,
    /// The namespace; the one of this flow if nothing is said.
    namespace: Option<Expr<String>>,
    /// The directory of the repository; `_files` if nothing is said.
    git_directory: Option<Expr<String>>,
    /// Whether files of the namespace are deleted that are not in Git.
    delete: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of a file in Ion with a line for each file: `gitPath`, `syncState`, `kestraPath`.
    files: String,
}

impl Task for SyncNamespaceFiles {
    const TYPE: &'static str = "io.kestra.plugin.git.SyncNamespaceFiles";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        let own = || cx.place.namespace.to_string();
        let namespace = cx.filled(self.namespace.as_ref())?.unwrap_or_else(own);
        let branch = names::branch(&cx.filled(self.branch.as_ref())?.unwrap_or_else(|| "main".to_owned()))?;
        let directory = cx.filled(self.git_directory.as_ref())?.unwrap_or_else(|| "_files".to_owned());
        let directory = names::directory(&directory)?;
        let deletes = cx.filled(self.delete.as_ref())?.unwrap_or(false);
        let missing = if deletes { Missing::Delete } else { Missing::Keep };
        let is_dry = cx.filled(self.dry_run.as_ref())?.unwrap_or(false);
        let fails = cx.filled(self.fail_on_missing_directory.as_ref())?.unwrap_or(true);
        let session = Session::open(cx, access, &url).await?;
        let git = Repository::new(cx, &session).await?;
        let commit = git.needed(cx, &branch).await?;
        let files = needed_files(cx, &git, &commit, &directory, fails).await?;
        let wanted = Wanted { directory, except: None, namespace, folder: String::new(), missing };
        let changes = plan(cx, &git, &files, wanted).await?;
        if !is_dry {
            apply(cx, &git, &changes).await?;
        }
        Ok(Output { files: diff::keep(cx, changes.iter().map(row).collect())? })
    }
}
