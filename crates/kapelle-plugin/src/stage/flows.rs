//! The flows of a stage: checked as a server does, kept in memory.

use jiff::civil::date;
use kapelle_core::check::{Options, check};
use kapelle_core::diagnostic::Severity;
use kapelle_core::language::Language;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::{Failure, Node, Span};

use super::{Memory, locked};
use crate::host::{FlowRef, FlowSource, Flows};

impl Memory {
    /// Saves a flow. The same again is no new revision.
    ///
    /// # Panics
    /// If it has mistakes.
    pub fn put_flow(&self, source: &str) {
        let saved = Flows::save(self, source);
        assert!(saved.is_ok(), "the flow of the test is wrong: {saved:?}");
    }

    /// The source of a flow.
    pub fn flow(&self, namespace: &str, id: &str) -> Option<String> {
        let flows = locked(&self.flows);
        let (flow, is_there) = flows.get(&(namespace.to_owned(), id.to_owned()))?;
        is_there.then(|| flow.source.clone())
    }
}

impl Flows for Memory {
    fn list(&self, namespace: &str) -> Result<Vec<FlowSource>, Failure> {
        let flows = locked(&self.flows);
        let own = flows.values().filter(|(flow, is_there)| *is_there && flow.namespace == namespace);
        Ok(own.map(|(flow, _)| flow.clone()).collect())
    }

    fn namespaces(&self) -> Result<Vec<String>, Failure> {
        let flows = locked(&self.flows);
        let there = flows.values().filter(|(_, is_there)| *is_there);
        let mut names: Vec<String> = there.map(|(flow, _)| flow.namespace.clone()).collect();
        names.dedup();
        Ok(names)
    }

    fn mistakes(&self, source: &str) -> Result<Vec<String>, Failure> {
        let options = Options { language: Language::One, strict: false, today: date(2026, 5, 6) };
        let mut mistakes = Vec::new();
        for file in check(vec![Source::new("flow", source)], &options) {
            let found = file.documents.iter().flat_map(|document| &document.diagnostics);
            for found in found.filter(|found| found.severity == Severity::Error) {
                let at = file.source.position(found.span.start);
                mistakes.push(format!("{}:{}: {}", at.line, at.column, found.message));
            }
        }
        Ok(mistakes)
    }

    fn save(&self, source: &str) -> Result<FlowSource, Failure> {
        let mistakes = self.mistakes(source)?;
        if !mistakes.is_empty() {
            return Err(Failure::new(mistakes.join("\n")));
        }
        let root = yaml::read(source, Span::new(0, source.len() as u32)).root;
        let text = |key: &str| {
            root.as_ref().and_then(|root| root.get(key)).and_then(Node::scalar_text).unwrap_or_default()
        };
        let (namespace, id) = (text("namespace"), text("id"));
        let mut flows = locked(&self.flows);
        let place = (namespace.clone(), id.clone());
        let (last, is_there) =
            flows.get(&place).map_or((0, false), |(flow, is_there)| (flow.revision, *is_there));
        if let Some((flow, _)) = flows.get(&place).filter(|(flow, _)| is_there && flow.source == source) {
            return Ok(flow.clone());
        }
        let flow = FlowSource { namespace, id, revision: last + 1, source: source.to_owned() };
        flows.insert(place, (flow.clone(), true));
        Ok(flow)
    }

    fn delete(&self, flow: &FlowRef) -> Result<bool, Failure> {
        let mut flows = locked(&self.flows);
        let Some((flow, is_there)) = flows.get_mut(&(flow.namespace.clone(), flow.flow.clone())) else {
            return Ok(false);
        };
        flow.revision += u32::from(*is_there);
        Ok(std::mem::take(is_there))
    }
}
