//! What lies on two ways is what lies on both of them.

use std::collections::BTreeSet;

use kapelle_model::ExecutionId;
use kapelle_store::contract::Dice;

use super::*;
use crate::read::condition::States;

const LABEL: i64 = 7;
const OTHER: i64 = 8;

/// Whether a key is meant.
type Test<'t> = &'t dyn Fn(&i64) -> bool;

fn database(sets: &[BTreeSet<i64>; 3]) -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    crate::schema::migrate(&mut connection).unwrap();
    let [labelled, also_labelled, of_flow] = sets;
    for key in labelled.iter().chain(also_labelled).chain(of_flow).collect::<BTreeSet<_>>() {
        // Of three failed one in the flow, and all others.
        let (flow, state) =
            if of_flow.contains(key) { (1, if key % 3 == 0 { 8 } else { 6 }) } else { (2, 8) };
        let write = "INSERT INTO exec (id, check64, flow, ns, state, class, version, started, ended, rev, slot, rest, labels) \
                     VALUES (?, 0, ?, 1, ?, 0, 1, 0, 1, 1, 0, 1, 0)";
        connection.execute(write, (key, flow, state)).unwrap();
    }
    for (label, keys) in [(LABEL, labelled), (OTHER, also_labelled)] {
        for key in keys {
            connection.execute("INSERT INTO label (kv, exec) VALUES (?, ?)", (label, key)).unwrap();
        }
    }
    connection
}

fn sql(text: &str, roads: Roads, keys: (i64, i64)) -> Sql {
    let text = text.to_owned();
    Sql { text, parameters: Vec::new(), is_exact: true, is_empty: false, keys, roads }
}

fn all(connection: &Connection, sql: &Sql, page: &Page) -> Vec<i64> {
    keys(connection, &ways(&sql.roads).unwrap(), sql, page).unwrap()
}

/// Every so many-th of some keys, more or less.
fn some(dice: &mut Dice, every: usize) -> BTreeSet<i64> {
    (0..4_000).filter(|_| dice.below(every) == 0).collect()
}

fn part(expected: impl Iterator<Item = i64>, page: &Page) -> Vec<i64> {
    expected.skip(page.offset as usize).take(page.size as usize).collect()
}

#[test]
fn both_ways_together_lead_to_what_lies_on_both() {
    let mut dice = Dice::new(5);
    for [one, two, three] in [[1, 1, 1], [2, 3, 5], [50, 1, 900], [900, 2, 40], [5_000, 5_000, 7]] {
        let sets = [some(&mut dice, one), some(&mut dice, two), some(&mut dice, three)];
        let connection = database(&sets);
        let labels = |numbers: &[i64]| numbers.iter().map(|number| vec![*number]).collect();
        let flows = Some(vec![1]);
        let failed = || Some(States { ended: vec![8], open: Vec::new() });
        let is_failed = |key: &i64| !sets[2].contains(key) || key % 3 == 0;
        let roads: [(Roads, Test<'_>); 4] = [
            (Roads { labels: labels(&[LABEL, OTHER]), ..Roads::default() }, &|key| sets[1].contains(key)),
            (Roads { labels: labels(&[LABEL]), flows: flows.clone(), ..Roads::default() }, &|key| {
                sets[2].contains(key)
            }),
            (Roads { labels: labels(&[LABEL]), states: failed(), ..Roads::default() }, &is_failed),
            (Roads { labels: labels(&[LABEL]), flows, states: failed(), ..Roads::default() }, &|key| {
                sets[2].contains(key) && is_failed(key)
            }),
        ];
        for (roads, is_meant) in roads {
            let range = (dice.below(500) as i64, 4_000 - dice.below(500) as i64);
            let sql = sql("e.id % 5 <> 1", roads, range);
            let matching = || {
                let within = sets[0].range(range.0..=range.1).copied();
                within.filter(|key| is_meant(key) && key % 5 != 1)
            };
            let mut page = Page::newest(1 + dice.below(60) as u32);
            page.offset = dice.below(30) as u64;
            assert_eq!(all(&connection, &sql, &page), part(matching().rev(), &page));
            page.sort.is_descending = false;
            assert_eq!(all(&connection, &sql, &page), part(matching(), &page));
            let after = dice.below(4_000) as i64;
            page.after = Some(ExecutionId(u128::from(after.unsigned_abs()) << 64));
            assert_eq!(all(&connection, &sql, &page), part(matching().filter(|key| *key > after), &page));
            page.sort.is_descending = true;
            assert_eq!(
                all(&connection, &sql, &page),
                part(matching().rev().filter(|key| *key < after), &page)
            );
        }
    }
}

#[test]
fn only_lists_with_a_label_and_something_else_have_two_ways() {
    let with = |labels: Vec<Vec<i64>>, flows: Option<Vec<i64>>| Roads { flows, labels, ..Roads::default() };
    for (roads, has_two) in [
        (Roads::default(), false),
        (with(vec![vec![1]], None), false),
        (with(vec![], Some(vec![1])), false),
        (with(vec![vec![1]], Some(vec![1])), true),
        (with(vec![vec![1], vec![2]], None), true),
        (with(vec![vec![1, 2]], Some(vec![1])), false),
        (with(vec![vec![1]], Some(vec![1, 2])), false),
        (with(vec![vec![1], vec![2]], Some(vec![1, 2])), true),
    ] {
        let (labels, flows) = (roads.labels.clone(), roads.flows.clone());
        assert_eq!(ways(&roads).is_some(), has_two, "{labels:?} {flows:?}");
    }
}
