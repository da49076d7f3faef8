//! `outputFiles`: files of the directory of a task that are kept.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, Name, RunContext};

use super::copy::copy;
use super::globs::Globs;
use super::walk::{Found, files_below};

/// The patterns that a flow gives; none if there are none.
pub(crate) fn patterns(
    cx: &RunContext,
    property: Option<&Expr<Vec<String>>>,
) -> Result<Vec<String>, Failure> {
    Ok(cx.filled(property)?.unwrap_or_default())
}

/// Keeps all files that a pattern fits: their paths with their addresses. They stay where they are.
pub(crate) fn collect_output_files(
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
