//! Namespaces and a repository, made the same in one of both directions. In the repository each namespace has a folder of its
//! own, with the folders `flows` and `files` in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use kapelle_model::permit::is_under;
use kapelle_model::{Text, Value};
use kapelle_plugin::files::Globs;
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::changes::Missing;
use crate::diff::{self, Row, SyncState};
use crate::flows_from_git::OnInvalid;
use crate::layout::Layout;
use crate::names::{self, below, joined};
use crate::properties::Access;
use crate::push::{CommitProperties, Plan, files, push};
use crate::push_namespace_files::of_namespace;
use crate::repository::{Blob, Changes, Repository};
use crate::session::Session;
use crate::{files_from_git, flows_from_git, flows_to_git};

/// The folder of flows in that of a namespace.
const FLOWS: &str = "flows";

/// The folder of files in that of a namespace.
const FILES: &str = "files";

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TwoWayProperties {
    /// The branch. It is made if it is not there and the instance is the source.
    branch: Expr<String>,
    /// The directory of the repository in which namespaces have their folders; all of it if nothing is said.
    git_directory: Option<Expr<String>>,
    /// Which of both is right; `KESTRA`, the instance, if nothing is said.
    source_of_truth: Option<Expr<Source>>,
    /// What happens to what the source does not have; `DELETE` if nothing is said.
    when_missing_in_source: Option<Expr<WhenMissing>>,
    /// Namespaces, with those below them, of which nothing is deleted; `system` if nothing is said.
    protected_namespaces: Option<Expr<Vec<String>>>,
    /// What happens to files in Git that hold no flow which can be saved; `FAIL` if nothing is said.
    on_invalid_syntax: Option<Expr<OnInvalid>>,
    #[serde(flatten)]
    commit: CommitProperties,
}

/// Which of both is right.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Source {
    /// The repository.
    Git,
    /// The instance.
    Kestra,
}

impl Word for Source {}

/// What happens to what the source does not have.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum WhenMissing {
    /// It is deleted.
    Delete,
    /// It stays.
    Keep,
    /// The task fails before it changes anything.
    Fail,
}

impl Word for WhenMissing {}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The address of a file in Ion with a line for each flow and file: `kind`, `namespace`, `key`, `gitPath`, `syncState`.
    diff: String,
    /// The id of the commit; nothing if nothing was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_id: Option<String>,
    /// Where people look at the commit.
    #[serde(rename = "commitURL", skip_serializing_if = "Option::is_none")]
    commit_url: Option<String>,
}

/// What is meant, with its expressions rendered.
#[derive(Clone)]
struct Wanted {
    /// One namespace, or all.
    namespace: Option<String>,
    directory: String,
    missing: Missing,
    protected: Vec<String>,
    on_invalid: OnInvalid,
}

impl TwoWayProperties {
    /// Makes one namespace the same, or all of them.
    pub(crate) async fn sync(
        &self,
        cx: &RunContext,
        url: &Text,
        access: Access,
        namespace: Option<String>,
    ) -> Result<Output, Broken> {
        let branch = names::branch(&cx.render(&self.branch)?)?;
        let directory = cx.filled(self.git_directory.as_ref())?.unwrap_or_default();
        let protected = cx.filled(self.protected_namespaces.as_ref())?;
        let when = cx.filled(self.when_missing_in_source.as_ref())?.unwrap_or(WhenMissing::Delete);
        let wanted = Wanted {
            directory: names::directory(&directory)?,
            missing: match when {
                WhenMissing::Delete => Missing::Delete,
                WhenMissing::Keep => Missing::Keep,
                WhenMissing::Fail => Missing::Fail,
            },
            protected: protected.unwrap_or_else(|| vec!["system".to_owned()]),
            on_invalid: cx.filled(self.on_invalid_syntax.as_ref())?.unwrap_or(OnInvalid::Fail),
            namespace,
        };
        let is_dry = self.commit.is_dry(cx)?;
        let source = cx.filled(self.source_of_truth.as_ref())?.unwrap_or(Source::Kestra);
        let usual = match &wanted.namespace {
            Some(namespace) => format!("Sync namespace `{namespace}`"),
            None => "Sync all namespaces".to_owned(),
        };
        let signed = self.commit.signed(cx, &access, usual)?;
        let session = Session::open(cx, access, url).await?;
        match source {
            Source::Git => {
                let rows = wanted.to_instance(cx, &session, &branch, is_dry).await?;
                Ok(Output { diff: diff::keep(cx, rows)?, commit_id: None, commit_url: None })
            }
            Source::Kestra => {
                let plan = ToGit { wanted, rows: Mutex::default() };
                let pushed = push(cx, &session, &branch, (&signed, is_dry), &plan).await?;
                let rows = plan.rows.into_inner().unwrap_or_else(PoisonError::into_inner);
                let (commit_id, commit_url) = (pushed.commit_id, pushed.commit_url);
                Ok(Output { diff: diff::keep(cx, rows)?, commit_id, commit_url })
            }
        }
    }
}

impl Wanted {
    fn missing(&self, namespace: &str) -> Missing {
        let is_protected = self.protected.iter().any(|protected| is_under(namespace, protected));
        if is_protected { Missing::Keep } else { self.missing }
    }

    fn folder(&self, namespace: &str, kind: &str) -> String {
        joined(&self.directory, &format!("{namespace}/{kind}"))
    }

    /// The namespaces that have folders in Git.
    fn in_git(&self, files: &[Blob]) -> BTreeSet<String> {
        let names = files.iter().filter_map(|file| {
            let mut parts = below(&self.directory, &file.path)?.splitn(3, '/');
            let (namespace, kind) = (parts.next()?, parts.next()?);
            (matches!(kind, FLOWS | FILES) && parts.next().is_some()).then(|| namespace.to_owned())
        });
        names.collect()
    }

    /// The namespaces that are meant: those of Git and of the instance, or just one.
    async fn namespaces(&self, cx: &RunContext, files: &[Blob]) -> Result<BTreeSet<String>, Broken> {
        if let Some(namespace) = &self.namespace {
            return Ok(BTreeSet::from([namespace.clone()]));
        }
        let mut names = self.in_git(files);
        let here = cx.blocking(|cx| {
            let mut here = cx.host.flows().namespaces()?;
            here.extend(cx.host.namespace_files().namespaces()?);
            Ok(here)
        });
        names.extend(here.await?);
        Ok(names)
    }

    /// Makes the instance what Git is.
    async fn to_instance(
        &self,
        cx: &RunContext,
        session: &Session,
        branch: &str,
        is_dry: bool,
    ) -> Result<Vec<Row>, Broken> {
        let git = Repository::new(cx, session).await?;
        let commit = git.needed(cx, branch).await?;
        let all = git.files(cx, &commit, &self.directory).await?;
        let there = self.in_git(&all);
        let is_there =
            self.namespace.as_ref().map_or(!there.is_empty(), |namespace| there.contains(namespace));
        if !is_there {
            // An address that is a little wrong must not empty a whole instance.
            let name = self.namespace.as_deref().unwrap_or("NAMESPACE");
            let folder = joined(&self.directory, name);
            return Err(Broken::new(format!(
                "the branch of the repository has neither `{folder}/{FLOWS}` nor `{folder}/{FILES}`: see `gitDirectory`"
            )));
        }
        let (mut flows, mut others) = (Vec::new(), Vec::new());
        for namespace in self.namespaces(cx, &all).await? {
            let missing = self.missing(&namespace);
            let wanted = flows_from_git::Wanted {
                directory: self.folder(&namespace, FLOWS),
                layout: Layout { namespace: namespace.clone(), has_children: false },
                on_invalid: self.on_invalid,
                missing,
            };
            flows.extend(flows_from_git::plan(cx, &git, &all, wanted).await?);
            let wanted = files_from_git::Wanted {
                directory: self.folder(&namespace, FILES),
                except: None,
                folder: String::new(),
                namespace,
                missing,
            };
            others.extend(files_from_git::plan(cx, &git, &all, wanted).await?);
        }
        if !is_dry {
            flows = flows_from_git::apply(cx, flows).await?;
            files_from_git::apply(cx, &git, &others).await?;
        }
        let rows = flows.iter().map(|flow| {
            let path = flow.path.as_deref().map_or(Value::Null, Value::from);
            row("FLOW", (&flow.namespace, &flow.id), path, flow.state)
        });
        let others =
            others.iter().map(|file| row("FILE", (&file.namespace, &file.path), file.git_path(), file.state));
        Ok(rows.chain(others).collect())
    }
}

fn row(kind: &str, (namespace, key): (&str, &str), path: Value, state: SyncState) -> Row {
    vec![
        ("kind", Value::from(kind)),
        ("namespace", Value::from(namespace)),
        ("key", Value::from(key)),
        ("gitPath", path),
        ("syncState", Value::from(state.word())),
    ]
}

/// Makes Git what the instance is, and remembers what was done.
struct ToGit {
    wanted: Wanted,
    rows: Mutex<Vec<Row>>,
}

impl Plan for ToGit {
    async fn plan(
        &self,
        cx: &RunContext,
        git: &Repository<'_>,
        commit: Option<&str>,
    ) -> Result<Changes, Broken> {
        let wanted = &self.wanted;
        let all = files(cx, git, commit, &wanted.directory).await?;
        let (mut changes, mut rows) = (Changes::default(), Vec::new());
        for namespace in wanted.namespaces(cx, &all).await? {
            let missing = wanted.missing(&namespace);
            let (name, folder) = (namespace.clone(), wanted.folder(&namespace, FILES));
            let (flows, others) = cx
                .blocking(move |cx| {
                    let flows = cx.host.flows().list(&name)?;
                    Ok((flows, of_namespace(cx, &name, folder, Some(Globs::default()), missing)?))
                })
                .await?;
            let flows: BTreeMap<_, _> =
                flows.into_iter().map(|flow| ((flow.namespace, flow.id), flow.source)).collect();
            let flows = flows_to_git::Wanted {
                directory: wanted.folder(&namespace, FLOWS),
                layout: Layout { namespace: namespace.clone(), has_children: false },
                there: flows.keys().cloned().collect(),
                flows,
                patterns: Globs::default(),
                missing,
            };
            for flow in flows.compared(cx, git, &all).await? {
                rows.push(row("FLOW", (&flow.name.0, &flow.name.1), Value::from(&*flow.path), flow.state));
                changes.take(flow.path, flow.state, flow.new);
            }
            for file in others.compared(cx, git, &all).await? {
                rows.push(row("FILE", (&namespace, &file.name), Value::from(&*file.path), file.state));
                changes.take(file.path, file.state, file.new);
            }
        }
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = rows;
        Ok(changes)
    }
}
