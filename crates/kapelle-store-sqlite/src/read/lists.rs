//! Lists of executions, and how long they are.

use std::time::{Duration, Instant};

use kapelle_model::permit::Permit;
use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use kapelle_store::filter::Condition;
use kapelle_store::limits::SORTED_MAX;
use kapelle_store::listing::{By, Sort};
use kapelle_store::{Filter, Header, Page, StoreError, Total};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::condition::{Context, Sql, States, of_filter};
use super::executions::{COLUMNS, RawHeader};
use super::{InOurWords, common, counters};
use crate::connection::now;
use crate::names::Names;

/// Ways through indexes at the same time; with more of them, all rows are walked by age.
const ARMS_MAX: usize = 64;

/// So long somebody who wants a page waits for the length of its list.
const COUNT_MAX: Duration = Duration::from_millis(100);

/// Rows between two looks at the clock.
const ROWS_BETWEEN: u64 = 1_000;

/// What lists are read with.
pub(crate) struct Shelf<'a> {
    pub connection: &'a Connection,
    pub names: &'a Names,
    pub codec: &'a Codec,
    pub skew: i64,
}

impl Shelf<'_> {
    pub(crate) fn executions(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Vec<Header>> {
        page.check()?;
        let sql = self.sql(permit, filter)?;
        if sql.is_empty {
            return Ok(Vec::new());
        }
        let (offset, size) = (usize::try_from(page.offset).unwrap_or(usize::MAX), page.size as usize);
        match page.sort.by {
            By::Age
                if sql.is_exact
                    && let Some(ways) = common::ways(&sql.roads) =>
            {
                let keys = common::keys(self.connection, &ways, &sql, page)?;
                keys.into_iter().map(|key| self.header(key)).collect()
            }
            By::Age if sql.is_exact => {
                let (query, parameters) = query(&sql, page);
                self.headers(&query, &parameters)
            }
            By::Age => self
                .walk(&sql, filter, page, offset.saturating_add(size))
                .map(|rows| part(rows, offset, size)),
            _ => {
                // Looked at first, where the index alone can tell: it takes less than making all of them.
                if sql.is_exact && self.are_too_many(&sql)? {
                    return Err(too_many());
                }
                let mut rows = self.walk(&sql, filter, page, SORTED_MAX + 1)?;
                if rows.len() > SORTED_MAX {
                    return Err(too_many());
                }
                sort(&mut rows, page.sort);
                Ok(part(rows, offset, size))
            }
        }
    }

    pub(crate) fn count(&self, permit: &Permit, filter: &Filter) -> Result<Total> {
        let until = now() + COUNT_MAX;
        let Some(counts) = counters::count(self.connection, self.names, permit, filter)? else {
            return self.count_rows(permit, filter, until);
        };
        let mut number = counts.number;
        let mut is_exact = true;
        for end in counts.ends {
            let is_time = |condition: &Condition| matches!(condition, Condition::Started(_));
            let others = filter.all.iter().filter(|condition| !is_time(condition)).cloned();
            let part = Filter::of(others.chain([Condition::Started(end)]));
            let total = self.count_rows(permit, &part, until)?;
            is_exact &= matches!(total, Total::Exactly(_));
            number += total.number();
        }
        Ok(if is_exact { Total::Exactly(number) } else { Total::AtLeast(number) })
    }

    /// Whether more match than are sorted.
    fn are_too_many(&self, sql: &Sql) -> Result<bool> {
        let mut number = 0;
        for arm in arms(sql) {
            let most = SORTED_MAX + 1 - number;
            let query = format!(
                "SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {most})",
                arm.from,
                arm.condition(sql)
            );
            let mut query = self.connection.prepare(&query).ours()?;
            let found: i64 = query.query_row(params_from_iter(&sql.parameters), |row| row.get(0)).ours()?;
            number += usize::try_from(found).unwrap_or(usize::MAX);
            if number > SORTED_MAX {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts one by one.
    fn count_rows(&self, permit: &Permit, filter: &Filter, until: Instant) -> Result<Total> {
        let sql = self.sql(permit, filter)?;
        let mut number = 0;
        if sql.is_empty {
            return Ok(Total::Exactly(0));
        }
        for arm in arms(&sql) {
            if !self.count_arm(&arm, &sql, filter, until, &mut number)? {
                return Ok(Total::AtLeast(number));
            }
        }
        Ok(Total::Exactly(number))
    }

    /// Counts what is on one way. Whether there was time for all of it.
    fn count_arm(
        &self,
        arm: &Arm,
        sql: &Sql,
        filter: &Filter,
        until: Instant,
        number: &mut u64,
    ) -> Result<bool> {
        let columns = if sql.is_exact { "1" } else { COLUMNS };
        let body = if sql.is_exact { "" } else { "JOIN exec_body b ON b.id = e.id" };
        let query = format!("SELECT {columns} FROM {} {body} WHERE {}", arm.from, arm.condition(sql));
        let mut query = self.connection.prepare(&query).ours()?;
        let mut rows = query.query(params_from_iter(&sql.parameters)).ours()?;
        let mut seen = 0;
        while let Some(row) = rows.next().ours()? {
            seen += 1;
            if sql.is_exact || self.matches(row, filter)? {
                *number += 1;
            }
            if seen % ROWS_BETWEEN == 0 && now() > until {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn matches(&self, row: &rusqlite::Row<'_>, filter: &Filter) -> Result<bool> {
        let raw = RawHeader::of(row).ours()?;
        Ok(filter.matches(&raw.listed(self.names, self.codec)?))
    }

    /// What SQL has to be asked.
    fn sql(&self, permit: &Permit, filter: &Filter) -> Result<Sql> {
        let context = Context { connection: self.connection, names: self.names, skew: self.skew };
        of_filter(&context, permit, filter)
    }

    fn headers(&self, query: &str, parameters: &[Value]) -> Result<Vec<Header>> {
        let mut query = self.connection.prepare(query).ours()?;
        let raw = query.query_map(params_from_iter(parameters), RawHeader::of);
        let raw: Vec<RawHeader> = raw.and_then(Iterator::collect).ours()?;
        raw.iter().map(|raw| raw.listed(self.names, self.codec)).collect()
    }

    fn header(&self, key: i64) -> Result<Header> {
        let query = format!("SELECT {COLUMNS} FROM exec e JOIN exec_body b ON b.id = e.id WHERE e.id = ?");
        let mut query = self.connection.prepare_cached(&query).ours()?;
        let raw = query.query_row([key], RawHeader::of).ours()?;
        raw.listed(self.names, self.codec)
    }

    /// Looks at the headers that may match, one after the other, until there are enough.
    fn walk(&self, sql: &Sql, filter: &Filter, page: &Page, most: usize) -> Result<Vec<Header>> {
        let (order, after) = direction(page);
        let mut arms = arms(sql);
        // Several ways together have no order; then all rows are walked.
        let arm = if arms.len() == 1 { arms.swap_remove(0) } else { Arm::whole() };
        let query = format!(
            "SELECT {COLUMNS} FROM {} JOIN exec_body b ON b.id = e.id WHERE {}{after} ORDER BY e.id {order}",
            arm.from,
            arm.condition(sql),
        );
        let mut query = self.connection.prepare(&query).ours()?;
        let mut rows = query.query(params_from_iter(&sql.parameters)).ours()?;
        let mut found = Vec::new();
        while found.len() < most {
            let Some(row) = rows.next().ours()? else { break };
            let header = RawHeader::of(row).ours()?.listed(self.names, self.codec)?;
            if sql.is_exact || filter.matches(&header) {
                found.push(header);
            }
        }
        Ok(found)
    }
}

/// A page of the list as it lies there: first the keys of the page, then what belongs to them.
fn query(sql: &Sql, page: &Page) -> (String, Vec<Value>) {
    let (order, after) = direction(page);
    let most = page.offset.saturating_add(u64::from(page.size));
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut parameters: Vec<Value> = Vec::new();
    let mut texts = Vec::new();
    for arm in arms(sql) {
        let condition = arm.condition(sql);
        texts.push(format!(
            "SELECT * FROM (SELECT {} FROM {} WHERE {condition}{after} ORDER BY 1 {order} LIMIT {most})",
            arm.key, arm.from
        ));
        parameters.extend(sql.parameters.iter().cloned());
    }
    let keys = texts.join(" UNION ALL ");
    let query = format!(
        "SELECT {COLUMNS} FROM (SELECT id AS found FROM ({keys}) ORDER BY 1 {order} LIMIT {} OFFSET {}) \
         CROSS JOIN exec e ON e.id = found JOIN exec_body b ON b.id = found ORDER BY found {order}",
        page.size,
        i64::try_from(page.offset).unwrap_or(i64::MAX),
    );
    (query, parameters)
}

/// Which way a list goes, and where it begins.
fn direction(page: &Page) -> (&'static str, String) {
    let (order, comparison) = if page.sort.is_descending { ("DESC", "<") } else { ("ASC", ">") };
    let after = page.after.filter(|_| page.sort.by == By::Age).map(crate::columns::key);
    (order, after.map_or(String::new(), |after| format!(" AND e.id {comparison} {after}")))
}

/// A way to some of the rows.
struct Arm {
    from: String,
    own: String,
    /// What is in the order of the way.
    key: &'static str,
}

impl Arm {
    /// By age.
    fn whole() -> Self {
        Self { from: "exec e NOT INDEXED".to_owned(), own: String::new(), key: "e.id" }
    }

    fn condition(&self, sql: &Sql) -> String {
        match (&*self.own, &*sql.text) {
            ("", "") => "1".to_owned(),
            ("", all) => all.to_owned(),
            (own, "") => own.to_owned(),
            (own, all) => format!("{own} AND {all}"),
        }
    }
}

/// The ways that together lead to all rows that match, and to no row twice. The narrowest index goes first; without one,
/// the rows are walked by age.
fn arms(sql: &Sql) -> Vec<Arm> {
    let roads = &sql.roads;
    let by = |index: &str, owns: Vec<String>| -> Vec<Arm> {
        let from = format!("exec e INDEXED BY {index}");
        owns.into_iter().map(|own| Arm { from: from.clone(), own, key: "e.id" }).collect()
    };
    let all = || vec![Arm::whole()];
    let equal = |column: &str, numbers: &[i64]| -> Vec<String> {
        numbers.iter().map(|number| format!("e.{column} = {number}")).collect()
    };
    // Said as the indexes say it, or they are not used.
    let ended = |state: &i64| format!("e.state = {state} AND e.ended IS NOT NULL AND e.state <> 6");
    let open = |states: &States| {
        by("exec_open", states.open.iter().map(|state| format!("e.rest = 0 AND e.state = {state}")).collect())
    };
    let ended_with = |index: &str, column: &str, numbers: &[i64], states: &States| {
        let pairs = numbers.iter().flat_map(|number| states.ended.iter().map(move |state| (number, state)));
        by(
            index,
            pairs.map(|(number, state)| format!("e.{column} = {number} AND {}", ended(state))).collect(),
        )
    };
    let found = if let Some(parent) = roads.parent {
        by("exec_parent", equal("parent", &[parent]))
    } else if let Some(causes) = &roads.causes {
        by("exec_cause", equal("cause", causes))
    } else if let Some(labels) = roads.labels.last() {
        let arm = |kv: &i64| Arm {
            from: "label l CROSS JOIN exec e ON e.id = l.exec".to_owned(),
            own: format!("l.kv = {kv}"),
            key: "l.exec AS id",
        };
        labels.iter().map(arm).collect()
    } else {
        match (&roads.flows, &roads.namespaces, &roads.states) {
            (Some(flows), _, Some(states)) => {
                let mut arms = ended_with("exec_fstate", "flow", flows, states);
                arms.extend(open(states));
                arms
            }
            (Some(flows), _, None) => by("exec_flow", equal("flow", flows)),
            (None, Some(spaces), Some(states)) => {
                let mut arms = ended_with("exec_nstate", "ns", spaces, states);
                arms.extend(open(states));
                arms
            }
            (None, Some(spaces), None) => by("exec_ns", equal("ns", spaces)),
            (None, None, Some(states)) => {
                let mut arms = by("exec_state", states.ended.iter().map(ended).collect());
                arms.extend(open(states));
                arms
            }
            (None, None, None) => all(),
        }
    };
    if found.len() > ARMS_MAX { all() } else { found }
}

fn too_many() -> StoreError {
    StoreError::Invalid(format!(
        "more than {SORTED_MAX} executions match: ask for a shorter time, or sort them by age"
    ))
}

fn sort(rows: &mut [Header], sort: Sort) {
    rows.sort_by(|one, two| sort.compare(one, two));
}

fn part(rows: Vec<Header>, offset: usize, size: usize) -> Vec<Header> {
    rows.into_iter().skip(offset).take(size).collect()
}

#[cfg(test)]
mod tests;
