//! One request of a definition: sent once, for every part of a file or of an answer, or until something is done.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::property::{Property, text_of};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::ion::Feed;
use kapelle_plugin::{Broken, Expr, FromRendered, Name, Properties, RunContext, entries, read, unfit};

use super::definition::{Ask, Parts, Until};
use crate::http::{Reply, TaskProperties, exchange, into_file};

/// Bytes of content that is made of a structure.
const JSON_MAX: usize = 16 << 20;

/// Parts of an answer: nobody wants more, and a server that never stops is broken.
const PAGES_MAX: usize = 10_000;

/// How long whoever is asked until something is done may go without an answer.
const SILENCE_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Sends it, and gives its answer as later expressions see it. `options` is what the flow says about sending.
pub(super) async fn asked(
    cx: &RunContext,
    ask: &Ask,
    options: Option<&Expr<Value>>,
) -> Result<Value, Broken> {
    if let Some(parts) = &ask.parts {
        return in_parts(cx, ask, parts, options).await;
    }
    let Some(pages) = &ask.pages else {
        return match &ask.until {
            None => Ok(map(once(cx, ask, options, Value::Null).await?)),
            Some(until) => repeated(cx, ask, until, options).await,
        };
    };
    let mut all = Vec::new();
    let mut page = Value::Null;
    for _ in 0..PAGES_MAX {
        let mut answer = once(cx, ask, options, page.clone()).await?;
        let seen = seeing(cx, ask, &answer).with([("page".into(), page)]);
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

/// Sends a file, some of its rows with each request. The answer is the last one, with the number of entries and of requests.
async fn in_parts(
    cx: &RunContext,
    ask: &Ask,
    parts: &Parts,
    options: Option<&Expr<Value>>,
) -> Result<Value, Broken> {
    let at_most = cx.render(&parts.at_most)?.max(1);
    let mut rows = Feed::open(cx, cx.render(&parts.of)?);
    let (mut answer, mut entries, mut requests) = (Map::new(), 0, 0);
    loop {
        let mut part = Vec::new();
        while (part.len() as u64) < at_most
            && let Some(row) = rows.next().await?
        {
            part.push(match &parts.takes_next {
                None => row,
                Some(takes_next) => {
                    let takes_next = cx.with([("row".into(), row.clone())]).truth(takes_next)?;
                    let next = if takes_next { rows.next().await? } else { None };
                    Value::List(Arc::new(std::iter::once(row).chain(next).collect()))
                }
            });
        }
        if part.is_empty() {
            break;
        }
        entries += part.len() as i64;
        requests += 1;
        let cx = cx.with([("part".into(), Value::List(Arc::new(part)))]);
        answer = once(&cx, ask, options, Value::Null).await?;
    }
    answer.extend([("entries".into(), Value::Int(entries)), ("requests".into(), Value::Int(requests))]);
    Ok(map(answer))
}

async fn repeated(
    cx: &RunContext,
    ask: &Ask,
    until: &Until,
    options: Option<&Expr<Value>>,
) -> Result<Value, Broken> {
    let (every, at_most) = (length(cx, &until.every)?, length(cx, &until.at_most)?);
    let (mut waited, mut answered) = (SignedDuration::ZERO, SignedDuration::ZERO);
    loop {
        let failure = match once(cx, ask, options, Value::Null).await {
            Ok(answer) if seeing(cx, ask, &answer).truth(&until.done)? => return Ok(map(answer)),
            Ok(_) => {
                answered = waited;
                None
            }
            // What is waited for goes on meanwhile, and a retry of the task would begin it a second time.
            Err(broken) if broken.is_passing && waited - answered < SILENCE_MAX => {
                let told = Text::concat(&broken.failure.message, &Text::from("; it is asked again"));
                cx.log(Level::Warn, told);
                Some(broken)
            }
            Err(broken) => return Err(broken),
        };
        if waited >= at_most {
            let too_long = || Broken::new(format!("it was not done within {at_most:#}"));
            return Err(failure.unwrap_or_else(too_long));
        }
        if cx.stop.run_until_cancelled(cx.host.sleep(every)).await.is_none() {
            return Err(Broken::killed());
        }
        waited += every.max(SignedDuration::from_millis(1));
    }
}

/// A length of time: what a property of the task holds is one already.
fn length(cx: &RunContext, property: &Expr<SignedDuration>) -> Result<SignedDuration, Failure> {
    let value = typed(cx, property.property())?;
    SignedDuration::from_rendered(value.clone()).map_err(|reason| Failure::new(unfit(&value, None, &reason)))
}

async fn once(cx: &RunContext, ask: &Ask, options: Option<&Expr<Value>>, page: Value) -> Result<Map, Broken> {
    let cx = cx.with([("page".into(), page)]);
    let properties = request(&cx, ask, options)?;
    let task: TaskProperties = read(&properties)?;
    let mut sent = exchange(&cx, &task, "*/*").await?.answer;
    if let Some(ending) = ask.keeps.as_ref().filter(|_| sent.response.status < 400) {
        let (uri, _) = into_file(&cx, &mut sent.response, Name::Ending(ending)).await?;
        let mut answer = Reply::head(sent).variables();
        answer.insert("uri".into(), Value::from(uri.as_str()));
        return Ok(answer);
    }
    let reply = Reply::read(&cx, &task.http, sent, false).await?;
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
            // Nothing is no content.
            Value::Null => None,
            // It is JSON already.
            Value::Str(text) => Some(text),
            other => Some(
                plain::to_json(&other, &TimeZone::UTC, false, JSON_MAX)
                    .map_err(|error| Failure::new(error.text()))?,
            ),
        };
        properties.extend(text.map(|text| ("body".into(), Property::Fixed(Value::Str(text)))));
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

/// Parameters without those that say nothing; lists are names that come several times, everything else is a text.
fn without_nothing(cx: &RunContext, params: &Property) -> Result<Property, Failure> {
    let mut rendered = typed(cx, params)?;
    if let Value::Map(map) = &mut rendered {
        let map = Arc::make_mut(map);
        map.retain(|_, value| *value != Value::Null);
        for value in map.values_mut() {
            if !matches!(value, Value::List(_) | Value::Secret(_)) {
                *value = Value::Str(text_of(value).map_err(|error| Failure::new(error.text()))?);
            }
        }
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
