//! Goes through the executions of a job, part by part.

use std::sync::Arc;

use hyper::StatusCode;
use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::Store;
use kapelle_store::filter::{Condition, Filter, Range};
use kapelle_store::listing::{Header, Page};

use super::kept::{Item, Shelf};
use super::{Chosen, Ending, Job, JobState, Place, Wish};
use crate::App;
use crate::error::{ApiError, Outcome};
use crate::filters;
use crate::handlers::executions::bulk::{self, Deed};
use crate::query::Query;

/// Executions of one part. If the server is cut off, nobody knows of so many what became of them.
const PART: usize = 100;

/// An execution that is meant, and what is known of it.
struct Meant {
    item: Item,
    header: Option<Header>,
}

/// The executions of a job that were there when it was created: what it makes of them is no part of it.
pub(crate) fn filter_of(text: &str, created: Millis) -> Outcome<Filter> {
    let mut filter = filters::executions::read(&Query::read(text), created)?;
    let until = Some(created.plus(1));
    filter.all.push(Condition::Started(Range { from: None, until }));
    Ok(filter)
}

/// Works until nothing is left, or somebody wants something else.
pub(crate) async fn work(place: Place, tenant: Arc<str>, permit: Permit, mut job: Job) {
    let app = Arc::clone(&place.app);
    let worker = Worker { app: Arc::clone(&app), tenant, permit };
    let state = match worker.all(&place, &mut job).await {
        Ok(Some(state)) => state,
        // The server is being stopped. It is kept as one that works, and shows as one that was interrupted.
        Ok(None) => return,
        Err(error) => {
            job.words = error.message;
            JobState::Failed
        }
    };
    job.state = state;
    // Nothing can be done about a disk that does not take it; then it shows as interrupted.
    let _unsaved = worker.save(job, None).await;
}

struct Worker {
    app: Arc<App>,
    tenant: Arc<str>,
    permit: Permit,
}

impl Worker {
    async fn all(&self, place: &Place, job: &mut Job) -> Outcome<Option<JobState>> {
        let deed = Deed::of(job.verb, &job.options)?;
        loop {
            match place.control.wish() {
                Wish::Pause => return Ok(Some(JobState::Paused)),
                Wish::Cancel => return Ok(Some(JobState::Cancelled)),
                Wish::GoOn if self.app.is_closing() => return Ok(None),
                Wish::GoOn => {}
            }
            let meant = self.next(job.clone()).await?;
            if meant.is_empty() {
                return Ok(Some(JobState::Done));
            }
            self.part(place, job, &deed, meant).await?;
        }
    }

    /// Writes down what is begun, does it, and writes down what became of it.
    async fn part(&self, place: &Place, job: &mut Job, deed: &Deed, meant: Vec<Meant>) -> Outcome<()> {
        let (before, number) = (job.clone(), job.parts);
        let mut items: Vec<Item> = meant.iter().map(|meant| meant.item.clone()).collect();
        job.parts += 1;
        take_up(job, &before, &items);
        *job = self.save(job.clone(), Some((number, items.clone()))).await?;
        let mut done = 0;
        for (item, meant) in items.iter_mut().zip(meant) {
            if place.control.wish() != Wish::GoOn || self.app.is_closing() {
                break;
            }
            (item.ending, item.reason) = self.one(deed, meant.header).await;
            *job.counts.entry(item.ending).or_default() += 1;
            done += 1;
        }
        // What was not begun after all is left for whoever resumes it.
        items.truncate(done);
        take_up(job, &before, &items);
        *job = self.save(job.clone(), Some((number, items))).await?;
        Ok(())
    }

    async fn one(&self, deed: &Deed, header: Option<Header>) -> (Ending, String) {
        let Some(header) = header else {
            return (Ending::Failed, "there is no such execution".to_owned());
        };
        let state = header.head.history.current();
        if !deed.fits(state) {
            return (Ending::Skipped, unfitting(state.name()));
        }
        match bulk::one(&self.app, deed, header).await {
            Ok(()) => (Ending::Done, String::new()),
            // It went on since it was looked at.
            Err(error) if error.status == StatusCode::CONFLICT => (Ending::Skipped, error.message),
            Err(error) => (Ending::Failed, error.message),
        }
    }

    /// The next executions that are meant.
    async fn next(&self, job: Job) -> Outcome<Vec<Meant>> {
        let (app, tenant, permit) = (Arc::clone(&self.app), Arc::clone(&self.tenant), self.permit.clone());
        self.app
            .blocking(move || match &job.chosen {
                Chosen::Filter(text) => {
                    let filter = filter_of(text, job.created)?;
                    let page = Page::oldest(PART as u32, job.after);
                    let rows = app.store().executions(&permit, &filter, &page)?.rows;
                    // Of the same millisecond, ids tell which were made later.
                    let id = ExecutionId::parse(&job.id);
                    Ok(rows
                        .into_iter()
                        .filter(|header| id.is_none_or(|id| header.birth.id < id))
                        .map(|header| meant(&header.birth.id.to_string(), Some(header.clone())))
                        .collect())
                }
                Chosen::Ids(ids) => {
                    let taken = usize::try_from(job.taken).unwrap_or(usize::MAX);
                    let next = ids.iter().skip(taken).take(PART);
                    next.map(|id| Ok(meant(id, named(&**app.store(), &tenant, &permit, id)?))).collect()
                }
            })
            .await
    }

    async fn save(&self, mut job: Job, part: Option<(u32, Vec<Item>)>) -> Outcome<Job> {
        let (app, tenant) = (Arc::clone(&self.app), Arc::clone(&self.tenant));
        self.app
            .blocking(move || {
                job.updated = app.now();
                let shelf = Shelf { store: &**app.store(), tenant };
                let part = part.as_ref().map(|(number, items)| (*number, &items[..]));
                shelf.save(&job, part, job.updated)?;
                Ok(job)
            })
            .await
    }
}

/// The job stands behind these.
fn take_up(job: &mut Job, before: &Job, items: &[Item]) {
    job.taken = before.taken + items.len() as u64;
    job.after = items.last().and_then(|item| ExecutionId::parse(&item.id)).or(before.after);
}

pub(crate) fn unfitting(state: &str) -> String {
    format!("it is in state {state}, to which this cannot be done")
}

fn meant(id: &str, header: Option<Header>) -> Meant {
    let text = |of: fn(&Header) -> String| header.as_ref().map(of).unwrap_or_default();
    let item = Item {
        id: id.to_owned(),
        namespace: text(|header| header.birth.namespace.to_string()),
        flow: text(|header| header.birth.flow.to_string()),
        state: text(|header| header.head.history.current().name().to_owned()),
        ending: Ending::Begun,
        reason: String::new(),
    };
    Meant { item, header }
}

/// An execution of the tenant that the permit covers.
pub(crate) fn named(
    store: &dyn Store,
    tenant: &str,
    permit: &Permit,
    id: &str,
) -> Result<Option<Header>, ApiError> {
    let Some(id) = ExecutionId::parse(id) else { return Ok(None) };
    let found = store.header(id)?;
    Ok(found.filter(|header| {
        *header.birth.tenant == *tenant && permit.covers(&header.birth.tenant, &header.birth.namespace)
    }))
}
