//! Statistics of executions, logs and flows by day, as pages of 0.21 ask for them.

use std::collections::BTreeMap;

use kapelle_model::effect::Level;
use kapelle_model::permit::is_under;
use kapelle_model::{Millis, State};
use kapelle_store::filter::{Condition, Filter, Range, Test};
use kapelle_store::listing::{Header, Page};
use kapelle_store::logs::{LogFilter, LogPage};
use serde_json::{Map as Object, Value as Json, json};

use super::executions::{search, shown};
use super::{flows, triggers};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::test::demanded;
use crate::views::{moment, seconds};

const DAY: i64 = 24 * 3_600_000;

/// Days that statistics are about where nobody says how many.
const DAYS: i64 = 30;

/// Days of one answer.
const DAYS_MAX: i64 = 800;

/// Executions that are looked at.
const ROWS_MAX: usize = 100_000;

/// Lines of the log that are read at once.
const STEP: u32 = 5_000;

/// What a body asks for.
struct Asked {
    from: Millis,
    until: Millis,
    namespace: Option<String>,
    flow: Option<String>,
    query: Option<String>,
}

impl Asked {
    fn read(call: &Call, body: &Json) -> Outcome<Self> {
        let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let until = match text("endDate") {
            Some(text) => demanded("endDate", &text)?,
            None => call.runtime().now(),
        };
        let from = match text("startDate") {
            Some(text) => demanded("startDate", &text)?,
            None => until.plus(-DAYS * DAY),
        };
        if from > until || until.since(from) > DAYS_MAX * DAY {
            let why = format!("startDate: must be before endDate, by {DAYS_MAX} days at most");
            return Err(ApiError::invalid_entity(why));
        }
        let until = until.plus(1);
        Ok(Self { from, until, namespace: text("namespace"), flow: text("flowId"), query: text("q") })
    }

    fn range(&self) -> Range {
        Range { from: Some(self.from), until: Some(self.until) }
    }

    fn filter(&self) -> Filter {
        let namespace = self.namespace.clone().map(|root| Condition::Namespace(Test::Under(root)));
        let flow = self.flow.clone().map(|flow| Condition::Flow(Test::Is(flow)));
        let query = self.query.clone().map(|text| Condition::Query { text, is_contained: true });
        let all = [Some(Condition::Started(self.range())), namespace, flow, query];
        Filter::of(all.into_iter().flatten())
    }

    /// The beginnings of the days.
    fn days(&self) -> impl Iterator<Item = i64> {
        day_of(self.from)..=day_of(self.until)
    }
}

/// Counts days since 1970.
const fn day_of(at: Millis) -> i64 {
    at.0.div_euclid(DAY)
}

fn body(call: &Call) -> Outcome<Json> {
    if call.text()?.trim().is_empty() { Ok(json!({})) } else { call.json() }
}

/// The executions of the body.
fn executions(call: &Call) -> Outcome<(Asked, Vec<Header>)> {
    let asked = Asked::read(call, &body(call)?)?;
    let found = search::all(call, &asked.filter(), ROWS_MAX)?;
    Ok((asked, found))
}

/// One entry for each day, those without executions too.
fn daily(asked: &Asked, rows: &[&Header]) -> Vec<Json> {
    let mut days: BTreeMap<i64, Vec<&Header>> = asked.days().map(|day| (day, Vec::new())).collect();
    for header in rows {
        days.entry(day_of(header.head.history.started())).or_default().push(header);
    }
    let entry = |(day, rows): (i64, Vec<&Header>)| {
        let states: Vec<State> = rows.iter().map(|header| header.head.history.current()).collect();
        let durations: Vec<i64> = rows.iter().filter_map(|header| header.duration()).collect();
        json!({
            "startDate": moment(Millis(day * DAY)),
            "duration": duration(&durations),
            "executionCounts": counts(&states),
            "groupBy": "DAY",
        })
    };
    days.into_iter().map(entry).collect()
}

/// How many there are of each state, also of those of which there are none.
fn counts(states: &[State]) -> Object<String, Json> {
    let number = |name: &str| states.iter().filter(|state| state.name() == name).count();
    State::NAMES.iter().map(|name| ((*name).to_owned(), number(name).into())).collect()
}

fn duration(millis: &[i64]) -> Json {
    let sum: i64 = millis.iter().sum();
    let average = sum / i64::try_from(millis.len()).unwrap_or(i64::MAX).max(1);
    json!({
        "min": iso(millis.iter().copied().min().unwrap_or(0)),
        "avg": iso(average),
        "max": iso(millis.iter().copied().max().unwrap_or(0)),
        "sum": iso(sum),
        "count": millis.len(),
    })
}

fn iso(millis: i64) -> String {
    format!("PT{}S", seconds(millis))
}

pub(crate) fn executions_by_day(call: &Call) -> Outcome<Answer> {
    let (asked, found) = executions(call)?;
    Ok(Answer::json(&daily(&asked, &found.iter().collect::<Vec<_>>()).into()))
}

pub(crate) fn by_flow(call: &Call) -> Outcome<Answer> {
    let (asked, found) = executions(call)?;
    let mut groups: BTreeMap<&str, BTreeMap<&str, Vec<&Header>>> = BTreeMap::new();
    for header in &found {
        let flows = groups.entry(&header.birth.namespace).or_default();
        flows.entry(&header.birth.flow).or_default().push(header);
    }
    let of_flows = |flows: BTreeMap<&str, Vec<&Header>>| {
        flows
            .into_iter()
            .map(|(flow, rows)| (flow.to_owned(), daily(&asked, &rows).into()))
            .collect::<Object<String, Json>>()
    };
    let all = groups.into_iter().map(|(namespace, flows)| (namespace.to_owned(), of_flows(flows).into()));
    Ok(Answer::json(&Json::Object(all.collect())))
}

pub(crate) fn by_namespace(call: &Call) -> Outcome<Answer> {
    let (_, found) = executions(call)?;
    let mut groups: BTreeMap<&str, Vec<State>> = BTreeMap::new();
    for header in &found {
        groups.entry(&header.birth.namespace).or_default().push(header.head.history.current());
    }
    let each =
        groups.iter().map(|(namespace, states)| json!({"namespace": namespace, "counts": counts(states)}));
    Ok(Answer::json(&each.collect()))
}

/// The last execution of each of these flows, whole.
pub(crate) fn latest(call: &Call) -> Outcome<Answer> {
    let mut rows = Vec::new();
    for flow in body(call)?["flows"].as_array().into_iter().flatten() {
        let (Some(namespace), Some(id)) = (flow["namespace"].as_str(), flow["id"].as_str()) else {
            return Err(ApiError::invalid_entity("flows: namespace and id are needed"));
        };
        let (namespace, id) = (Test::Is(namespace.to_owned()), Test::Is(id.to_owned()));
        let filter = Filter::of([Condition::Namespace(namespace), Condition::Flow(id)]);
        for header in call.store().executions(&call.permit, &filter, &Page::newest(1))?.rows {
            let found = call.runtime().execution(header.birth.id)?;
            rows.extend(found.map(|execution| shown(call.runtime(), &execution)));
        }
    }
    Ok(Answer::json(&rows.into()))
}

pub(crate) fn logs_by_day(call: &Call) -> Outcome<Answer> {
    let body = body(call)?;
    let asked = Asked::read(call, &body)?;
    let filter = LogFilter {
        at: asked.range(),
        namespace: asked.namespace.clone().map(Test::Under).into_iter().collect(),
        flow: asked.flow.clone().map(Test::Is).into_iter().collect(),
        level: body["logLevel"].as_str().and_then(Level::from_name),
        query: asked.query.clone(),
        ..LogFilter::default()
    };
    let mut days: BTreeMap<i64, Object<String, Json>> =
        asked.days().map(|day| (day, Object::new())).collect();
    let mut offset = 0;
    while offset < ROWS_MAX as u64 {
        let page = LogPage { offset, size: STEP, is_newest_first: true, is_counted: false };
        let lines = call.store().logs(&call.permit, &filter, &page)?.rows;
        for line in &lines {
            let counts = days.entry(day_of(line.at)).or_default();
            let before = counts.get(line.level.name()).and_then(Json::as_u64).unwrap_or(0);
            counts.insert(line.level.name().to_owned(), (before + 1).into());
        }
        if lines.len() < STEP as usize {
            break;
        }
        offset += u64::from(STEP);
    }
    let entry = |(day, counts): (i64, Object<String, Json>)| json!({"timestamp": moment(Millis(day * DAY)), "counts": counts, "groupBy": "day"});
    Ok(Answer::json(&days.into_iter().map(entry).collect()))
}

pub(crate) fn summary(call: &Call) -> Outcome<Answer> {
    let asked = Asked::read(call, &body(call)?)?;
    let is_meant = |namespace: &str, flow: &str| {
        asked.namespace.as_ref().is_none_or(|root| is_under(namespace, root))
            && asked.flow.as_ref().is_none_or(|id| id == flow)
    };
    let flows = flows::all(call)?.iter().filter(|flow| is_meant(&flow.namespace, &flow.id)).count();
    let rows = triggers::rows(call, None)?;
    let triggers = rows.iter().filter(|row| is_meant(&row.key.namespace, &row.key.flow)).count();
    Ok(Answer::json(&json!({"flows": flows, "triggers": triggers})))
}
