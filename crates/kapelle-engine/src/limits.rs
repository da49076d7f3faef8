//! How many executions run at the same time, and who is next.
//!
//! One owner keeps all limits that belong together. It grants places, keeps a queue, and says who may start when a place
//! is given back or a limit grows. An execution may need places of several limits; it gets all of them or waits.
//!
//! How many may run, and who counts together with whom, the latest revision of a flow says for all its executions: a limit
//! protects something that all of them use. What becomes of an execution beyond the limit says its own revision, as
//! it does of the rest of its life.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::event::Admission;
use kapelle_model::execution::Birth;

use crate::live::Live;
use crate::plan::{Overflow, Plan};
use crate::variables::Variables;
use crate::world::World;

/// The flow that a limit belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LimitedFlow {
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
}

/// The name of a limit: of a flow, or of the part of it that has the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LimitName {
    pub flow: LimitedFlow,
    pub key: Option<Arc<str>>,
}

/// What a flow says of all its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Without one nobody has to wait.
    pub size: Option<u32>,
    /// The expression that makes the keys, as it is written.
    pub key: Option<Arc<str>>,
}

/// A limit by its name, with the rule of its flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub name: LimitName,
    pub rule: Rule,
}

/// What an execution asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub id: ExecutionId,
    pub limits: Vec<Limit>,
    /// Higher ones come first, and among equal ones the earlier.
    pub priority: i32,
    /// Whether it waits if there is no place.
    pub queues: bool,
}

/// The limits, who holds places, and who waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of flows of which somebody holds a place or waits.
    rules: BTreeMap<LimitedFlow, Rule>,
    places: BTreeMap<LimitName, Places>,
    holding: BTreeMap<ExecutionId, Vec<LimitName>>,
    waiting: BTreeMap<ExecutionId, Waiter>,
    asked: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Places {
    holders: BTreeSet<ExecutionId>,
    queue: BTreeSet<(Reverse<i32>, u64, ExecutionId)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiter {
    limits: Vec<LimitName>,
    place: (Reverse<i32>, u64, ExecutionId),
}

impl Limits {
    /// Asks for a place. Who asks again gets the same answer.
    pub fn ask(&mut self, claim: &Claim) -> Admission {
        if self.holding.contains_key(&claim.id) {
            return Admission::Granted;
        }
        let names = names(claim);
        let is_first = !self.waiting.contains_key(&claim.id);
        let full = names.iter().find(|name| !self.has_room(name, is_first));
        let Some(full) = full.or(names.first().filter(|_| !is_first)).cloned() else {
            self.learn(claim);
            self.hold(claim.id, names);
            return Admission::Granted;
        };
        let (size, running) = (self.size(&full).unwrap_or_default(), self.running(&full));
        if claim.queues && is_first {
            self.learn(claim);
            self.asked += 1;
            self.queue(claim.id, names, (Reverse(claim.priority), self.asked, claim.id));
        }
        Admission::Full { limit: full.to_string().into(), size, running }
    }

    /// Takes a place whether there is one or not; who waited waits no more.
    pub fn force(&mut self, claim: &Claim) {
        self.leave_queue(claim.id);
        if !self.holding.contains_key(&claim.id) {
            self.learn(claim);
            self.hold(claim.id, names(claim));
        }
    }

    /// Gives back what an execution holds, or its place in the queue. Those who may start now hold their places already.
    pub fn release(&mut self, id: ExecutionId) -> Vec<ExecutionId> {
        self.leave_queue(id);
        let names = self.holding.remove(&id).unwrap_or_default();
        for name in &names {
            if let Some(places) = self.places.get_mut(name) {
                places.holders.remove(&id);
            }
        }
        let admitted = names.iter().flat_map(|name| self.admit(name)).collect();
        for name in &names {
            self.forget(name);
        }
        admitted
    }

    /// Whose keys [`Self::change`] is going to ask for.
    pub fn renamed_by(&self, flow: &LimitedFlow, rule: &Rule) -> Vec<ExecutionId> {
        if rule.key.is_none() || self.rules.get(flow).is_none_or(|known| known.key == rule.key) {
            return Vec::new();
        }
        self.names_of(flow).flat_map(|name| self.places[name].all()).collect()
    }

    /// A flow says something else of its limits. Whoever holds a place keeps it, also beyond the limit; whoever waits keeps
    /// its turn. If keys are made in another way, `key` tells that of an execution. Those who may start now hold their
    /// places already.
    pub fn change(
        &mut self,
        flow: &LimitedFlow,
        rule: Rule,
        key: impl Fn(ExecutionId) -> Option<Arc<str>>,
    ) -> Vec<ExecutionId> {
        let Some(known) = self.rules.get(flow) else { return Vec::new() };
        if known.key != rule.key {
            let is_keyed = rule.key.is_some();
            self.rename(flow, |id| if is_keyed { key(id) } else { None });
        }
        self.rules.insert(flow.clone(), rule);
        let names: Vec<LimitName> = self.names_of(flow).cloned().collect();
        names.iter().flat_map(|name| self.admit(name)).collect()
    }

    /// How many hold a place of a limit.
    pub fn running(&self, name: &LimitName) -> u32 {
        self.places.get(name).map_or(0, |places| places.holders.len() as u32)
    }

    pub fn size(&self, name: &LimitName) -> Option<u32> {
        self.rules.get(&name.flow)?.size
    }

    /// The limits that an execution waits for; none, if it waits for none.
    pub fn waited_for(&self, id: ExecutionId) -> &[LimitName] {
        self.waiting.get(&id).map_or(&[], |waiter| &waiter.limits)
    }

    /// The limits in which an execution holds a place.
    pub fn held_by(&self, id: ExecutionId) -> &[LimitName] {
        self.holding.get(&id).map_or(&[], Vec::as_slice)
    }

    pub fn holders(&self, name: &LimitName) -> impl Iterator<Item = ExecutionId> {
        self.places.get(name).into_iter().flat_map(|places| places.holders.iter().copied())
    }

    /// How many come before an execution in the queues it waits in, at most.
    pub fn before(&self, id: ExecutionId) -> Option<usize> {
        let waiter = self.waiting.get(&id)?;
        let queues = waiter.limits.iter().filter_map(|name| self.places.get(name));
        queues.map(|places| places.queue.range(..waiter.place).count()).max()
    }

    /// Puts an execution back where it was before a restart of its owner.
    pub fn restore(&mut self, claim: &Claim, holds: bool) {
        if holds { self.force(claim) } else { drop(self.ask(&Claim { queues: true, ..claim.clone() })) }
    }

    /// Whether a limit has a place that nobody waits for.
    fn has_room(&self, name: &LimitName, behind_others: bool) -> bool {
        self.places.get(name).is_none_or(|places| {
            self.size(name).is_none_or(|size| places.holders.len() < size as usize)
                && (!behind_others || places.queue.is_empty())
        })
    }

    /// Notes what flows say of which nobody asked for a place. Of others only [`Self::change`] changes it.
    fn learn(&mut self, claim: &Claim) {
        for Limit { name, rule } in &claim.limits {
            self.rules.entry(name.flow.clone()).or_insert_with(|| rule.clone());
        }
    }

    /// Forgets a limit if nobody holds a place of it or waits.
    fn forget(&mut self, name: &LimitName) {
        let is_left = |places: &Places| places.holders.is_empty() && places.queue.is_empty();
        if self.places.get(name).is_some_and(is_left) {
            self.places.remove(name);
        }
        if self.names_of(&name.flow).next().is_none() {
            self.rules.remove(&name.flow);
        }
    }

    /// The limits of a flow.
    fn names_of<'a>(&'a self, flow: &'a LimitedFlow) -> impl Iterator<Item = &'a LimitName> {
        let first = LimitName { flow: flow.clone(), key: None };
        let from = self.places.range(first..).map(|(name, _)| name);
        from.take_while(move |name| name.flow == *flow)
    }

    /// Puts all who hold places of a flow, or wait for some, where their keys belong now.
    fn rename(&mut self, flow: &LimitedFlow, key: impl Fn(ExecutionId) -> Option<Arc<str>>) {
        let names: Vec<LimitName> = self.names_of(flow).cloned().collect();
        let all = names.iter().flat_map(|name| self.places[name].all());
        let new: BTreeMap<ExecutionId, LimitName> =
            all.map(|id| (id, LimitName { flow: flow.clone(), key: key(id) })).collect();
        let old: Vec<Places> = names.iter().filter_map(|name| self.places.remove(name)).collect();
        for Places { holders, queue } in old {
            for id in holders {
                replace(self.holding.get_mut(&id), &new[&id]);
                self.places.entry(new[&id].clone()).or_default().holders.insert(id);
            }
            for place in queue {
                let (_, _, id) = place;
                replace(self.waiting.get_mut(&id).map(|waiter| &mut waiter.limits), &new[&id]);
                self.places.entry(new[&id].clone()).or_default().queue.insert(place);
            }
        }
    }

    fn hold(&mut self, id: ExecutionId, names: Vec<LimitName>) {
        for name in &names {
            self.places.entry(name.clone()).or_default().holders.insert(id);
        }
        self.holding.insert(id, names);
    }

    fn queue(&mut self, id: ExecutionId, names: Vec<LimitName>, place: (Reverse<i32>, u64, ExecutionId)) {
        for name in &names {
            self.places.entry(name.clone()).or_default().queue.insert(place);
        }
        self.waiting.insert(id, Waiter { limits: names, place });
    }

    fn leave_queue(&mut self, id: ExecutionId) -> Option<Waiter> {
        let waiter = self.waiting.remove(&id)?;
        for name in &waiter.limits {
            if let Some(places) = self.places.get_mut(name) {
                places.queue.remove(&waiter.place);
            }
        }
        Some(waiter)
    }

    /// Lets those start that wait for a limit, in their order. Who also waits for another limit keeps nobody back.
    fn admit(&mut self, name: &LimitName) -> Vec<ExecutionId> {
        let mut admitted = Vec::new();
        let mut after = Bound::Unbounded;
        while self.has_room(name, false)
            && let Some(place) = self
                .places
                .get(name)
                .and_then(|places| places.queue.range((after, Bound::Unbounded)).next().copied())
        {
            after = Bound::Excluded(place);
            let id = place.2;
            let is_free = self.waiting[&id].limits.iter().all(|name| self.has_room(name, false));
            if is_free && let Some(waiter) = self.leave_queue(id) {
                self.hold(id, waiter.limits);
                admitted.push(id);
            }
        }
        admitted
    }
}

impl Places {
    /// All who hold one or wait.
    fn all(&self) -> impl Iterator<Item = ExecutionId> {
        self.holders.iter().copied().chain(self.queue.iter().map(|(_, _, id)| *id))
    }
}

impl LimitedFlow {
    pub fn of(birth: &Birth) -> Self {
        Self {
            tenant: Arc::clone(&birth.tenant),
            namespace: Arc::clone(&birth.namespace),
            flow: Arc::clone(&birth.flow),
        }
    }
}

impl fmt::Display for LimitName {
    /// As people know it, within their tenant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.flow.namespace, self.flow.flow)?;
        self.key.iter().try_for_each(|key| write!(f, ":{key}"))
    }
}

impl Rule {
    /// What the latest revision of a flow says; nothing, if the flow has ended.
    pub fn of(latest: Option<&Plan>) -> Self {
        let concurrency = latest.and_then(|plan| plan.concurrency.as_ref());
        let key = concurrency.and_then(|concurrency| concurrency.key.as_ref());
        Self {
            size: concurrency.map(|concurrency| concurrency.limit),
            key: key.map(|key| Arc::clone(&key.source)),
        }
    }
}

/// What an execution asks of the limits that the latest revision of its flow has. The plan is its own.
pub fn claim(plan: &Plan, latest: Option<&Plan>, live: &Live, world: &World<'_>) -> Claim {
    let birth = &live.execution().birth;
    let name = LimitName { flow: LimitedFlow::of(birth), key: key(plan, latest, live, world) };
    Claim {
        id: birth.id,
        limits: vec![Limit { name, rule: Rule::of(latest) }],
        priority: birth.priority,
        queues: plan.on_full() == Overflow::Queue,
    }
}

/// The key of an execution, made as the latest revision says, of what the execution knows. Those whose keys cannot be
/// rendered count with each other: a mistake in an expression takes no limit away.
pub fn key(plan: &Plan, latest: Option<&Plan>, live: &Live, world: &World<'_>) -> Option<Arc<str>> {
    let key = latest?.concurrency.as_ref()?.key.as_ref()?;
    let variables = Variables::new(plan, live, None, world, &[]);
    key.value.render_text(variables.environment()).ok().map(|key| key.expose().into())
}

fn names(claim: &Claim) -> Vec<LimitName> {
    claim.limits.iter().map(|limit| limit.name.clone()).collect()
}

/// Puts a limit in the place of the one of the same flow.
fn replace(names: Option<&mut Vec<LimitName>>, new: &LimitName) {
    for name in names.into_iter().flatten().filter(|name| name.flow == new.flow) {
        *name = new.clone();
    }
}

#[cfg(test)]
mod tests;
