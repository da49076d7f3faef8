//! Files of the internal storage, as tasks write and read them.

use std::sync::Arc;

use kapelle_model::Failure;

use super::{Place, Work};

const SCHEME: &str = "kestra://";

impl Work<'_> {
    /// Puts a new file of this task run on the shelf and gives its URI.
    pub(super) fn put(&self, extension: &str, content: impl AsRef<[u8]>) -> String {
        let uri = format!("{SCHEME}{}/{}{extension}", self.place.folder(), self.shelf.fresh_id());
        self.shelf.put_file(&uri, content.as_ref());
        uri
    }

    pub(super) fn file(&self, uri: &str) -> Result<Arc<[u8]>, Failure> {
        check_scheme(uri)?;
        self.shelf.file(uri).ok_or_else(|| absent(uri))
    }

    /// A file that is text.
    pub(super) fn content(&self, uri: &str) -> Result<String, Failure> {
        let content = self.file(uri)?;
        let text = std::str::from_utf8(&content).map(str::to_owned);
        text.map_err(|_| Failure::new(format!("the file `{uri}` is no text in UTF-8")))
    }
}

impl Place<'_> {
    /// The folder of the task run in the internal storage.
    pub fn folder(&self) -> String {
        format!("{}/tasks/{}/{}", self.execution_folder(), slug(self.task), self.run)
    }

    fn execution_folder(&self) -> String {
        execution_folder(self.namespace, self.flow, self.execution)
    }
}

/// The folder of an execution in the internal storage.
pub fn execution_folder(namespace: &str, flow: &str, execution: &str) -> String {
    format!("/{}/{}/executions/{execution}", namespace.replace('.', "/"), slug(flow))
}

/// A name as it stands in paths. Ids are ASCII, so accents do not come up.
pub fn slug(name: &str) -> String {
    let kept = name.chars().filter_map(|character| match character {
        '_' | '-' | ' ' => Some('-'),
        _ => character.is_ascii_alphanumeric().then(|| character.to_ascii_lowercase()),
    });
    let mut slug = String::with_capacity(name.len());
    for character in kept {
        if character != '-' || !(slug.is_empty() || slug.ends_with('-')) {
            slug.push(character);
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// What follows the last dot of the name, with the dot.
pub(super) fn extension(uri: &str) -> &str {
    let name = uri.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or("", |dot| &name[dot..])
}

pub(super) fn check_scheme(uri: &str) -> Result<(), Failure> {
    if uri.starts_with(SCHEME) {
        return Ok(());
    }
    Err(Failure::new(format!("Invalid internal storage scheme, got uri '{uri}'")))
}

pub(super) fn absent(uri: &str) -> Failure {
    Failure::new(format!("the file `{uri}` does not exist in the internal storage"))
}
