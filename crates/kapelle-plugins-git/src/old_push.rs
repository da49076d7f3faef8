//! `io.kestra.plugin.git.Push`: commits files of the working directory, flows and files of the namespace; the older form of
//! `PushFlows` and `PushNamespaceFiles`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::files::{NamespaceFilesProperties, create, fetch_namespace_files, write_input_files};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diff::SyncState;
use crate::explain::with_words;
use crate::flows_from_git::flows;
use crate::layout::Layout;
use crate::names::{self, joined};
use crate::program::{Call, Input, run, text_of};
use crate::properties::{AccessProperties, ServerProperties, needed_url};
use crate::push::{Plan, author, files, push};
use crate::repository::{Changes, Content, NewBlob, Repository, Signed};
use crate::session::{Order, Session};
use crate::working_tree::{folder, has_repository};

/// # Commit and push files, in the older way
///
/// Commits files of the working directory to a branch, with the flows and files of the namespace. In a directory that
/// `Clone` made, only what changed since then is committed. What others push at the same time is kept, but for the same
/// files. `PushFlows` and `PushNamespaceFiles` say more and can do more.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Push {
    /// The address of the repository; in a directory that `Clone` made, the one that it came from if nothing is said.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: files of submodules are pushed to their own repositories.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    /// A folder of the working directory; the directory itself if nothing is said.
    directory: Option<Expr<String>>,
    /// The branch. It is made if it is not there.
    branch: Expr<String>,
    /// What is said of the commit.
    commit_message: Expr<String>,
    /// Files of namespaces that are committed too.
    namespace_files: Option<NamespaceFilesProperties>,
    /// Whether and where flows of the namespace are committed too; they are, unless it is said that they are not.
    flows: Option<FlowFiles>,
    /// Files that are committed too, as a map of paths to contents or addresses.
    input_files: Option<Expr<Any>>,
    /// Which files of the directory are committed, as patterns of Git; all if nothing is said.
    add_files_pattern: Option<Expr<Vec<String>>>,
    /// Who commits.
    author: Option<Author>,
}

/// Flows that are committed.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FlowFiles {
    /// Whether flows are committed; they are, unless this says `false`.
    enabled: Option<Expr<bool>>,
    /// Whether flows of child namespaces are too; they are, unless this says `false`.
    child_namespaces: Option<Expr<bool>>,
    /// The directory for them; `_flows` if nothing is said.
    git_directory: Option<Expr<String>>,
}

/// Who commits.
#[derive(Clone, Deserialize, JsonSchema)]
struct Author {
    /// The name; the user of the login if nothing is said.
    name: Option<Expr<String>>,
    /// The address of mail.
    email: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The id of the commit; nothing if there was nothing to commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_id: Option<String>,
}

impl Task for Push {
    const TYPE: &'static str = "io.kestra.plugin.git.Push";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let target = folder(cx, cx.filled(self.directory.as_ref())?.as_deref())?;
        let is_clone = has_repository(&target);
        let written = cx.filled(self.url.as_ref())?;
        let has_url = written.is_some();
        let url = match written {
            None if is_clone => origin(cx, &target).await?,
            Some(url) => url,
            None => needed_url(cx, None)?,
        };
        let access = self.access.read(cx)?;
        let branch = names::branch(&cx.render(&self.branch)?)?;
        let (name, email) = match &self.author {
            Some(author) => (cx.filled(author.name.as_ref())?, cx.filled(author.email.as_ref())?),
            None => (None, None),
        };
        let signed = Signed { message: cx.render(&self.commit_message)?, ..author(&access, name, email) };
        let patterns = cx.filled(self.add_files_pattern.as_ref())?.unwrap_or_default();
        let patterns = if patterns.is_empty() { vec![".".to_owned()] } else { patterns };
        let (task, to) = (self.clone(), target.clone());
        let brought = cx.blocking(move |cx| task.lay_out(cx, &to)).await?;
        let session = Session::open(cx, access, &url).await?;
        let tree = Tree { session: &session, target: &target, is_clone };
        let files = tree.changed(cx, &patterns).await?;
        // In a directory that was cloned, whoever cloned it says what goes.
        let wanted = Changed { files, brought: brought.filter(|_| has_url) };
        let pushed = push(cx, &session, &branch, (&signed, false), &wanted).await?;
        Ok(Output { commit_id: pushed.commit_id })
    }
}

impl Push {
    /// Puts flows and files into the directory. The flows, if there are to be any.
    fn lay_out(&self, cx: &RunContext, target: &Path) -> Result<Option<Brought>, Broken> {
        fetch_namespace_files(cx, target, self.namespace_files.as_ref())?;
        let meant = self.flows.clone().unwrap_or_default();
        let mut brought = None;
        if cx.filled(meant.enabled.as_ref())?.unwrap_or(true) {
            let directory = cx.filled(meant.git_directory.as_ref())?.unwrap_or_else(|| "_flows".to_owned());
            let directory = names::directory(&directory)?;
            let has_children = cx.filled(meant.child_namespaces.as_ref())?.unwrap_or(true);
            let layout = Layout { namespace: cx.place.namespace.to_string(), has_children };
            let mut paths = BTreeSet::new();
            for flow in flows(cx, &layout)? {
                let path = joined(&directory, &format!("{}.{}.yml", flow.namespace, flow.id));
                std::io::Write::write_all(&mut create(target, &path)?, flow.source.as_bytes())?;
                paths.insert(path);
            }
            brought = Some(Brought { directory, layout, paths });
        }
        write_input_files(cx, target, self.input_files.as_ref())?;
        Ok(brought)
    }
}

/// Where the repository of a directory came from.
async fn origin(cx: &RunContext, target: &Path) -> Result<Text, Broken> {
    let environment = [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let call = Call {
        directory: target,
        environment: &environment,
        arguments: &["config", "--local", "--get", "remote.origin.url"],
        input: Input::Nothing,
        output: None,
    };
    let ended = run(cx, &call).await?;
    let url = String::from_utf8_lossy(&ended.output).trim().to_owned();
    if url.is_empty() {
        return Err(Broken::new("the repository in the directory names no `origin`: name one in `url`"));
    }
    Ok(url.into())
}

/// The directory of a task, seen as a working tree.
struct Tree<'t> {
    session: &'t Session,
    target: &'t Path,
    is_clone: bool,
}

/// What a directory has and its last commit has not.
struct Changed {
    files: Vec<ChangedFile>,
    brought: Option<Brought>,
}

/// The flows that there are.
struct Brought {
    directory: String,
    layout: Layout,
    paths: BTreeSet<String>,
}

impl Brought {
    /// Whether a file is one of a flow that there was when somebody pushed before.
    fn is_gone(&self, path: &str) -> bool {
        let Some(name) = names::below(&self.directory, path) else { return false };
        let prefix = format!("{}.", self.layout.namespace);
        let id = name.strip_suffix(".yml").and_then(|stem| stem.strip_prefix(&prefix));
        // With a dot in it, it may be a flow of a namespace below.
        id.is_some_and(|id| !id.contains('/') && (self.layout.has_children || !id.contains('.')))
            && !self.paths.contains(path)
    }
}

struct ChangedFile {
    path: String,
    /// Its id and where its content is; nothing if it is gone.
    now: Option<(String, PathBuf)>,
    is_executable: bool,
}

impl Tree<'_> {
    fn order<'o>(&'o self, more: &'o [(&'o str, &'o str)], arguments: &'o [&'o str]) -> Order<'o> {
        Order { more, ..Order::new(self.target, arguments) }
    }

    /// Says what of the directory goes into the commit.
    async fn changed(&self, cx: &RunContext, patterns: &[String]) -> Result<Vec<ChangedFile>, Broken> {
        let apart = self.session.place.join("index");
        let (apart, target) = (text_of(&apart)?, text_of(self.target)?);
        let here = [("GIT_DIR", apart.as_str()), ("GIT_WORK_TREE", target.as_str())];
        let more: &[(&str, &str)] = if self.is_clone { &[] } else { &here };
        if !self.is_clone {
            self.session.work(cx, self.order(more, &["init", "--quiet", "--template="])).await?;
        }
        for pattern in patterns {
            let ended = self.session.run(cx, self.order(more, &["add", "--all", "--", pattern])).await?;
            if ended.words.contains("did not match any files") {
                cx.log(Level::Warn, format!("no file fits `{pattern}` of `addFilesPattern`"));
            } else if !ended.is_success {
                return Err(Broken::new(with_words("files cannot be committed", &ended.words)));
            }
        }
        let head = ["rev-parse", "--verify", "--quiet", "HEAD^{tree}"];
        let head = self.session.run(cx, self.order(more, &head)).await?;
        let tree = if head.is_success {
            head.output
        } else {
            self.session.work(cx, self.order(more, &["hash-object", "-t", "tree", "-w", "--stdin"])).await?
        };
        let tree = String::from_utf8_lossy(&tree).trim().to_owned();
        let arguments = ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", &tree];
        let answer = self.session.work(cx, self.order(more, &arguments)).await?;
        let mut changed = Vec::new();
        for (path, mode, id) in entries(&answer) {
            let is_gone = mode == "000000";
            if !is_gone && !mode.starts_with("100") {
                cx.log(Level::Warn, format!("`{path}` is no plain file, so it is not committed"));
                continue;
            }
            let now = if is_gone {
                None
            } else {
                let place = self.session.place.fresh();
                let arguments = ["cat-file", "blob", &id];
                self.session.work(cx, Order { output: Some(&place), ..self.order(more, &arguments) }).await?;
                Some((id, place))
            };
            changed.push(ChangedFile { path: names::file(&path)?, now, is_executable: mode == "100755" });
        }
        Ok(changed)
    }
}

/// Reads entries such as `:100644 100755 OLD NEW M NUL PATH NUL`: path, new mode, new id.
fn entries(answer: &[u8]) -> Vec<(String, String, String)> {
    let parts: Vec<&[u8]> = answer.split(|byte| *byte == 0).collect();
    let pairs = parts.chunks_exact(2).filter_map(|pair| {
        let about = std::str::from_utf8(pair[0]).ok()?.strip_prefix(':')?;
        let mut about = about.split(' ').skip(1);
        let (mode, id) = (about.next()?, about.nth(1)?);
        Some((String::from_utf8(pair[1].to_vec()).ok()?, mode.to_owned(), id.to_owned()))
    });
    pairs.collect()
}

impl Plan for Changed {
    async fn plan(
        &self,
        cx: &RunContext,
        git: &Repository<'_>,
        commit: Option<&str>,
    ) -> Result<Changes, Broken> {
        let there = files(cx, git, commit, "").await?;
        let find = |path: &str| {
            let at = there.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
            there.get(at)
        };
        let mut changes = Changes::default();
        for file in &self.files {
            let known = find(&file.path);
            match &file.now {
                None if known.is_some() => changes.take(file.path.clone(), SyncState::Deleted, None),
                None => {}
                Some((id, _))
                    if known.is_some_and(|known| {
                        known.id == *id && known.is_executable == file.is_executable
                    }) => {}
                Some((_, place)) => changes.writes.push(NewBlob {
                    path: file.path.clone(),
                    is_executable: file.is_executable,
                    content: Content::File(place.clone()),
                }),
            }
        }
        let is_new = |path: &str| self.files.iter().any(|file| file.path == path);
        if let Some(brought) = &self.brought {
            for file in there.iter().filter(|file| brought.is_gone(&file.path) && !is_new(&file.path)) {
                changes.take(file.path.clone(), SyncState::Deleted, None);
            }
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_that_is_gone_is_told_from_what_others_put_there() {
        let brought = |has_children| Brought {
            directory: "_flows".to_owned(),
            layout: Layout { namespace: "team".to_owned(), has_children },
            paths: BTreeSet::from(["_flows/team.one.yml".to_owned()]),
        };
        for (path, with_children, without) in [
            ("_flows/team.one.yml", false, false),
            ("_flows/team.two.yml", true, true),
            ("_flows/team.a.three.yml", true, false),
            ("_flows/teams.four.yml", false, false),
            ("_flows/team.five.yaml", false, false),
            ("_flows/team.x/six.yml", false, false),
            ("team.seven.yml", false, false),
        ] {
            let found = (brought(true).is_gone(path), brought(false).is_gone(path));
            assert_eq!(found, (with_children, without), "{path}");
        }
    }

    #[test]
    fn entries_say_what_became_of_files() {
        let answer = b":100644 100755 a1 b2 M\0run.sh\0:100644 000000 a1 0000 D\0gone\x00";
        let told: Vec<_> = entries(answer);
        assert_eq!(told[0], ("run.sh".to_owned(), "100755".to_owned(), "b2".to_owned()));
        assert_eq!(told[1].1, "000000");
        assert_eq!(told.len(), 2);
    }
}
