//! When triggers fire: foretold from a text that nobody saved, and told of a trigger that is kept.

use std::sync::Arc;

use jiff::{Timestamp, Zoned};
use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::services::NoServices;
use kapelle_core::time::cron::ClockChange;
use kapelle_core::time::{date, zone};
use kapelle_core::{flow, yaml};
use kapelle_engine::defaults::{self, Layers};
use kapelle_engine::schedule::{Schedule, Upcoming};
use kapelle_model::flow::{Flow, Trigger};
use kapelle_model::{Map, Millis, Span, Value};
use kapelle_runtime::NoTrigger;
use serde_json::{Value as Json, json};

use super::triggers::of_path;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::TIMES_MAX;
use crate::views::{moment, why};

const TIMES: usize = 10;
const SKIPS: usize = 100;

/// How far back records of skipped occurrences are read, unless the query says it.
const BACK_MILLIS: i64 = 7 * 86_400_000;

/// The next times of the triggers of a flow that the body holds.
pub(crate) fn preview(call: &Call) -> Outcome<Answer> {
    let flow = read(call.text()?).ok_or_else(|| ApiError::invalid_entity("the body is no flow"))?;
    let (from, count) = (from(call)?, count(call, TIMES)?);
    let one = call.query.get("triggerId").filter(|id| !id.is_empty());
    let wanted = flow.triggers.iter().filter(|trigger| one.is_none_or(|id| trigger.id.value == id));
    let settings = call.runtime().settings();
    let told: Vec<Json> = wanted.map(|trigger| told(&flow, trigger, &from, count, settings)).collect();
    Ok(Answer::json(&json!({"from": moment(Millis(from.timestamp().as_millisecond())), "triggers": told})))
}

/// What became of the occurrences of a trigger, and those that come.
pub(crate) fn ticks(call: &Call) -> Outcome<Answer> {
    let key = of_path(call)?;
    let row = call.runtime().trigger(&key)?.ok_or(NoTrigger::Missing)?;
    let now = call.runtime().now();
    let after = match call.query.get("from").filter(|text| !text.is_empty()) {
        Some(text) => Millis(read_date("from", text)?.as_millisecond().saturating_sub(1)),
        None => now.plus(-BACK_MILLIS),
    };
    let skips = call.runtime().skips(&call.permit, &key, after, count(call, SKIPS)?)?;
    let definition = call.runtime().definition(&key.tenant, &key.namespace, &key.flow, None)?;
    let flow = definition.as_ref().and_then(|definition| read(&definition.flow.source));
    let trigger = flow.as_ref().and_then(|flow| {
        let mut all = flow.triggers.iter();
        all.find(|trigger| *trigger.id.value == *key.trigger).map(|trigger| (flow, trigger))
    });
    let next = match trigger {
        // One that is switched off fires at no time.
        Some((flow, trigger)) if !row.state.is_disabled => {
            Some(told(flow, trigger, &from(call)?, TIMES, call.runtime().settings()))
        }
        _ => None,
    };
    Ok(Answer::json(&json!({
        "fired": row.state.fired.map(moment),
        "open": row.state.open.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "skipped": skips.iter().map(why::skip).collect::<Vec<_>>(),
        "due": row.due.map(moment),
        "next": next,
    })))
}

fn count(call: &Call, usual: usize) -> Outcome<usize> {
    let count = call.number("count")?.unwrap_or(usual);
    if (1..=TIMES_MAX).contains(&count) {
        return Ok(count);
    }
    Err(ApiError::invalid_entity(format!("count: `{count}` is not between 1 and {TIMES_MAX}")))
}

/// The moment to begin at, in the zone of the query, or in that of the server.
fn from(call: &Call) -> Outcome<Zoned> {
    let zone = match call.query.get("zone").filter(|name| !name.is_empty()) {
        Some(name) => {
            zone::find(name).ok_or_else(|| ApiError::invalid_entity(format!("zone: `{name}` is no zone")))?
        }
        None => call.runtime().settings().zone.clone(),
    };
    let given = call.query.get("from").filter(|text| !text.is_empty() && call.method == hyper::Method::POST);
    let at = match given {
        Some(text) => read_date("from", text)?,
        None => Timestamp::from_millisecond(call.runtime().now().0).unwrap_or_default(),
    };
    Ok(at.to_zoned(zone))
}

fn read_date(name: &str, text: &str) -> Outcome<Timestamp> {
    let wrong = |reason| ApiError::invalid_entity(format!("{name}: `{text}`: {reason}"));
    Ok(date::date_time_with_zone(text).map_err(wrong)?.timestamp())
}

fn read(text: &str) -> Option<Flow> {
    let span = Span::new(0, u32::try_from(text.len()).ok()?);
    let root = yaml::read(text, span).root?;
    let catalogue = Catalogue::bundled();
    let merged = defaults::merge(&root, Layers::default(), catalogue);
    Some(flow::read(&merged.root, catalogue))
}

fn told(flow: &Flow, trigger: &Trigger, from: &Zoned, count: usize, settings: &Settings) -> Json {
    let mut json = json!({
        "triggerId": &*trigger.id.value,
        "type": &*trigger.type_name.canonical,
        "disabled": trigger.disabled,
        "times": [],
    });
    let name = &trigger.type_name.canonical;
    if !name.ends_with(".core.trigger.Schedule") && !name.ends_with(".core.trigger.ScheduleOnDates") {
        json["words"] = "it fires when something happens, not at times of its own".into();
        return json;
    }
    let names = [("id", &flow.id), ("namespace", &flow.namespace)];
    let names = names.into_iter().map(|(name, text)| (name.into(), Value::from(text.value.as_str())));
    let context = Map::from_iter([("flow".into(), Value::Map(Arc::new(names.collect::<Map>())))]);
    let settings = Settings { zone: from.time_zone().clone(), ..settings.clone() };
    let environment = Environment { context: &context, services: &NoServices, settings: &settings };
    let schedule =
        Schedule::read(trigger, &flow.namespace, &flow.id, settings.language, Catalogue::bundled());
    match schedule.upcoming(from, count, environment) {
        Ok(times) => json["times"] = times.iter().map(time).collect(),
        Err(reason) => json["error"] = reason.into(),
    }
    json
}

fn time(upcoming: &Upcoming) -> Json {
    let at = &upcoming.at;
    let mut json = json!({
        "at": moment(Millis(at.timestamp().as_millisecond())),
        "local": at.datetime().to_string(),
        "zone": at.time_zone().iana_name(),
    });
    match &upcoming.change {
        None => {}
        Some(ClockChange::Moved { from }) => {
            json["clockChange"] = "MOVED".into();
            json["movedFrom"] = from.to_string().into();
        }
        Some(ClockChange::First) => json["clockChange"] = "FIRST".into(),
        Some(ClockChange::Second) => json["clockChange"] = "SECOND".into(),
    }
    json
}
