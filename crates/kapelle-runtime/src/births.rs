//! Executions that clients create, and the flows that they save.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kapelle_core::check::File;
use kapelle_core::source::Source;
use kapelle_engine::checks::judge;
use kapelle_engine::creation::{Rejected, prepare};
use kapelle_engine::step::{Refused, create};
use kapelle_model::effect::{Effect, Line, Request};
use kapelle_model::execution::{Birth, Execution};
use kapelle_model::{ExecutionId, Failure, State};
use kapelle_store::StoreError;
use tokio::sync::oneshot;

use crate::definitions::Definition;
use crate::flows::{self, Unsaved};
use crate::message::{Declined, Message, Newborn};
use crate::runtime::Runtime;
use crate::shared::Shared;

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
        flows::save(&self.shared, tenant, source, base)
    }

    /// Grows with each flow that is saved or ended: as long as it stays, so does the list of flows.
    pub fn flow_changes(&self) -> u64 {
        self.shared.flow_changes.load(Ordering::Acquire)
    }

    /// Ends a flow. Its executions go on; its triggers do not. False if there is none.
    pub fn delete_flow(&self, tenant: &Arc<str>, namespace: &str, id: &str) -> Result<bool, StoreError> {
        flows::delete(&self.shared, tenant, namespace, id)
    }

    /// What is to be said of sources that belong together, as they would be saved here today.
    pub fn check(&self, sources: Vec<Source>) -> Vec<File> {
        flows::check(&self.shared, sources)
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
