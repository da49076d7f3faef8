//! `templating.TemplatedTask`.

use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::property::Property;
use kapelle_core::yaml;
use kapelle_model::{Failure, Node, Span};

use super::{Done, Work};

/// Runs the task that a text describes.
pub(super) fn run(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let spec = work.required("spec")?;
    let spec = spec.expose();
    let reading = yaml::read(spec, Span::new(0, spec.len() as u32));
    if let Some(problem) = reading.diagnostics.first() {
        return Err(Failure::new(format!("the property `spec` is no YAML: {}", problem.message)));
    }
    let root = reading.root.filter(|root| root.get("type").is_some());
    let root = root.ok_or_else(|| Failure::new("the property `spec` is no task: it has no `type`"))?;
    let written = root.get("type").and_then(Node::as_text).unwrap_or_default();
    let found = Catalogue::bundled().find(written);
    let found = found.ok_or_else(|| Failure::new(format!("Invalid type: {written}")))?;
    if !found.entry.is_runnable() || found.entry.name == work.type_name {
        return Err(Failure::new(format!(
            "a task of type `{written}` cannot be run by a template: only a task that a worker runs can"
        )));
    }
    let language = work.environment.settings.language;
    let entries = root.entries().iter();
    let properties: Vec<_> =
        entries.map(|entry| (Arc::from(&*entry.key), Property::read(&entry.value, language))).collect();
    super::perform(&Work { type_name: found.entry.name, properties: &properties, ..*work }, done)
}
