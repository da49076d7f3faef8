//! `inputFiles`: files that a flow writes into the directory of a task.

use std::io::Write;
use std::path::Path;

use crate::{Any, Broken, Expr, FromRendered, RunContext, unfit};
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};

use super::copy::{copy, create, open};

/// Writes the files of a map of paths to contents, or of a text that is one in JSON. The paths that were written.
///
/// A content that is the address of a file is replaced by that file; one that is null is left out.
pub fn write_input_files(
    cx: &RunContext,
    directory: &Path,
    files: Option<&Expr<Any>>,
) -> Result<Vec<String>, Broken> {
    let Some(Any(files)) = cx.filled(files)? else { return Ok(Vec::new()) };
    let hides_paths = match &files {
        Value::Secret(_) => true,
        Value::Str(text) => text.has_secret(),
        _ => false,
    };
    let told = |reason: String| Failure::new(unfit(&files, None, &reason));
    let files = Map::from_rendered(files.clone()).map_err(told)?;
    let mut written = Vec::new();
    for (path, content) in files.iter().filter(|(_, content)| **content != Value::Null) {
        let content = text_of(content)?;
        let mut file = create(directory, path).map_err(|failure| {
            if hides_paths {
                Failure::new("an input file whose path is secret cannot be written")
            } else {
                failure
            }
        })?;
        if cx.host.files().is_address(content.expose()) {
            copy(cx, &mut open(cx, &content)?, &mut file)?;
        } else {
            file.write_all(content.expose().as_bytes())?;
        }
        written.push(path.to_string());
    }
    Ok(written)
}
