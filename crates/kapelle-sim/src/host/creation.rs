//! How executions come to be: on behalf of a client, or of another execution.

use std::sync::Arc;

use kapelle_engine::creation::{Prepared, Rejected, prepare};
use kapelle_engine::step;
use kapelle_model::effect::Request;
use kapelle_model::event::ChildNews;
use kapelle_model::{ExecutionId, Failure, State};

use crate::TENANT;

use super::given::{Given, client_labels};
use super::{Definition, Host, Kept, Logged, Refusal};

impl Host {
    /// Creates an execution of the latest revision of a flow, as an API does.
    pub fn create(&mut self, namespace: &str, flow: &str, given: &Given) -> Result<ExecutionId, Refusal> {
        let found = self.flows.find(namespace, flow, None).cloned();
        let definition = found.ok_or_else(|| Refusal::new(404, "Flow not found"))?;
        let id = self.shelf.fresh_id();
        let request = Request {
            inputs: Arc::new(self.provided(given, &definition.plan, id)),
            labels: client_labels(&given.labels)?,
            ..Request::new(id, namespace.into(), flow.into())
        };
        let mut prepared = self.prepared(&definition, &request).map_err(|rejected| match rejected {
            Rejected::Disabled => Refusal::new(409, rejected.failure().to_string()),
            Rejected::Inputs(_) => Refusal::new(422, format!("Invalid entity: {}", rejected.failure())),
        })?;
        if let Some(failure) = self.check(&definition, &prepared.creation)? {
            prepared.creation.ends = Some((State::Failed, failure));
        }
        self.begin(&definition, prepared);
        Ok(id)
    }

    /// Creates an execution that another one asks for, and tells that one of it.
    pub(super) fn answer(&mut self, request: &Request) {
        let news = match self.create_asked(request) {
            Ok(()) => ChildNews::Created(State::Created),
            Err(failure) => ChildNews::Refused(failure),
        };
        if let Some(parent) = request.parent {
            self.tell(parent.execution, parent.run, parent.iteration, request.id, news);
        }
    }

    fn create_asked(&mut self, request: &Request) -> Result<(), Failure> {
        if self.executions.contains_key(&request.id) {
            return Ok(());
        }
        let found = self.flows.find(&request.namespace, &request.flow, request.revision).cloned();
        let definition = found.ok_or_else(|| {
            let (namespace, flow) = (&request.namespace, &request.flow);
            let revision = request.revision.unwrap_or(0);
            Failure::new(format!("Unable to find flow '{namespace}'.'{flow}' with revision '{revision}'"))
        })?;
        let prepared = self.prepared(&definition, request).map_err(|rejected| rejected.failure())?;
        self.begin(&definition, prepared);
        Ok(())
    }

    /// Creates an execution that a trigger asks for, if its flow runs now.
    pub(super) fn create_for_trigger(&mut self, request: &Request, failure: Option<Failure>) {
        let Some(definition) = self.flows.find(&request.namespace, &request.flow, None).cloned() else {
            return;
        };
        if let Ok(mut prepared) = self.prepared(&definition, request) {
            prepared.creation.ends = failure.map(|failure| (State::Failed, failure));
            self.begin(&definition, prepared);
        }
    }

    fn prepared(&self, definition: &Definition, request: &Request) -> Result<Prepared, Rejected> {
        prepare(&definition.plan, &TENANT.into(), request, &self.world(&self.shelf))
    }

    fn begin(&mut self, definition: &Arc<Definition>, prepared: Prepared) {
        let id = prepared.creation.birth.id;
        let (live, outcome) = step::create(&definition.plan, prepared.creation, &self.world(&self.shelf));
        let lines = prepared.logs.into_iter();
        let logs = lines.map(|(level, message)| Logged { run: None, level, message: message.into() });
        self.executions.insert(id, Kept { live, flow: Arc::clone(definition), logs: logs.collect() });
        self.follow(id, outcome);
    }
}
