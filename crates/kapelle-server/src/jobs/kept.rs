//! Jobs and their reports as documents of the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::error::Result as Stored;
use kapelle_store::transaction::Over;
use kapelle_store::{Store, StoreError, Transaction, Write};
use serde_json::{Value as Json, json};

use super::{Chosen, Ending, Job, JobState};
use crate::handlers::executions::bulk::Verb;

const JOBS: &str = "kapelle.jobs";
const REPORTS: &str = "kapelle.job-reports";

/// Jobs of a tenant that are kept; the oldest go with their reports.
const KEPT_MAX: usize = 100;

/// Jobs and parts of reports that are read at once.
const STEP: usize = 500;

/// What became of one execution, in a report.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) namespace: String,
    pub(crate) flow: String,
    /// Its state before.
    pub(crate) state: String,
    pub(crate) ending: Ending,
    pub(crate) reason: String,
}

/// The jobs of a tenant.
pub(crate) struct Shelf<'s> {
    pub(crate) store: &'s dyn Store,
    pub(crate) tenant: Arc<str>,
}

impl Shelf<'_> {
    fn permit(&self) -> Permit {
        Permit::system("jobs").within(Arc::clone(&self.tenant))
    }

    fn key(&self, place: &str, name: &str) -> DocumentKey {
        let (tenant, namespace) = (Arc::clone(&self.tenant), place.into());
        DocumentKey { kind: Kind::Setting, tenant, namespace, name: name.into() }
    }

    fn part_key(&self, job: &str, part: u32) -> DocumentKey {
        self.key(REPORTS, &format!("{job}/{part:08}"))
    }

    pub(crate) fn job(&self, id: &str) -> Stored<Option<Job>> {
        let found = self.store.document(&self.key(JOBS, id))?;
        found.as_ref().map(job_of).transpose()
    }

    /// All of them, the newest first.
    pub(crate) fn jobs(&self) -> Stored<Vec<Job>> {
        let documents = self.store.documents(&self.permit(), Kind::Setting, Some(JOBS), None, STEP)?;
        let mut jobs: Vec<Job> = documents.iter().map(job_of).collect::<Stored<_>>()?;
        jobs.sort_by(|one, two| (two.created, &two.id).cmp(&(one.created, &one.id)));
        Ok(jobs)
    }

    /// Writes a job, and the part of its report that changed.
    pub(crate) fn save(&self, job: &Job, part: Option<(u32, &[Item])>, now: Millis) -> Stored<()> {
        let put = |key: DocumentKey, json: &Json| {
            let document = Document::new(key, now, None, json.to_string().into_bytes());
            Write::Put { document: Box::new(document), over: Over::Any }
        };
        let mut writes = vec![put(self.key(JOBS, &job.id), &written(job))];
        if let Some((number, items)) = part {
            let items: Json = items.iter().map(Item::shown).collect();
            writes.push(put(self.part_key(&job.id, number), &items));
        }
        self.store.commit(Transaction::of(writes)).map(|_| ())
    }

    /// One part of a report; nothing behind the last one.
    pub(crate) fn part(&self, job: &str, number: u32) -> Stored<Vec<Item>> {
        let key = self.part_key(job, number);
        let Some(document) = self.store.document(&key)? else { return Ok(Vec::new()) };
        let json: Json = serde_json::from_slice(&document.data).map_err(|error| broken(&key, &error))?;
        Ok(json.as_array().into_iter().flatten().filter_map(Item::read).collect())
    }

    /// Forgets the oldest of the jobs that nobody works on, if there are too many.
    pub(crate) fn tidy(&self, is_at_work: impl Fn(&str) -> bool) -> Stored<()> {
        for job in self.jobs()?.iter().skip(KEPT_MAX).filter(|job| !is_at_work(&job.id)) {
            let mut keys: Vec<DocumentKey> =
                (0..job.parts).map(|part| self.part_key(&job.id, part)).collect();
            // The job goes last: what is left of an attempt that was cut off is found by it.
            keys.push(self.key(JOBS, &job.id));
            for keys in keys.chunks(STEP) {
                let removals = keys.iter().map(|key| Write::Remove { key: key.clone(), over: Over::Any });
                self.store.commit(Transaction::of(removals))?;
            }
        }
        Ok(())
    }
}

impl Item {
    pub(crate) fn shown(&self) -> Json {
        json!({
            "executionId": self.id,
            "namespace": self.namespace,
            "flowId": self.flow,
            "state": self.state,
            "outcome": self.ending.name(),
            "reason": self.reason,
        })
    }

    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Some(Self {
            id: text("executionId")?,
            namespace: text("namespace")?,
            flow: text("flowId")?,
            state: text("state")?,
            ending: Ending::from_name(json["outcome"].as_str()?)?,
            reason: text("reason")?,
        })
    }
}

fn broken(key: &DocumentKey, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { what: key.to_string(), why: why.to_string() }
}

pub(super) fn written(job: &Job) -> Json {
    let counts: serde_json::Map<String, Json> =
        job.counts.iter().map(|(ending, count)| (ending.name().to_owned(), (*count).into())).collect();
    let (filter, ids) = match &job.chosen {
        Chosen::Filter(text) => (Some(text), None),
        Chosen::Ids(ids) => (None, Some(ids)),
    };
    json!({
        "id": job.id, "by": job.by, "created": job.created.0, "updated": job.updated.0,
        "action": job.verb.word(), "options": job.options, "filter": filter, "ids": ids,
        "state": job.state.name(), "words": job.words,
        "after": job.after.map(|id| id.to_string()), "taken": job.taken,
        "total": job.total, "isTotalExact": job.is_total_exact, "counts": counts, "parts": job.parts,
    })
}

fn job_of(document: &Document) -> Stored<Job> {
    let json: Json = serde_json::from_slice(&document.data).map_err(|error| broken(&document.key, &error))?;
    read(&json).ok_or_else(|| broken(&document.key, &"it is no job"))
}

pub(super) fn read(json: &Json) -> Option<Job> {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let chosen = match (text("filter"), json["ids"].as_array()) {
        (Some(filter), _) => Chosen::Filter(filter),
        (None, ids) => Chosen::Ids(ids?.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()),
    };
    let counts: BTreeMap<Ending, u64> = json["counts"]
        .as_object()?
        .iter()
        .map(|(name, count)| Some((Ending::from_name(name)?, count.as_u64()?)))
        .collect::<Option<_>>()?;
    Some(Job {
        id: text("id")?,
        by: text("by")?,
        created: Millis(json["created"].as_i64()?),
        updated: Millis(json["updated"].as_i64()?),
        verb: Verb::from_word(json["action"].as_str()?)?,
        options: json["options"].clone(),
        chosen,
        state: JobState::from_name(json["state"].as_str()?)?,
        words: text("words")?,
        after: json["after"].as_str().and_then(ExecutionId::parse),
        taken: json["taken"].as_u64()?,
        total: json["total"].as_u64()?,
        is_total_exact: json["isTotalExact"].as_bool()?,
        counts,
        parts: u32::try_from(json["parts"].as_u64()?).ok()?,
    })
}
