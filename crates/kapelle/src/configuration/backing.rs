//! What Kestra can be kept in and Kapelle cannot: told before a server starts, with the lines to change. Nothing is kept
//! somewhere else than was said.

use super::finding::{Finding, Origin};
use super::keys::{self, Key};
use super::layers::Layers;

/// Why a server cannot start with this configuration, if it cannot.
pub(super) fn refusal(layers: &Layers) -> Option<Finding> {
    let repository = written(layers, &keys::REPOSITORY);
    let home = if repository.as_ref().is_some_and(|(name, _)| name == "memory") { "memory" } else { "h2" };
    let wanted = [(&keys::REPOSITORY, home), (&keys::QUEUE, home), (&keys::STORAGE, "local")];
    let changes: Vec<Change> = wanted
        .into_iter()
        .filter_map(|(key, must)| {
            let (is, origin) = written(layers, key)?;
            (is != must).then_some(Change { key, is, must, origin })
        })
        .collect();
    let first = changes.first()?;
    let lines: String = changes.iter().map(Change::line).collect();
    let message = format!(
        "`{}` is `{}`: this version keeps everything in a folder of its own. To start with that, change:{lines}",
        first.key.name, first.is
    );
    Some(Finding::error(&first.origin, message))
}

struct Change<'a> {
    key: &'a Key,
    is: String,
    must: &'static str,
    origin: Origin,
}

impl Change<'_> {
    fn line(&self) -> String {
        let Self { key, must, origin, .. } = self;
        match origin {
            Origin::Text { .. } => format!("\n  {origin}  type: {must}   # {}", key.name),
            Origin::Variable(name) => format!("\n  {name}={must}"),
        }
    }
}

fn written(layers: &Layers, key: &Key) -> Option<(String, Origin)> {
    let written = layers.written.get(key.name)?;
    Some((written.value.scalar_text()?, written.origin.clone()))
}
