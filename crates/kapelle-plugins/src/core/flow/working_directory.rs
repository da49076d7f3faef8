//! `io.kestra.plugin.core.flow.WorkingDirectory`: a directory that several tasks have in common.

mod archive;
mod cache;

use std::collections::BTreeMap;

use kapelle_plugin::{Any, Broken, Expr, Group, Properties, RunContext, Running, outputs, read};
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use cache::CacheProperties;
use kapelle_plugin::files::{
    NamespaceFilesProperties, collect_output_files, fetch_namespace_files, patterns, write_input_files,
};

/// # Run tasks in one directory
///
/// Runs its tasks one after the other on one worker, in a directory that they have in common. Files can be put into it
/// before, kept afterwards, and cached for the next execution.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkingDirectory {
    /// What is kept for the next execution of the flow.
    cache: Option<CacheProperties>,
    /// Files of namespaces that are put into the directory before the first task.
    namespace_files: Option<NamespaceFilesProperties>,
    /// Files that are put into the directory before the first task: a map of paths to texts or addresses, or a text that
    /// is one in JSON.
    input_files: Option<Expr<Any>>,
    /// Patterns of files that are kept after the last task.
    output_files: Option<Expr<Vec<String>>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Output {
    /// The addresses of the kept files by their paths; absent if there are none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    output_files: BTreeMap<String, String>,
}

/// The type, for the registry.
pub(crate) struct WorkingDirectories;

impl WorkingDirectories {
    pub(crate) const TYPE: &'static str = "io.kestra.plugin.core.flow.WorkingDirectory";
}

impl Group for WorkingDirectories {
    fn open<'a>(&'a self, properties: &'a Properties, cx: &'a RunContext) -> Running<'a> {
        Box::pin(async move {
            let group = read::<WorkingDirectory>(properties)?;
            cx.blocking(move |cx| group.open(cx)).await
        })
    }

    fn close<'a>(&'a self, properties: &'a Properties, cx: &'a RunContext) -> Running<'a> {
        Box::pin(async move {
            let group = read::<WorkingDirectory>(properties)?;
            let given = cx.blocking(move |cx| group.close(cx)).await?;
            outputs(&given).map_err(Broken::new)
        })
    }

    fn properties(&self) -> Schema {
        kapelle_plugin::schema_of::<WorkingDirectory>()
    }

    fn outputs(&self) -> Schema {
        kapelle_plugin::schema_of::<Output>()
    }
}

impl WorkingDirectory {
    /// The order counts: what comes later replaces what was there.
    fn open(&self, cx: &RunContext) -> Result<kapelle_model::Map, Broken> {
        let directory = cx.host.directory()?;
        if let Some(cache) = &self.cache {
            cache.restore(cx, &directory)?;
        }
        fetch_namespace_files(cx, &directory, self.namespace_files.as_ref())?;
        write_input_files(cx, &directory, self.input_files.as_ref())?;
        Ok(kapelle_model::Map::new())
    }

    /// The cache is saved also if the files cannot be kept.
    fn close(&self, cx: &RunContext) -> Result<Output, Broken> {
        let directory = cx.host.directory()?;
        let patterns = patterns(cx, self.output_files.as_ref());
        let output_files = patterns
            .map_err(Broken::from)
            .and_then(|patterns| collect_output_files(cx, &directory, &patterns));
        if let Some(cache) = &self.cache {
            cache.save(cx, &directory)?;
        }
        Ok(Output { output_files: output_files? })
    }
}

#[cfg(test)]
mod tests;
