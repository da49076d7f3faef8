//! `io.kestra.plugin.git.Clone`: brings a repository into the working directory.

use std::path::Path;

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::explain::with_words;
use crate::names;
use crate::program::text_of;
use crate::properties::{AccessProperties, ServerProperties};
use crate::repository::heads;
use crate::session::{Order, Session};
use crate::submodules;
use crate::working_tree::folder;

/// # Clone a repository
///
/// Brings the files of a repository into the working directory, for tasks that come after it in the same
/// `WorkingDirectory`. Files that are there already stay, unless the repository has them too.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "they are called as flows write them")]
pub(crate) struct Clone {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`, or `file:///…` where the installation allows.
    url: Expr<Text>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Whether the repositories within the repository are brought as well.
    clone_submodules: Option<Expr<bool>>,
    /// A folder of the working directory; the directory itself if nothing is said.
    directory: Option<Expr<String>>,
    /// The branch; the usual one of the repository if nothing is said.
    branch: Option<Expr<String>>,
    /// How many commits of the history are brought, from the last one on; 1 if nothing is said, and all if it is 0.
    depth: Option<Expr<i64>>,
    /// The id of a commit. It goes before `tag` and `branch`, and the whole history is brought.
    commit: Option<Expr<String>>,
    /// A tag. It goes before `branch`, and the whole history is brought.
    tag: Option<Expr<String>>,
    /// Whether all branches are brought, and not only the one that is meant; they are, unless this says `false`.
    clone_all_branches: Option<Expr<bool>>,
    /// Whether tags are left out.
    no_tags: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Where the files are.
    directory: String,
}

/// What is wanted of a repository.
struct Wanted {
    /// The full name of a branch; the usual one if there is none.
    branch: Option<String>,
    tag: Option<String>,
    commit: Option<String>,
    /// Commits of the history; 0 for all.
    depth: i64,
    has_all_branches: bool,
    has_tags: bool,
}

impl Task for Clone {
    const TYPE: &'static str = "io.kestra.plugin.git.Clone";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = cx.render(&self.url)?;
        let access = self.access.read(cx)?;
        let text = |property: &Option<Expr<String>>| cx.filled(property.as_ref());
        let wanted = Wanted {
            branch: text(&self.branch)?.map(|name| names::branch(&name)).transpose()?,
            tag: text(&self.tag)?.map(|name| names::tag(&name)).transpose()?,
            commit: text(&self.commit)?.map(|name| names::commit(&name)).transpose()?,
            depth: cx.filled(self.depth.as_ref())?.unwrap_or(1),
            has_all_branches: cx.filled(self.clone_all_branches.as_ref())?.unwrap_or(true),
            has_tags: !cx.filled(self.no_tags.as_ref())?.unwrap_or(false),
        };
        let has_submodules = cx.filled(self.clone_submodules.as_ref())?.unwrap_or(false);
        let target = folder(cx, text(&self.directory)?.as_deref())?;
        let session = Session::open(cx, access, &url).await?;
        let commit = wanted.bring(cx, &session, &target).await?;
        if has_submodules && commit.is_some() {
            submodules::bring(cx, &session, &target).await?;
        }
        let place = session.remote.shown();
        match commit {
            Some(commit) => cx.log(Level::Info, format!("cloned `{place}` at commit {commit}")),
            None => cx.log(Level::Warn, format!("`{place}` has no commits yet, so there are no files")),
        }
        Ok(Output { directory: text_of(&target)? })
    }
}

impl Wanted {
    /// Brings the files. The commit that they are of; nothing of a repository without any.
    async fn bring(
        &self,
        cx: &RunContext,
        session: &Session,
        target: &Path,
    ) -> Result<Option<String>, Broken> {
        let address = session.remote.address();
        session.work(cx, Order::new(target, &["init", "--quiet", "--template="])).await?;
        let mut settings = vec![
            ("remote.origin.url", address.as_str()),
            ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
        ];
        // What is said to servers may be a login, and nothing of that stays in the directory.
        let is_plain = |(name, value): &&(String, Text)| {
            !value.has_secret() && !name.to_ascii_lowercase().starts_with("http.")
        };
        let written = session.access.settings.iter().filter(is_plain);
        settings.extend(written.map(|(name, value)| (&**name, value.expose())));
        for (name, value) in settings {
            let arguments = ["config", "--replace-all", "--", name, value];
            session.work(cx, Order::new(target, &arguments)).await?;
        }
        let branch = match (&self.branch, &self.tag, &self.commit) {
            (Some(branch), _, _) => Some(branch.clone()),
            (None, None, None) => {
                let arguments = ["ls-remote", "--quiet", "--symref", "--", &address, "HEAD"];
                let answer = session.ask(cx, Order::new(target, &arguments)).await?;
                let usual = heads(&String::from_utf8_lossy(&answer), None).usual;
                let Some((usual, _)) = usual else { return Ok(None) };
                Some(usual)
            }
            _ => None,
        };
        self.fetch(cx, session, target, branch.as_deref()).await?;
        self.check_out(cx, session, target, branch.as_deref()).await?;
        let arguments = ["rev-parse", "--verify", "--quiet", "HEAD"];
        let commit = session.work(cx, Order::new(target, &arguments)).await?;
        Ok(Some(String::from_utf8_lossy(&commit).trim().to_owned()))
    }

    async fn fetch(
        &self,
        cx: &RunContext,
        session: &Session,
        target: &Path,
        branch: Option<&str>,
    ) -> Result<(), Broken> {
        let name = branch.and_then(|branch| branch.strip_prefix("refs/heads/"));
        let one = name.map(|name| format!("+refs/heads/{name}:refs/remotes/origin/{name}"));
        let mut refspecs = Vec::new();
        match &one {
            Some(one) if !self.has_all_branches => refspecs.push(one.clone()),
            _ => refspecs.push("+refs/heads/*:refs/remotes/origin/*".to_owned()),
        }
        refspecs.extend(self.tag.as_ref().map(|tag| format!("+{tag}:{tag}")));
        let depth = format!("--depth={}", self.depth);
        let mut arguments = vec!["fetch", "--quiet", "--force", "--update-head-ok"];
        if self.depth > 0 && self.tag.is_none() && self.commit.is_none() {
            arguments.push(&depth);
        }
        if !self.has_tags {
            arguments.push("--no-tags");
        }
        arguments.extend(["--", "origin"]);
        arguments.extend(refspecs.iter().map(|refspec| &**refspec));
        let ended = session.run(cx, Order::new(target, &arguments)).await?;
        if ended.is_success {
            return Ok(());
        }
        if ended.words.contains("couldn't find remote ref") {
            let missing = self.tag.as_deref().or(branch).unwrap_or_default();
            return Err(Broken::new(not_there(session, missing)));
        }
        Err(Broken::new(session.explained(&ended.words)))
    }

    async fn check_out(
        &self,
        cx: &RunContext,
        session: &Session,
        target: &Path,
        branch: Option<&str>,
    ) -> Result<(), Broken> {
        let (start, arguments) = match (&self.commit, &self.tag, branch) {
            (Some(commit), _, _) => {
                let start = format!("{commit}^{{commit}}");
                self.needed_commit(cx, session, target, commit).await?;
                (start, vec!["checkout", "--quiet", "--detach"])
            }
            (None, Some(tag), _) => (tag.clone(), vec!["checkout", "--quiet", "--detach"]),
            (None, None, Some(branch)) => {
                let name = branch.strip_prefix("refs/heads/").unwrap_or(branch);
                let start = format!("refs/remotes/origin/{name}");
                if !exists(cx, session, target, &start).await? {
                    return Err(Broken::new(not_there(session, branch)));
                }
                (start, vec!["checkout", "--quiet", "-B", name])
            }
            (None, None, None) => return Err(Broken::new("nothing says what is checked out")),
        };
        let whole = [&arguments[..], &[&*start, "--"]].concat();
        let ended = session.run(cx, Order::new(target, &whole)).await?;
        if ended.is_success {
            return Ok(());
        }
        if !ended.words.contains("would be overwritten by checkout") {
            return Err(Broken::new(with_words("the files cannot be written", &ended.words)));
        }
        cx.log(
            Level::Warn,
            with_words("files were there already, and are those of the repository now", &ended.words),
        );
        let whole = [&arguments[..], &["--force", &*start, "--"]].concat();
        session.work(cx, Order::new(target, &whole)).await.map(drop)
    }

    /// A commit that no branch leads to may still be asked for by its whole id.
    async fn needed_commit(
        &self,
        cx: &RunContext,
        session: &Session,
        target: &Path,
        commit: &str,
    ) -> Result<(), Broken> {
        let name = format!("{commit}^{{commit}}");
        if exists(cx, session, target, &name).await? {
            return Ok(());
        }
        let arguments = ["fetch", "--quiet", "--no-tags", "--", "origin", commit];
        let is_whole = matches!(commit.len(), 40 | 64);
        if is_whole && session.run(cx, Order::new(target, &arguments)).await?.is_success {
            return Ok(());
        }
        let place = session.remote.shown();
        Err(Broken::new(format!(
            "there is no commit `{commit}` in `{place}`: write all digits of its id in `commit`"
        )))
    }
}

async fn exists(cx: &RunContext, session: &Session, target: &Path, name: &str) -> Result<bool, Broken> {
    let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
    Ok(session.run(cx, Order::new(target, &arguments)).await?.is_success)
}

fn not_there(session: &Session, reference: &str) -> String {
    let place = session.remote.shown();
    if let Some(tag) = reference.strip_prefix("refs/tags/") {
        return format!("there is no tag `{tag}` in `{place}`: see `tag`");
    }
    let branch = reference.trim_start_matches("refs/heads/");
    format!("there is no branch `{branch}` in `{place}`: see `branch`")
}
