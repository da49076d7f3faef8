//! A working directory: the files that the tasks of a group have in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};

use super::Work;
use super::properties::failed;

/// The files of a group by their paths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directory {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Directory {
    /// A directory with the files that the group asks for.
    pub fn open(group: &Work<'_>) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        let written = match group.value("inputFiles")? {
            None => return Ok(Self::default()),
            Some(Value::Map(written)) => written,
            Some(text) => match plain::from_json(text_of(&text).map_err(failed)?.expose()) {
                Ok(Value::Map(written)) => written,
                _ => {
                    return Err(Failure::new(
                        "the property `inputFiles` is a map of paths to contents, or a text that is one in JSON",
                    ));
                }
            },
        };
        for (path, content) in written.iter().filter(|(_, content)| **content != Value::Null) {
            let content = text_of(content).map_err(failed)?;
            let content = if content.expose().starts_with("kestra://") {
                group.file(content.expose())?
            } else {
                content.expose().as_bytes().into()
            };
            files.insert(path.to_string(), content);
        }
        Ok(Self { files })
    }

    /// Keeps the files that the group names: what its output `outputFiles` says, if there are any.
    pub fn close(&self, group: &Work<'_>) -> Result<Map, Failure> {
        let Some(Value::List(patterns)) = group.value("outputFiles")? else { return Ok(Map::new()) };
        let patterns: Vec<_> = patterns.iter().map(text_of).collect::<Result<_, _>>().map_err(failed)?;
        let wanted = |path: &str| patterns.iter().any(|pattern| matches(pattern.expose(), path));
        let mut kept = Map::new();
        for (path, content) in self.files.iter().filter(|(path, _)| wanted(path)) {
            let name = path.rsplit('/').next().unwrap_or(path).replace(' ', "+");
            kept.insert(Arc::from(path.as_str()), Value::from(&*group.put(&format!("-{name}"), content)));
        }
        let mut outputs = Map::new();
        if !kept.is_empty() {
            outputs.insert("outputFiles".into(), Value::Map(Arc::new(kept)));
        }
        Ok(outputs)
    }
}

/// Whether a path fits a pattern with `?`, `*` within a name and `**` across folders. A pattern that begins with a word
/// fits in folders as well.
fn matches(pattern: &str, path: &str) -> bool {
    let fits = |path: &str| glob(pattern.as_bytes(), path.as_bytes());
    let is_free = pattern.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
    fits(path) || is_free && path.match_indices('/').any(|(at, _)| fits(&path[at + 1..]))
}

fn glob(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => path.is_empty(),
        [b'*', b'*', b'/', rest @ ..] if glob(rest, path) => true,
        [b'*', b'*', rest @ ..] => (0..=path.len()).any(|from| glob(rest, &path[from..])),
        [b'*', rest @ ..] => {
            let name = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            (0..=name).any(|from| glob(rest, &path[from..]))
        }
        [b'?', rest @ ..] => path.first().is_some_and(|byte| *byte != b'/') && glob(rest, &path[1..]),
        [byte, rest @ ..] => path.first() == Some(byte) && glob(rest, &path[1..]),
    }
}
