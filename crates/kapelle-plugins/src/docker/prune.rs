//! `io.kestra.plugin.docker.cli.Prune`: removes what nobody uses.

use std::collections::BTreeMap;

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;
use super::engine::Asked;
use super::unless_stopped;

/// # Prune what is not used
///
/// Removes what no container uses any more, and tells in the log how much room that made.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Prune {
    /// What is removed.
    #[serde(rename = "pruneType")]
    kind: Expr<PruneType>,
    /// Of images, whether only those without a name are removed.
    dangling: Option<Expr<bool>>,
    /// Only what is older: a moment, or a time such as `24h`.
    until: Option<Expr<String>>,
    /// Only what has these labels: `NAME` or `NAME=VALUE`.
    label_filters: Option<Expr<Vec<String>>>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

/// What is removed.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum PruneType {
    /// Layers that builds keep.
    Build,
    /// Containers that ended.
    Containers,
    /// Images.
    Images,
    /// Networks.
    Networks,
    /// Volumes.
    Volumes,
}

impl Word for PruneType {}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pruned {
    #[serde(default)]
    space_reclaimed: u64,
}

impl PruneType {
    fn path(self) -> &'static str {
        match self {
            Self::Build => "/build/prune",
            Self::Containers => "/containers/prune",
            Self::Images => "/images/prune",
            Self::Networks => "/networks/prune",
            Self::Volumes => "/volumes/prune",
        }
    }
}

impl Task for Prune {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Prune";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let kind = cx.render(&self.kind)?;
        let mut filters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        if kind == PruneType::Images {
            // The engine takes all images only if it is told that names do not save them.
            let dangling = cx.filled(self.dangling.as_ref())?.unwrap_or(false);
            filters.insert("dangling", vec![dangling.to_string()]);
        }
        if let Some(until) = cx.filled(self.until.as_ref())? {
            filters.insert("until", vec![until]);
        }
        let labels = cx.filled(self.label_filters.as_ref())?.unwrap_or_default();
        if !labels.is_empty() {
            filters.insert("label", labels);
        }
        let filters = serde_json::to_string(&filters).unwrap_or_default();
        let engine = self.connection.engine(cx)?;
        let asked = Asked::post(kind.path()).with("filters", &filters);
        let work = async { engine.open(asked).await?.read::<Pruned>().await };
        let pruned = unless_stopped(cx, work).await?;
        cx.log(Level::Info, format!("{} bytes are free again", pruned.space_reclaimed));
        Ok(())
    }
}
