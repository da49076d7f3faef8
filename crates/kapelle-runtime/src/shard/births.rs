//! How executions come to be: on behalf of clients, of task runs, of executions that are tried again.

use std::sync::Arc;

use kapelle_engine::children;
use kapelle_engine::variables::Variables;
use kapelle_model::effect::Request;
use kapelle_model::event::{ChildNews, Event, Report};
use kapelle_model::execution::Parent;
use kapelle_model::{ExecutionId, Failure, State, Value};
use kapelle_store::{Transaction, Write};

use super::Shard;
use super::entry::{After, Entry};
use crate::births::{Asker, make};
use crate::message::{Happening, Message, Newborn};
use crate::shared::News;
use crate::workers::place;

impl Shard {
    /// Keeps an execution that somebody made.
    pub(super) fn adopt(&mut self, newborn: Newborn) {
        let Newborn { definition, live, outcome, with, answer } = newborn;
        let id = live.execution().birth.id;
        let mut entry = Entry::new(definition, live);
        entry.after.extend(answer.map(After::Answer));
        self.entries.insert(id, entry);
        let mut writes = with;
        self.gather(id, outcome, &mut writes);
        self.submit(id, Transaction::of(writes));
    }

    /// Creates an execution for a task run, unless it is there already, and tells the task run.
    pub(super) fn bear(&mut self, request: &Request, tenant: &Arc<str>, is_first: bool) {
        let Some(parent) = request.parent else { return };
        let known = if is_first { Ok(self.entries.contains_key(&request.id)) } else { self.load(request.id) };
        match known {
            Ok(true) => {
                let state = self.entries[&request.id].live.execution().state();
                self.tell_parent(parent, request.id, ChildNews::Created(state));
                return self.tidy(request.id);
            }
            Ok(false) => {}
            Err(error) => return self.shared.news(&News::Alarm(&format!("{}: {error}", request.id))),
        }
        match make(&self.shared, tenant, request, &Asker::Execution) {
            Ok(newborn) => {
                self.adopt(newborn);
                let event = Event::Child {
                    run: parent.run,
                    iteration: parent.iteration,
                    id: request.id,
                    // As it is told of one that was just created, however far it came with its first step.
                    news: ChildNews::Created(State::Created),
                };
                let told = Message::Happen(Happening::of(parent.execution, event));
                if let Some(entry) = self.entries.get_mut(&request.id) {
                    // Before the effects: it may have ended already, and tells so with them.
                    entry.after.insert(0, After::Tell(told));
                }
            }
            Err(unborn) => {
                let news = ChildNews::Refused(unborn.failure(request));
                self.tell_parent(parent, request.id, news);
            }
        }
    }

    /// Creates the execution that tries again what another one did, in the same transaction.
    pub(super) fn hand_over(&mut self, of: ExecutionId, request: &Request, writes: &mut Vec<Write>) {
        let tenant = Arc::clone(&self.entries[&of].live.execution().birth.tenant);
        match make(&self.shared, &tenant, request, &Asker::Execution) {
            Ok(made) => {
                writes.push(made.outcome.delta.into());
                let entry = self.entries.get_mut(&of).expect("it is being worked on");
                entry.after.push(After::Tell(Message::TakeUp(request.id)));
            }
            Err(unborn) => {
                let words = format!("execution {of} cannot be tried again: {}", unborn.failure(request));
                self.shared.news(&News::Alarm(&words));
            }
        }
    }

    /// Asks for the execution that a task run starts, if it still wants it.
    pub(super) fn ask_for(&mut self, request: Request, is_first: bool) {
        let Some(parent) = request.parent else { return };
        let Some(entry) = self.entries.get(&parent.execution) else { return };
        let execution = entry.live.execution();
        let child = execution.children.get(&(parent.run, parent.iteration));
        if child.is_none_or(|child| child.id != request.id || child.ended.is_some()) {
            return;
        }
        let is_ended = entry.live.has_children_killed(&entry.definition.plan)
            && execution.run(parent.run).is_some_and(|run| run.state() == execution.state());
        if is_ended {
            // After a kill nothing new starts.
            let news = ChildNews::Refused(Failure::new("what asked for it was ended"));
            return self.tell_parent(parent, request.id, news);
        }
        if let Some(news) = self.stand_in(parent) {
            return self.tell_parent(parent, request.id, news);
        }
        let tenant = Arc::clone(&execution.birth.tenant);
        self.shared.tell(Message::Bear { request: Box::new(request), tenant, is_first });
    }

    /// The news of an execution in whose stead there is a fixture.
    fn stand_in(&self, parent: Parent) -> Option<ChildNews> {
        let fixtures = self.shared.fixtures.as_ref()?;
        let Entry { definition, live, .. } = self.entries.get(&parent.execution)?;
        self.shared.with_world(&live.execution().birth, |world| {
            let place = place(definition, live, parent.run, world)?;
            let variables = Variables::new(&definition.plan, live, Some(parent.run), world, &[]);
            fixtures.of(&place, variables.environment()).map(end_of)
        })
    }

    /// Asks once more for an execution that was never created.
    pub(super) fn ask_again(&mut self, parent: Parent, id: ExecutionId) {
        if !matches!(self.load(parent.execution), Ok(true)) {
            return;
        }
        let entry = &self.entries[&parent.execution];
        let birth = Arc::clone(&entry.live.execution().birth);
        let child = entry.live.execution().children.get(&(parent.run, parent.iteration));
        let ended =
            child.filter(|child| child.id == id && child.ended.is_none()).and_then(|child| child.generation);
        if let Some(generation) = ended {
            // It was there, and somebody deleted it: another one takes its place.
            let successor = self.shared.with_world(&birth, |world| world.chance.execution());
            let news = ChildNews::Ended {
                state: State::Retried,
                generation: generation + 1,
                outputs: None,
                successor: Some(successor),
            };
            return self.tell_parent(parent, id, news);
        }
        let asked = self.shared.with_world(&birth, |world| {
            children::request(&entry.definition.plan, &entry.live, parent.run, parent.iteration, id, world)
        });
        match asked {
            Ok(request) => self.ask_for(request, false),
            Err(failure) => self.tell_parent(parent, id, ChildNews::Refused(failure)),
        }
    }

    /// Asks for the news of an execution that a task run waits for.
    pub(super) fn watch(&mut self, parent: Parent, id: ExecutionId) {
        if !matches!(self.load(parent.execution), Ok(true)) {
            return;
        }
        let entry = &self.entries[&parent.execution];
        let child = entry.live.execution().children.get(&(parent.run, parent.iteration));
        let Some(child) = child.filter(|child| child.id == id && child.ended.is_none()) else { return };
        self.shared.tell(Message::Watch { parent, id, known: child.generation });
    }

    /// Says what became of an execution that a task run waits for.
    pub(super) fn watched(&mut self, parent: Parent, id: ExecutionId, known: Option<u32>) {
        match self.load(id) {
            Ok(true) => {}
            Ok(false) => return self.shared.tell(Message::Absent { parent, id }),
            Err(error) => return self.shared.news(&News::Alarm(&format!("execution {id}: {error}"))),
        }
        let entry = &self.entries[&id];
        if entry.phase != super::entry::Phase::Ready {
            // What is being written tells it by itself, or the next question finds it.
            return self.later(500, Message::Watch { parent, id, known });
        }
        let execution = entry.live.execution();
        let (state, generation) = (execution.state(), execution.head.generation);
        let is_over = state.is_terminal() && execution.runs.iter().all(|run| run.state().is_terminal());
        let news = match is_over {
            // It was to begin again, and could not.
            true if known >= Some(generation) => {
                ChildNews::Refused(Failure::new("it has ended, and does not begin again"))
            }
            true => ChildNews::Ended {
                state,
                generation,
                outputs: execution.head.outputs.clone(),
                successor: execution.head.successor,
            },
            false => ChildNews::Created(state),
        };
        self.tell_parent(parent, id, news);
        self.tidy(id);
    }

    /// Does what is left to be done for an execution.
    pub(super) fn take_up(&mut self, id: ExecutionId) {
        match self.load(id) {
            Ok(_) => self.tidy(id),
            Err(error) => self.shared.news(&News::Alarm(&format!("execution {id}: {error}"))),
        }
    }
}

/// What became of an execution of which this is reported.
fn end_of(report: Report) -> ChildNews {
    if let Some(failure) = report.failure {
        return ChildNews::Refused(failure);
    }
    let outputs = match report.outputs.as_ref().and_then(|outputs| outputs.get("outputs")) {
        Some(Value::Map(outputs)) => Some(Arc::clone(outputs)),
        _ => None,
    };
    let state = report.state.unwrap_or(State::Success);
    ChildNews::Ended { state, generation: 0, outputs, successor: None }
}
