//! Committing and pushing what an instance has. Somebody else may push at the same time: then it begins anew with what is
//! there now, so that nothing of anybody is lost.

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commit_address::commit_address;
use crate::diff::{self, Row};
use crate::explain::with_words;
use crate::properties::Access;
use crate::repository::{Blob, Changes, Repository, Signed};
use crate::session::Session;

/// How often it begins anew. Of those who push at the same time, one gets through each time.
const TRIES_MAX: u32 = 20;

/// Who commits what.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitProperties {
    /// What is said of the commit.
    commit_message: Option<Expr<String>>,
    /// Whether nothing is pushed, and only told what would be.
    dry_run: Option<Expr<bool>>,
    /// The address of mail of who commits.
    author_email: Option<Expr<String>>,
    /// The name of who commits; the user of the login if nothing is said.
    author_name: Option<Expr<String>>,
}

impl CommitProperties {
    pub(crate) fn is_dry(&self, cx: &RunContext) -> Result<bool, Broken> {
        Ok(cx.filled(self.dry_run.as_ref())?.unwrap_or(false))
    }

    /// Who commits, with this message if there is no other.
    pub(crate) fn signed(&self, cx: &RunContext, access: &Access, usual: String) -> Result<Signed, Broken> {
        Ok(Signed {
            message: cx.filled(self.commit_message.as_ref())?.unwrap_or(usual),
            ..author(access, cx.filled(self.author_name.as_ref())?, cx.filled(self.author_email.as_ref())?)
        })
    }
}

/// Who commits, where a flow may have said less.
pub(crate) fn author(access: &Access, name: Option<String>, email: Option<String>) -> Signed {
    let user =
        access.username.as_ref().filter(|user| !user.has_secret()).map(|user| user.expose().to_owned());
    Signed {
        name: name.or(user).unwrap_or_else(|| "Kapelle".to_owned()),
        email: email.unwrap_or_else(|| "kapelle@localhost".to_owned()),
        message: String::new(),
    }
}

/// What tasks that push give.
#[derive(Default)]
pub(crate) struct Pushed {
    pub(crate) commit_id: Option<String>,
    pub(crate) commit_url: Option<String>,
    /// What it changes in Git, as lines.
    pub(crate) rows: Vec<Row>,
}

/// Says what is to be changed in a repository, from what is in it now. It is asked again when somebody else was faster.
pub(crate) trait Plan: Send + Sync {
    fn plan(
        &self,
        cx: &RunContext,
        git: &Repository<'_>,
        commit: Option<&str>,
    ) -> impl Future<Output = Result<Changes, Broken>> + Send;
}

/// Commits and pushes what is planned.
pub(crate) async fn push(
    cx: &RunContext,
    session: &Session,
    branch: &str,
    (signed, is_dry): (&Signed, bool),
    plan: &impl Plan,
) -> Result<Pushed, Broken> {
    let git = Repository::new(cx, session).await?;
    let mut last = String::new();
    for _ in 0..TRIES_MAX {
        let heads = git.heads(cx, Some(branch)).await?;
        // A branch that is not there begins where the usual one stands; in an empty repository, with nothing.
        let from = match (&heads.branch, &heads.usual) {
            (Some(_), _) => Some(branch),
            (None, usual) => usual.as_ref().map(|(name, _)| &**name),
        };
        let parent = match from {
            Some(name) => Some(git.fetch(cx, name).await?),
            None => None,
        };
        let changes = plan.plan(cx, &git, parent.as_deref()).await?;
        if changes.is_empty() {
            cx.log(Level::Info, "nothing changed, so there is nothing to commit");
            return Ok(Pushed::default());
        }
        let commit = git.commit(cx, parent.as_deref(), changes, signed).await?;
        let rows = diff::counted(&git.counted(cx, parent.as_deref(), &commit).await?);
        let place = session.remote.shown();
        let name = branch.trim_start_matches("refs/heads/");
        if is_dry {
            let count = rows.len();
            cx.log(Level::Info, format!("{count} files would change in branch `{name}` of `{place}`"));
            return Ok(Pushed { rows, ..Pushed::default() });
        }
        let before = heads.branch.as_deref();
        let outrun = git.push(cx, branch, (before, &commit)).await?;
        let Some(words) = outrun else {
            let url = commit_address(&session.remote, &commit).filter(|_| !session.remote.is_secret());
            let shown = url.clone().unwrap_or_else(|| commit.clone());
            cx.log(Level::Info, format!("pushed to branch `{name}` of `{place}`: {shown}"));
            return Ok(Pushed { commit_id: Some(commit), commit_url: url, rows });
        };
        last = words;
        cx.log(Level::Info, "somebody else pushed meanwhile: beginning anew with what is there now");
    }
    let told = format!(
        "others pushed to the same branch {TRIES_MAX} times meanwhile: let them push one after the other, or to branches of \
         their own"
    );
    Err(Broken::new(with_words(&told, &last)))
}

/// The files of a commit below a directory; none where there is no commit yet.
pub(crate) async fn files(
    cx: &RunContext,
    git: &Repository<'_>,
    commit: Option<&str>,
    directory: &str,
) -> Result<Vec<Blob>, Broken> {
    match commit {
        Some(commit) => git.files(cx, commit, directory).await,
        None => Ok(Vec::new()),
    }
}

/// The outputs of tasks that push flows.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FlowsOutput {
    /// The id of the commit; nothing if there was nothing to commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_id: Option<String>,
    /// Where people look at the commit.
    #[serde(rename = "commitURL", skip_serializing_if = "Option::is_none")]
    commit_url: Option<String>,
    /// The address of a file in Ion with a line for each file that changed: `file`, `additions`, `deletions`, `changes`.
    flows: String,
}

/// The outputs of tasks that push files.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilesOutput {
    /// The id of the commit; nothing if there was nothing to commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_id: Option<String>,
    /// Where people look at the commit.
    #[serde(rename = "commitURL", skip_serializing_if = "Option::is_none")]
    commit_url: Option<String>,
    /// The address of a file in Ion with a line for each file that changed: `file`, `additions`, `deletions`, `changes`.
    files: String,
}

impl Pushed {
    pub(crate) fn flows(self, cx: &RunContext) -> Result<FlowsOutput, Broken> {
        let (commit_id, commit_url) = (self.commit_id, self.commit_url);
        Ok(FlowsOutput { commit_id, commit_url, flows: diff::keep(cx, self.rows)? })
    }

    pub(crate) fn files(self, cx: &RunContext) -> Result<FilesOutput, Broken> {
        let (commit_id, commit_url) = (self.commit_id, self.commit_url);
        Ok(FilesOutput { commit_id, commit_url, files: diff::keep(cx, self.rows)? })
    }
}
