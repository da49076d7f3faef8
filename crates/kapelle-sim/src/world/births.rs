//! How executions come to be.

use std::sync::Arc;

use kapelle_engine::children;
use kapelle_engine::creation::prepare;
use kapelle_engine::plan::Plan;
use kapelle_engine::step::{Creation, create};
use kapelle_engine::world::World as Moment;
use kapelle_model::effect::Request;
use kapelle_model::event::{ChildNews, Event, Order};
use kapelle_model::execution::{Breakpoint, Kind, Labels, Parent, Start};
use kapelle_model::{ExecutionId, Failure, Map, State};

use super::World;
use super::memory::{Job, Note};
use super::paths::path_of;
use crate::TENANT;
use crate::generator::NAMESPACE;
use crate::invariants::Violation;
use crate::oracle::child_lineage;

/// What is known of an execution apart from itself.
pub(super) struct Cradle {
    pub(super) flow: Arc<str>,
    pub(super) stem: String,
    pub(super) lineage: String,
}

pub(super) fn creation_of(plan: &Plan, request: &Request, moment: &Moment<'_>) -> Result<Creation, String> {
    let prepared = prepare(plan, &TENANT.into(), request, moment);
    prepared.map(|prepared| prepared.creation).map_err(|rejected| rejected.failure().to_string())
}

impl World {
    /// Somebody starts a flow.
    pub fn begin(
        &mut self,
        flow: &str,
        lineage: &str,
        start: Option<Start>,
        breakpoints: Arc<[Breakpoint]>,
    ) -> Result<Option<ExecutionId>, Violation> {
        let id = self.air.shelf.fresh_id();
        let request = Request {
            id,
            namespace: NAMESPACE.into(),
            flow: flow.into(),
            revision: None,
            inputs: Arc::new(Map::new()),
            resolves: true,
            labels: [("lane".into(), (*self.dice.pick(&["a", "b"])).into())].into(),
            inherited: Labels::default(),
            origin: None,
            parent: None,
            start,
            kind: Kind::Normal,
            priority: self.dice.below(2) as i32,
            scope: None,
            replay_of: None,
            original: None,
            original_created: None,
            attempt: 1,
            depth: 0,
            breakpoints,
        };
        // Who got no answer asks again.
        while self.bear(&request, lineage.to_owned())?.is_ok() {
            if self.disk.rows.contains_key(&id) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Creates an execution, unless its flow is in no state for it.
    fn bear(&mut self, request: &Request, lineage: String) -> Result<Result<(), Failure>, Violation> {
        let Some(plan) = self.flows.find(&request.flow, request.revision) else {
            return Ok(Err(Failure::new(format!("Unable to find flow '{}'", request.flow))));
        };
        let creation = match creation_of(plan, request, &self.air.moment()) {
            Ok(creation) => creation,
            Err(words) => return Ok(Err(Failure::new(words))),
        };
        let (live, outcome) = create(plan, creation, &self.air.moment());
        self.note(|| format!("{lineage} is created"));
        if self.strikes(self.faults.dies_before_commit) {
            self.note(|| "the process dies, and nothing was written".to_owned());
            self.die()?;
            return Ok(Ok(()));
        }
        self.memory.lives.insert(request.id, live);
        let cradle = Cradle { flow: Arc::clone(&request.flow), stem: lineage.clone(), lineage };
        self.commit(None, outcome, Some(cradle))?;
        Ok(Ok(()))
    }

    /// Creates an execution that another one asks for, and tells that one of it.
    pub(super) fn answer(&mut self, request: &Request) -> Result<(), Violation> {
        let Some(parent) = request.parent else { return Ok(()) };
        if self.disk.child(parent, request.id).is_none_or(|child| child.ended.is_some()) {
            return Ok(());
        }
        let row = &self.disk.rows[&parent.execution];
        let Some(run) = row.execution.run(parent.run) else { return Ok(()) };
        let news = if let Some(known) = self.disk.rows.get(&request.id) {
            ChildNews::Created(known.execution.state())
        } else if row.execution.state() == State::Killed && run.state() == State::Killed {
            // After a kill nothing new starts.
            ChildNews::Refused(Failure::new("what asked for it was killed"))
        } else {
            let path = path_of(self.flows.of(&row.execution), &row.execution, run);
            let lineage = child_lineage(&row.lineage, &path, run.tries().saturating_sub(1), parent.iteration);
            match self.bear(request, lineage)? {
                Ok(()) if self.disk.rows.contains_key(&request.id) => ChildNews::Created(State::Created),
                // The process died over it, and looks after it when it is back.
                Ok(()) => return Ok(()),
                Err(failure) => ChildNews::Refused(failure),
            }
        };
        self.tell(parent, request.id, news);
        Ok(())
    }

    pub(super) fn tell(&mut self, parent: Parent, id: ExecutionId, news: ChildNews) {
        let row = self.disk.rows.get(&id).filter(|_| matches!(news, ChildNews::Ended { .. }));
        let note = Note { receipt: None, generation: row.map(|row| row.execution.head.generation) };
        let event = Event::Child { run: parent.run, iteration: parent.iteration, id, news };
        self.put_job(Job::Event { to: parent.execution, event, note });
    }

    /// Says what became of an execution that a task run waits for. If it was never created, it is created now.
    pub(super) fn watch(&mut self, parent: Parent, id: ExecutionId) -> Result<(), Violation> {
        if self.disk.child(parent, id).is_none_or(|child| child.ended.is_some()) {
            return Ok(());
        }
        if self.disk.parcels.iter().any(|parcel| parcel.to == id && parcel.order == Order::Restart) {
            // It will not stay as it is.
            return Ok(());
        }
        let Some(row) = self.disk.rows.get(&id) else {
            return self.ask_again(parent, id);
        };
        let execution = &row.execution;
        let (state, generation) = (execution.state(), execution.head.generation);
        let is_known = self.disk.child(parent, id).is_some_and(|child| child.generation >= Some(generation));
        let news = match row.is_over() {
            // It was to begin again, and could not.
            true if is_known => ChildNews::Refused(Failure::new("it has ended, and does not begin again")),
            true => {
                let (outputs, successor) = (execution.head.outputs.clone(), execution.head.successor);
                ChildNews::Ended { state, generation, outputs, successor }
            }
            false => ChildNews::Created(state),
        };
        self.tell(parent, id, news);
        Ok(())
    }

    fn ask_again(&mut self, parent: Parent, id: ExecutionId) -> Result<(), Violation> {
        if !self.load(parent.execution)? {
            return Ok(());
        }
        let plan = self.flows.of(&self.disk.rows[&parent.execution].execution);
        let live = &self.memory.lives[&parent.execution];
        match children::request(plan, live, parent.run, parent.iteration, id, &self.air.moment()) {
            Ok(request) => self.answer(&request),
            Err(failure) => {
                self.tell(parent, id, ChildNews::Refused(failure));
                Ok(())
            }
        }
    }
}
