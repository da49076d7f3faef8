//! `outputFiles`: files of the directory of a task that are kept.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use crate::{Broken, Expr, Name, RunContext};
use kapelle_model::{Failure, Map, Value};

use super::copy::copy;
use super::globs::Globs;
use super::walk::{Found, files_below};

/// The patterns that a flow gives; none if there are none.
pub fn patterns(cx: &RunContext, property: Option<&Expr<Vec<String>>>) -> Result<Vec<String>, Failure> {
    Ok(cx.filled(property)?.unwrap_or_default())
}

/// With the paths, in this directory, of the files that are wanted by name, as `outputFiles`. Patterns name no file.
pub fn with_names(cx: &RunContext, directory: &Path, wanted: &[String]) -> RunContext {
    let path = |name: &String| Value::from(&*directory.join(name).display().to_string());
    let paths: Map = plain_names(wanted).map(|name| (Arc::from(&**name), path(name))).collect();
    cx.with([("outputFiles".into(), Value::Map(Arc::new(paths)))])
}

/// Those that name one file, and are no patterns.
pub fn plain_names(wanted: &[String]) -> impl Iterator<Item = &String> {
    wanted.iter().filter(|pattern| !pattern.contains(['*', '?', '[', '{', ':']))
}

/// Keeps all files that a pattern fits: their paths with their addresses. They stay where they are.
pub fn collect_output_files(
    cx: &RunContext,
    directory: &Path,
    patterns: &[String],
) -> Result<BTreeMap<String, String>, Broken> {
    let home = format!("{}/", directory.display());
    let patterns: Vec<&str> =
        patterns.iter().map(|pattern| pattern.strip_prefix(&home).unwrap_or(pattern)).collect();
    let globs = Globs::of_directory(&patterns)?;
    let mut kept = BTreeMap::new();
    if globs.is_empty() {
        return Ok(kept);
    }
    for file in files_below(directory)? {
        if globs.fit(&file.path)? {
            let uri = keep(cx, &file)?;
            kept.insert(file.path, uri);
        }
    }
    Ok(kept)
}

/// Copies a file into the storage, under a new name that ends with its own.
fn keep(cx: &RunContext, file: &Found) -> Result<String, Broken> {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path).replace(' ', "+");
    let mut content = File::open(&file.place)
        .map_err(|error| Failure::new(format!("the file `{}` cannot be read: {error}", file.path)))?;
    let mut kept = cx.host.files().create(Name::Ending(&format!("-{name}")))?;
    copy(cx, &mut content, &mut kept)?;
    Ok(kept.finish()?)
}
