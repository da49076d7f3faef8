//! Triggers, over a clock that is moved by hand.

mod executions;
mod plugins;
mod schedules;

use std::sync::Arc;

use kapelle_engine::schedule::Recover;
use kapelle_model::event::Order;
use kapelle_model::execution::Execution;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::{Skip, TriggerKey, TriggerState};
use kapelle_model::{Millis, State, Value};
use kapelle_store::Store;
use kapelle_store::filter::Filter;
use kapelle_store::listing::Page;

use super::world::{NOW, World};
use crate::TriggerRow;
pub(in crate::tests) use plugins::{Listen, Look};

const MINUTE: i64 = 60_000;

/// `team.<flow>` with these triggers, and a task that takes so long.
fn source(flow: &str, triggers: &str, takes: &str) -> String {
    format!(
        "id: {flow}\nnamespace: team\ninputs: [{{id: n, type: INT, defaults: 1}}]\ntriggers:\n{triggers}\ntasks:\n\
         - {{id: t, type: io.kestra.plugin.core.flow.Sleep, duration: {takes}}}\n"
    )
}

fn key(flow: &str, trigger: &str) -> TriggerKey {
    TriggerKey { tenant: "main".into(), namespace: "team".into(), flow: flow.into(), trigger: trigger.into() }
}

impl World {
    fn put(&self, source: &str) {
        let saved = self.runtime().save_flow(&Arc::from("main"), source);
        saved.unwrap_or_else(|unsaved| panic!("{unsaved:?}"));
    }

    /// Executions of a flow, the first one first.
    fn executions(&self, flow: &str) -> Vec<Execution> {
        let page = Page { size: 1_000, ..Page::newest(1_000) };
        let store: &dyn Store = &*self.store;
        let listing = store.executions(&Permit::system("test"), &Filter::default(), &page).unwrap();
        let own = listing.rows.iter().rev().filter(|header| &*header.birth.flow == flow);
        own.map(|header| self.execution(header.birth.id)).collect()
    }

    pub(super) fn states(&self, flow: &str) -> Vec<State> {
        self.executions(flow).iter().map(Execution::state).collect()
    }

    /// The seconds after [`NOW`] that executions of a flow are for.
    fn dates(&self, flow: &str) -> Vec<i64> {
        let dates = self.executions(flow).into_iter().map(|execution| execution.birth.start.unwrap().at);
        dates.map(|at| at.since(NOW) / 1_000).collect()
    }

    fn row(&self, flow: &str, trigger: &str) -> TriggerRow {
        self.runtime().trigger(&key(flow, trigger)).unwrap().unwrap()
    }

    fn state(&self, flow: &str, trigger: &str) -> TriggerState {
        self.row(flow, trigger).state
    }

    fn skips(&self, flow: &str, trigger: &str) -> Vec<Skip> {
        self.runtime().skips(&Permit::system("test"), &key(flow, trigger), Millis(0), 100).unwrap()
    }

    /// Lets so many seconds pass.
    fn pass(&self, seconds: i64) {
        let until = self.runtime().now().plus(seconds * 1_000);
        self.settle(until);
        self.runtime().set_hands(until);
    }
}

fn variable(execution: &Execution, name: &str) -> Option<Value> {
    execution.birth.origin.as_ref()?.variables.get(name).cloned()
}

fn label(execution: &Execution, key: &str) -> Option<String> {
    let labels = &execution.head.labels;
    labels.iter().find(|(name, _)| **name == *key).map(|(_, value)| value.to_string())
}

fn with_all() -> World {
    World::with_triggers(Recover::All)
}
