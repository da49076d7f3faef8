//! `io.kestra.plugin.git.Sync`: brings flows and files of a repository to the namespace of the flow; the older form of
//! `SyncFlows` and `SyncNamespaceFiles`.

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::changes::Missing;
use crate::flows_from_git::OnInvalid;
use crate::layout::Layout;
use crate::names::{self, joined};
use crate::properties::{AccessProperties, ServerProperties};
use crate::repository::Repository;
use crate::session::Session;
use crate::sync_flows::needed_files;
use crate::{files_from_git, flows_from_git};

/// The folder of flows in the directory.
const FLOWS: &str = "_flows";

/// # Bring flows and files from Git, in the older way
///
/// Saves the flows of the folder `_flows` into the namespace of this flow, and makes its files those of the directory. Flows
/// are never deleted, files are. `SyncFlows` and `SyncNamespaceFiles` say more and can do more.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sync {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Expr<Text>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: what is in submodules is brought from their own repositories.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    /// The directory of the repository; all of it if nothing is said.
    git_directory: Option<Expr<String>>,
    /// The folder of the namespace for files; all of it if nothing is said.
    namespace_files_directory: Option<Expr<String>>,
    /// The branch; the usual one of the repository if nothing is said.
    branch: Option<Expr<String>>,
    /// Whether nothing is changed, and only told what would be, in the log.
    dry_run: Option<Expr<bool>>,
}

impl Task for Sync {
    const TYPE: &'static str = "io.kestra.plugin.git.Sync";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let url = cx.render(&self.url)?;
        let access = self.access.read(cx)?;
        let text = |property: &Option<Expr<String>>| cx.filled(property.as_ref());
        let directory = names::directory(&text(&self.git_directory)?.unwrap_or_default())?;
        let folder = names::directory(&text(&self.namespace_files_directory)?.unwrap_or_default())?;
        let branch = text(&self.branch)?.map(|branch| names::branch(&branch)).transpose()?;
        let is_dry = cx.filled(self.dry_run.as_ref())?.unwrap_or(false);
        let session = Session::open(cx, access, &url).await?;
        let git = Repository::new(cx, &session).await?;
        let commit = if let Some(branch) = branch {
            git.needed(cx, &branch).await?
        } else {
            let usual = git.heads(cx, None).await?.usual;
            let (usual, _) = usual.ok_or_else(|| Broken::new("the repository has no commits yet"))?;
            git.fetch(cx, &usual).await?
        };
        let files = needed_files(cx, &git, &commit, &directory, true).await?;
        let namespace = cx.place.namespace.to_string();
        let flows = flows_from_git::Wanted {
            directory: joined(&directory, FLOWS),
            layout: Layout { namespace: namespace.clone(), has_children: false },
            on_invalid: OnInvalid::Fail,
            missing: Missing::Keep,
        };
        let others = files_from_git::Wanted {
            directory,
            except: Some(FLOWS),
            namespace,
            folder,
            missing: Missing::Delete,
        };
        let flows = flows_from_git::plan(cx, &git, &files, flows).await?;
        let others = files_from_git::plan(cx, &git, &files, others).await?;
        if is_dry {
            for flow in &flows {
                cx.log(Level::Info, format!("{} flow {}.{}", flow.state.word(), flow.namespace, flow.id));
            }
            for file in &others {
                cx.log(Level::Info, format!("{} file {}", file.state.word(), file.path));
            }
            return Ok(());
        }
        flows_from_git::apply(cx, flows).await?;
        files_from_git::apply(cx, &git, &others).await
    }
}
