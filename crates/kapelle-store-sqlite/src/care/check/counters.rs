//! Whether counters say what counting gives.
//!
//! Counted is by stretches of time: all executions that were created in one, and the counters of its hours, in the same
//! read. Ids are by age, but for the difference between the moment of a creation and that in its id.

use std::collections::BTreeMap;

use kapelle_model::Millis;
use kapelle_store::error::Result;
use kapelle_store::issuer;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::Checker;
use crate::names::{FlowId, Names, NsId};
use crate::read::InOurWords;
use crate::writer::counters::{STATE_BITS, of_flow, of_ns};
use crate::{columns, connection};
use std::sync::atomic::Ordering;
use std::time::Duration;

const HOUR: i64 = 3_600_000;
const DAY_HOURS: i64 = 24;

/// Stretches that there are at most, however far the moments are apart.
const STRETCHES_MAX: i64 = 20_000;

/// Counting a stretch takes longer than other reads may.
const COUNT_MAX: Duration = Duration::from_mins(1);

/// Scope, hour, class and state.
type Place = (i64, i64, i64);

/// Hours from one to before another.
#[derive(Clone, Copy)]
struct Stretch {
    from: i64,
    until: i64,
    skew: i64,
}

impl Checker<'_, '_> {
    pub(super) fn counters(&mut self) -> Result<()> {
        let skew = self.store.skew.load(Ordering::Acquire);
        let Some((first, last)) = self.store.readers.read(|connection| hours(connection, skew))? else {
            return Ok(());
        };
        let skew_hours = skew / HOUR + 1;
        let length =
            DAY_HOURS.max(skew_hours.saturating_mul(2)).max(last.saturating_sub(first) / STRETCHES_MAX + 1);
        let mut from = first;
        while from <= last {
            let until = from.saturating_add(length);
            self.stretch(Stretch { from, until, skew })?;
            self.tell("counters", (until - first).cast_unsigned())?;
            from = until;
        }
        Ok(())
    }

    fn stretch(&mut self, stretch: Stretch) -> Result<()> {
        // Names first: rows of names that come later are of later hours or counted in the next check.
        let drift = self.store.readers.read_within(COUNT_MAX, |connection| {
            let names = self.store.names.now();
            drift(connection, &names, stretch)
        })?;
        if drift.is_empty() {
            return Ok(());
        }
        let names = self.store.names.now();
        for ((scope, hour, class_state), (kept, counted)) in &drift {
            let what = format!(
                "the counter of {} for {} and state {}",
                scope_name(&names, *scope),
                self.hour_name(*hour)?,
                columns::state(class_state & ((1 << STATE_BITS) - 1)).map_or("?", kapelle_model::State::name),
            );
            let cure = if self.options.repairs_counters {
                "it was put right"
            } else {
                "dashboards and totals are wrong by that; `kapelle store check --repair-counters` puts it right"
            };
            self.find(what, format!("it says {kept}, and there are {counted}"), cure);
        }
        if self.options.repairs_counters {
            self.report.repaired += self.repair(stretch)?;
        }
        Ok(())
    }

    fn hour_name(&self, hour: i64) -> Result<String> {
        self.store.readers.read(|connection| {
            let mut name = connection
                .prepare_cached(
                    "SELECT coalesce(strftime('%Y-%m-%dT%H:00Z', ? * 3600, 'unixepoch'), 'another age')",
                )
                .ours()?;
            name.query_row([hour], |row| row.get(0)).ours()
        })
    }

    /// Counts again while nobody writes, and writes the result.
    fn repair(&self, stretch: Stretch) -> Result<u64> {
        let mut connection = connection::writer(&self.store.folder.database())?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).ours()?;
        let drift = drift(&transaction, &self.store.names.now(), stretch)?;
        for (place, (_, counted)) in &drift {
            let write = "INSERT INTO counter (scope, hour, class_state, n) VALUES (?, ?, ?, ?) \
                         ON CONFLICT (scope, hour, class_state) DO UPDATE SET n = excluded.n";
            let (scope, hour, class_state) = place;
            transaction
                .prepare_cached(write)
                .and_then(|mut write| write.execute((scope, hour, class_state, counted)))
                .ours()?;
        }
        transaction.commit().ours()?;
        Ok(drift.len() as u64)
    }
}

fn scope_name(names: &Names, scope: i64) -> String {
    let unknown = || format!("number {scope}");
    if scope % 2 == 0 {
        return names
            .flow_of(FlowId(scope / 2))
            .map_or_else(|_| unknown(), |flow| format!("flow `{}`", flow.name));
    }
    names.namespace_of(NsId(scope / 2)).map_or_else(
        |_| unknown(),
        |space| match &*space.name {
            "" => format!("tenant `{}`", space.tenant),
            name => format!("namespace `{name}`"),
        },
    )
}

/// The first and the last hour of anything.
fn hours(connection: &Connection, skew: i64) -> Result<Option<(i64, i64)>> {
    let mut counted = connection.prepare("SELECT min(hour), max(hour) FROM counter WHERE n <> 0").ours()?;
    let counted: (Option<i64>, Option<i64>) =
        counted.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).ours()?;
    let key = |order: &str| {
        let query = format!("SELECT id, check64 FROM exec ORDER BY id {order} LIMIT 1");
        connection
            .query_row(&query, [], |row| Ok(columns::id(row.get(0)?, row.get(1)?)))
            .optional()
            .ours()
            .map(|id| id.map(|id| issuer::moment(id).0))
    };
    let first = key("ASC")?.map(|moment| columns::hour(Millis(moment.saturating_sub(skew))));
    let last = key("DESC")?.map(|moment| columns::hour(Millis(moment.saturating_add(skew))));
    let first = [counted.0, first].into_iter().flatten().min();
    let last = [counted.1, last].into_iter().flatten().max();
    Ok(first.zip(last))
}

/// What is kept and what is counted, where they differ.
fn drift(connection: &Connection, names: &Names, stretch: Stretch) -> Result<BTreeMap<Place, (i64, i64)>> {
    let mut places: BTreeMap<Place, (i64, i64)> = BTreeMap::new();
    count(connection, names, stretch, &mut places)?;
    let scopes = names.flows().map(|(id, _)| of_flow(id)).chain(names.namespaces().map(|(id, _)| of_ns(id)));
    let query = "SELECT hour, class_state, n FROM counter WHERE scope = ? AND hour >= ? AND hour < ?";
    let mut query = connection.prepare_cached(query).ours()?;
    for scope in scopes {
        let mut rows = query.query((scope, stretch.from, stretch.until)).ours()?;
        while let Some(row) = rows.next().ours()? {
            let place = (scope, row.get(0).ours()?, row.get(1).ours()?);
            places.entry(place).or_default().0 = row.get(2).ours()?;
        }
    }
    places.retain(|_, (kept, counted)| kept != counted);
    Ok(places)
}

fn count(
    connection: &Connection,
    names: &Names,
    stretch: Stretch,
    places: &mut BTreeMap<Place, (i64, i64)>,
) -> Result<()> {
    let Stretch { from, until, skew } = stretch;
    let query = "SELECT flow, ns, class, state, started FROM exec WHERE id >= ? AND id <= ?";
    let mut query = connection.prepare_cached(query).ours()?;
    let mut rows = query.query(keys(from, until, skew)).ours()?;
    while let Some(row) = rows.next().ours()? {
        let hour = columns::hour(Millis(row.get(4).ours()?));
        if hour < from || hour >= until {
            continue;
        }
        let (flow, ns) = (FlowId(row.get(0).ours()?), NsId(row.get(1).ours()?));
        let class_state = row.get::<_, i64>(2).ours()? << STATE_BITS | row.get::<_, i64>(3).ours()?;
        let tenant = &names.namespace_of(ns)?.tenant;
        let root = names.ns(tenant, "").unwrap_or(ns);
        for scope in [of_flow(flow), of_ns(ns), of_ns(root)] {
            places.entry((scope, hour, class_state)).or_default().1 += 1;
        }
    }
    Ok(())
}

/// Between these are all executions of a stretch. Beyond what ids can tell everything is.
fn keys(from: i64, until: i64, skew: i64) -> (i64, i64) {
    let begins = from.saturating_mul(HOUR).saturating_sub(skew);
    let ends = until.saturating_mul(HOUR).saturating_add(skew).saturating_add(1);
    let first = columns::first_key(Millis(begins));
    let last = columns::first_key(Millis(ends));
    (if first == 0 { i64::MIN } else { first }, last)
}
