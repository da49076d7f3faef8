//! One request of a definition: sent once, for every part of an answer, or until something is done.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::property::{Property, text_of};
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, Expr, Properties, RunContext, read};

use super::definition::{Ask, Until, entries};
use crate::http::{Reply, TaskProperties, exchange};

/// Bytes of content that is made of a structure.
const JSON_MAX: usize = 16 << 20;

/// Parts of an answer: nobody wants more, and a server that never stops is broken.
const PAGES_MAX: usize = 10_000;

/// Sends it, and gives its answer as later expressions see it. `options` is what the flow says about sending.
pub(super) async fn asked(
    cx: &RunContext,
    ask: &Ask,
    options: Option<&Expr<Value>>,
) -> Result<Value, Broken> {
    let Some(pages) = &ask.pages else {
        return match &ask.until {
            None => Ok(map(once(cx, ask, options, Value::Null).await?)),
            Some(until) => repeated(cx, ask, until, options).await,
        };
    };
    let mut all = Vec::new();
    let mut page = Value::Null;
    for _ in 0..PAGES_MAX {
        let mut answer = once(cx, ask, options, page).await?;
        let seen = seeing(cx, ask, &answer);
        if let Value::List(items) = seen.typed(&pages.items)? {
            all.extend(items.iter().cloned());
        }
        page = seen.typed(&pages.next)?;
        if matches!(&page, Value::Null) || matches!(&page, Value::Str(text) if text.expose().is_empty()) {
            answer.insert("items".into(), Value::List(Arc::new(all)));
            return Ok(map(answer));
        }
    }
    Err(Broken::new(format!("the answer has more than {PAGES_MAX} parts")))
}

async fn repeated(
    cx: &RunContext,
    ask: &Ask,
    until: &Until,
    options: Option<&Expr<Value>>,
) -> Result<Value, Broken> {
    let (every, at_most) = (cx.render(&until.every)?, cx.render(&until.at_most)?);
    let mut waited = SignedDuration::ZERO;
    loop {
        let answer = once(cx, ask, options, Value::Null).await?;
        if seeing(cx, ask, &answer).truth(&until.done)? {
            return Ok(map(answer));
        }
        if waited >= at_most {
            return Err(Broken::new(format!("it was not done within {at_most:#}")));
        }
        if cx.stop.run_until_cancelled(cx.host.sleep(every)).await.is_none() {
            return Err(Broken::killed());
        }
        waited += every.max(SignedDuration::from_millis(1));
    }
}

async fn once(cx: &RunContext, ask: &Ask, options: Option<&Expr<Value>>, page: Value) -> Result<Map, Broken> {
    let cx = cx.with([("page".into(), page)]);
    let properties = request(&cx, ask, options)?;
    let task: TaskProperties = read(&properties)?;
    let good = exchange(&cx, &task, "*/*").await?;
    let reply = Reply::read(&cx, &task.http, good.answer, false).await?;
    let mut answer = reply.variables();
    let json = match answer.get("body") {
        Some(Value::Str(body)) => plain::from_json(body.expose()).unwrap_or(Value::Null),
        _ => Value::Null,
    };
    answer.insert("json".into(), json);
    if let Some(fails) = &ask.fails {
        let reason = seeing(&cx, ask, &answer).optional(Some(fails))?.unwrap_or_default();
        if !reason.expose().trim().is_empty() {
            return Err(Broken::new(reason));
        }
    }
    Ok(answer)
}

fn map(entries: Map) -> Value {
    Value::Map(Arc::new(entries))
}

/// The context in which the answer is looked at.
fn seeing(cx: &RunContext, ask: &Ask, answer: &Map) -> RunContext {
    cx.with([(ask.name.as_str().into(), map(answer.clone()))])
}

/// The properties of the request: those of the definition, with what the flow says about sending.
fn request(cx: &RunContext, ask: &Ask, options: Option<&Expr<Value>>) -> Result<Box<Properties>, Failure> {
    let mut properties = entries(ask.request.property());
    for (_, params) in properties.iter_mut().filter(|(name, _)| &**name == "params") {
        *params = without_nothing(cx, params)?;
    }
    if let Some(json) = &ask.json {
        let mut value = typed(cx, json.property())?;
        if let (Value::Map(map), Some(over)) = (&mut value, cx.filled(ask.over.as_ref())?) {
            Arc::make_mut(map).extend(over);
        }
        let text = match value {
            // It is JSON already.
            Value::Str(text) => text,
            other => plain::to_json(&other, &TimeZone::UTC, false, JSON_MAX)
                .map_err(|error| Failure::new(error.text()))?,
        };
        properties.push(("body".into(), Property::Fixed(Value::Str(text))));
    }
    if let Some(options) = options {
        let (headers, options): (Vec<_>, Vec<_>) =
            entries(options.property()).into_iter().partition(|(name, _)| &**name == "headers");
        merge(&mut properties, "options", options);
        let headers = headers.first().map(|(_, headers)| entries(headers));
        merge(&mut properties, "headers", headers.unwrap_or_default());
    }
    Ok(properties.into())
}

/// Parameters without those that say nothing.
fn without_nothing(cx: &RunContext, params: &Property) -> Result<Property, Failure> {
    let mut rendered = params.render(cx.environment()).map_err(|error| Failure::new(error.text()))?;
    if let Value::Map(map) = &mut rendered {
        Arc::make_mut(map).retain(|_, value| *value != Value::Null);
    }
    Ok(Property::Fixed(rendered))
}

/// Adds to a map among the properties; what is there already is written over.
fn merge(properties: &mut Vec<(Arc<str>, Property)>, name: &str, more: Vec<(Arc<str>, Property)>) {
    if more.is_empty() {
        return;
    }
    let at = properties.iter().position(|(known, _)| &**known == name);
    let before = at.map(|at| entries(&properties.swap_remove(at).1)).unwrap_or_default();
    let is_new = |(known, _): &(Arc<str>, Property)| !more.iter().any(|(name, _)| name == known);
    let kept: Vec<_> = before.into_iter().filter(is_new).collect();
    let all = kept.into_iter().chain(more);
    let map = all.map(|(key, value)| (Property::Fixed(Value::from(&*key)), value)).collect();
    properties.push((name.into(), Property::Map(map)));
}

/// A structure whose texts that are one expression give its value. What is null is left out.
pub(super) fn typed(cx: &RunContext, property: &Property) -> Result<Value, Failure> {
    let failed = |error: Box<kapelle_core::expression::Error>| Failure::new(error.text());
    Ok(match property {
        Property::List(items) => {
            let items = items.iter().map(|item| typed(cx, item)).collect::<Result<Vec<_>, _>>()?;
            Value::List(Arc::new(items.into_iter().filter(|item| *item != Value::Null).collect()))
        }
        Property::Map(entries) => {
            let mut map = Map::new();
            for (key, value) in entries.iter() {
                let key = text_of(&key.render(cx.environment()).map_err(failed)?).map_err(failed)?;
                let value = typed(cx, value)?;
                if value != Value::Null {
                    map.insert(key.expose().into(), value);
                }
            }
            Value::Map(Arc::new(map))
        }
        other => other.value(cx.environment()).map_err(failed)?,
    })
}
