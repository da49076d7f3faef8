use std::collections::BTreeSet;

use kapelle_store::Total;
use kapelle_store::filter::{Range, Test};

use super::*;
use crate::log_files::names::Names;
use crate::log_files::source::Source;

fn filter_by_chance(chance: &mut Chance) -> LogFilter {
    let moment = |chance: &mut Chance| Millis(MARCH + chance.below(80) as i64 * DAY + chance.below(3) as i64);
    LogFilter {
        execution: chance.maybe(|chance| ExecutionId(u128::from(chance.below(13)) << 64 | 7)),
        is_of_execution: chance.maybe(|chance| chance.below(2) == 0),
        run: chance.maybe(|chance| RunIndex((chance.below(3) as u32 + 1).try_into().unwrap())),
        attempt: chance.maybe(|chance| chance.below(2) as u32),
        level: chance.maybe(level_by_chance),
        level_max: chance.maybe(level_by_chance),
        at: Range { from: chance.maybe(moment), until: chance.maybe(moment) },
        namespace: tests_by_chance(chance, &["team", "team.a", "shop", "eam"]),
        flow: tests_by_chance(chance, &["daily", "Daily", "week"]),
        task: tests_by_chance(chance, &["load", "größe", "l"]),
        trigger: tests_by_chance(chance, &["nightly", "hook", "k"]),
        query: chance.maybe(|chance| {
            chance.one(&["STRASSE", "straße", "i̇stan", "ÜBER", "%", "_", "σίσυφος", "", "nowhere"]).to_owned()
        }),
    }
}

fn tests_by_chance(chance: &mut Chance, words: &[&str]) -> Vec<Test> {
    let some = if chance.below(4) == 0 { 1 + chance.below(2) } else { 0 };
    let test = |_| {
        let word = chance.one(words).to_owned();
        let set = BTreeSet::from([word.clone(), chance.one(words).to_owned()]);
        match chance.below(9) {
            0 => Test::Is(word),
            1 => Test::IsNot(word),
            2 => Test::In(set),
            3 => Test::NotIn(set),
            4 => Test::Contains(word),
            5 => Test::StartsWith(word),
            6 => Test::EndsWith(word),
            7 => Test::Under(word),
            _ => Test::Matches("[a-z]+".parse().unwrap()),
        }
    };
    (0..some).map(test).collect()
}

/// What a list has to be: all lines in memory, filtered, sorted and cut.
fn expected(lines: &[LogLine], permit: &Permit, filter: &LogFilter, page: &LogPage) -> (Vec<LogLine>, u64) {
    let is_meant = |line: &&LogLine| permit.covers(&line.tenant, &line.namespace) && filter.matches(line);
    let mut all: Vec<_> = lines.iter().filter(is_meant).cloned().collect();
    all.sort_by_key(LogLine::order);
    if page.is_newest_first {
        all.reverse();
    }
    let total = all.len() as u64;
    (all.into_iter().skip(page.offset as usize).take(page.size as usize).collect(), total)
}

#[test]
fn every_list_is_what_its_filter_means() {
    check_lists(0x5EED, Budget::default());
}

#[test]
fn it_is_so_too_where_more_flows_match_than_are_read_side_by_side() {
    check_lists(0xCAFE, Budget { origins: 2, ..Budget::default() });
}

fn check_lists(seed: u64, budget: Budget) {
    let (folder, mut chance) = (Folder::new(), Chance(seed));
    let files = LogFiles::open_with(&folder.0, Bounds::default(), budget).unwrap();
    let lines = lines_by_chance(&mut chance, 2_000);
    for part in lines.chunks(300) {
        files.append(part.to_vec()).unwrap();
    }
    let mut not_empty = 0;
    for round in 0..500 {
        let filter = filter_by_chance(&mut chance);
        let permit = &permits()[chance.below(4) as usize];
        let page = LogPage {
            offset: chance.below(2) * chance.below(60),
            size: chance.below(50) as u32,
            is_newest_first: chance.below(2) == 0,
            is_counted: chance.below(2) == 0,
        };
        let (rows, total) = expected(&lines, permit, &filter, &page);
        let listing = files.logs(permit, &filter, &page).unwrap();
        assert_eq!(listing.rows, rows, "round {round}: {filter:?} {page:?}");
        assert_eq!(
            listing.total,
            page.is_counted.then_some(Total::Exactly(total)),
            "round {round}: {filter:?}"
        );
        not_empty += usize::from(!rows.is_empty());
    }
    assert!(not_empty > 80, "{not_empty}");
}

#[test]
fn pages_follow_each_other_without_gap_in_both_directions() {
    let (folder, mut chance) = (Folder::new(), Chance(77));
    let files = folder.open();
    let mut lines = lines_by_chance(&mut chance, 1_000);
    // Equal in order: two triggers at one moment, with the same number.
    lines.push(without_execution(line(MARCH, 0, 1, "one")));
    lines.push(LogLine { trigger: Some("other".into()), ..without_execution(line(MARCH, 0, 1, "two")) });
    files.append(lines.clone()).unwrap();
    lines.sort_by_key(LogLine::order);
    for is_newest_first in [false, true] {
        let mut read = Vec::new();
        loop {
            let page = LogPage { is_newest_first, ..oldest(read.len() as u64, 37) };
            let listing = files.logs(&system(), &LogFilter::default(), &page).unwrap();
            if listing.rows.is_empty() {
                break;
            }
            read.extend(listing.rows);
        }
        let messages = read.iter().filter(|line| ["one", "two"].contains(&&*line.message)).count();
        assert_eq!(messages, 2);
        if is_newest_first {
            read.reverse();
        }
        let orders = |lines: &[LogLine]| lines.iter().map(LogLine::order).collect::<Vec<_>>();
        assert_eq!(orders(&read), orders(&lines));
    }
}

#[test]
fn a_long_execution_is_read_in_parts() {
    let folder = Folder::new();
    let files = folder.open();
    let lines: Vec<_> = (0..50_000).map(|n| line(MARCH + i64::from(n / 7), 5, n, "a line")).collect();
    for part in lines.chunks(5_000) {
        files.append(part.to_vec()).unwrap();
        files.append(vec![line(part[0].at.0, 4, part[0].number, "of another")]).unwrap();
    }
    let mut filter = LogFilter::of(ExecutionId(5));
    let mut read: Vec<LogLine> = Vec::new();
    while read.len() < lines.len() {
        // The lines of the last moment come again and are left out.
        let skipped =
            filter.at.from.map_or(0, |from| read.iter().rev().take_while(|line| line.at == from).count());
        let page = LogPage { is_counted: false, ..oldest(skipped as u64, 8_000) };
        read.extend(files.logs(&system(), &filter, &page).unwrap().rows);
        filter.at.from = read.last().map(|line| line.at);
    }
    assert_eq!(read, lines);
}

#[test]
fn counting_ends_where_it_takes_too_long_and_searching_says_so() {
    let folder = Folder::new();
    let budget = Budget { listed: 1_000, counted: 500, ..Budget::default() };
    let files = LogFiles::open_with(&folder.0, Bounds::default(), budget).unwrap();
    files.append((0..2_000).map(|n| line(MARCH + i64::from(n), 1, n, "a line")).collect()).unwrap();
    let list = |filter: &LogFilter, offset| files.logs(&system(), filter, &oldest(offset, 10));
    // The page is known to be full when the first line after it is seen.
    assert_eq!(list(&LogFilter::default(), 0).unwrap().total, Some(Total::AtLeast(511)));
    let nowhere = LogFilter { query: Some("nowhere".to_owned()), ..LogFilter::default() };
    let error = list(&nowhere, 0).unwrap_err().to_string();
    assert!(error.contains("1000 log lines") && error.contains("shorter time"), "{error}");
    let short = Range { from: Some(Millis(MARCH + 1_900)), until: None };
    assert_eq!(list(&LogFilter { at: short, ..nowhere }, 0).unwrap().rows, []);
}

#[test]
fn lists_find_their_lines_by_index() {
    let folder = Folder::new();
    let files = folder.open();
    for execution in 1..=300 {
        let flow = if execution == 7 { "rare" } else { "daily" };
        files.append(vec![LogLine { flow: flow.into(), ..line(MARCH, execution, 1, "a line") }]).unwrap();
    }
    let outside = LogLine { execution: None, run: None, ..line(MARCH, 1, 1, "a line") };
    files.append(vec![LogLine { trigger: Some("hourly".into()), ..outside }]).unwrap();
    files.flush().unwrap();
    let connection = file::open_reader(&folder.file("2026-03")).unwrap();
    let of_flow = |flow: &str| LogFilter { flow: vec![Test::Is(flow.to_owned())], ..LogFilter::default() };
    let of_execution = |is| LogFilter { is_of_execution: Some(is), ..LogFilter::default() };
    let serious = LogFilter { level: Some(Level::Error), ..of_flow("daily") };
    for (filter, wanted) in [
        (LogFilter::of(ExecutionId(1)), "SEARCH log USING PRIMARY KEY (origin=? AND at>? AND at<?)"),
        (of_flow("rare"), "SEARCH log USING PRIMARY KEY (origin=? AND at>? AND at<?)"),
        (of_flow("daily"), "SEARCH log USING INDEX log_at (at>? AND at<?)"),
        (serious, "SEARCH log USING INDEX log_serious (at>? AND at<?)"),
        (of_execution(false), "SEARCH log USING PRIMARY KEY (origin=? AND at>? AND at<?)"),
        (of_execution(true), "SEARCH log USING INDEX log_at (at>? AND at<?)"),
    ] {
        for is_newest_first in [false, true] {
            let source = Source::of(&system(), &filter, &connection, &mut Names::default(), 128).unwrap();
            let (sql, _) = source.statement(is_newest_first);
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let plan = explain.query_map((0, 1, None::<i64>), |row| row.get(3)).unwrap();
            assert_eq!(plan.collect::<rusqlite::Result<Vec<String>>>().unwrap(), [wanted], "{filter:?}");
        }
    }
}
