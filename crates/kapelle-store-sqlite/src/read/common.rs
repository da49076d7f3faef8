//! Executions that lie on two ways at once: those with a label and of a flow, with a label and in a state, with two
//! labels.
//!
//! Each way is an index in the order of age. Going along one of them and asking each execution for the other costs as much
//! as the way is long, which is much where nothing lies on both. So both are gone along at the same time, in blocks of
//! keys, and each leaps over what the other has not got.

use std::cmp::Ordering;

use kapelle_store::Page;
use kapelle_store::error::Result;
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, params_from_iter};

use super::InOurWords;
use super::condition::{Roads, Sql};
use crate::columns;

/// Keys that are read at once: many where they lie close to those of the other way, few where most are leapt over.
const BLOCK_MIN: usize = 16;
const BLOCK_MAX: usize = 1_024;

/// A way: the table, its column with keys of executions, and what is true of its rows.
pub(crate) struct Way {
    from: &'static str,
    key: &'static str,
    own: String,
}

/// Two ways on which all that matches lies, if there are such; one of them is that of a label, since all others have
/// indexes together.
pub(crate) fn ways(roads: &Roads) -> Option<[Way; 2]> {
    let single = |numbers: &Vec<i64>| (numbers.len() == 1).then(|| numbers[0]);
    let mut labels = roads.labels.iter().filter_map(single).map(|kv| Way {
        from: "label",
        key: "exec",
        own: format!("kv = {kv}"),
    });
    let first = labels.next()?;
    let second = named(roads).or_else(|| labels.next())?;
    Some([first, second])
}

/// That of a flow, a namespace or a state, or of two of them.
fn named(roads: &Roads) -> Option<Way> {
    let single = |numbers: &[i64]| (numbers.len() == 1).then(|| numbers[0]);
    let (place, indexes) = match (&roads.flows, &roads.namespaces) {
        (Some(flows), _) => (
            Some(format!("flow = {}", single(flows)?)),
            ["exec INDEXED BY exec_flow", "exec INDEXED BY exec_fstate"],
        ),
        (None, Some(spaces)) => (
            Some(format!("ns = {}", single(spaces)?)),
            ["exec INDEXED BY exec_ns", "exec INDEXED BY exec_nstate"],
        ),
        (None, None) => (None, ["exec", "exec INDEXED BY exec_state"]),
    };
    // What is open is little, and found by itself.
    let states = roads.states.as_ref().filter(|states| states.open.is_empty());
    let state = states.and_then(|states| single(&states.ended));
    // Said as the indexes say it, or they are not used.
    let state = state.map(|state| format!("state = {state} AND ended IS NOT NULL AND state <> 6"));
    let from = indexes[usize::from(state.is_some())];
    let own = match (place, state) {
        (Some(place), Some(state)) => format!("{place} AND {state}"),
        (Some(own), None) | (None, Some(own)) => own,
        (None, None) => return None,
    };
    Some(Way { from, key: "id", own })
}

/// The keys of a page of a list by age.
pub(crate) fn keys(connection: &Connection, ways: &[Way; 2], sql: &Sql, page: &Page) -> Result<Vec<i64>> {
    let is_descending = page.sort.is_descending;
    let bounds = bounds(sql, page);
    let [one, two] = ways;
    let (mut one, mut two) = (
        Side::new(connection, one, bounds, is_descending)?,
        Side::new(connection, two, bounds, is_descending)?,
    );
    let check = format!("SELECT 1 FROM exec e WHERE e.id = ? AND {}", sql.text);
    let mut check = connection.prepare_cached(&check).ours()?;
    let (mut skipped, mut found) = (0, Vec::new());
    while found.len() < page.size as usize
        && let (Some(first), Some(second)) = (one.key()?, two.key()?)
    {
        match one.order(first, second) {
            Ordering::Less => one.leap(second),
            Ordering::Greater => two.leap(first),
            Ordering::Equal => {
                // Whatever else is asked for is asked of it.
                let parameters = std::iter::once(Value::from(first)).chain(sql.parameters.iter().cloned());
                if check.exists(params_from_iter(parameters)).ours()? {
                    if skipped < page.offset {
                        skipped += 1;
                    } else {
                        found.push(first);
                    }
                }
                one.pass(first);
                two.pass(first);
            }
        }
    }
    Ok(found)
}

/// The first and the last key that may be on the page, in the order of keys.
fn bounds(sql: &Sql, page: &Page) -> (i64, i64) {
    let (first, last) = sql.keys;
    match page.after.map(columns::key) {
        Some(after) if page.sort.is_descending => (first, last.min(after.saturating_sub(1))),
        Some(after) => (first.max(after.saturating_add(1)), last),
        None => (first, last),
    }
}

/// Somebody on a way.
struct Side<'c> {
    read: CachedStatement<'c>,
    is_descending: bool,
    /// What was read and not passed yet, the next one last.
    block: Vec<i64>,
    /// How many were read at once, and how often one of them was looked at.
    size: usize,
    looks: usize,
    /// The next one is this one, or comes later; after the last of all there is none.
    from: i64,
    until: i64,
    is_over: bool,
}

impl<'c> Side<'c> {
    fn new(connection: &'c Connection, way: &Way, bounds: (i64, i64), is_descending: bool) -> Result<Self> {
        let Way { from, key, own } = way;
        let (order, (begin, until)) =
            if is_descending { ("DESC", (bounds.1, bounds.0)) } else { ("ASC", bounds) };
        let read = format!(
            "SELECT {key} FROM {from} WHERE {own} AND {key} >= min(?1, ?2) AND {key} <= max(?1, ?2) \
             ORDER BY {key} {order} LIMIT ?3"
        );
        let read = connection.prepare_cached(&read).ours()?;
        let is_over = bounds.0 > bounds.1;
        Ok(Self {
            read,
            is_descending,
            block: Vec::new(),
            size: BLOCK_MIN,
            looks: BLOCK_MIN,
            from: begin,
            until,
            is_over,
        })
    }

    fn order(&self, one: i64, two: i64) -> Ordering {
        if self.is_descending { two.cmp(&one) } else { one.cmp(&two) }
    }

    /// The next key.
    fn key(&mut self) -> Result<Option<i64>> {
        if self.block.is_empty() && !self.is_over {
            self.fill()?;
        }
        self.looks += 1;
        Ok(self.block.last().copied())
    }

    fn fill(&mut self) -> Result<()> {
        self.size = match self.looks * 8 {
            few if few < self.size => (self.size / 2).max(BLOCK_MIN),
            _ => (self.size * 2).min(BLOCK_MAX),
        };
        self.looks = 0;
        let most = i64::try_from(self.size).unwrap_or(i64::MAX);
        let rows = self.read.query_map((self.from, self.until, most), |row| row.get(0));
        self.block = rows.and_then(Iterator::collect).ours()?;
        self.is_over = self.block.len() < self.size;
        if let Some(last) = self.block.last() {
            self.begin_after(*last);
        }
        self.block.reverse();
        Ok(())
    }

    fn begin_after(&mut self, key: i64) {
        self.is_over |= key == self.until;
        self.from = if self.is_descending { key.saturating_sub(1) } else { key.saturating_add(1) };
    }

    /// Goes on to a key that comes later, or what follows it.
    fn leap(&mut self, key: i64) {
        let passed = self.block.iter().rev().take_while(|own| self.order(**own, key).is_lt()).count();
        self.block.truncate(self.block.len() - passed);
        if self.block.is_empty() && self.order(self.from, key).is_lt() {
            self.from = key;
            self.is_over |= self.order(self.until, key).is_lt();
        }
    }

    /// Goes on after its next key, which is this one.
    fn pass(&mut self, key: i64) {
        debug_assert_eq!(self.block.last(), Some(&key), "both sides are there");
        self.block.pop();
    }
}

#[cfg(test)]
mod tests;
