//! `namespaceFiles`: files of namespaces that are copied into the directory of a task.

use std::path::Path;

use crate::{Broken, Expr, RunContext, Word};
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use schemars::JsonSchema;
use serde::Deserialize;

use super::copy::{copy, create};
use super::globs::Globs;
use super::paths::{prepare, relative};

/// Which files of which namespaces are copied into the directory of the task before it begins.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceFilesProperties {
    /// Whether files are copied at all; they are unless this says `false`.
    enabled: Option<Expr<bool>>,
    /// Patterns of paths that are copied; without any, all are.
    include: Option<Expr<Vec<String>>>,
    /// Patterns of paths that are left out.
    exclude: Option<Expr<Vec<String>>>,
    /// The namespaces, by default the one of the flow. Files of later ones replace those of earlier ones.
    namespaces: Option<Expr<Vec<String>>>,
    /// What happens where a file is there already.
    if_exists: Option<Expr<IfExists>>,
    /// Whether each namespace gets a folder of its own, called as it is.
    folder_per_namespace: Option<Expr<bool>>,
}

/// What happens where a file is there already.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum IfExists {
    /// It is replaced.
    Overwrite,
    /// The task fails.
    Fail,
    /// It stays, and a warning is logged.
    Warn,
    /// It stays.
    Ignore,
}

impl Word for IfExists {}

/// Copies the files of namespaces into a directory. The paths that were written.
pub fn fetch_namespace_files(
    cx: &RunContext,
    directory: &Path,
    properties: Option<&NamespaceFilesProperties>,
) -> Result<Vec<String>, Broken> {
    let Some(properties) = properties else { return Ok(Vec::new()) };
    if !cx.filled(properties.enabled.as_ref())?.unwrap_or(true) {
        return Ok(Vec::new());
    }
    let include = Globs::of_namespace(&cx.filled(properties.include.as_ref())?.unwrap_or_default())?;
    let exclude = Globs::of_namespace(&cx.filled(properties.exclude.as_ref())?.unwrap_or_default())?;
    let if_exists = cx.filled(properties.if_exists.as_ref())?.unwrap_or(IfExists::Overwrite);
    let has_folders = cx.filled(properties.folder_per_namespace.as_ref())?.unwrap_or(false);
    let mut written = Vec::new();
    for namespace in namespaces(cx, properties)? {
        for file in cx.host.namespace_files().list(&namespace)? {
            let is_wanted = include.is_empty() || include.fit(&file.path)?;
            if !is_wanted || exclude.fit(&file.path)? {
                continue;
            }
            let path = relative(&file.path)?;
            let path = if has_folders { format!("{namespace}/{path}") } else { path };
            if may_write(cx, directory, &path, if_exists)? {
                fetch(cx, directory, &namespace, &file.path, &path)?;
                written.push(path);
            }
        }
    }
    Ok(written)
}

fn namespaces(cx: &RunContext, properties: &NamespaceFilesProperties) -> Result<Vec<String>, Failure> {
    let named = cx.filled(properties.namespaces.as_ref())?.unwrap_or_default();
    Ok(if named.is_empty() { vec![cx.place.namespace.to_string()] } else { named })
}

fn may_write(cx: &RunContext, directory: &Path, path: &str, if_exists: IfExists) -> Result<bool, Failure> {
    if !prepare(directory, path)?.exists() {
        return Ok(true);
    }
    match if_exists {
        IfExists::Overwrite => Ok(true),
        IfExists::Ignore => Ok(false),
        IfExists::Warn => {
            cx.log(Level::Warn, format!("the file `{path}` is there already and stays as it is"));
            Ok(false)
        }
        IfExists::Fail => Err(Failure::new(format!(
            "the file `{path}` is there already: leave it out by `exclude`, or choose another `ifExists`"
        ))),
    }
}

fn fetch(cx: &RunContext, directory: &Path, namespace: &str, path: &str, target: &str) -> Result<(), Broken> {
    let content = cx.host.namespace_files().open(namespace, path, None)?;
    let mut content = content.ok_or_else(|| {
        Failure::new(format!("the file `{path}` of the namespace `{namespace}` is not there any more"))
    })?;
    copy(cx, &mut content, &mut create(directory, target)?)?;
    Ok(())
}
