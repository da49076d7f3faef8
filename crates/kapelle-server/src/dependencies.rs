//! What depends on what: flows that start others by a task, and flows that start after others by a trigger.

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::services::NoServices;
use kapelle_core::property::Property;
use kapelle_engine::plan::{Kind, Plan};
use kapelle_model::{Map, Value};
use serde_json::{Value as Json, json};

/// Flows of a tenant, by their places in the list that they came in, with what leads from one to another.
pub(crate) struct Dependencies {
    tenant: Arc<str>,
    names: Vec<(String, String)>,
    edges: Vec<Edge>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: usize,
    to: usize,
    relation: Relation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    Task,
    Trigger,
}

/// Whose neighbours are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// Only what follows, not what comes before.
    pub(crate) is_downstream: bool,
    /// The neighbours of the neighbours too.
    pub(crate) is_whole: bool,
}

impl Dependencies {
    /// Of all these flows. What a flow names by an expression is not known before it runs, and is left out.
    pub(crate) fn of(tenant: Arc<str>, plans: &[&Plan]) -> Self {
        let names: Vec<(String, String)> =
            plans.iter().map(|plan| (plan.namespace.to_string(), plan.flow.to_string())).collect();
        let mut edges = BTreeSet::new();
        for (to, plan) in plans.iter().enumerate() {
            let started = plan.tasks.iter().filter_map(|task| match &task.kind {
                Kind::Subflow(subflow) | Kind::Items(subflow, _) => {
                    let namespace = subflow.namespace.as_ref().map_or(Some(&*plan.namespace), fixed)?;
                    Some((namespace, fixed(subflow.flow.as_ref()?)?))
                }
                _ => None,
            });
            for name in started {
                let found = names.iter().position(|(namespace, flow)| (&**namespace, &**flow) == name);
                edges.extend(found.map(|found| Edge { from: to, to: found, relation: Relation::Task }));
            }
            for trigger in &plan.flow_triggers {
                let follows = |(_, (namespace, flow)): &(usize, &(String, String))| {
                    let (variables, settings) = (Map::new(), Settings::default());
                    let environment =
                        Environment { context: &variables, services: &NoServices, settings: &settings };
                    trigger.may_follow(namespace, flow, environment)
                };
                let upstream = names.iter().enumerate().filter(follows);
                edges.extend(upstream.map(|(from, _)| Edge { from, to, relation: Relation::Trigger }));
            }
        }
        Self { tenant, names, edges: edges.into_iter().collect() }
    }

    /// Some of the flows with their neighbours, and what leads from one to the other.
    pub(crate) fn around(&self, is_meant: impl Fn(&str, &str) -> bool, reach: Reach) -> Json {
        let meant = self.names.iter().enumerate().filter(|(_, (namespace, flow))| is_meant(namespace, flow));
        let mut shown: BTreeSet<usize> = meant.map(|(index, _)| index).collect();
        let mut newest = shown.clone();
        let mut used = BTreeSet::new();
        while !newest.is_empty() {
            let mut next = BTreeSet::new();
            for edge in &self.edges {
                if newest.contains(&edge.from) {
                    used.insert(*edge);
                    next.insert(edge.to);
                }
                if newest.contains(&edge.to) && !reach.is_downstream {
                    used.insert(*edge);
                    next.insert(edge.from);
                }
            }
            newest = &next - &shown;
            shown.extend(next);
            if !reach.is_whole {
                break;
            }
        }
        let nodes: Vec<Json> = shown.iter().map(|index| self.node(*index)).collect();
        let edges: Vec<Json> = used.iter().map(|edge| self.edge(edge)).collect();
        json!({"nodes": nodes, "edges": edges})
    }

    fn uid(&self, index: usize) -> String {
        let (namespace, flow) = &self.names[index];
        format!("{}_{namespace}_{flow}", self.tenant)
    }

    fn node(&self, index: usize) -> Json {
        let (namespace, flow) = &self.names[index];
        json!({"uid": self.uid(index), "namespace": namespace, "id": flow})
    }

    fn edge(&self, edge: &Edge) -> Json {
        let relation = match edge.relation {
            Relation::Task => "FLOW_TASK",
            Relation::Trigger => "FLOW_TRIGGER",
        };
        json!({"source": self.uid(edge.from), "target": self.uid(edge.to), "relation": relation})
    }
}

/// A text that no expression makes.
fn fixed(property: &Property) -> Option<&str> {
    match property.fixed()? {
        Value::Str(text) => Some(text.expose()),
        _ => None,
    }
}
