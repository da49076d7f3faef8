//! What executions ask for.

use std::sync::Arc;

use kapelle_engine::limits::{Claim, LimitedFlow, Rule, claim, key};
use kapelle_engine::plan::Plan;
use kapelle_model::ExecutionId;
use kapelle_model::effect::Effect;
use kapelle_model::event::{Admission, ChildNews, Event, Order};
use kapelle_model::task_run::RunIndex;

use crate::TENANT;

use super::{Alarm, Host, Job, Logged};

impl Host {
    pub(super) fn do_effect(&mut self, of: ExecutionId, effect: Effect) {
        match effect {
            Effect::Dispatch(dispatch) => self.work(of, &dispatch),
            Effect::Stop { run, fence } => self.stop_work(of, run, fence),
            Effect::Wake { at, due } => self.clock.set(at, Alarm::Due { to: of, due }),
            Effect::Create(request) => self.answer(&request),
            Effect::Watch { run, iteration, id } => self.watch(of, run, iteration, id),
            Effect::RestartChild { run, iteration, id } => {
                if let Err(refusal) = self.order(id, &Order::Restart)
                    && self.state(id).is_none_or(kapelle_model::State::is_terminal)
                {
                    let news = ChildNews::Refused(kapelle_model::Failure::new(refusal.message));
                    self.tell(of, run, iteration, id, news);
                }
            }
            Effect::KillChildren => {
                for child in self.started_by(of) {
                    self.jobs.push_back(Job::Event {
                        to: child,
                        event: Event::Order(Order::Kill { cascade: true }),
                    });
                }
            }
            Effect::AskSlot => self.ask_limits(of),
            Effect::ForceSlot => {
                if let Some(claim) = self.claim(of) {
                    self.limits.force(&claim);
                }
            }
            Effect::ReleaseSlot => {
                for to in self.limits.release(of) {
                    self.admit(to, Admission::Granted);
                }
            }
            Effect::TellParent { parent, state, generation, outputs, successor } => {
                let news = ChildNews::Ended { state, generation, outputs, successor };
                self.tell(parent.execution, parent.run, parent.iteration, of, news);
            }
            Effect::Changed { to, .. } => self.ask_triggers(of, to),
            Effect::Log(line) => {
                if let Some(kept) = self.executions.get_mut(&of) {
                    kept.logs.push(Logged { run: line.run, level: line.level, message: line.message });
                }
            }
        }
    }

    pub(super) fn tell(
        &mut self,
        to: ExecutionId,
        run: RunIndex,
        iteration: u32,
        id: ExecutionId,
        news: ChildNews,
    ) {
        self.jobs.push_back(Job::Event { to, event: Event::Child { run, iteration, id, news } });
    }

    /// Tells of an execution that has ended already; of all others their end will tell.
    fn watch(&mut self, of: ExecutionId, run: RunIndex, iteration: u32, id: ExecutionId) {
        let Some(kept) = self.executions.get(&id) else { return };
        let execution = kept.live.execution();
        if execution.state().is_terminal() {
            let (state, outputs) = (execution.state(), execution.head.outputs.clone());
            let generation = execution.head.generation;
            let successor = execution.head.successor;
            let news = ChildNews::Ended { state, generation, outputs, successor };
            self.tell(of, run, iteration, id, news);
        }
    }

    fn ask_limits(&mut self, of: ExecutionId) {
        let admission = match self.claim(of) {
            Some(claim) => self.limits.ask(&claim),
            None => Admission::Granted,
        };
        self.admit(of, admission);
    }

    /// Passes on what the limits say.
    fn admit(&mut self, to: ExecutionId, answer: Admission) {
        let Some(kept) = self.executions.get(&to) else { return };
        let generation = kept.live.execution().head.generation;
        self.jobs.push_back(Job::Event { to, event: Event::Admission { generation, answer } });
    }

    /// What an execution asks of the limits that the latest revision of its flow has.
    fn claim(&self, of: ExecutionId) -> Option<Claim> {
        let kept = self.executions.get(&of)?;
        let birth = &kept.live.execution().birth;
        let latest = self.flows.find(&birth.namespace, &birth.flow, None);
        let latest = latest.map(|latest| &latest.plan);
        Some(claim(&kept.flow.plan, latest, &kept.live, &self.world(&self.shelf)))
    }

    /// Tells the limits what the latest revision of a flow says.
    pub(super) fn change_limits(&mut self, latest: &Plan) {
        let flow = LimitedFlow {
            tenant: TENANT.into(),
            namespace: Arc::clone(&latest.namespace),
            flow: Arc::clone(&latest.flow),
        };
        let mut limits = std::mem::take(&mut self.limits);
        let admitted = limits.change(&flow, Rule::of(Some(latest)), |id| {
            let kept = self.executions.get(&id)?;
            key(&kept.flow.plan, Some(latest), &kept.live, &self.world(&self.shelf))
        });
        self.limits = limits;
        for to in admitted {
            self.admit(to, Admission::Granted);
        }
    }
}
