//! `io.kestra.plugin.git.SyncFlow`: brings one flow of a repository to the instance.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::names;
use crate::properties::{AccessProperties, AuthProperties, needed_url};
use crate::repository::Repository;
use crate::session::Session;
use crate::written_flow::{SOURCE_MAX, id_of, in_namespace};

/// # Bring one flow from Git
///
/// Saves the flow of a file of a branch into a namespace. A flow that is the same already gets no new revision.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncFlow {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    /// Accepted, and not needed: the task works on the server that runs it.
    #[expect(dead_code, reason = "the schema knows it")]
    kestra_url: Option<Expr<Text>>,
    /// Accepted, and not needed: the task works on the server that runs it.
    #[expect(dead_code, reason = "the schema knows it")]
    auth: AuthProperties,
    /// The branch; `main` if nothing is said.
    branch: Option<Expr<String>>,
    /// The namespace that the flow gets.
    target_namespace: Expr<String>,
    /// The path of the file in the repository.
    flow_path: Expr<String>,
    /// Whether nothing is changed, and only told what would be.
    dry_run: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The id of the flow.
    flow_id: String,
    /// Its namespace.
    namespace: String,
    /// The revision that it has now; of a dry run that would make one, nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
}

impl Task for SyncFlow {
    const TYPE: &'static str = "io.kestra.plugin.git.SyncFlow";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        let branch = names::branch(&cx.filled(self.branch.as_ref())?.unwrap_or_else(|| "main".to_owned()))?;
        let namespace = cx.render(&self.target_namespace)?;
        let path = names::file(&cx.render(&self.flow_path)?)?;
        let is_dry = cx.filled(self.dry_run.as_ref())?.unwrap_or(false);
        let session = Session::open(cx, access, &url).await?;
        let git = Repository::new(cx, &session).await?;
        let commit = git.needed(cx, &branch).await?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let files = git.files(cx, &commit, folder).await?;
        let file = files.iter().find(|file| file.path == path);
        let file = file.ok_or_else(|| {
            Failure::new(format!("there is no file `{path}` in the branch of the repository: see `flowPath`"))
        })?;
        if file.size > SOURCE_MAX {
            return Err(Broken::new(format!(
                "the file `{path}` has more than {SOURCE_MAX} bytes, so it is no flow"
            )));
        }
        let bytes = git.read(cx, &[file]).await?.concat();
        let source = String::from_utf8(bytes);
        let source = source.map_err(|_| Failure::new(format!("the file `{path}` is not UTF-8")))?;
        let source = in_namespace(&source, &namespace);
        cx.blocking(move |cx| saved(cx, &path, (namespace, source), is_dry)).await
    }
}

fn saved(
    cx: &RunContext,
    path: &str,
    (namespace, source): (String, String),
    is_dry: bool,
) -> Result<Output, Broken> {
    let flows = cx.host.flows();
    let mistakes: Vec<String> =
        flows.mistakes(&source)?.iter().map(|line| format!("{path}:{line}")).collect();
    let flow_id = id_of(&source).filter(|_| mistakes.is_empty());
    let Some(flow_id) = flow_id else {
        return Err(Broken::new(format!(
            "the file in Git holds no flow that can be saved, so nothing was changed:\n{}",
            mistakes.join("\n")
        )));
    };
    if is_dry {
        let known =
            flows.list(&namespace)?.into_iter().find(|flow| flow.id == flow_id && flow.source == source);
        return Ok(Output { flow_id, namespace, revision: known.map(|flow| flow.revision) });
    }
    let saved = flows.save(&source)?;
    Ok(Output { flow_id: saved.id, namespace: saved.namespace, revision: Some(saved.revision) })
}
