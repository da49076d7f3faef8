//! Each list goes through the index that it should, and sorts nothing that lies in order already.

use std::collections::BTreeSet;

use kapelle_model::permit::{Actor, Namespaces, Permit};
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::filter::{Condition, Range, Test};
use kapelle_store::{Filter, Page};
use rusqlite::{Connection, params_from_iter};

use super::super::condition::{Context, of_filter};
use super::query;
use crate::names::{FlowId, Names, NsId};

fn names() -> Names {
    let mut names = Names::default();
    for (id, name) in [(1, ""), (2, "shop"), (3, "shop.eu"), (4, "bank")] {
        names.add_namespace(NsId(id), "main".into(), name.into());
    }
    for (id, ns, name) in [(1, 2, "orders"), (2, 3, "orders"), (3, 4, "payments")] {
        names.add_flow(FlowId(id), NsId(ns), name.into());
    }
    names
}

/// How SQLite would go about a list, step by step.
fn plan(permit: &Permit, filter: &Filter) -> Vec<String> {
    let mut connection = Connection::open_in_memory().unwrap();
    crate::schema::migrate(&mut connection).unwrap();
    crate::read::functions::register(&connection).unwrap();
    let names = names();
    let sql =
        of_filter(&Context { connection: &connection, names: &names, skew: 0 }, permit, filter).unwrap();
    let (query, parameters) = query(&sql, &Page::newest(25));
    let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
    let steps = explained.query_map(params_from_iter(parameters), |row| row.get(3)).unwrap();
    steps.map(Result::unwrap).collect()
}

fn state(states: &[State]) -> Condition {
    Condition::State(states.iter().copied().collect())
}

#[test]
fn a_list_goes_through_the_narrowest_index() {
    let all = Permit::system("test");
    let roots = ["bank".into()].into();
    let few = Permit::new("main".into(), Namespaces::Under(roots), Actor::Named("ann".into()));
    let flow = || Condition::Flow(Test::Is("payments".to_owned()));
    let under = || Condition::Namespace(Test::Under("shop".to_owned()));
    let failed = || state(&[State::Failed]);
    let label = || Condition::Label { key: "team".to_owned(), test: Test::Is("a".to_owned()) };
    let succeeded = || state(&[State::Success]);
    let cases: Vec<(&Permit, Vec<Condition>, &str)> = vec![
        (&few, vec![], "exec_ns (ns=?)"),
        (&all, vec![flow()], "exec_flow (flow=?)"),
        (&all, vec![under()], "exec_ns (ns=?)"),
        (&all, vec![failed()], "exec_state (state=?)"),
        (&all, vec![state(&[State::Failed, State::Killed])], "exec_state (state=?)"),
        (&all, vec![flow(), failed()], "exec_fstate (flow=? AND state=?)"),
        (&all, vec![under(), failed()], "exec_nstate (ns=? AND state=?)"),
        (&all, vec![state(&[State::Running])], "exec_open (state=?)"),
        (&all, vec![flow(), state(&[State::Running])], "exec_open (state=?)"),
        (&all, vec![flow(), succeeded()], "exec_flow (flow=?)"),
        (&all, vec![under(), succeeded()], "exec_ns (ns=?)"),
        (&all, vec![label()], "SEARCH l USING PRIMARY KEY (kv=?)"),
        (&all, vec![label(), failed()], "SEARCH l USING PRIMARY KEY (kv=?)"),
        (&all, vec![Condition::Parent(ExecutionId(1 << 64))], "exec_parent (parent=?)"),
    ];
    for (permit, conditions, index) in cases {
        let steps = plan(permit, &Filter::of(conditions.clone()));
        assert!(steps.iter().any(|step| step.contains(index)), "{conditions:?}: {steps:#?}");
        assert!(!steps.iter().any(|step| step.starts_with("SCAN e")), "{conditions:?}: {steps:#?}");
    }
}

#[test]
fn one_way_needs_no_sorting_and_several_sort_a_page_each() {
    let all = Permit::system("test");
    let flow = Condition::Flow(Test::Is("payments".to_owned()));
    let label = Condition::Label { key: "team".to_owned(), test: Test::Is("a".to_owned()) };
    for conditions in [vec![], vec![flow.clone()], vec![state(&[State::Failed])], vec![label]] {
        let steps = plan(&all, &Filter::of(conditions.clone()));
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{conditions:?}: {steps:#?}");
    }
}

#[test]
fn a_time_is_a_range_of_keys() {
    let range = Range { from: Some(Millis(1_780_000_000_000)), until: Some(Millis(1_780_000_060_000)) };
    let steps = plan(&Permit::system("test"), &Filter::of([Condition::Started(range)]));
    assert!(
        steps.iter().any(|step| step.contains("INTEGER PRIMARY KEY (rowid>? AND rowid<?)")),
        "{steps:#?}"
    );
}

#[test]
fn what_can_be_true_of_nothing_is_not_asked() {
    let names = names();
    let connection = Connection::open_in_memory().unwrap();
    let context = Context { connection: &connection, names: &names, skew: 0 };
    let nowhere = Filter::of([Condition::Flow(Test::Is("none".to_owned()))]);
    assert!(of_filter(&context, &Permit::system("test"), &nowhere).unwrap().is_empty);
    let never = Filter::of([Condition::State(BTreeSet::new())]);
    assert!(of_filter(&context, &Permit::system("test"), &never).unwrap().is_empty);
}
