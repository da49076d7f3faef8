//! Jobs on many executions: looked at before they begin, begun, watched, paused, cancelled, and told in the end.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::StatusCode;
use kapelle_model::State;
use kapelle_model::permit::Permit;
use kapelle_store::filter::{Condition, Filter};
use kapelle_store::listing::Total;
use serde_json::{Value as Json, json};

use super::executions::bulk::{Deed, Verb};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::gate::{Action, Resource};
use crate::jobs::kept::{Item, Shelf};
use crate::jobs::work::{self, filter_of, named, unfitting};
use crate::jobs::{Chosen, Ending, Job, JobState, Jobs, Wish};

/// Ids that one job names. For more there are filters.
const IDS_MAX: usize = 10_000;

/// Items of one answer, and parts of a report that it looks through.
const ITEMS_MAX: usize = 1_000;
const PARTS_MAX: u32 = 200;

/// What is asked for.
struct Wanted {
    verb: Verb,
    options: Json,
    deed: Deed,
    chosen: Chosen,
}

impl Wanted {
    fn read(call: &Call) -> Outcome<Self> {
        let body = call.json()?;
        let word = body["action"].as_str().unwrap_or_default();
        let unknown = || {
            let all: Vec<&str> = Verb::ALL.into_iter().map(Verb::word).collect();
            ApiError::invalid_entity(format!("action: `{word}` is none of {}", all.join(", ")))
        };
        let verb = Verb::from_word(word).ok_or_else(unknown)?;
        let options = if body["options"].is_null() { json!({}) } else { body["options"].clone() };
        let deed = Deed::of(verb, &options)?;
        let chosen = match (body["filter"].as_str(), body["ids"].as_array()) {
            (Some(filter), None) => Chosen::Filter(filter.to_owned()),
            (None, Some(ids)) if ids.len() <= IDS_MAX => Chosen::Ids(different(ids)?),
            (None, Some(_)) => {
                let why =
                    format!("ids: there are at most {IDS_MAX}; name the executions by a filter instead");
                return Err(ApiError::invalid_entity(why));
            }
            _ => {
                let why = "give either `filter`, a query as executions/search has it, or `ids`";
                return Err(ApiError::invalid_entity(why));
            }
        };
        Ok(Self { verb, options, deed, chosen })
    }
}

/// Ids in their order, each once.
fn different(ids: &[Json]) -> Outcome<Vec<String>> {
    let mut seen = BTreeSet::new();
    let texts =
        ids.iter().map(|id| id.as_str().ok_or_else(|| ApiError::invalid_entity("ids: they are texts")));
    let texts: Vec<&str> = texts.collect::<Outcome<_>>()?;
    Ok(texts.into_iter().filter(|id| seen.insert(*id)).map(str::to_owned).collect())
}

/// How many of a state there are, and of ids those that nobody knows.
struct Counted {
    states: Vec<(State, Total)>,
    unknown: Vec<String>,
}

fn counted(call: &Call, permit: &Permit, chosen: &Chosen) -> Outcome<Counted> {
    let all = || (0..State::NAMES.len()).filter_map(State::from_index);
    match chosen {
        Chosen::Filter(text) => {
            let filter = filter_of(text, call.runtime().now())?;
            let mut states = Vec::new();
            for state in all() {
                let own = Condition::State(BTreeSet::from([state]));
                let of = Filter::of(filter.all.iter().cloned().chain([own]));
                states.push((state, call.store().count(permit, &of)?));
            }
            Ok(Counted { states, unknown: Vec::new() })
        }
        Chosen::Ids(ids) => {
            let (mut found, mut unknown) = (Vec::new(), Vec::new());
            for id in ids {
                match named(&**call.store(), &call.tenant, permit, id)? {
                    Some(header) => found.push(header.head.history.current()),
                    None => unknown.push(id.clone()),
                }
            }
            let number = |state: State| found.iter().filter(|own| **own == state).count() as u64;
            Ok(Counted {
                states: all().map(|state| (state, Total::Exactly(number(state)))).collect(),
                unknown,
            })
        }
    }
}

impl Counted {
    fn total(&self) -> u64 {
        self.states.iter().map(|(_, count)| count.number()).sum::<u64>() + self.unknown.len() as u64
    }

    fn is_exact(&self) -> bool {
        self.states.iter().all(|(_, count)| matches!(count, Total::Exactly(_)))
    }
}

/// What would be done, and what not, and why. Nothing is changed.
pub(crate) async fn preview(call: Arc<Call>) -> Outcome<Answer> {
    let wanted = reading(&call, Wanted::read).await?;
    let permit = permit(&call, wanted.verb).await?;
    reading(&call, move |call| {
        let counted = counted(call, &permit, &wanted.chosen)?;
        let deed = &wanted.deed;
        let there = || counted.states.iter().filter(|(_, count)| count.number() > 0);
        let number = |fits: bool| -> u64 {
            there().filter(|(state, _)| deed.fits(*state) == fits).map(|(_, count)| count.number()).sum()
        };
        let row = |(state, count): &(State, Total)| {
            let fits = deed.fits(*state);
            json!({
                "state": state.name(),
                "count": count.number(),
                "isExact": matches!(count, Total::Exactly(_)),
                "fits": fits,
                "reason": (!fits).then(|| unfitting(state.name())),
            })
        };
        Ok(Answer::json(&json!({
            "action": wanted.verb.word(),
            "total": counted.total(),
            "isExact": counted.is_exact(),
            "willBeDone": number(true),
            "willBeSkipped": number(false),
            "states": there().map(row).collect::<Vec<_>>(),
            "unknownIds": counted.unknown,
        })))
    })
    .await
}

/// Begins a job.
pub(crate) async fn create(call: Arc<Call>) -> Outcome<Answer> {
    let wanted = reading(&call, Wanted::read).await?;
    let permit = permit(&call, wanted.verb).await?;
    let id = call.app.runtime.fresh_id().to_string();
    let place = Jobs::begin(&call.app, &id)?;
    let of = permit.clone();
    let job = reading(&call, move |call| {
        let counted = counted(call, &of, &wanted.chosen)?;
        let now = call.runtime().now();
        let job = Job {
            id,
            by: call.caller().map_or_else(String::new, |name| name.to_string()),
            created: now,
            updated: now,
            verb: wanted.verb,
            options: wanted.options,
            chosen: wanted.chosen,
            state: JobState::Running,
            words: String::new(),
            after: None,
            taken: 0,
            total: counted.total(),
            is_total_exact: counted.is_exact(),
            counts: std::collections::BTreeMap::new(),
            parts: 0,
        };
        let shelf = shelf(call);
        shelf.save(&job, None, now)?;
        shelf.tidy(|id| call.app.jobs.is_at_work(id))?;
        Ok(job)
    })
    .await?;
    let answer = Answer::json(&job.shown(true)).status(StatusCode::ACCEPTED);
    tokio::spawn(work::work(place, Arc::clone(&call.tenant), permit, job));
    Ok(answer)
}

/// The right for what is done: to delete is another one than to run.
async fn permit(call: &Call, verb: Verb) -> Outcome<Permit> {
    match verb {
        Verb::Delete => call.permit_for(Resource::Execution, Action::Delete).await,
        _ => Ok(call.permit.clone()),
    }
}

/// Does something that waits for disks with the call.
async fn reading<T: Send + 'static>(
    call: &Arc<Call>,
    work: impl FnOnce(&Call) -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let asking = Arc::clone(call);
    call.app.blocking(move || work(&asking)).await
}

fn shelf(call: &Call) -> Shelf<'_> {
    Shelf { store: &**call.store(), tenant: Arc::clone(&call.tenant) }
}

/// Whether it is a job of the caller, or the caller sees everything.
fn is_own(call: &Call, job: &Job) -> bool {
    call.permit.is_for_all_namespaces() || call.caller().is_some_and(|name| *name == *job.by)
}

/// The job that the path names.
fn job(call: &Call) -> Outcome<Job> {
    let id = call.variable("id");
    let found = shelf(call).job(id)?.filter(|job| is_own(call, job));
    found.ok_or_else(|| ApiError::not_found(format!("there is no job `{id}`")))
}

fn shown(call: &Call, job: &Job) -> Json {
    job.shown(call.app.jobs.is_at_work(&job.id))
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let jobs = shelf(call).jobs()?;
    let rows: Vec<Json> = jobs.iter().filter(|job| is_own(call, job)).map(|job| shown(call, job)).collect();
    let total = rows.len() as u64;
    Ok(Answer::json(&crate::paging::page(&rows, total)))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&shown(call, &job(call)?)))
}

pub(crate) fn pause(call: &Call) -> Outcome<Answer> {
    wish(call, Wish::Pause)
}

/// What was not begun is left. One that is paused ends.
pub(crate) fn cancel(call: &Call) -> Outcome<Answer> {
    wish(call, Wish::Cancel)
}

fn wish(call: &Call, wish: Wish) -> Outcome<Answer> {
    let mut job = job(call)?;
    if let Some(control) = call.app.jobs.control(&job.id) {
        control.want(wish);
        return Ok(Answer::json(&shown(call, &job)).status(StatusCode::ACCEPTED));
    }
    let is_over = matches!(job.state, JobState::Done | JobState::Cancelled);
    if is_over || wish == Wish::Pause {
        return Err(ApiError::conflict(format!("job {} does not work", job.id)));
    }
    job.state = JobState::Cancelled;
    job.updated = call.runtime().now();
    shelf(call).save(&job, None, job.updated)?;
    Ok(Answer::json(&shown(call, &job)))
}

/// Goes on with what is left, with the rights of who asks now.
pub(crate) async fn resume(call: Arc<Call>) -> Outcome<Answer> {
    let found = reading(&call, job).await?;
    let permit = permit(&call, found.verb).await?;
    let place = Jobs::begin(&call.app, &found.id)?;
    let job = reading(&call, move |call| {
        // It may have come to its end since.
        let mut job = job(call)?;
        let state = if job.state == JobState::Running { JobState::Interrupted } else { job.state };
        if !state.can_resume() {
            return Err(ApiError::conflict(format!("job {} is over: it is {}", job.id, state.name())));
        }
        let shelf = shelf(call);
        let part = settled(&mut job, &shelf)?;
        (job.state, job.words, job.updated) = (JobState::Running, String::new(), call.runtime().now());
        shelf.save(&job, part.as_ref().map(|(number, items)| (*number, &items[..])), job.updated)?;
        Ok(job)
    })
    .await?;
    let answer = Answer::json(&job.shown(true)).status(StatusCode::ACCEPTED);
    tokio::spawn(work::work(place, Arc::clone(&call.tenant), permit, job));
    Ok(answer)
}

/// Of what was begun when the server was stopped nobody knows whether it was done. It is not done again.
fn settled(job: &mut Job, shelf: &Shelf<'_>) -> Outcome<Option<(u32, Vec<Item>)>> {
    let Some(last) = job.parts.checked_sub(1) else { return Ok(None) };
    let mut items = shelf.part(&job.id, last)?;
    let mut open = 0;
    for item in items.iter_mut().filter(|item| item.ending == Ending::Begun) {
        item.ending = Ending::Unknown;
        "the server was stopped meanwhile: it may have been done".clone_into(&mut item.reason);
        open += 1;
    }
    if open == 0 {
        return Ok(None);
    }
    *job.counts.entry(Ending::Unknown).or_default() += open;
    Ok(Some((last, items)))
}

/// What became of each, those with an outcome that is asked for.
pub(crate) fn report(call: &Call) -> Outcome<Answer> {
    let job = job(call)?;
    let count = call.number("count")?.unwrap_or(100);
    if !(1..=ITEMS_MAX).contains(&count) {
        return Err(ApiError::invalid_entity(format!("count: must be from 1 to {ITEMS_MAX}")));
    }
    let endings = endings(call)?;
    let begin = call.number::<u64>("from")?.unwrap_or(0);
    let (mut part, mut place) = (u32::try_from(begin / PLACES).unwrap_or(u32::MAX), begin % PLACES);
    let (mut rows, last) = (Vec::new(), job.parts.min(part.saturating_add(PARTS_MAX)));
    while part < last && rows.len() < count {
        let items = shelf(call).part(&job.id, part)?;
        let skipped = usize::try_from(place).unwrap_or(usize::MAX);
        let mut read = items.len() as u64;
        for (item, number) in items.iter().zip(0..).skip(skipped) {
            if rows.len() == count {
                read = number;
                break;
            }
            if endings.is_empty() || endings.contains(&item.ending) {
                rows.push(item.shown());
            }
        }
        let is_through = read >= items.len() as u64;
        (part, place) = if is_through { (part + 1, 0) } else { (part, read) };
    }
    let next = (part < job.parts).then(|| u64::from(part) * PLACES + place);
    Ok(Answer::json(&json!({"rows": rows, "next": next, "counts": shown(call, &job)["counts"]})))
}

/// Numbers that belong to one part: more than it has items.
const PLACES: u64 = 1_000;

fn endings(call: &Call) -> Outcome<Vec<Ending>> {
    let named = call.query.all("outcome").flat_map(|names| names.split(',')).filter(|name| !name.is_empty());
    let wrong = |name: &str| ApiError::invalid_entity(format!("outcome: there is no outcome `{name}`"));
    named.map(|name| Ending::from_name(name).ok_or_else(|| wrong(name))).collect()
}
