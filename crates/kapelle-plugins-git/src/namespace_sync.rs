//! `io.kestra.plugin.git.NamespaceSync`: makes a namespace and a repository the same.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::properties::{AccessProperties, ServerProperties, needed_url};
use crate::two_way::{Output, TwoWayProperties};

/// # Sync a namespace with Git
///
/// Makes flows and files of a namespace the same in the instance and in a repository, in the direction that
/// `sourceOfTruth` says. In the repository they are in `NAMESPACE/flows` and `NAMESPACE/files`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NamespaceSync {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: what is in submodules is kept in their own repositories.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    /// The namespace.
    namespace: Expr<String>,
    #[serde(flatten)]
    sync: TwoWayProperties,
}

impl Task for NamespaceSync {
    const TYPE: &'static str = "io.kestra.plugin.git.NamespaceSync";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        let namespace = cx.render(&self.namespace)?;
        self.sync.sync(cx, &url, access, Some(namespace)).await
    }
}
