//! What depends on what: flows that start others by a task, and flows that start after others by a trigger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::services::NoServices;
use kapelle_model::Map;
use kapelle_runtime::{FlowName, Links};
use serde_json::{Value as Json, json};

/// Flows of a tenant, by their places in the list that they came in. What leads from one to another is looked up around
/// those that somebody asks for: of many flows with triggers, each could follow each.
pub(crate) struct Dependencies {
    tenant: Arc<str>,
    flows: Vec<(FlowName, Links)>,
    /// Who starts each.
    starters: Vec<Vec<usize>>,
    /// What each starts.
    started: Vec<Vec<usize>>,
    /// Those with triggers on others.
    listeners: Vec<usize>,
    /// Made once: a picture asks for each trigger and each flow.
    settings: Settings,
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
    /// Of these flows, which are in the order of their names.
    pub(crate) fn of(tenant: Arc<str>, flows: Vec<(FlowName, Links)>) -> Self {
        let places: BTreeMap<&FlowName, usize> = flows.iter().map(|(name, _)| name).zip(0..).collect();
        let place = |name: &FlowName| places.get(name).copied();
        let started: Vec<Vec<usize>> =
            flows.iter().map(|(_, links)| links.starts.iter().filter_map(place).collect()).collect();
        let mut starters = vec![Vec::new(); flows.len()];
        for (from, all) in started.iter().enumerate() {
            for to in all {
                starters[*to].push(from);
            }
        }
        let listeners = flows.iter().enumerate().filter(|(_, (_, links))| links.listens.is_some());
        let listeners = listeners.map(|(place, _)| place).collect();
        Self { tenant, flows, starters, started, listeners, settings: Settings::default() }
    }

    /// What leads from a flow to others.
    fn downstream(&self, from: usize) -> impl Iterator<Item = Edge> {
        let tasks = self.started[from].iter().map(move |to| Edge { from, to: *to, relation: Relation::Task });
        let listeners = self.listeners.iter().filter(move |to| self.may_follow(from, **to));
        tasks.chain(listeners.map(move |to| Edge { from, to: *to, relation: Relation::Trigger }))
    }

    /// What leads from others to a flow.
    fn upstream(&self, to: usize) -> impl Iterator<Item = Edge> {
        let tasks =
            self.starters[to].iter().map(move |from| Edge { from: *from, to, relation: Relation::Task });
        let all = if self.flows[to].1.listens.is_some() { self.flows.len() } else { 0 };
        let followed = (0..all).filter(move |from| self.may_follow(*from, to));
        tasks.chain(followed.map(move |from| Edge { from, to, relation: Relation::Trigger }))
    }

    /// Whether a trigger of the one may start it after an execution of the other.
    fn may_follow(&self, from: usize, to: usize) -> bool {
        let variables = Map::new();
        let environment =
            Environment { context: &variables, services: &NoServices, settings: &self.settings };
        let (namespace, flow) = &self.flows[from].0;
        let listens = self.flows[to].1.listens.iter();
        let mut triggers = listens.flat_map(|definition| &definition.plan.flow_triggers);
        triggers.any(|trigger| trigger.may_follow(namespace, flow, environment))
    }

    /// Some of the flows with their neighbours, and what leads from one to the other.
    pub(crate) fn around(&self, is_meant: impl Fn(&str, &str) -> bool, reach: Reach) -> Json {
        let meant =
            self.flows.iter().enumerate().filter(|(_, ((namespace, flow), _))| is_meant(namespace, flow));
        let mut shown: BTreeSet<usize> = meant.map(|(index, _)| index).collect();
        let mut newest = shown.clone();
        let mut used = BTreeSet::new();
        while !newest.is_empty() {
            let mut next = BTreeSet::new();
            for place in &newest {
                for edge in self.downstream(*place) {
                    next.insert(edge.to);
                    used.insert(edge);
                }
                if !reach.is_downstream {
                    for edge in self.upstream(*place) {
                        next.insert(edge.from);
                        used.insert(edge);
                    }
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
        let (namespace, flow) = &self.flows[index].0;
        format!("{}_{namespace}_{flow}", self.tenant)
    }

    fn node(&self, index: usize) -> Json {
        let (namespace, flow) = &self.flows[index].0;
        json!({"uid": self.uid(index), "namespace": &**namespace, "id": &**flow})
    }

    fn edge(&self, edge: &Edge) -> Json {
        let relation = match edge.relation {
            Relation::Task => "FLOW_TASK",
            Relation::Trigger => "FLOW_TRIGGER",
        };
        json!({"source": self.uid(edge.from), "target": self.uid(edge.to), "relation": relation})
    }
}
