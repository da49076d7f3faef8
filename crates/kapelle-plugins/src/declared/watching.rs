//! Triggers that are data: what a look asks, what of it is new, and whether an execution starts.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kapelle_model::{Map, Value};
use kapelle_plugin::{Broken, ErasedPolling, Expr, Looking, Polled, RunContext, Settling};
use sha2::{Digest, Sha256};

use super::asking::typed;
use super::definition::{Looks, News};
use super::task::Declared;

/// Things that a trigger knows, and that one look may find. They are written with each execution, so that there must not be
/// too many; those that were seen last stay.
const KNOWN_MAX: usize = 10_000;

/// What of the things that a look found is new.
struct Met {
    /// Their places.
    new: Vec<usize>,
    /// There are more than were wanted.
    has_more: bool,
}

/// What the flow says of the memory of a trigger.
#[derive(Default)]
struct Memory {
    /// Under another name it begins anew.
    key: String,
    /// How long what was seen is remembered after something new came.
    time_to_live: Option<SignedDuration>,
}

/// What one look keeps for the next.
#[derive(Clone, Default, PartialEq)]
struct Kept {
    /// What the definition wants to know.
    value: Option<Value>,
    /// Marks of things that were seen, the one that was seen last at the end.
    known: Vec<String>,
    /// When something new came last, where that limits how long it is remembered.
    since: Option<Timestamp>,
}

impl Kept {
    /// What is not understood, kept under another name, or too old counts as nothing.
    fn read(cursor: Option<&Value>, memory: &Memory, now: Timestamp) -> Self {
        let Some(Value::Map(map)) = cursor else { return Self::default() };
        let key = map.get("key").and_then(text_of).unwrap_or_default();
        let since = map.get("since").and_then(text_of).and_then(|text| text.parse::<Timestamp>().ok());
        let is_over = |since, limit| now.duration_since(since) > limit;
        if key != memory.key
            || since.zip(memory.time_to_live).is_some_and(|(since, limit)| is_over(since, limit))
        {
            return Self::default();
        }
        let known = match map.get("known") {
            Some(Value::List(marks)) => marks.iter().filter_map(text_of).collect(),
            _ => Vec::new(),
        };
        Self {
            value: map.get("kept").cloned(),
            known,
            since: since.filter(|_| memory.time_to_live.is_some()),
        }
    }

    fn into_value(self, memory: &Memory) -> Value {
        let known = self.known.iter().map(|mark| Value::from(mark.as_str())).collect();
        let mut map = Map::from_iter([("known".into(), Value::List(Arc::new(known)))]);
        map.extend(self.value.map(|value| ("kept".into(), value)));
        map.extend(self.since.map(|since| ("since".into(), Value::from(since.to_string().as_str()))));
        if !memory.key.is_empty() {
            map.insert("key".into(), Value::from(memory.key.as_str()));
        }
        Value::Map(Arc::new(map))
    }

    /// Which of these marks are new, at most so many of them; these are known from now on.
    fn meet(&mut self, marks: &[String], most: usize) -> Met {
        let before: BTreeSet<&String> = self.known.iter().collect();
        let (mut seen, mut new, mut has_more) = (BTreeSet::new(), Vec::new(), false);
        for (place, mark) in marks.iter().enumerate() {
            if seen.contains(mark) {
                continue;
            }
            if !before.contains(mark) {
                if new.len() == most {
                    has_more = true;
                    continue;
                }
                new.push(place);
            }
            seen.insert(mark);
        }
        let mut known: Vec<String> = self.known.iter().filter(|mark| !seen.contains(mark)).cloned().collect();
        known.extend(seen.into_iter().cloned());
        let too_many = known.len().saturating_sub(KNOWN_MAX);
        self.known = known.split_off(too_many);
        Met { new, has_more }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.expose().to_owned()),
        _ => None,
    }
}

/// Stands for an id and tells nothing of it.
fn mark(id: &str) -> String {
    Sha256::digest(id.as_bytes())
        .iter()
        .take(8)
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Declared {
    async fn look(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Map>, Broken> {
        let Some(looks) = &self.definition.trigger else {
            return Err(Broken::new("this definition is no trigger"));
        };
        let (memory, now) = (self.memory(cx)?, cx.services.now()?);
        let before = Kept::read(cursor.as_ref(), &memory, now);
        let mut kept = before.clone();
        let cx = cx.with([
            ("at".into(), Value::from(moment(now).as_str())),
            ("kept".into(), kept.value.clone().unwrap_or(Value::Null)),
        ]);
        let cx = self.asked(&cx).await?;
        let (cx, has_news) = with_news(&cx, looks.news.as_ref(), &mut kept)?;
        let starts = match &looks.when {
            Some(when) => cx.truth(when)?,
            None => has_news,
        };
        if let Looks { keeps: Some(keeps), .. } = looks {
            let value = typed(&cx, keeps.property())?;
            kept.value = (value != Value::Null).then_some(value);
        }
        if memory.time_to_live.is_some() && (kept != before || kept.since.is_none()) {
            kept.since = Some(now);
        }
        let event = starts.then(|| self.outputs(&cx)).transpose()?;
        Ok(Polled { event, cursor: Some(kept.into_value(&memory)) })
    }

    fn memory(&self, cx: &RunContext) -> Result<Memory, Broken> {
        let given = |name: &str| self.given.get(name);
        let key = cx.filled(given("stateKey").map(Expr::cast).as_ref())?.unwrap_or_default();
        let time_to_live = cx.filled(given("stateTtl").map(Expr::cast).as_ref())?;
        Ok(Memory { key, time_to_live })
    }
}

/// A moment as services take it.
fn moment(now: Timestamp) -> String {
    format!("{now:.3}")
}

/// The context with the things that nobody saw yet, as `news`; and whether there are any.
fn with_news(cx: &RunContext, news: Option<&News>, kept: &mut Kept) -> Result<(RunContext, bool), Broken> {
    let Some(News { items, id, at_most }) = news else { return Ok((cx.clone(), false)) };
    let items = match typed(cx, items.property())? {
        Value::List(items) => items,
        Value::Null => Arc::default(),
        _ => return Err(Broken::new("what the service answers has no list of things")),
    };
    if items.len() > KNOWN_MAX {
        return Err(Broken::new(format!(
            "the service tells of {} things at once, and a trigger looks at {KNOWN_MAX}: ask for less",
            items.len()
        )));
    }
    let mut marks = Vec::with_capacity(items.len());
    for item in items.iter() {
        let id = cx.with([("item".into(), item.clone())]).render(id)?;
        marks.push(mark(id.expose()));
    }
    let most = cx.filled(at_most.as_ref())?.map_or(KNOWN_MAX, |most| most as usize);
    let Met { new, has_more } = kept.meet(&marks, most);
    let new: Vec<Value> = new.into_iter().map(|place| items[place].clone()).collect();
    let has_news = !new.is_empty();
    let more = [("news".into(), Value::List(Arc::new(new))), ("hasMore".into(), Value::Bool(has_more))];
    Ok((cx.with(more), has_news))
}

impl ErasedPolling for Declared {
    fn poll<'a>(&'a self, cx: &'a RunContext, cursor: Option<Value>) -> Looking<'a> {
        Box::pin(self.look(cx, cursor))
    }

    fn settle<'a>(&'a self, _cx: &'a RunContext, _cursor: Option<Value>) -> Settling<'a> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_new_once_and_the_oldest_is_forgotten_first() {
        let marks = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (mut kept, memory) = (Kept::default(), Memory::default());
        assert_eq!(kept.meet(&marks(&["a", "b", "a"]), 9).new, [0, 1]);
        let mut kept = Kept::read(Some(&kept.into_value(&memory)), &memory, Timestamp::UNIX_EPOCH);
        let met = kept.meet(&marks(&["b", "c", "d"]), 1);
        assert_eq!((met.new, met.has_more), (vec![1], true));
        assert_eq!(kept.known, ["a", "b", "c"]);
        let met = kept.meet(&marks(&["b", "c", "d"]), 1);
        assert_eq!((met.new, met.has_more), (vec![2], false));
        let many: Vec<String> = (0..KNOWN_MAX - 1).map(|number| format!("n{number:05}")).collect();
        kept.meet(&many, KNOWN_MAX);
        assert_eq!((kept.known.len(), kept.known[0].as_str()), (KNOWN_MAX, "d"));
    }
}
