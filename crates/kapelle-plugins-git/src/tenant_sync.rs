//! `io.kestra.plugin.git.TenantSync`: makes all namespaces and a repository the same.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::properties::{AccessProperties, AuthProperties, needed_url};
use crate::two_way::{Output, TwoWayProperties};

/// # Sync all namespaces with Git
///
/// Makes flows and files of all namespaces the same in the instance and in a repository, in the direction that
/// `sourceOfTruth` says. In the repository they are in `NAMESPACE/flows` and `NAMESPACE/files`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TenantSync {
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
    /// Accepted, and not needed: what is in submodules is kept in their own repositories.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    #[serde(flatten)]
    sync: TwoWayProperties,
}

impl Task for TenantSync {
    const TYPE: &'static str = "io.kestra.plugin.git.TenantSync";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        self.sync.sync(cx, &url, access, None).await
    }
}
