//! Flows: checked, saved, ended; by clients, and by tasks.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::check::{self, File, Options};
use kapelle_core::diagnostic::{Diagnostic, Severity};
use kapelle_core::flow;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::permit::Permit;
use kapelle_model::{Failure, Node, Span};
use kapelle_plugin::{FlowRef, FlowSource, Flows};
use kapelle_store::error::Conflict;
use kapelle_store::flow::{FlowRevision, Which};
use kapelle_store::{StoreError, Transaction, Write};

use crate::definitions::Definition;
use crate::places;
use crate::runtime::Grips;
use crate::shared::Shared;
use crate::triggers::saved::{Saved, ended, saved};
use crate::triggers::scheduler::Call;

/// How often a flow is saved again because something else happened to its triggers.
const TRIES_MAX: u32 = 20;

/// Mistakes of a flow that a task is told of.
const TOLD_MAX: usize = 20;

/// Why a flow was not saved.
#[derive(Debug)]
pub enum Unsaved {
    /// These are its mistakes.
    Wrong(Vec<Diagnostic>),
    Store(StoreError),
}

/// Saves a flow as its next revision, unless it has mistakes, or the revision that is named is not the last one any more.
pub(crate) fn save(
    shared: &Shared,
    tenant: &Arc<str>,
    source: &str,
    base: Option<u32>,
) -> Result<Arc<Definition>, Unsaved> {
    let root = checked(shared, source)?;
    let text =
        |key: &str| -> Arc<str> { root.get(key).and_then(Node::scalar_text).unwrap_or_default().into() };
    let (namespace, id) = (text("namespace"), text("id"));
    let last = shared.store.flow(tenant, &namespace, &id, Which::LatestEver).map_err(Unsaved::Store)?;
    if let Some(last) = last.as_ref().filter(|last| *last.source == *source && !last.is_deleted) {
        let known = shared.definitions.find(tenant, &namespace, &id, Some(last.revision));
        if let Some(definition) = known.map_err(Unsaved::Store)? {
            return Ok(definition);
        }
    }
    let kept = last.as_ref().map(|last| last.revision);
    if let Some(base) = base.filter(|base| Some(*base) != kept) {
        let conflict = Conflict::Revision { flow: format!("{namespace}.{id}"), kept, written: base + 1 };
        return Err(Unsaved::Store(conflict.into()));
    }
    let read = flow::read(&root, Catalogue::bundled());
    let revision = FlowRevision {
        tenant: Arc::clone(tenant),
        namespace,
        id,
        revision: last.map_or(1, |last| last.revision + 1),
        source: source.into(),
        description: root.get("description").and_then(Node::scalar_text).map(|text| (&*text).into()),
        labels: read
            .labels
            .iter()
            .map(|label| (Arc::from(&*label.key.value), Arc::from(&*label.value.value)))
            .collect(),
        is_disabled: read.disabled,
        is_deleted: false,
        created: shared.clock.now(),
    };
    keep(shared, &Arc::new(revision)).map_err(Unsaved::Store)
}

/// Ends a flow. False if there is none.
pub(crate) fn delete(
    shared: &Shared,
    tenant: &Arc<str>,
    namespace: &str,
    id: &str,
) -> Result<bool, StoreError> {
    let Some(last) = shared.store.flow(tenant, namespace, id, Which::Latest)? else {
        return Ok(false);
    };
    let number = last.revision + 1;
    let ended =
        FlowRevision { revision: number, is_deleted: true, created: shared.clock.now(), ..(*last).clone() };
    keep(shared, &Arc::new(ended))?;
    Ok(true)
}

/// Keeps a revision, and what becomes of its triggers, in one transaction.
fn keep(shared: &Shared, revision: &Arc<FlowRevision>) -> Result<Arc<Definition>, StoreError> {
    let definition = shared.definitions.read(Arc::clone(revision))?;
    for tried in 1.. {
        let Saved { mut writes, changed } = match (shared.triggers.is_on(), revision.is_deleted) {
            (false, _) => Saved::default(),
            (true, false) => saved(shared, &definition, shared.clock.now())?,
            (true, true) => ended(shared, &definition)?,
        };
        writes.push(Write::Flow(Box::new((**revision).clone())));
        match shared.store.commit(Transaction::of(writes)) {
            // A trigger fired meanwhile.
            Err(StoreError::Conflict(Conflict::Document { .. })) if tried < TRIES_MAX => continue,
            result => result?,
        };
        shared.flow_changes.fetch_add(1, Ordering::Release);
        if revision.is_deleted {
            shared.definitions.ended(revision);
        } else {
            shared.definitions.saved(&definition);
        }
        places::changed(shared, revision);
        shared.flow_index.saved(&definition);
        shared.triggers.listeners.saved(&definition);
        for key in changed {
            shared.triggers.call(&shared.activity, Call::Changed(key));
        }
        break;
    }
    Ok(definition)
}

/// What is to be said of sources that belong together, as they would be saved here today.
pub(crate) fn check(shared: &Shared, sources: Vec<Source>) -> Vec<File> {
    let settings = &shared.settings;
    let now = Timestamp::from_millisecond(shared.clock.now().0).unwrap_or_default();
    let today = now.to_zoned(settings.zone.clone()).date();
    check::check(sources, &Options { language: settings.language, strict: false, today })
}

/// The document of a flow without mistakes.
fn checked(shared: &Shared, source: &str) -> Result<Node, Unsaved> {
    let files = check(shared, vec![Source::new("flow", source)]);
    let found = files.into_iter().flat_map(|file| file.documents).flat_map(|document| document.diagnostics);
    let errors: Vec<Diagnostic> = found.filter(|found| found.severity == Severity::Error).collect();
    let root = yaml::read(source, Span::new(0, source.len() as u32)).root;
    match root {
        Some(root) if errors.is_empty() => Ok(root),
        _ => Err(Unsaved::Wrong(errors)),
    }
}

/// The flows of a tenant, for tasks.
pub(crate) struct TenantFlows {
    tenant: Arc<str>,
    grips: Grips,
}

impl TenantFlows {
    pub(crate) const fn new(tenant: Arc<str>, grips: Grips) -> Self {
        Self { tenant, grips }
    }

    fn shared(&self) -> Result<Arc<Shared>, Failure> {
        self.grips.shared().ok_or_else(|| Failure::new("the runtime has ended"))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn failed(error: StoreError) -> Failure {
    Failure::new(format!("the flows cannot be reached: {error}"))
}

fn as_written(flow: &FlowRevision) -> FlowSource {
    FlowSource {
        namespace: flow.namespace.to_string(),
        id: flow.id.to_string(),
        revision: flow.revision,
        source: flow.source.to_string(),
    }
}

/// Mistakes with the places where they are, each in one line.
fn told(source: &str, mistakes: &[Diagnostic]) -> Vec<String> {
    let source = Source::new("flow", source);
    let line = |mistake: &Diagnostic| {
        let at = source.position(mistake.span.start);
        format!("{}:{}: {}", at.line, at.column, mistake.message)
    };
    mistakes.iter().take(TOLD_MAX).map(line).collect()
}

impl Flows for TenantFlows {
    fn list(&self, namespace: &str) -> Result<Vec<FlowSource>, Failure> {
        let permit = Permit::system("a task of a flow").within(Arc::clone(&self.tenant));
        let flows = self.grips.store.flows(&permit).map_err(failed)?;
        let own = flows.iter().filter(|flow| *flow.namespace == *namespace);
        let mut own: Vec<FlowSource> = own.map(|flow| as_written(flow)).collect();
        own.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(own)
    }

    fn namespaces(&self) -> Result<Vec<String>, Failure> {
        let shared = self.shared()?;
        let names = shared.flow_index.namespaces(&*self.grips.store, &self.tenant).map_err(failed)?;
        Ok(names.iter().map(ToString::to_string).collect())
    }

    fn mistakes(&self, source: &str) -> Result<Vec<String>, Failure> {
        match checked(&*self.shared()?, source) {
            Ok(_) => Ok(Vec::new()),
            Err(Unsaved::Wrong(mistakes)) => Ok(told(source, &mistakes)),
            Err(Unsaved::Store(error)) => Err(failed(error)),
        }
    }

    fn save(&self, source: &str) -> Result<FlowSource, Failure> {
        match save(&*self.shared()?, &self.tenant, source, None) {
            Ok(definition) => Ok(as_written(&definition.flow)),
            Err(Unsaved::Wrong(mistakes)) => Err(Failure::new(told(source, &mistakes).join("\n"))),
            Err(Unsaved::Store(error)) => Err(failed(error)),
        }
    }

    fn delete(&self, flow: &FlowRef) -> Result<bool, Failure> {
        delete(&*self.shared()?, &self.tenant, &flow.namespace, &flow.flow).map_err(failed)
    }
}
