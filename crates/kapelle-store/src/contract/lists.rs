//! Lists of executions: each against [`Filter::matches`] over all there are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use kapelle_model::permit::{Actor, Namespaces, Permit};
use kapelle_model::time::Millis;
use kapelle_model::{ExecutionId, State};
use regex::Regex;

use super::data::{FLOWS, KINDS, LABEL_VALUES, LABELS, NAMESPACES, TENANTS, World};
use super::{Dice, Subject};
use crate::filter::{Condition, Filter, Range, Test};
use crate::listing::{By, Header, Page, Sort, Total};
use crate::store::Store;

const ALL: [By; 6] = [By::Age, By::Ended, By::Duration, By::State, By::Namespace, By::Flow];

pub fn every_list_is_what_its_filter_says(subject: impl Subject) {
    let mut world = World::filled(50, subject.store(), 300);
    let headers = world.headers();
    let subject = subject.reopen();
    let store = subject.store();
    settle(store, headers.len());
    for _ in 0..600 {
        let permit = any_permit(&mut world.dice);
        let filter = any_filter(&mut world.dice, &headers, 2);
        let page = any_page(&mut world.dice, &headers);
        check_list(store, &headers, &permit, &filter, &page);
    }
}

pub fn each_condition_by_itself_is_what_it_says(subject: impl Subject) {
    let mut world = World::filled(51, subject.store(), 150);
    let headers = world.headers();
    let store = subject.store();
    settle(store, headers.len());
    let all = Permit::system("contract");
    for _ in 0..400 {
        let filter = Filter::of([any_condition(&mut world.dice, &headers, 0)]);
        check_list(store, &headers, &all, &filter, &Page::newest(1_000).counted());
    }
}

pub fn each_order_is_what_it_says(subject: impl Subject) {
    let world = World::filled(52, subject.store(), 120);
    let headers = world.headers();
    settle(subject.store(), headers.len());
    let all = Permit::system("contract");
    for by in ALL {
        for is_descending in [false, true] {
            let sort = Sort { by, is_descending };
            let page = Page { sort, ..Page::newest(1_000).counted() };
            check_list(subject.store(), &headers, &all, &Filter::default(), &page);
        }
    }
}

pub fn a_long_list_is_read_in_parts_without_a_gap(subject: impl Subject) {
    let mut world = World::filled(53, subject.store(), 200);
    let headers = world.headers();
    settle(subject.store(), headers.len());
    let all = Permit::system("contract");
    for _ in 0..20 {
        let filter = any_filter(&mut world.dice, &headers, 1);
        let mut ids = Vec::new();
        loop {
            let page = Page::oldest(9, ids.last().copied());
            let part = subject.store().executions(&all, &filter, &page).unwrap();
            assert_eq!(part.total, None, "nobody asked");
            if part.rows.is_empty() {
                break;
            }
            ids.extend(part.rows.iter().map(|header| header.birth.id));
        }
        let expected: Vec<_> = headers.iter().filter(|header| filter.matches(header)).collect();
        assert!(expected.iter().map(|header| header.birth.id).eq(ids), "{filter:?}");
    }
}

/// Lists may be a little behind what was acknowledged.
pub(super) fn settle(store: &dyn Store, number: usize) {
    let all = Permit::system("contract");
    let is_there = || store.count(&all, &Filter::default()).unwrap() == Total::Exactly(number as u64);
    for _ in 0..300 {
        if is_there() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("after three seconds there are not {number} executions in the list");
}

fn check_list(store: &dyn Store, headers: &[Header], permit: &Permit, filter: &Filter, page: &Page) {
    let is_meant = |header: &&Header| {
        permit.covers(&header.birth.tenant, &header.birth.namespace) && filter.matches(header)
    };
    let mut all: Vec<_> = headers.iter().filter(is_meant).collect();
    let total = all.len() as u64;
    all.sort_by(|one, two| page.sort.compare(one, two));
    if let Some(after) = page.after {
        all.retain(
            |header| {
                if page.sort.is_descending { header.birth.id < after } else { header.birth.id > after }
            },
        );
    }
    let expected: Vec<_> = all.into_iter().skip(page.offset as usize).take(page.size as usize).collect();
    let list = store.executions(permit, filter, page).unwrap();
    let ids = |headers: &[&Header]| headers.iter().map(|header| header.birth.id).collect::<Vec<_>>();
    let rows: Vec<_> = list.rows.iter().collect();
    assert_eq!(ids(&rows), ids(&expected), "{permit:?} {filter:?} {page:?}");
    assert_eq!(rows, expected);
    assert_eq!(list.total.is_some(), page.is_counted);
    list.total.into_iter().for_each(|kept| check_total(kept, total));
    check_total(store.count(permit, filter).unwrap(), total);
}

fn check_total(kept: Total, total: u64) {
    match kept {
        Total::Exactly(number) => assert_eq!(number, total),
        Total::AtLeast(number) => assert!(number <= total, "at least {number} of {total}"),
    }
}

fn any_page(dice: &mut Dice, headers: &[Header]) -> Page {
    let sort = Sort { by: *dice.pick(&ALL), is_descending: dice.percent(50) };
    let after = (sort.by == By::Age && dice.percent(50)).then(|| any_header(dice, headers).birth.id);
    // Also after one that is not there.
    let after = after.map(|id| if dice.percent(20) { ExecutionId(id.0 - (1 << 64)) } else { id });
    let offset = if dice.percent(50) { 0 } else { dice.below(60) as u64 };
    Page { offset, size: *dice.pick(&[1, 7, 25, 1_000]), sort, after, is_counted: dice.percent(50) }
}

pub(super) fn any_permit(dice: &mut Dice) -> Permit {
    let roots = dice.some(&["shop", "shop.orders", "team", "none"]);
    let roots: Arc<[Arc<str>]> = roots.into_iter().map(Arc::from).collect();
    let actor = Actor::Named("ann".into());
    match dice.below(4) {
        0 => Permit::system("contract"),
        1 => Permit::system("contract").within("main".into()),
        2 => Permit::new((*dice.pick(&TENANTS)).into(), Namespaces::All, actor),
        _ => Permit::new((*dice.pick(&TENANTS)).into(), Namespaces::Under(roots), actor),
    }
}

fn any_filter(dice: &mut Dice, headers: &[Header], depth: usize) -> Filter {
    let count = *dice.pick(&[0, 1, 1, 2, 3]);
    Filter::of((0..count).map(|_| any_condition(dice, headers, depth)))
}

fn any_condition(dice: &mut Dice, headers: &[Header], depth: usize) -> Condition {
    let header = any_header(dice, headers).clone();
    match dice.below(if depth == 0 { 11 } else { 13 }) {
        0 => Condition::Namespace(any_test(dice, &NAMESPACES)),
        1 => Condition::Flow(any_test(dice, &FLOWS)),
        2 => Condition::State(any_states(dice)),
        3 => Condition::Kind(dice.some(&KINDS[1..])),
        4 => Condition::Label { key: any_label(dice), test: any_test(dice, &LABEL_VALUES) },
        5 => Condition::Started(any_range(dice, header.head.history.started())),
        6 => Condition::Ended(any_range(dice, header.head.history.since())),
        7 => Condition::HasParent(dice.percent(50)),
        8 => Condition::Parent(header.birth.parent.map_or(header.birth.id, |parent| parent.execution)),
        9 => {
            let ids: Vec<_> = (0..4).map(|number| ExecutionId(number).to_string()).collect();
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            Condition::TriggerExecution(any_test(dice, &ids))
        }
        10 => Condition::Waiting(dice.some(&["PAUSED", "DELAY"]).into_iter().map(str::to_owned).collect()),
        11 => Condition::Query { text: any_text(dice, &header), is_contained: dice.percent(70) },
        _ => Condition::Any((0..dice.below(4)).map(|_| any_filter(dice, headers, depth - 1)).collect()),
    }
}

fn any_header<'a>(dice: &mut Dice, headers: &'a [Header]) -> &'a Header {
    dice.pick(headers)
}

fn any_states(dice: &mut Dice) -> BTreeSet<State> {
    let all: Vec<_> = (0..State::NAMES.len()).filter_map(State::from_index).collect();
    match dice.below(3) {
        0 => [State::Success].into(),
        1 => [*dice.pick(&all)].into(),
        _ => dice.some(&all).into_iter().collect(),
    }
}

fn any_label(dice: &mut Dice) -> String {
    (*dice.pick(&[LABELS[0], LABELS[1], LABELS[2], "nobody has it"])).to_owned()
}

/// Whole names, parts of them, and what only looks like one: patterns of databases, other cases.
pub(super) fn any_test(dice: &mut Dice, names: &[&str]) -> Test {
    let name = (*dice.pick(names)).to_owned();
    let part = *dice.pick(&["o", "or", "shop", "Shop", ".", "%", "_", "", "ü", "prod", "-2"]);
    let several = dice.some(names).into_iter().map(str::to_owned).collect();
    match dice.below(9) {
        0 => Test::Is(name),
        1 => Test::IsNot(name),
        2 => Test::In(several),
        3 => Test::NotIn(several),
        4 => Test::Contains(part.to_owned()),
        5 => Test::StartsWith(part.to_owned()),
        6 => Test::EndsWith(part.to_owned()),
        7 => Test::Under(name),
        _ => {
            let pattern = *dice.pick(&["shop", "shop.*", ".*", "t.+|daily", "(?i)TEAM.*", "[a-z]+", ""]);
            Test::Matches(Regex::new(pattern).unwrap())
        }
    }
}

pub(super) fn any_range(dice: &mut Dice, moment: Millis) -> Range {
    let shift = *dice.pick(&[0, 0, 1, -1, 3_600_000, -7_200_000]);
    let mut side = || dice.percent(60).then(|| moment.plus(shift * dice.below(3) as i64));
    Range { from: side(), until: side() }
}

fn any_text(dice: &mut Dice, header: &Header) -> String {
    let id = header.birth.id.to_string();
    let texts = ["SHOP", "ÜBER", "Orders", "%", "_", "import-", &id[..9], &id[3..], ""];
    (*dice.pick(&texts)).to_owned()
}
