//! How many executions run at the same time, and who is next.
//!
//! One owner keeps all limits that belong together. It grants places, keeps a queue, and says who may start when a place
//! is given back or a limit grows. An execution may need places of several limits; it gets all of them or waits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use kapelle_core::expression::Outcome;
use kapelle_model::event::Admission;
use kapelle_model::{ExecutionId, Text};

use crate::live::Live;
use crate::plan::Plan;
use crate::variables::Variables;
use crate::world::World;

/// A limit by its name, with its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub name: Arc<str>,
    pub size: u32,
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
    places: BTreeMap<Arc<str>, Places>,
    holding: BTreeMap<ExecutionId, Vec<Arc<str>>>,
    waiting: BTreeMap<ExecutionId, Waiter>,
    asked: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Places {
    size: u32,
    holders: BTreeSet<ExecutionId>,
    queue: BTreeSet<(Reverse<i32>, u64, ExecutionId)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiter {
    limits: Vec<Arc<str>>,
    place: (Reverse<i32>, u64, ExecutionId),
}

impl Limits {
    /// Asks for a place. Who asks again gets the same answer.
    pub fn ask(&mut self, claim: &Claim) -> Admission {
        for limit in &claim.limits {
            self.places.entry(Arc::clone(&limit.name)).or_default().size = limit.size;
        }
        if self.holding.contains_key(&claim.id) {
            return Admission::Granted;
        }
        let names: Vec<Arc<str>> = claim.limits.iter().map(|limit| Arc::clone(&limit.name)).collect();
        let is_first = !self.waiting.contains_key(&claim.id);
        let full = names.iter().find(|name| !self.has_room(name, is_first));
        match full {
            None if is_first => {
                self.hold(claim.id, names);
                Admission::Granted
            }
            full => {
                let full = full.or(names.first()).cloned().unwrap_or_default();
                if claim.queues && is_first {
                    self.asked += 1;
                    self.queue(claim.id, names, (Reverse(claim.priority), self.asked, claim.id));
                }
                let places = self.places.get(&full);
                Admission::Full {
                    size: places.map_or(0, |places| places.size),
                    running: places.map_or(0, |places| places.holders.len() as u32),
                    limit: full,
                }
            }
        }
    }

    /// Takes a place whether there is one or not; who waited waits no more.
    pub fn force(&mut self, claim: &Claim) {
        self.leave_queue(claim.id);
        if !self.holding.contains_key(&claim.id) {
            let names = claim.limits.iter().map(|limit| Arc::clone(&limit.name)).collect();
            self.hold(claim.id, names);
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
            if self
                .places
                .get(name)
                .is_some_and(|places| places.holders.is_empty() && places.queue.is_empty())
            {
                self.places.remove(name);
            }
        }
        admitted
    }

    /// Changes the size of a limit; without one nobody has to wait for it.
    pub fn resize(&mut self, name: &str, size: Option<u32>) -> Vec<ExecutionId> {
        let Some(places) = self.places.get_mut(name) else { return Vec::new() };
        places.size = size.unwrap_or(u32::MAX);
        self.admit(&Arc::from(name))
    }

    /// How many hold a place of a limit.
    pub fn running(&self, name: &str) -> u32 {
        self.places.get(name).map_or(0, |places| places.holders.len() as u32)
    }

    pub fn size(&self, name: &str) -> Option<u32> {
        self.places.get(name).map(|places| places.size)
    }

    /// The limits that an execution waits for; none, if it waits for none.
    pub fn waited_for(&self, id: ExecutionId) -> &[Arc<str>] {
        self.waiting.get(&id).map_or(&[], |waiter| &waiter.limits)
    }

    pub fn holders(&self, name: &str) -> impl Iterator<Item = ExecutionId> {
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
        for limit in &claim.limits {
            self.places.entry(Arc::clone(&limit.name)).or_default().size = limit.size;
        }
        if holds { self.force(claim) } else { drop(self.ask(&Claim { queues: true, ..claim.clone() })) }
    }

    /// Whether a limit has a place that nobody waits for.
    fn has_room(&self, name: &str, behind_others: bool) -> bool {
        self.places.get(name).is_none_or(|places| {
            places.holders.len() < places.size as usize && (!behind_others || places.queue.is_empty())
        })
    }

    fn hold(&mut self, id: ExecutionId, names: Vec<Arc<str>>) {
        for name in &names {
            self.places.entry(Arc::clone(name)).or_default().holders.insert(id);
        }
        self.holding.insert(id, names);
    }

    fn queue(&mut self, id: ExecutionId, names: Vec<Arc<str>>, place: (Reverse<i32>, u64, ExecutionId)) {
        for name in &names {
            self.places.entry(Arc::clone(name)).or_default().queue.insert(place);
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
    fn admit(&mut self, name: &Arc<str>) -> Vec<ExecutionId> {
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

/// What an execution asks of the limits of its flow; nothing without any.
pub fn claim(plan: &Plan, live: &Live, world: &World<'_>) -> Outcome<Option<Claim>> {
    let Some(concurrency) = &plan.concurrency else { return Ok(None) };
    let birth = &live.execution().birth;
    let variables = Variables::new(plan, live, None, world, &[]);
    let key = concurrency.key.as_ref().map(|key| key.render_text(variables.environment())).transpose()?;
    Ok(Some(Claim {
        id: birth.id,
        limits: vec![Limit { name: name(plan, key.as_ref()), size: concurrency.limit }],
        priority: birth.priority,
        queues: concurrency.behavior == crate::plan::Overflow::Queue,
    }))
}

/// The name of a flow's limit, or of the part of it for one key.
fn name(plan: &Plan, key: Option<&Text>) -> Arc<str> {
    let flow = format!("{}.{}", plan.namespace, plan.flow);
    key.map_or_else(|| flow.as_str().into(), |key| format!("{flow}:{}", key.expose()).into())
}

#[cfg(test)]
mod tests;
