//! Flow triggers: executions that start because others changed their state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_core::expression::environment::{Context, Environment};
use kapelle_engine::flow_trigger::{Decision, Firing, Upstream};
use kapelle_engine::overlay::Overlay;
use kapelle_engine::variables::Variables;
use kapelle_model::effect::Request;
use kapelle_model::window::Window;
use kapelle_model::{ExecutionId, Map, State, Value};

use super::{Definition, Host};

/// A trigger, by its flow and its place among the Flow triggers of it.
type Key = (Arc<str>, Arc<str>, usize);

/// What is kept of all Flow triggers.
#[derive(Default)]
pub(super) struct Triggers {
    windows: BTreeMap<Key, Vec<Window>>,
    /// What has started an execution already.
    fired: BTreeSet<(Key, String)>,
}

impl Host {
    /// Asks the triggers of all flows about a change of an execution.
    pub(super) fn ask_triggers(&mut self, of: ExecutionId, to: State) {
        let latest: Vec<Arc<Definition>> =
            self.flows.latest().filter(|flow| !flow.plan.disabled).cloned().collect();
        for flow in latest {
            for place in 0..flow.plan.flow_triggers.len() {
                self.ask_trigger(&flow, place, of, to);
            }
        }
    }

    fn ask_trigger(&mut self, flow: &Arc<Definition>, place: usize, of: ExecutionId, to: State) {
        let key: Key = (Arc::clone(&flow.plan.namespace), Arc::clone(&flow.plan.flow), place);
        let Some(decision) = self.decide(flow, &key, of, to) else { return };
        let windows = self.triggers.windows.entry(key.clone()).or_default();
        for window in decision.windows {
            windows.retain(|known| known.id != window.id);
            windows.push(window);
        }
        if let Some(firing) = decision.firing
            && self.triggers.fired.insert((key, firing.identity()))
        {
            self.fire(flow, firing);
        }
    }

    fn decide(&self, flow: &Definition, key: &Key, of: ExecutionId, to: State) -> Option<Decision> {
        let kept = self.executions.get(&of)?;
        let execution = kept.live.execution();
        let states: Vec<State> = execution.head.history.entries().map(|(state, _)| state).collect();
        let change = states.iter().rposition(|state| *state == to)?;
        let upstream = Upstream::of(execution, change as u32)?;
        let world = self.world(&self.shelf);
        let variables = Variables::new(&kept.flow.plan, &kept.live, None, &world, &[]);
        let own = Map::from_iter([
            ("id".into(), Value::from(&*flow.plan.flow)),
            ("namespace".into(), Value::from(&*flow.plan.namespace)),
        ]);
        let over = Map::from_iter([("flow".into(), Value::Map(Arc::new(own)))]);
        let context: &dyn Context = &Overlay { over: &over, under: &variables };
        let environment = Environment { context, services: &self.shelf, settings: &self.settings };
        let windows = self.triggers.windows.get(key).map_or(&[][..], Vec::as_slice);
        let trigger = &flow.plan.flow_triggers[key.2];
        Some(trigger.evaluate(&upstream, windows, self.now(), &self.settings.zone, environment))
    }

    fn fire(&mut self, flow: &Definition, firing: Firing) {
        let request = Request {
            inputs: Arc::new(firing.inputs),
            resolves: false,
            labels: firing.labels.into(),
            origin: Some(firing.origin),
            ..Request::new(
                self.shelf.fresh_id(),
                Arc::clone(&flow.plan.namespace),
                Arc::clone(&flow.plan.flow),
            )
        };
        self.create_for_trigger(&request, firing.failure);
    }
}
