//! What charts show.

use kapelle_core::time::duration;
use kapelle_model::Millis;
use serde_json::{Map as Object, Value as Json, json};

use super::find;
use crate::answer::Answer;
use crate::call::Call;
use crate::dashboards::chart::{Chart, Drawn};
use crate::dashboards::conditions::{Condition, read_all, spelled};
use crate::dashboards::table::{Window, number, rows, words};
use crate::dashboards::{Dashboard, ion, read, source};
use crate::error::{ApiError, Outcome};
use crate::filters::test::demanded;
use crate::views::flow::cell;

/// What a chart shows when neither it nor its reader says for how long.
const WINDOW: &str = "P30D";

/// Fields by which whoever looks at a dashboard may choose.
const FIELDS: &[&str] = &[
    "NAMESPACE",
    "FLOW_ID",
    "STATE",
    "LABELS",
    "EXECUTION_ID",
    "TASK_ID",
    "TRIGGER_ID",
    "LEVEL",
    "NAME",
    "ID",
];

/// A chart, and what its reader wants of it.
struct Asked {
    chart: Chart,
    window: Window,
    conditions: Vec<Condition>,
    page: usize,
    /// None for all.
    size: Option<usize>,
}

/// A chart of a dashboard, with the filters of the body.
fn of_dashboard(call: &Call) -> Outcome<Asked> {
    let id = call.variable("id");
    let dashboard = Dashboard::read(&find(call, id)?.source)?;
    let wanted = call.variable("chart");
    let chart = dashboard.charts.iter().find(|chart| chart.id == wanted);
    let missing = || ApiError::not_found(format!("dashboard `{id}` has no chart `{wanted}`"));
    asked(call, chart.ok_or_else(missing)?.clone(), &body(call)?, dashboard.window().unwrap_or(WINDOW))
}

/// A chart that stands in the body.
fn of_body(call: &Call) -> Outcome<Asked> {
    let body = call.json()?;
    let wrong = || ApiError::invalid_entity("chart: must not be null");
    let written = match &body["chart"] {
        Json::String(source) => Json::Object(read(source)?),
        Json::Object(written) => Json::Object(written.clone()),
        _ => return Err(wrong()),
    };
    let chart = Chart::read(&written).map_err(ApiError::invalid_entity)?;
    asked(call, chart, &body["globalFilter"], WINDOW)
}

fn body(call: &Call) -> Outcome<Json> {
    if call.text()?.trim().is_empty() { Ok(Json::Null) } else { call.json() }
}

fn asked(call: &Call, chart: Chart, filter: &Json, default: &str) -> Outcome<Asked> {
    let mut conditions = Vec::new();
    if let Some(namespace) = filter["namespace"].as_str().filter(|namespace| !namespace.is_empty()) {
        conditions.push(Condition::under(namespace));
    }
    conditions.extend(labels(&filter["labels"]));
    let (mut from, mut until) = (filter["startDate"].clone(), filter["endDate"].clone());
    let mut span = default.to_owned();
    for written in filter["filters"].as_array().into_iter().flatten() {
        match spelled(written["field"].as_str().unwrap_or_default()).as_str() {
            "START_DATE" => from = written["value"].clone(),
            "END_DATE" => until = written["value"].clone(),
            "TIME_RANGE" => span = words(&written["value"]),
            "LABELS" => conditions.extend(labels(&written["value"])),
            field if FIELDS.contains(&field) => {
                conditions.extend(read_all(&json!([written])).map_err(ApiError::bad_filter)?);
            }
            field => return Err(ApiError::bad_filter(format!("field {field} is not supported for charts"))),
        }
    }
    let window = window(call.runtime().now(), &from, &until, &span)?;
    let size = filter["pageSize"].as_u64().and_then(|size| usize::try_from(size).ok());
    let page = filter["pageNumber"].as_u64().and_then(|page| usize::try_from(page).ok());
    Ok(Asked { chart, window, conditions, page: page.unwrap_or(1).max(1), size })
}

/// Labels as a map, or as a list of keys and values.
fn labels(written: &Json) -> Vec<Condition> {
    match written {
        Json::Object(labels) => labels.iter().map(|(key, value)| Condition::label(key, value)).collect(),
        Json::Array(labels) => labels
            .iter()
            .filter_map(|label| Some(Condition::label(label["key"].as_str()?, &label["value"])))
            .collect(),
        _ => Vec::new(),
    }
}

fn window(now: Millis, from: &Json, until: &Json, span: &str) -> Outcome<Window> {
    let until = match until.as_str() {
        Some(text) => demanded("endDate", text)?,
        None => now.plus(1),
    };
    let from = if let Some(text) = from.as_str() {
        demanded("startDate", text)?
    } else {
        let wrong = || ApiError::invalid_entity(format!("timeWindow: `{span}` is no duration"));
        let ago = duration::parse(span).map_err(|_| wrong())?;
        until.plus(-i64::try_from(ago.as_millis()).map_err(|_| wrong())?)
    };
    if from > until {
        return Err(ApiError::invalid_entity("startDate: must be before endDate"));
    }
    Ok(Window { from, until })
}

/// All rows of the chart.
fn made(call: &Call, asked: &Asked) -> Outcome<Vec<Object<String, Json>>> {
    let chart = &asked.chart;
    let single = |name: &str, value: Json| Object::from_iter([(name.to_owned(), value)]);
    if chart.drawn == Drawn::Text {
        return Ok(chart.content.iter().map(|text| single("content", text.as_str().into())).collect());
    }
    let found = source::rows(call, chart, &asked.conditions, asked.window)?;
    Ok(match chart.drawn {
        Drawn::Number => vec![single("value", number(chart, &found))],
        _ => rows(chart, &found, asked.window),
    })
}

fn shown(call: &Call, asked: &Asked) -> Outcome<Answer> {
    let rows = made(call, asked)?;
    let total = rows.len();
    let size = asked.size.unwrap_or(total);
    let part: Vec<Json> =
        rows.into_iter().skip((asked.page - 1).saturating_mul(size)).take(size).map(Json::Object).collect();
    Ok(Answer::json(&crate::paging::page(&part, total as u64)))
}

fn exported(call: &Call, asked: &Asked) -> Outcome<Answer> {
    let rows = made(call, asked)?;
    let name = &asked.chart.id;
    match call.query.get("format").unwrap_or("CSV").to_ascii_uppercase().as_str() {
        "CSV" => {
            let csv = csv(&asked.chart, &rows);
            Ok(Answer::download(csv, "text/csv; charset=utf-8", &format!("{name}.csv")))
        }
        "ION" => {
            let ion = ion::write(&rows);
            Ok(Answer::download(ion, "application/octet-stream", &format!("{name}.ion")))
        }
        format => Err(ApiError::invalid_entity(format!("format: `{format}` is neither CSV nor ION"))),
    }
}

fn csv(chart: &Chart, rows: &[Object<String, Json>]) -> String {
    let columns: Vec<&str> = match chart.drawn {
        Drawn::Text => vec!["content"],
        _ => chart.columns.iter().map(|column| column.name.as_str()).collect(),
    };
    let line = |cells: Vec<String>| format!("{}\n", cells.join(","));
    let mut text = line(columns.iter().map(|name| cell(name)).collect());
    for row in rows {
        let value = |name: &&str| match row.get(*name) {
            None | Some(Json::Null) => String::new(),
            Some(value) => cell(&words(value)),
        };
        text.push_str(&line(columns.iter().map(value).collect()));
    }
    text
}

pub(crate) fn chart(call: &Call) -> Outcome<Answer> {
    shown(call, &of_dashboard(call)?)
}

pub(crate) fn export(call: &Call) -> Outcome<Answer> {
    exported(call, &of_dashboard(call)?)
}

pub(crate) fn preview(call: &Call) -> Outcome<Answer> {
    shown(call, &of_body(call)?)
}

pub(crate) fn export_preview(call: &Call) -> Outcome<Answer> {
    exported(call, &of_body(call)?)
}
