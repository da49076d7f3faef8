//! Log lines: written once, found by every filter, in both directions.

use std::collections::BTreeMap;

use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;
use kapelle_model::{ExecutionId, State};

use super::data::{BEGINNING, FLOWS, NAMESPACES, TENANTS, World, index};
use super::lists::{any_permit, any_range, any_test};
use super::{Dice, Subject, commit};
use crate::listing::Total;
use crate::logs::{LogFilter, LogLine, LogPage};
use crate::outline::{OutlineOf, Outliner};
use crate::store::Store;
use crate::transaction::Write;

const LEVELS: [Level; 5] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error];
const MESSAGES: [&str; 5] = ["started", "100 % done", "Über alles", "two\nlines", "a_b"];
const TASKS: [&str; 3] = ["hello", "Hello", "shop"];
/// More than a month, so that lines come to lie in several places.
const STEP: i64 = 9 * 3_600_000;

/// Lines of a few executions, and of triggers, over several months.
fn any_lines(dice: &mut Dice, count: u32) -> Vec<LogLine> {
    let ids: Vec<_> =
        (0..6u128).map(|number| ExecutionId((u128::from(dice.roll()) << 63) | number)).collect();
    (0..count).map(|number| any_line(dice, &ids, number)).collect()
}

fn any_line(dice: &mut Dice, ids: &[ExecutionId], number: u32) -> LogLine {
    let place = dice.below(ids.len() + 1);
    let execution = ids.get(place).copied();
    LogLine {
        at: BEGINNING.plus(STEP * i64::from(number / 2)),
        tenant: TENANTS[place % TENANTS.len()].into(),
        namespace: NAMESPACES[place % NAMESPACES.len()].into(),
        flow: FLOWS[place % FLOWS.len()].into(),
        execution,
        trigger: execution.is_none().then(|| "hourly".into()),
        task: (execution.is_some() && dice.percent(70)).then(|| (*dice.pick(&TASKS)).into()),
        run: (execution.is_some() && dice.percent(70)).then(|| index(dice.below(3) as u32)),
        attempt: dice.below(2) as u32,
        number,
        level: *dice.pick(&LEVELS),
        message: format!("{} {number}", dice.pick(&MESSAGES)).into(),
    }
}

fn filled(store: &dyn Store, dice: &mut Dice) -> Vec<LogLine> {
    let mut lines = any_lines(dice, 400);
    for part in lines.chunks(37) {
        store.append_logs(part.to_vec()).unwrap();
    }
    store.flush_logs().unwrap();
    lines.sort_by_key(LogLine::order);
    lines
}

fn all_of(store: &dyn Store) -> Vec<LogLine> {
    let page = LogPage { offset: 0, size: 10_000, is_newest_first: false, is_counted: false };
    store.logs(&Permit::system("contract"), &LogFilter::default(), &page).unwrap().rows
}

pub fn every_log_filter_is_what_it_says(subject: impl Subject) {
    let mut dice = Dice::new(80);
    let lines = filled(subject.store(), &mut dice);
    assert_eq!(all_of(subject.store()), lines);
    for _ in 0..400 {
        check_lines(subject.store(), &mut dice, &lines);
    }
}

fn check_lines(store: &dyn Store, dice: &mut Dice, lines: &[LogLine]) {
    let (permit, filter) = (any_permit(dice), any_filter(dice, lines));
    let page = LogPage {
        offset: if dice.percent(50) { 0 } else { dice.below(50) as u64 },
        size: *dice.pick(&[1, 7, 10_000]),
        is_newest_first: dice.percent(50),
        is_counted: dice.percent(50),
    };
    let is_meant = |line: &&LogLine| permit.covers(&line.tenant, &line.namespace) && filter.matches(line);
    let mut expected: Vec<_> = lines.iter().filter(is_meant).collect();
    if page.is_newest_first {
        expected.reverse();
    }
    let total = expected.len() as u64;
    let expected: Vec<_> = expected.into_iter().skip(page.offset as usize).take(page.size as usize).collect();
    let kept = store.logs(&permit, &filter, &page).unwrap();
    assert!(kept.rows.iter().eq(expected.iter().copied()), "{permit:?} {filter:?} {page:?}: {kept:?}");
    assert_eq!(kept.total.is_some(), page.is_counted);
    match kept.total {
        Some(Total::Exactly(number)) => assert_eq!(number, total, "{filter:?}"),
        Some(Total::AtLeast(number)) => assert!(number <= total, "{filter:?}"),
        None => {}
    }
}

/// An outline is what all lines of the filter give, shown one after the other.
pub fn an_outline_counts_what_a_list_has(subject: impl Subject) {
    let mut dice = Dice::new(84);
    let lines = filled(subject.store(), &mut dice);
    for _ in 0..200 {
        let (permit, filter) = (any_permit(&mut dice), any_filter(&mut dice, &lines));
        let is_newest_first = dice.percent(30);
        let of = OutlineOf { every: Some(7), step: Some(STEP), looked_at_max: 100_000, is_newest_first };
        let is_meant = |line: &&LogLine| permit.covers(&line.tenant, &line.namespace) && filter.matches(line);
        let mut meant: Vec<_> = lines.iter().filter(is_meant).collect();
        if is_newest_first {
            meant.reverse();
        }
        let mut expected = Outliner::new(of);
        for line in &meant {
            expected.found(line.at, line.level);
        }
        let kept = subject.store().outline(&permit, &filter, of).unwrap();
        assert_eq!(kept, expected.outline(), "{permit:?} {filter:?}");
    }
    let of = OutlineOf { every: None, step: None, looked_at_max: 10, is_newest_first: true };
    let kept = subject.store().outline(&Permit::system("contract"), &LogFilter::default(), of).unwrap();
    assert_eq!((kept.total, kept.is_cut, kept.marks.len()), (10, true, 0));
}

fn any_filter(dice: &mut Dice, lines: &[LogLine]) -> LogFilter {
    let line = dice.pick(lines).clone();
    let tests = |dice: &mut Dice, names: &[&str]| {
        let is_asked = dice.percent(20);
        is_asked.then(|| any_test(dice, names)).into_iter().collect()
    };
    LogFilter {
        execution: line.execution.filter(|_| dice.percent(30)),
        is_of_execution: dice.percent(25).then(|| dice.percent(50)),
        run: line.run.filter(|_| dice.percent(20)),
        attempt: dice.percent(20).then_some(line.attempt),
        level: dice.percent(30).then(|| *dice.pick(&LEVELS)),
        level_max: dice.percent(20).then(|| *dice.pick(&LEVELS)),
        at: if dice.percent(40) { any_range(dice, line.at) } else { crate::filter::Range::default() },
        namespace: tests(dice, &NAMESPACES),
        flow: tests(dice, &FLOWS),
        task: tests(dice, &TASKS),
        trigger: tests(dice, &["hourly", "Hourly"]),
        query: dice.percent(25).then(|| (*dice.pick(&["DONE", "über", "%", "_", "1", ""])).to_owned()),
    }
}

pub fn a_line_that_is_written_twice_is_there_once(subject: impl Subject) {
    let mut dice = Dice::new(81);
    let lines = filled(subject.store(), &mut dice);
    let changed = lines.iter().map(|line| LogLine { message: "other".into(), ..line.clone() });
    let of_executions: Vec<_> = changed.filter(|line| line.execution.is_some()).collect();
    subject.store().append_logs(lines.clone()).unwrap();
    subject.store().append_logs(of_executions).unwrap();
    subject.store().flush_logs().unwrap();
    assert_eq!(all_of(subject.store()), lines);
    let subject = subject.reopen();
    subject.store().append_logs(lines.clone()).unwrap();
    subject.store().flush_logs().unwrap();
    assert_eq!(all_of(subject.store()), lines);
}

pub fn lines_that_were_waited_for_outlive_the_process(subject: impl Subject) {
    let mut dice = Dice::new(82);
    let lines = filled(subject.store(), &mut dice);
    let subject = subject.reopen();
    assert_eq!(all_of(subject.store()), lines);
}

pub fn exactly_the_matching_lines_are_deleted(subject: impl Subject) {
    let mut dice = Dice::new(83);
    let mut lines = filled(subject.store(), &mut dice);
    for _ in 0..12 {
        let (permit, filter) = (any_permit(&mut dice), any_filter(&mut dice, &lines));
        let is_meant = |line: &LogLine| permit.covers(&line.tenant, &line.namespace) && filter.matches(line);
        let before = lines.len();
        lines.retain(|line| !is_meant(line));
        let deleted = subject.store().delete_logs(&permit, &filter).unwrap();
        assert_eq!(deleted, (before - lines.len()) as u64, "{permit:?} {filter:?}");
        assert_eq!(all_of(subject.store()), lines, "{permit:?} {filter:?}");
        if lines.len() < 50 {
            break;
        }
    }
    let subject = subject.reopen();
    assert_eq!(all_of(subject.store()), lines);
}

pub fn lines_of_open_and_of_ended_executions_are_found_by_execution(subject: impl Subject) {
    let mut world = World::new(84);
    let mut expected = BTreeMap::new();
    for _ in 0..5 {
        let birth = world.birth();
        let (id, born) = (birth.id, birth.birth.clone().unwrap());
        let change = world.change_to(id, State::Success);
        commit(subject.store(), [Write::from(birth), change.into()]);
        let line = |number| LogLine {
            tenant: born.tenant.clone(),
            namespace: born.namespace.clone(),
            flow: born.flow.clone(),
            execution: Some(id),
            number,
            ..line_at(BEGINNING.plus(i64::from(number)))
        };
        let lines: Vec<_> = (0..20).map(line).collect();
        subject.store().append_logs(lines.clone()).unwrap();
        expected.insert(id, lines);
    }
    subject.store().flush_logs().unwrap();
    let page = LogPage { offset: 0, size: 100, is_newest_first: false, is_counted: true };
    for (id, lines) in expected {
        let kept = subject.store().logs(&Permit::system("contract"), &LogFilter::of(id), &page).unwrap();
        assert_eq!((kept.rows, kept.total), (lines, Some(Total::Exactly(20))));
    }
}

fn line_at(at: Millis) -> LogLine {
    LogLine {
        at,
        tenant: "main".into(),
        namespace: "shop".into(),
        flow: "daily".into(),
        execution: None,
        trigger: None,
        task: Some("hello".into()),
        run: Some(index(0)),
        attempt: 0,
        number: 0,
        level: Level::Info,
        message: "said".into(),
    }
}
