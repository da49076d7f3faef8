//! Flows that are saved again with other limits, while their executions run and wait.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::language::Language;
use kapelle_engine::defaults::Layers;
use kapelle_engine::limits::{LimitedFlow, Rule, key};
use kapelle_engine::live::Live;
use kapelle_engine::plan::Plan;
use kapelle_model::Span;
use kapelle_model::event::Admission;
use kapelle_model::execution::Execution;
use serde_json::{Value as Json, json};

use super::World;
use crate::TENANT;
use crate::generator::yaml;
use crate::invariants::Violation;

/// The key that can be rendered.
pub const LANE: &str = "{{ labels.lane ?? 'none' }}";

/// All revisions of all flows.
pub struct Flows {
    by_name: BTreeMap<Arc<str>, Revisions>,
}

struct Revisions {
    source: Json,
    /// Oldest first.
    plans: Vec<Plan>,
}

impl Flows {
    pub(super) fn new(sources: &[Json]) -> Self {
        let first = |source: &Json| {
            let plan = plan(source, 1);
            (Arc::clone(&plan.flow), Revisions { source: source.clone(), plans: vec![plan] })
        };
        Self { by_name: sources.iter().map(first).collect() }
    }

    /// A revision, or the latest one.
    pub fn find(&self, flow: &str, revision: Option<u32>) -> Option<&Plan> {
        let plans = &self.by_name.get(flow)?.plans;
        revision.map_or(plans.last(), |revision| plans.iter().find(|plan| plan.revision == revision))
    }

    pub fn latest(&self, flow: &str) -> &Plan {
        self.find(flow, None).expect("flows are never deleted here")
    }

    /// The revision of an execution.
    pub fn of(&self, execution: &Execution) -> &Plan {
        let birth = &execution.birth;
        self.find(&birth.flow, Some(birth.revision)).expect("executions have a revision that was saved")
    }

    /// Saves a flow as its next revision, with this limit or none.
    fn save(&mut self, flow: &str, concurrency: Option<Json>) {
        let known = self.by_name.get_mut(flow).expect("it has a first revision");
        let source = known.source.as_object_mut().expect("flows are objects");
        match concurrency {
            Some(concurrency) => drop(source.insert("concurrency".into(), concurrency)),
            None => drop(source.shift_remove("concurrency")),
        }
        known.plans.push(plan(&known.source, known.plans.len() as u32 + 1));
    }
}

fn plan(source: &Json, revision: u32) -> Plan {
    let source = yaml(source);
    let reading = kapelle_core::yaml::read(&source, Span::new(0, source.len() as u32));
    let root = reading.root.expect("generated flows can be read");
    Plan::compile(&root, revision, Layers::default(), Catalogue::bundled(), Language::One)
}

impl World {
    /// Somebody saves a flow with another limit.
    pub(super) fn turn_of_saver(&mut self) -> Result<(), Violation> {
        let names: Vec<Arc<str>> = self.flows.by_name.keys().cloned().collect();
        let flow = self.dice.pick(&names);
        let concurrency = if self.dice.percent(80) { Some(self.concurrency()) } else { None };
        // Places that were granted before are to be known as such.
        self.witness.looked_at(&self.flows, &self.disk, &self.memory.limits)?;
        self.note(|| format!("{flow} is saved, with the limit {}", json!(concurrency)));
        self.flows.save(flow, concurrency);
        if self.strikes(self.faults.dies_after_commit) {
            self.note(|| "the process dies, and the limits did not hear of it".to_owned());
            self.die()?;
        } else {
            self.change_limits(flow);
        }
        self.witness.looked_at(&self.flows, &self.disk, &self.memory.limits)
    }

    fn concurrency(&self) -> Json {
        // Without people it is known beforehand what becomes of every execution: all of them wait for their places.
        let behaviors: &[&str] =
            if self.faults.people > 0 { &["QUEUE", "CANCEL", "FAIL"] } else { &["QUEUE"] };
        let mut concurrency =
            json!({"limit": self.dice.between(1, 3), "behavior": self.dice.pick(behaviors)});
        if self.dice.percent(40) {
            let key = if self.dice.percent(80) { LANE } else { "{{ nobody.knows }}" };
            concurrency["key"] = json!(key);
        }
        concurrency
    }

    /// Tells the limits what the latest revision of a flow says.
    fn change_limits(&mut self, flow: &str) {
        let latest = self.flows.latest(flow);
        let name = LimitedFlow {
            tenant: TENANT.into(),
            namespace: Arc::clone(&latest.namespace),
            flow: Arc::clone(&latest.flow),
        };
        let admitted = self.memory.limits.change(&name, Rule::of(Some(latest)), |id| {
            let execution = &self.disk.rows[&id].execution;
            let own = self.flows.of(execution);
            let live = Live::restore(own, execution.clone()).ok()?;
            key(own, Some(latest), &live, &self.air.moment())
        });
        for to in admitted {
            self.admit(to, Admission::Granted);
        }
    }
}
