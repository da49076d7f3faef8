//! How many there are, without counting them.

use std::collections::BTreeMap;

use kapelle_model::execution::Kind;
use kapelle_model::permit::{Permit, is_under};
use kapelle_model::{Millis, State};
use kapelle_store::Filter;
use kapelle_store::error::Result;
use kapelle_store::filter::{Condition, Range};
use kapelle_store::store::{Counted, CounterScope};
use rusqlite::Connection;

use super::InOurWords;
use super::condition::{Flows, flows_of};
use crate::columns;
use crate::names::Names;
use crate::writer::counters::{STATE_BITS, of_flow, of_ns};

/// By hour of the creation and state.
pub(crate) fn counters(
    connection: &Connection,
    names: &Names,
    permit: &Permit,
    of: &CounterScope,
    from: Millis,
    until: Millis,
) -> Result<Vec<Counted>> {
    let scopes = scopes_of(names, permit, of);
    let mut sums: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    let query = "SELECT hour, class_state, n FROM counter WHERE scope = ? AND hour >= ? AND hour < ?";
    let mut query = connection.prepare_cached(query).ours()?;
    // An hour belongs to the stretch if it begins in it.
    let (from, until) = (
        columns::hour(Millis(from.0.saturating_sub(1))) + 1,
        columns::hour(Millis(until.0.saturating_sub(1))) + 1,
    );
    for scope in scopes {
        let mut rows = query.query((scope, from, until)).ours()?;
        while let Some(row) = rows.next().ours()? {
            let class_state: i64 = row.get(1).ours()?;
            let state = class_state & ((1 << STATE_BITS) - 1);
            *sums.entry((row.get(0).ours()?, state)).or_default() += row.get::<_, i64>(2).ours()?;
        }
    }
    let counted = sums.into_iter().filter(|(_, number)| *number > 0).map(|((hour, state), number)| {
        Ok(Counted {
            hour: columns::beginning(hour),
            state: columns::state(state)?,
            number: number.unsigned_abs(),
        })
    });
    let mut counted: Vec<Counted> = counted.collect::<Result<_>>()?;
    counted.sort_unstable();
    Ok(counted)
}

fn scopes_of(names: &Names, permit: &Permit, of: &CounterScope) -> Vec<i64> {
    let covered = |tenant: &str, name: &str| permit.covers(tenant, name);
    match of {
        CounterScope::All if permit.is_for_all_namespaces() => names
            .namespaces()
            .filter(|(_, space)| {
                space.name.is_empty() && permit.tenant().is_none_or(|own| own == &*space.tenant)
            })
            .map(|(id, _)| of_ns(id))
            .collect(),
        CounterScope::All => names
            .namespaces()
            .filter(|(_, space)| !space.name.is_empty() && covered(&space.tenant, &space.name))
            .map(|(id, _)| of_ns(id))
            .collect(),
        CounterScope::Namespace { tenant, namespace } => names
            .namespaces()
            .filter(|(_, space)| space.tenant == *tenant && is_under(&space.name, namespace))
            .filter(|(_, space)| !space.name.is_empty() && covered(&space.tenant, &space.name))
            .map(|(id, _)| of_ns(id))
            .collect(),
        CounterScope::Flow { tenant, namespace, flow } => names
            .ns(tenant, namespace)
            .filter(|_| covered(tenant, namespace))
            .and_then(|ns| names.flow(ns, flow))
            .map(of_flow)
            .into_iter()
            .collect(),
    }
}

/// What counters know of a count, and what is left to be counted.
pub(crate) struct Counts {
    pub number: u64,
    /// Stretches of less than an hour before and after the whole ones.
    pub ends: Vec<Range>,
}

/// How many match, as far as counters can tell: nothing but names, states, kinds, parents and times is asked for.
pub(crate) fn count(
    connection: &Connection,
    names: &Names,
    permit: &Permit,
    filter: &Filter,
) -> Result<Option<Counts>> {
    let (flows, rest) = flows_of(names, permit, filter);
    let mut wanted = Wanted::default();
    if !rest.iter().all(|condition| wanted.narrow(condition)) {
        return Ok(None);
    }
    let Some((hours, ends)) = hours(wanted.started) else { return Ok(None) };
    let scopes: Vec<i64> = match flows {
        Flows::All => scopes_of(names, permit, &CounterScope::All),
        Flows::Namespaces(set) => {
            let is_space = |id| names.namespace_of(id).is_ok_and(|space| !space.name.is_empty());
            set.into_iter().filter(|id| is_space(*id)).map(of_ns).collect()
        }
        Flows::Some(set) => set.into_iter().map(of_flow).collect(),
    };
    let query = "SELECT class_state, sum(n) FROM counter WHERE scope = ? AND hour >= ? AND hour < ? GROUP BY class_state";
    let mut query = connection.prepare_cached(query).ours()?;
    let mut sum = 0;
    for scope in scopes {
        let mut rows = query.query((scope, hours.0, hours.1)).ours()?;
        while let Some(row) = rows.next().ours()? {
            if wanted.has(row.get(0).ours()?) {
                sum += row.get::<_, i64>(1).ours()?;
            }
        }
    }
    Ok(Some(Counts { number: sum.max(0).cast_unsigned(), ends }))
}

/// The whole hours of a stretch of time, from one to before another, and what is left of it at its ends. Nothing if there
/// is no whole hour in it.
fn hours(started: Range) -> Option<((i64, i64), Vec<Range>)> {
    let mut ends = Vec::new();
    let from = started.from.map_or(i64::MIN, |from| {
        let hour = columns::hour(Millis(from.0.saturating_sub(1))) + 1;
        let begins = columns::beginning(hour);
        if from < begins {
            ends.push(Range { from: Some(from), until: Some(begins) });
        }
        hour
    });
    let until = started.until.map_or(i64::MAX, |until| {
        let hour = columns::hour(until);
        let begins = columns::beginning(hour);
        if begins < until {
            ends.push(Range { from: Some(begins), until: Some(until) });
        }
        hour
    });
    // Without an hour between them, the two ends would be the same stretch.
    (from < until || from == until && ends.is_empty()).then_some(((from, until), ends))
}

/// What is asked for, as counters know it.
struct Wanted {
    /// Numbers of states and classes, one bit each.
    states: u32,
    classes: u32,
    started: Range,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { states: u32::MAX, classes: u32::MAX, started: Range::default() }
    }
}

impl Wanted {
    /// Takes a condition into account. Whether counters know what it asks for.
    fn narrow(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::State(states) => {
                self.states &= bits(states.iter().map(|state: &State| columns::of_state(*state)));
                true
            }
            Condition::Kind(kinds) => {
                let of = |kind: &Kind| {
                    [0, 1].map(|parent| columns::of_kind(*kind) | parent << columns::PARENT_BIT)
                };
                self.classes &= bits(kinds.iter().flat_map(of));
                true
            }
            Condition::HasParent(has) => {
                let parent = i64::from(*has) << columns::PARENT_BIT;
                self.classes &= bits((0..4).map(|kind| kind | parent));
                true
            }
            Condition::Started(range) => {
                self.started.from = self.started.from.max(range.from);
                self.started.until = match (self.started.until, range.until) {
                    (Some(one), Some(two)) => Some(one.min(two)),
                    (one, two) => one.or(two),
                };
                true
            }
            _ => false,
        }
    }

    const fn has(&self, class_state: i64) -> bool {
        let (class, state) = (class_state >> STATE_BITS, class_state & ((1 << STATE_BITS) - 1));
        self.states >> state & 1 == 1 && self.classes >> class & 1 == 1
    }
}

fn bits(numbers: impl Iterator<Item = i64>) -> u32 {
    numbers.fold(0, |bits, number| bits | 1 << number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn range(from: i64, until: i64) -> Range {
        Range { from: Some(Millis(from)), until: Some(Millis(until)) }
    }

    #[test]
    fn a_stretch_of_time_has_whole_hours_and_two_ends() {
        for (from, until, whole, ends) in [
            (0, HOUR, (0, 1), vec![]),
            (-HOUR, 2 * HOUR, (-1, 2), vec![]),
            (HOUR, HOUR, (1, 1), vec![]),
            (1, 2 * HOUR, (1, 2), vec![range(1, HOUR)]),
            (0, HOUR + 1, (0, 1), vec![range(HOUR, HOUR + 1)]),
            (-1, HOUR + 1, (0, 1), vec![range(-1, 0), range(HOUR, HOUR + 1)]),
        ] {
            assert_eq!(hours(range(from, until)), Some((whole, ends)), "from {from} until {until}");
        }
        for (from, until) in [(1, 2), (1, HOUR), (0, HOUR - 1), (1, HOUR + 1), (HOUR - 1, HOUR + 1), (5, 1)] {
            assert_eq!(hours(range(from, until)), None, "from {from} until {until}");
        }
        assert_eq!(hours(Range::default()), Some(((i64::MIN, i64::MAX), vec![])));
    }
}
