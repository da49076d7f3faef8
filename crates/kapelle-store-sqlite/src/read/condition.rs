//! Filters of executions in the words of SQL.
//!
//! Names of flows and namespaces are in memory, so that every question about them becomes a set of numbers here. What
//! SQL cannot say is asked of each header afterwards: then the condition is true of more rows than are meant.

use std::collections::BTreeSet;

use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, State};
use kapelle_store::Filter;
use kapelle_store::error::Result;
use kapelle_store::filter::{Condition, Range, Test};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::InOurWords;
use crate::columns;
use crate::names::{FlowId, Names, NsId};

/// Labels that a question may be true of; beyond, each header is asked.
const LABELS_MAX: usize = 1_000;

/// A condition over `exec e`.
pub(crate) struct Sql {
    pub text: String,
    pub parameters: Vec<Value>,
    /// It is true of exactly the rows that are meant.
    pub is_exact: bool,
    /// No row can match.
    pub is_empty: bool,
    /// No key of a row that matches is smaller or larger than these.
    pub keys: (i64, i64),
    pub roads: Roads,
}

/// Numbers of which each row has one, if it matches: by them an index leads to the rows.
#[derive(Default)]
pub(crate) struct Roads {
    pub flows: Option<Vec<i64>>,
    pub namespaces: Option<Vec<i64>>,
    pub states: Option<States>,
    /// For each label that is asked for.
    pub labels: Vec<Vec<i64>>,
    pub parent: Option<i64>,
    pub causes: Option<Vec<i64>>,
}

/// States that are looked for, without that of success, which no index has.
pub(crate) struct States {
    pub ended: Vec<i64>,
    pub open: Vec<i64>,
}

/// What is known while a filter is put into words.
pub(crate) struct Context<'a> {
    pub connection: &'a Connection,
    pub names: &'a Names,
    /// As far as the moment of a creation and the one in its id were ever apart.
    pub skew: i64,
}

/// The rows that a permit and a filter are about.
pub(crate) fn of_filter(context: &Context<'_>, permit: &Permit, filter: &Filter) -> Result<Sql> {
    let mut sql = Sql {
        text: String::new(),
        parameters: Vec::new(),
        is_exact: true,
        is_empty: false,
        keys: (i64::MIN, i64::MAX),
        roads: Roads::default(),
    };
    let (flows, rest) = flows_of(context.names, permit, filter);
    match flows {
        Flows::All => {}
        Flows::Namespaces(set) => {
            sql.among("e.ns", set.iter().map(|ns| ns.0));
            sql.roads.namespaces = Some(set.iter().map(|ns| ns.0).collect());
        }
        Flows::Some(set) => {
            sql.among("e.flow", set.iter().map(|flow| flow.0));
            sql.roads.flows = Some(set.iter().map(|flow| flow.0).collect());
        }
    }
    for condition in rest {
        add(&mut sql, context, permit, condition)?;
    }
    Ok(sql)
}

/// The flows that may have such executions.
pub(crate) enum Flows {
    All,
    Namespaces(BTreeSet<NsId>),
    Some(BTreeSet<FlowId>),
}

/// What all conditions on names together leave of the flows, and the other conditions.
pub(crate) fn flows_of<'f>(
    names: &Names,
    permit: &Permit,
    filter: &'f Filter,
) -> (Flows, Vec<&'f Condition>) {
    let is_name = |condition: &&Condition| matches!(condition, Condition::Namespace(_) | Condition::Flow(_));
    let (tests, rest): (Vec<_>, Vec<_>) = filter.all.iter().partition(is_name);
    let fits = |namespace: &str| {
        tests.iter().all(|test| match test {
            Condition::Namespace(test) => test.holds(Some(namespace)),
            _ => true,
        })
    };
    let is_any_tenant = permit.tenant().is_none();
    let is_all = is_any_tenant && permit.is_for_all_namespaces() && tests.is_empty();
    if is_all {
        return (Flows::All, rest);
    }
    let spaces: BTreeSet<NsId> = names
        .namespaces()
        .filter(|(_, space)| permit.covers(&space.tenant, &space.name) && fits(&space.name))
        .map(|(id, _)| id)
        .collect();
    let flow_tests: Vec<&Test> = tests
        .iter()
        .filter_map(|test| match test {
            Condition::Flow(test) => Some(test),
            _ => None,
        })
        .collect();
    if flow_tests.is_empty() {
        if spaces.len() == names.namespaces().count() {
            return (Flows::All, rest);
        }
        return (Flows::Namespaces(spaces), rest);
    }
    let flows = names
        .flows()
        .filter(|(_, flow)| {
            spaces.contains(&flow.ns) && flow_tests.iter().all(|test| test.holds(Some(&flow.name)))
        })
        .map(|(id, _)| id)
        .collect();
    (Flows::Some(flows), rest)
}

fn add(sql: &mut Sql, context: &Context<'_>, permit: &Permit, condition: &Condition) -> Result<()> {
    match condition {
        Condition::Any(filters) => return any(sql, context, permit, filters),
        Condition::Query { text, is_contained } => query(sql, context.names, text, *is_contained),
        Condition::State(states) => state(sql, states),
        Condition::Kind(kinds) => {
            sql.among("e.class & 3", kinds.iter().map(|kind| columns::of_kind(*kind)));
        }
        Condition::Label { key, test } => return label(sql, context.connection, key, test),
        Condition::Started(range) => started(sql, *range, context.skew),
        Condition::Ended(range) => {
            sql.and("e.ended IS NOT NULL");
            within(sql, "e.ended", *range);
        }
        Condition::HasParent(true) => sql.and("e.parent IS NOT NULL"),
        Condition::HasParent(false) => sql.and("e.parent IS NULL"),
        Condition::Parent(id) => {
            sql.and_with("e.parent = ?", [columns::key(*id).into()]);
            sql.roads.parent = Some(columns::key(*id));
            sql.is_exact = false;
        }
        Condition::TriggerExecution(test) => cause(sql, test),
        // The index of states leads to those that are open, which are few; why they wait, their headers say.
        Condition::Waiting(_) => {
            let all = (0..State::NAMES.len()).filter_map(State::from_index);
            state(sql, &all.filter(|state| !state.is_terminal()).collect());
            sql.is_exact = false;
        }
        // They are among the flows already.
        Condition::Namespace(_) | Condition::Flow(_) => {}
    }
    Ok(())
}

fn any(sql: &mut Sql, context: &Context<'_>, permit: &Permit, filters: &[Filter]) -> Result<()> {
    let mut texts = Vec::new();
    for filter in filters {
        let part = of_filter(context, permit, filter)?;
        sql.is_exact &= part.is_exact;
        if !part.is_empty {
            texts.push(if part.text.is_empty() { "1".to_owned() } else { format!("({})", part.text) });
            sql.parameters.extend(part.parameters);
        }
    }
    if texts.is_empty() {
        sql.never();
    } else {
        sql.and(&format!("({})", texts.join(" OR ")));
    }
    Ok(())
}

fn query(sql: &mut Sql, names: &Names, text: &str, is_contained: bool) {
    let text = text.to_lowercase();
    let contains = |name: &str| name.to_lowercase().contains(&text);
    let flows = names.flows().filter(|(_, flow)| {
        contains(&flow.name) || names.namespace_of(flow.ns).is_ok_and(|namespace| contains(&namespace.name))
    });
    let flows: Vec<String> = flows.map(|(id, _)| id.0.to_string()).collect();
    let not = if is_contained { "" } else { "NOT " };
    let condition = format!("{not}(e.flow IN ({}) OR id_contains(e.id, e.check64, ?))", flows.join(", "));
    sql.and_with(&condition, [text.into()]);
}

fn state(sql: &mut Sql, states: &BTreeSet<State>) {
    sql.among("e.state", states.iter().map(|state| columns::of_state(*state)));
    if !states.is_empty() && !states.contains(&State::Success) {
        let (ended, open): (Vec<State>, Vec<State>) = states.iter().partition(|state| state.is_terminal());
        let numbers = |states: Vec<State>| states.into_iter().map(columns::of_state).collect();
        sql.roads.states = Some(States { ended: numbers(ended), open: numbers(open) });
    }
}

fn within(sql: &mut Sql, column: &str, range: Range) {
    if let Some(from) = range.from {
        sql.and_with(&format!("{column} >= ?"), [from.0.into()]);
    }
    if let Some(until) = range.until {
        sql.and_with(&format!("{column} < ?"), [until.0.into()]);
    }
}

/// The moment is nearly that of the id, whose order is that of the rows.
fn started(sql: &mut Sql, range: Range, skew: i64) {
    within(sql, "e.started", range);
    if let Some(from) = range.from {
        let first = columns::first_key(from.plus(-skew));
        sql.keys.0 = sql.keys.0.max(first);
        sql.and_with("e.id >= ?", [first.into()]);
    }
    if let Some(until) = range.until {
        let end = columns::first_key(until.plus(skew).plus(1));
        sql.keys.1 = sql.keys.1.min(end.saturating_sub(1));
        sql.and_with("e.id < ?", [end.into()]);
    }
}

fn label(sql: &mut Sql, connection: &Connection, key: &str, test: &Test) -> Result<()> {
    let numbers = |values: &mut dyn Iterator<Item = &String>| -> Vec<i64> {
        values.map(|value| columns::label(key, value)).collect()
    };
    let (numbers, is_there) = match test {
        Test::Is(value) => (numbers(&mut std::iter::once(value)), true),
        Test::IsNot(value) => (numbers(&mut std::iter::once(value)), false),
        Test::In(values) => (numbers(&mut values.iter()), true),
        Test::NotIn(values) => (numbers(&mut values.iter()), false),
        _ => {
            let Some(numbers) = matching_labels(connection, key, test)? else {
                sql.is_exact = false;
                return Ok(());
            };
            (numbers, true)
        }
    };
    if numbers.is_empty() {
        if is_there {
            sql.never();
        }
        return Ok(());
    }
    if is_there {
        sql.roads.labels.push(numbers.clone());
    }
    let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
    let not = if is_there { "" } else { "NOT " };
    sql.and(&format!(
        "{not}EXISTS (SELECT 1 FROM label l WHERE l.kv IN ({}) AND l.exec = e.id)",
        numbers.join(", ")
    ));
    Ok(())
}

/// The labels with this key of whose values a question is true; nothing if there are too many.
fn matching_labels(connection: &Connection, key: &str, test: &Test) -> Result<Option<Vec<i64>>> {
    let mut query = connection.prepare_cached("SELECT id, value FROM label_kv WHERE key = ?").ours()?;
    let mut rows = query.query([key]).ours()?;
    let mut numbers = Vec::new();
    while let Some(row) = rows.next().ours()? {
        let value: String = row.get(1).ours()?;
        if test.holds(Some(&value)) {
            numbers.push(row.get(0).ours()?);
        }
        if numbers.len() > LABELS_MAX {
            return Ok(None);
        }
    }
    Ok(Some(numbers))
}

/// Ids are looked up by the half that rows have; the other half, and every other question, is asked of the header.
fn cause(sql: &mut Sql, test: &Test) {
    sql.is_exact = false;
    let keys: Option<BTreeSet<i64>> = match test {
        Test::Is(id) => ExecutionId::parse(id).map(|id| BTreeSet::from([columns::key(id)])),
        Test::In(ids) => ids.iter().map(|id| ExecutionId::parse(id).map(columns::key)).collect(),
        _ => None,
    };
    if let Some(keys) = keys {
        sql.among("e.cause", keys.iter().copied());
        sql.roads.causes = Some(keys.into_iter().collect());
    }
}

impl Sql {
    fn and(&mut self, condition: &str) {
        if !self.text.is_empty() {
            self.text.push_str(" AND ");
        }
        self.text.push_str(condition);
    }

    fn and_with(&mut self, condition: &str, parameters: impl IntoIterator<Item = Value>) {
        self.and(condition);
        self.parameters.extend(parameters);
    }

    fn never(&mut self) {
        self.is_empty = true;
        self.and("0");
    }

    fn among(&mut self, column: &str, numbers: impl Iterator<Item = i64>) {
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        match &numbers[..] {
            [] => self.never(),
            [one] => self.and(&format!("{column} = {one}")),
            many => self.and(&format!("{column} IN ({})", many.join(", "))),
        }
    }
}
