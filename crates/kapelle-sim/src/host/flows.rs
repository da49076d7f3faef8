//! The flows that a host knows, each with its revisions.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::check::{self, Options};
use kapelle_core::diagnostic::Severity;
use kapelle_core::language::Language;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_engine::defaults::Layers;
use kapelle_engine::plan::Plan;
use kapelle_model::{Node, Span};

use super::{Host, Refusal};

/// All revisions of all flows, oldest first.
#[derive(Default)]
pub(super) struct Flows {
    by_name: BTreeMap<(String, String), Vec<Arc<Definition>>>,
}

/// A revision of a flow.
pub struct Definition {
    pub plan: Plan,
    /// The document as it was saved.
    pub root: Node,
}

impl Flows {
    /// A revision, or the latest one.
    pub(super) fn find(
        &self,
        namespace: &str,
        flow: &str,
        revision: Option<u32>,
    ) -> Option<&Arc<Definition>> {
        let revisions = self.by_name.get(&(namespace.to_owned(), flow.to_owned()))?;
        match revision {
            Some(revision) => revisions.iter().find(|definition| definition.plan.revision == revision),
            None => revisions.last(),
        }
    }
}

impl Flows {
    /// The latest revision of every flow.
    pub(super) fn latest(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.by_name.values().filter_map(|revisions| revisions.last())
    }
}

impl Host {
    /// Saves a flow as its next revision, unless the checks refuse it.
    pub fn save(&mut self, source: &str) -> Result<Arc<Definition>, Refusal> {
        let today = self.shelf.now().to_zoned(self.settings.zone.clone()).date();
        let root = checked(source, today)?;
        let text = |key: &str| root.get(key).and_then(Node::scalar_text).unwrap_or_default();
        let revisions = self.flows.by_name.entry((text("namespace"), text("id"))).or_default();
        let revision = revisions.len() as u32 + 1;
        let plan = Plan::compile(&root, revision, Layers::default(), Catalogue::bundled(), Language::One);
        let definition = Arc::new(Definition { plan, root });
        revisions.push(Arc::clone(&definition));
        self.change_limits(&definition.plan);
        Ok(definition)
    }
}

/// The document of a flow that has no mistakes.
fn checked(source: &str, today: Date) -> Result<Node, Refusal> {
    let options = Options { language: Language::One, strict: false, today };
    let files = check::check(vec![Source::new("flow", source)], &options);
    let mut found = files.iter().flat_map(|file| &file.documents).flat_map(|document| &document.diagnostics);
    if let Some(error) = found.find(|found| found.severity == Severity::Error) {
        return Err(Refusal::new(422, error.constraint.as_ref().unwrap_or(&error.message)));
    }
    let reading = yaml::read(source, Span::new(0, source.len() as u32));
    reading.root.ok_or_else(|| Refusal::new(422, "the flow is empty"))
}
