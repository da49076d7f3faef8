//! What has to be true after a storm.

use std::collections::BTreeMap;
use std::path::Path;

use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, State, Value};
use kapelle_store::Store;
use kapelle_store::filter::Filter;
use kapelle_store::listing::{Header, Page};
use kapelle_store::store::Values;
use kapelle_store_sqlite::{Options, SqliteStore};

/// Judges what a storm left; in words, how much there was.
pub(crate) fn judge(folder: &Path) -> String {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    let store = SqliteStore::open(&folder.join("data"), Options::new(fatal)).unwrap();
    let acknowledged = std::fs::read_to_string(folder.join("acknowledged")).unwrap();
    let ids: Vec<ExecutionId> = acknowledged.lines().filter_map(ExecutionId::parse).collect();
    for id in &ids {
        assert!(store.header(*id).unwrap().is_some(), "execution {id} was acknowledged and is lost");
    }
    let deeds = deeds(folder);
    let all =
        store.executions(&Permit::system("storm"), &Filter::default(), &Page::oldest(10_000, None)).unwrap();
    let mut attempts = 0;
    for header in &all.rows {
        let execution = store.execution(header.birth.id, Values::Named).unwrap().unwrap();
        let (id, flow) = (execution.birth.id, &execution.birth.flow);
        assert_eq!(execution.state(), State::Success, "execution {id} of {flow} did not come to its end");
        for run in execution
            .runs
            .iter()
            .filter(|run| deeds.contains_key(&(id, run.index.0.get(), 0)) || run.tries() > 1)
        {
            let lines: Vec<u32> = (0..run.attempts.len() as u32)
                .map(|attempt| deeds.get(&(id, run.index.0.get(), attempt)).copied().unwrap_or_default())
                .collect();
            assert!(
                lines.iter().all(|lines| *lines <= 1),
                "an attempt of `{}` of {id} was run {lines:?} times",
                run.task
            );
            let succeeded = run.attempts.iter().filter(|attempt| attempt.current() == State::Success).count();
            assert_eq!(succeeded, 1, "`{}` of {id} succeeded {succeeded} times", run.task);
            attempts += lines.iter().sum::<u32>();
        }
    }
    let seconds = schedule(&all.rows);
    let followed = followers(&all.rows);
    format!(
        "{} acknowledged, {} executions, {attempts} attempts with effects, {seconds} seconds of a schedule, {followed} \
         followed by a trigger",
        ids.len(),
        all.rows.len()
    )
}

/// A schedule fired once for each second, from the first to the last one. How many there were.
fn schedule(all: &[Header]) -> usize {
    let own = all.iter().filter(|header| &*header.birth.flow == "tick");
    let mut dates: Vec<i64> = own.map(|header| header.birth.start.unwrap().at.0 / 1_000).collect();
    dates.sort_unstable();
    let expected: Vec<i64> =
        dates.first().map(|first| (*first..).take(dates.len()).collect()).unwrap_or_default();
    assert_eq!(dates, expected, "a second was lost or came twice");
    dates.len()
}

/// Each execution of `line` is followed by one of the flow that listens to it. How many there were.
fn followers(all: &[Header]) -> usize {
    let lines = all.iter().filter(|header| &*header.birth.flow == "line");
    let mut lines: Vec<String> = lines.map(|header| header.birth.id.to_string()).collect();
    let after = all.iter().filter(|header| &*header.birth.flow == "after");
    let cause = |header: &Header| {
        let origin = header.birth.origin.clone().unwrap();
        match origin.variables.get("executionId") {
            Some(Value::Str(id)) => id.expose().to_owned(),
            other => panic!("{other:?}"),
        }
    };
    let mut causes: Vec<String> = after.map(cause).collect();
    lines.sort_unstable();
    causes.sort_unstable();
    assert_eq!(causes, lines, "an end was not heard, or heard twice");
    lines.len()
}

/// How often each attempt of each task run wrote its line.
fn deeds(folder: &Path) -> BTreeMap<(ExecutionId, u32, u32), u32> {
    let mut deeds = BTreeMap::new();
    for line in std::fs::read_to_string(folder.join("deeds")).unwrap_or_default().lines() {
        let mut parts = line.split(' ');
        let key = (|| {
            let id = ExecutionId::parse(parts.next()?)?;
            Some((id, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
        })();
        *deeds.entry(key.unwrap_or_else(|| panic!("half a line: {line}"))).or_default() += 1;
    }
    deeds
}
