//! `io.kestra.plugin.git.PushFlows`: commits flows of the instance to a repository.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::Text;
use kapelle_plugin::files::Globs;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::changes::Missing;
use crate::flows_from_git::flows;
use crate::flows_to_git::{Wanted, fits};
use crate::layout::Layout;
use crate::listed::texts;
use crate::names;
use crate::properties::{AccessProperties, ServerProperties, needed_url};
use crate::push::{CommitProperties, FlowsOutput, Plan, files, push};
use crate::repository::{Changes, Repository};
use crate::session::Session;
use crate::written_flow::in_namespace;

/// # Push flows to Git
///
/// Commits the flows of a namespace to a branch, which is made if it is not there. Each flow is a file; those of child
/// namespaces are in folders. What others push at the same time is kept.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PushFlows {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: flows are in no submodule.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    #[serde(flatten)]
    commit: CommitProperties,
    /// Whether files of flows are deleted that the instance does not have; they are, unless this says `false`. Only files
    /// are deleted that hold a flow of these namespaces which `flows` names.
    delete: Option<Expr<bool>>,
    /// The branch; `main` if nothing is said.
    branch: Option<Expr<String>>,
    /// The directory of the repository; `_flows` if nothing is said.
    git_directory: Option<Expr<String>>,
    /// The namespace whose flows are pushed; the one of this flow if nothing is said.
    source_namespace: Option<Expr<String>>,
    /// The namespace that the flows have in Git; the same if nothing is said. Only their `namespace` changes.
    target_namespace: Option<Expr<String>>,
    /// Which flows, as one pattern or a list of ids or paths; all if nothing is said.
    flows: Option<Expr<Any>>,
    /// Whether flows of child namespaces are pushed too.
    include_child_namespaces: Option<Expr<bool>>,
}

impl Task for PushFlows {
    const TYPE: &'static str = "io.kestra.plugin.git.PushFlows";
    type Output = FlowsOutput;

    async fn run(&self, cx: &RunContext) -> Result<FlowsOutput, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        let own = || cx.place.namespace.to_string();
        let source = cx.filled(self.source_namespace.as_ref())?.unwrap_or_else(own);
        let target = cx.filled(self.target_namespace.as_ref())?.unwrap_or_else(|| source.clone());
        let has_children = cx.filled(self.include_child_namespaces.as_ref())?.unwrap_or(false);
        let directory = cx.filled(self.git_directory.as_ref())?.unwrap_or_else(|| "_flows".to_owned());
        let directory = names::directory(&directory)?;
        let branch = names::branch(&cx.filled(self.branch.as_ref())?.unwrap_or_else(|| "main".to_owned()))?;
        let patterns = Globs::of_directory(&texts(cx, self.flows.as_ref())?)?;
        let deletes = cx.filled(self.delete.as_ref())?.unwrap_or(true);
        let missing = if deletes { Missing::Delete } else { Missing::Keep };
        let is_dry = self.commit.is_dry(cx)?;
        let signed = self.commit.signed(cx, &access, format!("Add flows from `{source}` namespace"))?;
        let from = Layout { namespace: source, has_children };
        let wanted = cx.blocking(move |cx| wanted(cx, &from, target, patterns)).await?;
        let wanted = Wanted { directory, missing, ..wanted };
        let session = Session::open(cx, access, &url).await?;
        push(cx, &session, &branch, (&signed, is_dry), &wanted).await?.flows(cx)
    }
}

/// The flows of a namespace, as they are to be in Git.
fn wanted(cx: &RunContext, from: &Layout, target: String, patterns: Globs) -> Result<Wanted, Broken> {
    let (mut meant, mut there) = (BTreeMap::new(), BTreeSet::new());
    for flow in flows(cx, from)? {
        let rest = flow.namespace.strip_prefix(&*from.namespace).unwrap_or_default();
        let name = (format!("{target}{rest}"), flow.id.clone());
        if fits(&patterns, from, &flow.namespace, &flow.id)? {
            meant.insert(name.clone(), in_namespace(&flow.source, &name.0));
        }
        there.insert(name);
    }
    let layout = Layout { namespace: target, has_children: from.has_children };
    let (directory, missing) = (String::new(), Missing::Keep);
    Ok(Wanted { directory, layout, flows: meant, there, patterns, missing })
}

impl Plan for Wanted {
    async fn plan(
        &self,
        cx: &RunContext,
        git: &Repository<'_>,
        commit: Option<&str>,
    ) -> Result<Changes, Broken> {
        let files = files(cx, git, commit, &self.directory).await?;
        let mut changes = Changes::default();
        for flow in self.compared(cx, git, &files).await? {
            changes.take(flow.path, flow.state, flow.new);
        }
        Ok(changes)
    }
}
