//! `io.kestra.plugin.git.SyncFlows`: brings flows of a repository to the instance.

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::changes::Missing;
use crate::diff;
use crate::flows_from_git::{OnInvalid, Wanted, apply, plan, row};
use crate::layout::Layout;
use crate::names;
use crate::properties::{AccessProperties, ServerProperties, needed_url};
use crate::repository::{Blob, Repository};
use crate::session::Session;

/// # Bring flows from Git
///
/// Saves the flows of a directory of a branch into a namespace, whatever namespace they name. All of them are checked before
/// the first one is saved, and a flow that is the same already gets no new revision.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncFlows {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: flows of submodules are brought from their own repositories.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    /// Whether nothing is changed, and only told what would be.
    dry_run: Option<Expr<bool>>,
    /// Whether it is a failure that the directory is not there; it is, unless this says `false`.
    fail_on_missing_directory: Option<Expr<bool>>,
    /// The branch; `main` if nothing is said.
    branch: Option<Expr<String>>,
    /// The namespace that the flows get.
    target_namespace: Expr<String>,
    /// The directory of the repository; `_flows` if nothing is said.
    git_directory: Option<Expr<String>>,
    /// Whether folders of the directory become child namespaces.
    include_child_namespaces: Option<Expr<bool>>,
    /// Whether flows of the namespace are deleted that are not in Git. The flow that runs this task never is.
    delete: Option<Expr<bool>>,
    /// Whether files with mistakes are left out with a warning; otherwise they are a failure, and nothing is changed.
    ignore_invalid_flows: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of a file in Ion with a line for each flow: `gitPath`, `syncState`, `flowId`, `namespace`, `revision`.
    flows: String,
}

impl Task for SyncFlows {
    const TYPE: &'static str = "io.kestra.plugin.git.SyncFlows";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        let flag = |property: &Option<Expr<bool>>, usual: bool| {
            cx.filled(property.as_ref()).map(|value| value.unwrap_or(usual))
        };
        let branch = names::branch(&cx.filled(self.branch.as_ref())?.unwrap_or_else(|| "main".to_owned()))?;
        let directory = cx.filled(self.git_directory.as_ref())?.unwrap_or_else(|| "_flows".to_owned());
        let directory = names::directory(&directory)?;
        let on_invalid =
            if flag(&self.ignore_invalid_flows, false)? { OnInvalid::Warn } else { OnInvalid::Fail };
        let layout = Layout {
            namespace: cx.render(&self.target_namespace)?,
            has_children: flag(&self.include_child_namespaces, false)?,
        };
        let missing = if flag(&self.delete, false)? { Missing::Delete } else { Missing::Keep };
        let is_dry = flag(&self.dry_run, false)?;
        let fails = flag(&self.fail_on_missing_directory, true)?;
        let session = Session::open(cx, access, &url).await?;
        let git = Repository::new(cx, &session).await?;
        let commit = git.needed(cx, &branch).await?;
        let files = needed_files(cx, &git, &commit, &directory, fails).await?;
        let changes = plan(cx, &git, &files, Wanted { directory, layout, on_invalid, missing }).await?;
        let changes = if is_dry { changes } else { apply(cx, changes).await? };
        Ok(Output { flows: diff::keep(cx, changes.iter().map(row).collect())? })
    }
}

/// The files of a directory, which has to be there unless it may lack.
pub(crate) async fn needed_files(
    cx: &RunContext,
    git: &Repository<'_>,
    commit: &str,
    directory: &str,
    fails: bool,
) -> Result<Vec<Blob>, Broken> {
    let files = git.files(cx, commit, directory).await?;
    if files.is_empty() {
        let words = format!("there is no directory `{directory}` with files in the branch of the repository");
        if fails {
            return Err(Broken::new(format!(
                "{words}: see `gitDirectory`, or set `failOnMissingDirectory` to false"
            )));
        }
        cx.log(Level::Warn, words);
    }
    Ok(files)
}
