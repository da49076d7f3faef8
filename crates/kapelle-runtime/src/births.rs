//! Flows that are saved, and executions that clients create.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::check::{self, File, Options};
use kapelle_core::diagnostic::{Diagnostic, Severity};
use kapelle_core::flow;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_engine::checks::judge;
use kapelle_engine::creation::{Rejected, prepare};
use kapelle_engine::step::{Refused, create};
use kapelle_model::effect::{Effect, Line, Request};
use kapelle_model::execution::{Birth, Execution};
use kapelle_model::{ExecutionId, Failure, Node, Span, State};
use kapelle_store::error::Conflict;
use kapelle_store::flow::{FlowRevision, Which};
use kapelle_store::{StoreError, Transaction, Write};
use tokio::sync::oneshot;

use crate::definitions::Definition;
use crate::message::{Declined, Message, Newborn};
use crate::runtime::Runtime;
use crate::shared::Shared;
use crate::triggers::saved::{Saved, ended, saved};
use crate::triggers::scheduler::Call;

/// How often a flow is saved again because something else happened to its triggers.
const TRIES_MAX: u32 = 20;

/// Why a flow was not saved.
#[derive(Debug)]
pub enum Unsaved {
    /// These are its mistakes.
    Wrong(Vec<Diagnostic>),
    Store(StoreError),
}

/// Why there is no new execution.
#[derive(Debug)]
pub enum Unborn {
    NoFlow,
    Rejected(Rejected),
    /// A check of the flow does not let it be created.
    Check(String),
    /// It was gone before anybody kept it.
    Missing,
    Refused(Refused),
    Store(StoreError),
}

impl From<StoreError> for Unborn {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Runtime {
    /// Saves a flow as its next revision, unless it has mistakes. The same source again is no new revision.
    pub fn save_flow(&self, tenant: &Arc<str>, source: &str) -> Result<Arc<Definition>, Unsaved> {
        self.save_flow_over(tenant, source, None)
    }

    /// The same, if the revision that is named is still the last one; else it is a conflict, and nothing is saved.
    pub fn save_flow_over(
        &self,
        tenant: &Arc<str>,
        source: &str,
        base: Option<u32>,
    ) -> Result<Arc<Definition>, Unsaved> {
        let root = self.checked(source)?;
        let text =
            |key: &str| -> Arc<str> { root.get(key).and_then(Node::scalar_text).unwrap_or_default().into() };
        let (namespace, id) = (text("namespace"), text("id"));
        let store = &self.shared.store;
        let last = store.flow(tenant, &namespace, &id, Which::LatestEver).map_err(Unsaved::Store)?;
        if let Some(last) = last.as_ref().filter(|last| *last.source == *source && !last.is_deleted) {
            let known = self.shared.definitions.find(tenant, &namespace, &id, Some(last.revision));
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
            created: self.now(),
        };
        self.keep_flow(&Arc::new(revision)).map_err(Unsaved::Store)
    }

    /// Grows with each flow that is saved or ended: as long as it stays, so does the list of flows.
    pub fn flow_changes(&self) -> u64 {
        self.shared.flow_changes.load(Ordering::Acquire)
    }

    /// Ends a flow. Its executions go on; its triggers do not. False if there is none.
    pub fn delete_flow(&self, tenant: &Arc<str>, namespace: &str, id: &str) -> Result<bool, StoreError> {
        let Some(last) = self.shared.store.flow(tenant, namespace, id, Which::Latest)? else {
            return Ok(false);
        };
        let number = last.revision + 1;
        let ended =
            FlowRevision { revision: number, is_deleted: true, created: self.now(), ..(*last).clone() };
        self.keep_flow(&Arc::new(ended))?;
        Ok(true)
    }

    /// Keeps a revision, and what becomes of its triggers, in one transaction.
    fn keep_flow(&self, revision: &Arc<FlowRevision>) -> Result<Arc<Definition>, StoreError> {
        let shared = &self.shared;
        let definition = shared.definitions.read(Arc::clone(revision))?;
        for tried in 1.. {
            let Saved { mut writes, changed } = match (shared.triggers.is_on(), revision.is_deleted) {
                (false, _) => Saved::default(),
                (true, false) => saved(shared, &definition, self.now())?,
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
    pub fn check(&self, sources: Vec<Source>) -> Vec<File> {
        let settings = &self.shared.settings;
        let now = Timestamp::from_millisecond(self.now().0).unwrap_or_default();
        let today = now.to_zoned(settings.zone.clone()).date();
        check::check(sources, &Options { language: settings.language, strict: false, today })
    }

    /// The document of a flow without mistakes.
    fn checked(&self, source: &str) -> Result<Node, Unsaved> {
        let files = self.check(vec![Source::new("flow", source)]);
        let found =
            files.into_iter().flat_map(|file| file.documents).flat_map(|document| document.diagnostics);
        let errors: Vec<Diagnostic> = found.filter(|found| found.severity == Severity::Error).collect();
        let root = yaml::read(source, Span::new(0, source.len() as u32)).root;
        match root {
            Some(root) if errors.is_empty() => Ok(root),
            _ => Err(Unsaved::Wrong(errors)),
        }
    }

    /// The latest revision of a flow, or the one that is named.
    pub fn definition(
        &self,
        tenant: &Arc<str>,
        namespace: &str,
        flow: &str,
        revision: Option<u32>,
    ) -> Result<Option<Arc<Definition>>, StoreError> {
        self.shared.definitions.find(tenant, &namespace.into(), &flow.into(), revision)
    }

    /// An id for an execution that will be created.
    pub fn fresh_id(&self) -> ExecutionId {
        self.shared.ids.fresh(self.now())
    }

    /// Creates an execution for a client, and waits until it is on the disk.
    pub async fn create(&self, tenant: &Arc<str>, request: &Request) -> Result<ExecutionId, Unborn> {
        self.born(tenant, request).await?;
        Ok(request.id)
    }

    /// Creates an execution for a client, and tells what it was then. What is only told need not be read again: reading
    /// what was just written keeps the store from working in many executions together.
    pub async fn born(&self, tenant: &Arc<str>, request: &Request) -> Result<Execution, Unborn> {
        let newborn = make(&self.shared, tenant, request, &Asker::Client)?;
        let execution = newborn.live.execution().clone();
        adopted(&self.shared, newborn).await?;
        Ok(execution)
    }

    /// Creates an execution for a client, and waits until nothing is left to be done for it.
    pub async fn run(&self, tenant: &Arc<str>, request: &Request) -> Result<State, Unborn> {
        Ok(self.run_to_end(tenant, request).await?.state())
    }

    /// The same, and tells what it is in the end.
    pub async fn run_to_end(&self, tenant: &Arc<str>, request: &Request) -> Result<Arc<Execution>, Unborn> {
        let end = self.shared.endings.hear(request.id);
        let newborn = make(&self.shared, tenant, request, &Asker::Client)?;
        adopted(&self.shared, newborn).await?;
        end.await.map_err(|_| Unborn::Store(StoreError::Unknown("the runtime has ended".to_owned())))
    }
}

/// Hands a new execution to its owner, and waits until it is on the disk.
pub(crate) async fn adopted(shared: &Shared, newborn: Newborn) -> Result<(), Unborn> {
    let (told, hears) = oneshot::channel();
    let answer = Box::new(move |result| {
        // Who asked may be gone.
        let _gone = told.send(result);
    });
    shared.tell(Message::Adopt(Box::new(Newborn { answer: Some(answer), ..newborn })));
    match hears.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Declined::Store(error))) => Err(Unborn::Store(error)),
        Ok(Err(Declined::Refused(refused))) => Err(Unborn::Refused(refused)),
        Ok(Err(Declined::Missing)) => Err(Unborn::Missing),
        Err(_) => Err(Unborn::Store(StoreError::Unknown("the runtime has ended".to_owned()))),
    }
}

/// Who asks for an execution. Only clients are held up by the checks of a flow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asker {
    Client,
    Execution,
    /// With the reason, if it is to be created as one that failed.
    Trigger(Option<Failure>),
}

/// Makes an execution that somebody asks for; its owner has to keep it.
pub(crate) fn make(
    shared: &Shared,
    tenant: &Arc<str>,
    request: &Request,
    asker: &Asker,
) -> Result<Newborn, Unborn> {
    let found = shared.definitions.find(tenant, &request.namespace, &request.flow, request.revision)?;
    let definition = found.ok_or(Unborn::NoFlow)?;
    let services = shared.reach.desk(&provisional(tenant, request, &definition));
    shared.with_services(shared.clock.now(), &*services, |world| {
        let mut prepared = prepare(&definition.plan, tenant, request, world).map_err(Unborn::Rejected)?;
        let failure = match asker {
            Asker::Client => judge(&definition.plan, &prepared.creation, world).map_err(Unborn::Check)?,
            Asker::Execution => None,
            Asker::Trigger(failure) => failure.clone(),
        };
        if let Some(failure) = failure {
            prepared.creation.ends = Some((State::Failed, failure));
        }
        let (live, mut outcome) = create(&definition.plan, prepared.creation, world);
        let lines = prepared.logs.into_iter();
        outcome.effects.extend(lines.map(|(level, message)| {
            Effect::Log(Line { run: None, attempt: 0, level, message: message.into() })
        }));
        Ok(Newborn { definition: Arc::clone(&definition), live, outcome, with: Vec::new(), answer: None })
    })
}

impl Unborn {
    /// What the log of an execution that asked for it says.
    pub(crate) fn failure(&self, request: &Request) -> Failure {
        match self {
            Self::NoFlow | Self::Missing => {
                let (namespace, flow) = (&request.namespace, &request.flow);
                let revision = request.revision.unwrap_or_default();
                Failure::new(format!("Unable to find flow '{namespace}'.'{flow}' with revision '{revision}'"))
            }
            Self::Rejected(rejected) => rejected.failure(),
            Self::Check(words) => Failure::new(words.as_str()),
            Self::Refused(refused) => Failure::new(format!("it cannot be created: {refused:?}")),
            Self::Store(error) => Failure::new(format!("the flow cannot be read: {error}")),
        }
    }
}

/// As much as is known of an execution before its inputs are.
pub(crate) fn provisional(tenant: &Arc<str>, request: &Request, definition: &Definition) -> Birth {
    Birth {
        id: request.id,
        tenant: Arc::clone(tenant),
        namespace: Arc::clone(&definition.plan.namespace),
        flow: Arc::clone(&definition.plan.flow),
        revision: definition.plan.revision,
        inputs: Arc::clone(&request.inputs),
        origin: request.origin.clone(),
        parent: request.parent,
        replay_of: request.replay_of,
        original: request.original.unwrap_or(request.id),
        original_created: request.original_created.unwrap_or_default(),
        start: request.start,
        kind: request.kind,
        priority: request.priority,
        depth: request.depth,
        scope: request.scope.clone(),
    }
}
