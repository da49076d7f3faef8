//! Filters of executions.

use std::collections::BTreeSet;

use kapelle_model::cause::Cause;
use kapelle_model::execution::Kind;
use kapelle_model::{Millis, State};
use kapelle_store::filter::{Condition, Filter, Range, Test};

use super::fields::Resource;
use super::test::{label, moments, since, text};
use super::{Clause, Operation, Tree};
use crate::error::{ApiError, Outcome};
use crate::query::Query;

const FLAT: &[(&str, Operation)] = &[
    ("q", Operation::Equals),
    ("scope", Operation::Equals),
    ("namespace", Operation::Prefix),
    ("flowId", Operation::Equals),
    ("startDate", Operation::GreaterOrEqual),
    ("endDate", Operation::LessOrEqual),
    ("timeRange", Operation::Equals),
    ("state", Operation::In),
    ("labels", Operation::Equals),
    ("triggerExecutionId", Operation::Equals),
    ("childFilter", Operation::Equals),
    ("kind", Operation::In),
    ("waiting", Operation::In),
];

/// The namespace whose flows belong to the system.
pub(crate) const SYSTEM: &str = "system";

pub(crate) fn read(query: &Query, now: Millis) -> Outcome<Filter> {
    let states: Vec<&str> = query.all("state").collect();
    let tree = super::read(query, FLAT)?;
    Resource::Executions.check(&tree)?;
    let filter = filter(&tree, now)?;
    // A flat state that comes again means one more.
    if states.len() < 2 {
        return Ok(filter);
    }
    let mut all: Vec<Condition> =
        filter.all.into_iter().filter(|condition| !matches!(condition, Condition::State(_))).collect();
    let joined = Clause::flat("state", Operation::In, &states.join(","));
    all.extend(self::filter(&Tree::All(vec![joined]), now)?.all);
    Ok(Filter { all })
}

fn filter(tree: &Tree, now: Millis) -> Outcome<Filter> {
    Ok(Filter { all: conditions(tree, now)? })
}

fn conditions(tree: &Tree, now: Millis) -> Outcome<Vec<Condition>> {
    match tree {
        Tree::One(clause) => condition(clause, now),
        Tree::All(trees) => {
            let all: Vec<Vec<Condition>> =
                trees.iter().map(|tree| conditions(tree, now)).collect::<Outcome<_>>()?;
            Ok(all.into_iter().flatten().collect())
        }
        Tree::Any(trees) => {
            let any: Vec<Filter> = trees.iter().map(|tree| filter(tree, now)).collect::<Outcome<_>>()?;
            Ok(vec![Condition::Any(any)])
        }
    }
}

fn condition(clause: &Clause, now: Millis) -> Outcome<Vec<Condition>> {
    let one = match clause.field.as_str() {
        "q" => Condition::Query { text: clause.value.clone(), is_contained: equality(clause)? },
        "scope" => return scope(clause),
        "namespace" => Condition::Namespace(text(clause)?),
        "flowId" => Condition::Flow(text(clause)?),
        "state" => Condition::State(states(clause)?),
        "kind" => Condition::Kind(kinds(clause)?),
        "waiting" => Condition::Waiting(causes(clause)?),
        "labels" => {
            let (key, test) = label(clause)?;
            Condition::Label { key, test }
        }
        "startDate" => one_of(moments(clause)?, Condition::Started),
        "endDate" => one_of(moments(clause)?, Condition::Ended),
        "timeRange" => Condition::Started(since(clause, now)?),
        "triggerExecutionId" => Condition::TriggerExecution(text(clause)?),
        "childFilter" => Condition::HasParent(match clause.value.as_str() {
            "CHILD" => equality(clause)?,
            "MAIN" => !equality(clause)?,
            _ => return Err(clause.unknown_value("kind of descent")),
        }),
        _ => return Err(clause.no_field("executions")),
    };
    Ok(vec![one])
}

/// A condition about a moment that lies in one of these stretches.
fn one_of(ranges: Vec<Range>, condition: fn(Range) -> Condition) -> Condition {
    match ranges.as_slice() {
        [range] => condition(*range),
        _ => Condition::Any(ranges.into_iter().map(|range| Filter::of([condition(range)])).collect()),
    }
}

/// Whether it asks for being equal; false if for being different.
pub(crate) fn equality(clause: &Clause) -> Outcome<bool> {
    match clause.operation {
        Operation::Equals => Ok(true),
        Operation::NotEquals => Ok(false),
        _ => Err(clause.unsupported()),
    }
}

fn scope(clause: &Clause) -> Outcome<Vec<Condition>> {
    Ok(scope_test(clause)?.map(Condition::Namespace).into_iter().collect())
}

/// Which namespaces a scope leaves; none if all.
pub(crate) fn scope_test(clause: &Clause) -> Outcome<Option<Test>> {
    let is_equal = equality(clause)?;
    let values = clause.values();
    if let Some(wrong) = values.iter().find(|value| !matches!(value.as_str(), "USER" | "SYSTEM")) {
        return Err(ApiError::bad_filter(format!("scope `{wrong}` is neither USER nor SYSTEM")));
    }
    let has = |name: &str| values.iter().any(|value| value == name);
    let system = || SYSTEM.to_owned();
    Ok(match (has("USER") == is_equal, has("SYSTEM") == is_equal) {
        (true, false) => Some(Test::IsNot(system())),
        (false, true) => Some(Test::Is(system())),
        (true, true) => None,
        (false, false) => Some(Test::In(BTreeSet::new())),
    })
}

fn states(clause: &Clause) -> Outcome<BTreeSet<State>> {
    let named: BTreeSet<State> = values(clause)?
        .iter()
        .map(|name| State::from_name(name).ok_or_else(|| clause.unknown_value("state")))
        .collect::<Outcome<_>>()?;
    if !clause.operation.is_negative() {
        return Ok(named);
    }
    let all = State::NAMES.iter().filter_map(|name| State::from_name(name));
    Ok(all.filter(|state| !named.contains(state)).collect())
}

fn kinds(clause: &Clause) -> Outcome<Vec<Kind>> {
    const KINDS: [(&str, Kind); 5] = [
        ("NORMAL", Kind::Normal),
        // As clients of 2.0 call it.
        ("DEFAULT", Kind::Normal),
        ("TEST", Kind::Test),
        ("PLAYGROUND", Kind::Playground),
        ("LOOP", Kind::Loop),
    ];
    let named = values(clause)?;
    if named.iter().any(|name| KINDS.iter().all(|(known, _)| known != name)) {
        return Err(clause.unknown_value("kind of executions"));
    }
    let is_named =
        |kind: Kind| KINDS.iter().any(|(name, own)| *own == kind && named.iter().any(|one| one == name));
    let all = [Kind::Normal, Kind::Test, Kind::Playground, Kind::Loop];
    Ok(all.into_iter().filter(|kind| is_named(*kind) != clause.operation.is_negative()).collect())
}

/// Words of causes for standing still.
fn causes(clause: &Clause) -> Outcome<BTreeSet<String>> {
    let named = clause.values();
    if named.iter().any(|word| !Cause::WORDS.contains(&word.as_str())) {
        return Err(clause.unknown_value("cause of waiting"));
    }
    Ok(named.into_iter().collect())
}

/// The values of a field that has only names.
fn values(clause: &Clause) -> Outcome<Vec<String>> {
    match clause.operation {
        Operation::Equals | Operation::NotEquals | Operation::In | Operation::NotIn => Ok(clause.values()),
        _ => Err(clause.unsupported()),
    }
}
