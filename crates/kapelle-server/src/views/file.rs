//! A file or folder of a namespace, as clients see it.

use kapelle_runtime::namespace_files::Entry;
use serde_json::{Value as Json, json};

/// Dates are milliseconds here, other than everywhere else.
pub(crate) fn attributes(name: &str, entry: &Entry) -> Json {
    let (kind, size, at) = match entry {
        Entry::File(file) => ("File", file.size, file.created.0),
        Entry::Folder(made) => ("Directory", 0, made.as_ref().map_or(0, |folder| folder.created.0)),
    };
    json!({
        "fileName": name,
        "type": kind,
        "size": size,
        "lastModifiedTime": at,
        "creationTime": at,
    })
}
