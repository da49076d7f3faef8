//! What the first page shows: how things are, against the time before, and what somebody should look at.
//!
//! Counts come from the counters of the store. Everything else is read with a limit, so that the page costs the same
//! whatever there is; where a limit was reached, the answer says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_core::time::duration;
use kapelle_model::permit::{Permit, is_under};
use kapelle_model::trigger::SkipReason;
use kapelle_model::{Millis, State};
use kapelle_runtime::TriggerRow;
use kapelle_store::filter::{Condition, Filter, Range, Test};
use kapelle_store::flow::FlowRevision;
use kapelle_store::listing::{By, Header, Page, Sort};
use kapelle_store::store::{Counted, CounterScope};
use serde_json::{Map as Object, Value as Json, json};

use super::executions::search::all;
use super::triggers::seen_by;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::test::demanded;
use crate::gate::{Action, Resource};
use crate::views::{count, moment};

const HOUR: i64 = 3_600_000;

/// Hours that the page may be about.
const HOURS_MAX: i64 = 24 * 366;

/// Bars over time, about, and the executions of each whose length is looked at.
const BARS: i64 = 48;
const BAR_SAMPLE: u32 = 20;

/// The newest executions of a stretch whose length is looked at.
const SAMPLE: u32 = 1_000;

/// Open executions, and failed ones, that are looked at.
const LOOKED_AT: u32 = 1_000;

/// Rows of each list.
const ROWS: usize = 15;

/// Who waits for so many milliseconds needs attention.
const LONG: i64 = 5 * 60_000;

/// A trigger that was not looked at for so many milliseconds is late.
const LATE: i64 = 60_000;

/// Executions with some label that are counted one by one.
const LABELLED_MAX: usize = 100_000;

/// What is asked for: whole hours, up to now unless another end is given.
struct Asked {
    namespace: Option<String>,
    labels: Vec<(String, String)>,
    now: Millis,
    from: Millis,
    until: Millis,
}

impl Asked {
    fn read(call: &Call) -> Outcome<Self> {
        let text = call.query.get("range").filter(|text| !text.is_empty()).unwrap_or("PT24H");
        let wrong = || ApiError::invalid_entity(format!("range: `{text}` is no duration up to a year"));
        let length = duration::parse(text).map_err(|_| wrong())?;
        let length = i64::try_from(length.as_millis()).map_err(|_| wrong())?;
        let hours = length.div_euclid(HOUR) + i64::from(length % HOUR > 0);
        if !(1..=HOURS_MAX).contains(&hours) {
            return Err(wrong());
        }
        let now = call.runtime().now();
        // The hour that goes on is counted too.
        let until = match call.query.get("until").filter(|text| !text.is_empty()) {
            Some(text) => Counted::hour_of(demanded("until", text)?.plus(-1)).plus(HOUR),
            None => Counted::hour_of(now).plus(HOUR),
        };
        let namespace = call.query.get("namespace").filter(|name| !name.is_empty()).map(str::to_owned);
        let labels = call.query.all("labels").map(label).collect::<Outcome<_>>()?;
        Ok(Self { namespace, labels, now, from: until.plus(-hours * HOUR), until })
    }

    fn before(&self) -> (Millis, Millis) {
        (self.from.plus(-self.until.since(self.from)), self.from)
    }

    fn filter(&self, more: impl IntoIterator<Item = Condition>) -> Filter {
        let namespace = self.namespace.clone().map(|root| Condition::Namespace(Test::Under(root)));
        let labels = self
            .labels
            .iter()
            .map(|(key, value)| Condition::Label { key: key.clone(), test: Test::Is(value.clone()) });
        Filter::of(namespace.into_iter().chain(labels).chain(more))
    }

    fn counted(&self, call: &Call, from: Millis, until: Millis) -> Outcome<Vec<Counted>> {
        if !self.labels.is_empty() {
            return self.counted_by_label(call, from, until);
        }
        let scope = match &self.namespace {
            Some(name) => {
                CounterScope::Namespace { tenant: Arc::clone(&call.tenant), namespace: name.as_str().into() }
            }
            None => CounterScope::All,
        };
        Ok(call.store().counters(&call.permit, &scope, from, until)?)
    }

    /// There are no counters of labels.
    fn counted_by_label(&self, call: &Call, from: Millis, until: Millis) -> Outcome<Vec<Counted>> {
        let range = Condition::Started(Range { from: Some(from), until: Some(until) });
        let found = all(call, &self.filter([range]), LABELLED_MAX)?;
        if found.len() >= LABELLED_MAX {
            let why = format!(
                "labels: {LABELLED_MAX} executions and more have them, too many to count; take a shorter range"
            );
            return Err(ApiError::invalid_entity(why));
        }
        let one = |header: &Header| {
            let history = &header.head.history;
            Counted { hour: Counted::hour_of(history.started()), state: history.current(), number: 1 }
        };
        Ok(found.iter().map(one).collect())
    }
}

fn label(text: &str) -> Outcome<(String, String)> {
    let pair = text.split_once(':').map(|(key, value)| (key.to_owned(), value.to_owned()));
    pair.ok_or_else(|| ApiError::invalid_entity(format!("labels: `{text}` is not written as key:value")))
}

pub(crate) async fn home(call: Arc<Call>) -> Outcome<Answer> {
    // Who may not see triggers gets a page without them.
    let triggers = call.permit_for(Resource::Trigger, Action::View).await.ok();
    let asking = Arc::clone(&call);
    call.app.blocking(move || page(&asking, triggers.as_ref())).await
}

fn page(call: &Call, triggers: Option<&Permit>) -> Outcome<Answer> {
    let asked = Asked::read(call)?;
    let counted = asked.counted(call, asked.from, asked.until)?;
    let (begin, end) = asked.before();
    let before = asked.counted(call, begin, end)?;
    let open = open(call, &asked)?;
    let failed = failed(call, &asked)?;
    let triggers = triggers.map(|permit| of_triggers(call, permit, &asked)).transpose()?;
    let (late, broken, next) = triggers.map_or((Json::Null, Json::Null, Json::Null), Triggers::shown);
    Ok(Answer::json(&json!({
        "from": moment(asked.from),
        "until": moment(asked.until),
        "now": figures(call, &asked, &counted, asked.from, asked.until)?,
        "before": figures(call, &asked, &before, begin, end)?,
        "open": {"running": open.running, "waiting": open.waiting, "isWhole": open.is_whole},
        "overTime": over_time(call, &asked, &counted)?,
        "failuresByFlow": by_flow(&failed),
        "failuresAreWhole": failed.len() < LOOKED_AT as usize,
        "attention": {
            "failedLast": failed_last(call, &failed)?,
            "waiting": open.long,
            "late": late,
            "triggerErrors": broken,
        },
        "nextScheduled": next,
    })))
}

/// The key figures of a stretch of time.
fn figures(call: &Call, asked: &Asked, counted: &[Counted], from: Millis, until: Millis) -> Outcome<Json> {
    let number = |states: &[State]| -> u64 {
        counted.iter().filter(|one| states.contains(&one.state)).map(|one| one.number).sum()
    };
    let total: u64 = counted.iter().map(|one| one.number).sum();
    let good = number(&[State::Success, State::Warning]);
    let failed = number(&[State::Failed]);
    let killed = number(&[State::Killed, State::Cancelled]);
    let over = good + failed + killed;
    let range = Condition::Started(Range { from: Some(from), until: Some(until) });
    let sample = call.store().executions(&call.permit, &asked.filter([range]), &Page::newest(SAMPLE))?.rows;
    let lengths = lengths(&sample);
    Ok(json!({
        "total": total,
        "succeeded": good,
        "failed": failed,
        "killed": killed,
        "successRatio": (over > 0).then(|| count(good) / count(over)),
        "medianMs": quantile(&lengths, 50),
        "p95Ms": quantile(&lengths, 95),
        "durationsOf": lengths.len(),
    }))
}

/// How long those took that are over, sorted.
pub(super) fn lengths(headers: &[Header]) -> Vec<i64> {
    let mut lengths: Vec<i64> = headers.iter().filter_map(Header::duration).collect();
    lengths.sort_unstable();
    lengths
}

/// The value that so many of a hundred do not exceed.
pub(super) fn quantile(sorted: &[i64], percent: usize) -> Option<i64> {
    let place = (sorted.len() * percent).div_ceil(100);
    sorted.get(place.saturating_sub(1)).copied()
}

/// Counts by state in some dozens of bars, each with the length of its last executions.
fn over_time(call: &Call, asked: &Asked, counted: &[Counted]) -> Outcome<Json> {
    let hours = asked.until.since(asked.from) / HOUR;
    let step = HOUR * hours.div_euclid(BARS).max(1);
    let mut bars: BTreeMap<i64, Object<String, Json>> = BTreeMap::new();
    let mut at = asked.from;
    while at < asked.until {
        bars.insert(at.0, Object::new());
        at = at.plus(step);
    }
    for one in counted {
        let Some((_, bar)) = bars.range_mut(..=one.hour.0).next_back() else { continue };
        let before = bar.get(one.state.name()).and_then(Json::as_u64).unwrap_or(0);
        bar.insert(one.state.name().to_owned(), (before + one.number).into());
    }
    let mut rows = Vec::new();
    for (at, counts) in bars {
        let lengths =
            if counts.is_empty() { Vec::new() } else { lengths_of_bar(call, asked, Millis(at), step)? };
        rows.push(json!({"at": moment(Millis(at)), "counts": counts, "medianMs": quantile(&lengths, 50)}));
    }
    Ok(json!({"stepMs": step, "bars": rows}))
}

fn lengths_of_bar(call: &Call, asked: &Asked, at: Millis, step: i64) -> Outcome<Vec<i64>> {
    let range = Condition::Started(Range { from: Some(at), until: Some(at.plus(step)) });
    let page = Page::newest(BAR_SAMPLE);
    Ok(lengths(&call.store().executions(&call.permit, &asked.filter([range]), &page)?.rows))
}

/// Executions that are not over.
struct Open {
    running: usize,
    waiting: usize,
    is_whole: bool,
    /// Those that wait for long, by their cause.
    long: Json,
}

/// Those that wait for one reason.
struct Group<'h> {
    number: usize,
    since: Millis,
    first: Vec<&'h Header>,
}

fn open(call: &Call, asked: &Asked) -> Outcome<Open> {
    let all = (0..State::NAMES.len()).filter_map(State::from_index);
    let states: BTreeSet<State> = all.filter(|state| !state.is_terminal()).collect();
    let page = Page { sort: Sort { by: By::Age, is_descending: false }, ..Page::newest(LOOKED_AT) };
    let found = call.store().executions(&call.permit, &asked.filter([Condition::State(states)]), &page)?.rows;
    let waiting: Vec<&Header> = found.iter().filter(|header| header.head.waiting.is_some()).collect();
    let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
    for header in &waiting {
        let Some(waiting) = &header.head.waiting else { continue };
        if asked.now.since(waiting.since) < LONG {
            continue;
        }
        let group = groups.entry(waiting.cause.word()).or_insert(Group {
            number: 0,
            since: waiting.since,
            first: Vec::new(),
        });
        group.number += 1;
        group.since = group.since.min(waiting.since);
        if group.first.len() < 5 {
            group.first.push(header);
        }
    }
    let mut long: Vec<(&str, Group<'_>)> = groups.into_iter().collect();
    long.sort_by_key(|(_, group)| std::cmp::Reverse(group.number));
    let row = |(cause, group): &(&str, Group<'_>)| {
        json!({
            "cause": cause,
            "count": group.number,
            "since": moment(group.since),
            "executions": group.first.iter().map(|header| named(header)).collect::<Vec<_>>(),
        })
    };
    Ok(Open {
        running: found.len() - waiting.len(),
        waiting: waiting.len(),
        is_whole: found.len() < LOOKED_AT as usize,
        long: long.iter().map(row).collect(),
    })
}

fn named(header: &Header) -> Json {
    let birth = &header.birth;
    json!({
        "executionId": birth.id.to_string(),
        "namespace": &*birth.namespace,
        "flowId": &*birth.flow,
        "state": header.head.history.current().name(),
        "since": moment(header.head.history.since()),
    })
}

/// The newest ones that failed.
fn failed(call: &Call, asked: &Asked) -> Outcome<Vec<Header>> {
    let range = Range { from: Some(asked.from), until: Some(asked.until) };
    let states = BTreeSet::from([State::Failed]);
    let filter = asked.filter([Condition::State(states), Condition::Started(range)]);
    Ok(call.store().executions(&call.permit, &filter, &Page::newest(LOOKED_AT))?.rows)
}

/// Flows by how often they failed, the newest failure of each, the most frequent first.
fn ranked(failed: &[Header]) -> Vec<(usize, &Header)> {
    let mut flows: BTreeMap<(&str, &str), (usize, &Header)> = BTreeMap::new();
    for header in failed {
        flows.entry((&header.birth.namespace, &header.birth.flow)).or_insert((0, header)).0 += 1;
    }
    let mut ranked: Vec<(usize, &Header)> = flows.into_values().collect();
    ranked.sort_by_key(|(number, header)| (std::cmp::Reverse(*number), std::cmp::Reverse(header.birth.id)));
    ranked
}

fn by_flow(failed: &[Header]) -> Json {
    let rows = ranked(failed).into_iter().take(ROWS).map(|(number, header)| {
        json!({
            "namespace": &*header.birth.namespace,
            "flowId": &*header.birth.flow,
            "count": number,
            "last": named(header),
        })
    });
    rows.collect()
}

/// Flows whose last execution failed.
fn failed_last(call: &Call, failed: &[Header]) -> Outcome<Json> {
    let mut rows: Vec<Json> = Vec::new();
    for (_, header) in ranked(failed).into_iter().take(2 * ROWS) {
        let is = |text: &str| Test::Is(text.to_owned());
        let birth = &header.birth;
        let filter =
            Filter::of([Condition::Namespace(is(&birth.namespace)), Condition::Flow(is(&birth.flow))]);
        let newest = call.store().executions(&call.permit, &filter, &Page::newest(1))?.rows;
        let is_last = newest.first().is_some_and(|newest| newest.head.history.current() == State::Failed);
        rows.extend(newest.iter().filter(|_| is_last).map(named));
    }
    rows.truncate(ROWS);
    Ok(rows.into())
}

struct Triggers {
    late: Vec<Json>,
    broken: Vec<Json>,
    next: Vec<Json>,
}

impl Triggers {
    fn shown(self) -> (Json, Json, Json) {
        (self.late.into(), self.broken.into(), self.next.into())
    }
}

fn of_triggers(call: &Call, permit: &Permit, asked: &Asked) -> Outcome<Triggers> {
    let mut rows = seen_by(call, permit, None)?;
    let is_meant =
        |row: &TriggerRow| asked.namespace.as_ref().is_none_or(|root| is_under(&row.key.namespace, root));
    rows.retain(|row| !row.state.is_disabled && is_meant(row));
    if !asked.labels.is_empty() {
        let flows = labelled(call, permit, &asked.labels)?;
        rows.retain(|row| flows.contains(&(row.key.namespace.clone(), row.key.flow.clone())));
    }
    rows.sort_by_key(|row| row.due);
    let told = |rows: Vec<&TriggerRow>| rows.into_iter().take(ROWS).map(trigger).collect();
    let all = || rows.iter();
    let is_late = |row: &&TriggerRow| row.due.is_some_and(|due| asked.now.since(due) > LATE);
    let is_broken = |row: &&TriggerRow| matches!(row.state.skipping, Some((_, SkipReason::Failed)));
    let is_to_come = |row: &&TriggerRow| row.due.is_some_and(|due| due >= asked.now);
    Ok(Triggers {
        late: told(all().filter(is_late).collect()),
        broken: told(all().filter(is_broken).collect()),
        next: told(all().filter(is_to_come).collect()),
    })
}

/// The flows with these labels: a trigger has those of its flow.
fn labelled(
    call: &Call,
    permit: &Permit,
    labels: &[(String, String)],
) -> Outcome<BTreeSet<(Arc<str>, Arc<str>)>> {
    let has = |flow: &FlowRevision, (key, value): &(String, String)| {
        flow.labels.iter().any(|(own, of)| **own == **key && **of == **value)
    };
    let flows = call.store().flows(permit)?;
    let own = flows.iter().filter(|flow| flow.tenant == call.tenant);
    let meant = own.filter(|flow| labels.iter().all(|label| has(flow, label)));
    Ok(meant.map(|flow| (Arc::clone(&flow.namespace), Arc::clone(&flow.id))).collect())
}

fn trigger(row: &TriggerRow) -> Json {
    json!({
        "namespace": &*row.key.namespace,
        "flowId": &*row.key.flow,
        "triggerId": &*row.key.trigger,
        "due": row.due.map(moment),
        "since": row.state.skipping.map(|(since, _)| moment(since)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_that_was_there() {
        let all: Vec<i64> = (1..=100).collect();
        assert_eq!(
            (quantile(&all, 50), quantile(&all, 95), quantile(&all, 100)),
            (Some(50), Some(95), Some(100))
        );
        assert_eq!((quantile(&[7], 50), quantile(&[7], 95), quantile(&[], 95)), (Some(7), Some(7), None));
    }
}
