//! What people do to very many executions, as jobs of the server: they can be paused, cancelled and asked how far they are.
//!
//! A job is a document, its report are documents beside it ([`kept`]); [`work`] goes through the executions in parts. A
//! part is written down before anything of it is done: a job that was cut off says of these that nobody knows, and never
//! does them twice. It goes on only when a person resumes it, with the rights that this person has then.

pub(crate) mod kept;
pub(crate) mod work;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::{ExecutionId, Millis};
use serde_json::{Value as Json, json};

use crate::error::{ApiError, Outcome};
use crate::handlers::executions::bulk::Verb;
use crate::views::moment;

/// Jobs that work at the same time.
const RUNNING_MAX: usize = 4;

/// A job as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) by: String,
    pub(crate) created: Millis,
    pub(crate) updated: Millis,
    pub(crate) verb: Verb,
    pub(crate) options: Json,
    pub(crate) chosen: Chosen,
    pub(crate) state: JobState,
    /// Why it failed, if it did.
    pub(crate) words: String,
    /// The last execution that was taken up, of those that a filter finds.
    pub(crate) after: Option<ExecutionId>,
    /// How many were taken up.
    pub(crate) taken: u64,
    /// How many there were when it began; more, if that could not be counted.
    pub(crate) total: u64,
    pub(crate) is_total_exact: bool,
    pub(crate) counts: BTreeMap<Ending, u64>,
    /// Parts of its report.
    pub(crate) parts: u32,
}

/// Which executions are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// Those that a query finds, of all that were there when the job was created.
    Filter(String),
    Ids(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobState {
    Running,
    Paused,
    Cancelled,
    Done,
    Failed,
    /// The server was stopped while it worked. It is never kept: it shows where a job that should work does not.
    Interrupted,
}

/// What became of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// It was taken up, and nothing is known yet.
    Begun,
    Done,
    /// Its state does not fit.
    Skipped,
    Failed,
    /// The server was stopped meanwhile: it may have been done.
    Unknown,
}

impl JobState {
    const ALL: [Self; 6] =
        [Self::Running, Self::Paused, Self::Cancelled, Self::Done, Self::Failed, Self::Interrupted];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Cancelled => "CANCELLED",
            Self::Done => "DONE",
            Self::Failed => "FAILED",
            Self::Interrupted => "INTERRUPTED",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it can go on.
    pub(crate) const fn can_resume(self) -> bool {
        matches!(self, Self::Paused | Self::Failed | Self::Interrupted)
    }
}

impl Ending {
    pub(crate) const ALL: [Self; 5] = [Self::Begun, Self::Done, Self::Skipped, Self::Failed, Self::Unknown];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Begun => "BEGUN",
            Self::Done => "DONE",
            Self::Skipped => "SKIPPED",
            Self::Failed => "FAILED",
            Self::Unknown => "UNKNOWN",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.name() == name)
    }
}

impl Job {
    /// As clients see it.
    pub(crate) fn shown(&self, is_at_work: bool) -> Json {
        let state = match self.state {
            JobState::Running if !is_at_work => JobState::Interrupted,
            state => state,
        };
        let words = match state {
            JobState::Interrupted => {
                "the server was stopped while it worked; nothing is done by itself: resume it, and it goes on with the rest"
            }
            _ => &self.words,
        };
        let counts: serde_json::Map<String, Json> = Ending::ALL
            .into_iter()
            .filter(|ending| *ending != Ending::Begun)
            .map(|ending| {
                (ending.name().to_lowercase(), self.counts.get(&ending).copied().unwrap_or(0).into())
            })
            .collect();
        json!({
            "id": self.id,
            "action": self.verb.word(),
            "options": self.options,
            "by": self.by,
            "state": state.name(),
            "words": words,
            "created": moment(self.created),
            "updated": moment(self.updated),
            "filter": match &self.chosen { Chosen::Filter(text) => Some(text), Chosen::Ids(_) => None },
            "ids": match &self.chosen { Chosen::Filter(_) => None, Chosen::Ids(ids) => Some(ids.len()) },
            "total": self.total,
            "isTotalExact": self.is_total_exact,
            "taken": self.taken,
            "counts": counts,
        })
    }
}

/// What a person wants of a job that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Wish {
    GoOn = 0,
    Pause = 1,
    Cancel = 2,
}

/// Tells a job at work what is wanted.
#[derive(Default)]
pub(crate) struct Control {
    wish: AtomicU8,
}

impl Control {
    pub(crate) fn wish(&self) -> Wish {
        match self.wish.load(Ordering::Acquire) {
            0 => Wish::GoOn,
            1 => Wish::Pause,
            _ => Wish::Cancel,
        }
    }

    pub(crate) fn want(&self, wish: Wish) {
        self.wish.store(wish as u8, Ordering::Release);
    }
}

/// The jobs at work.
#[derive(Default)]
pub(crate) struct Jobs {
    at_work: Mutex<BTreeMap<String, Arc<Control>>>,
}

/// The place of a job among those at work, until it is dropped.
pub(crate) struct Place {
    app: Arc<crate::App>,
    id: String,
    pub(crate) control: Arc<Control>,
}

impl Jobs {
    pub(crate) fn control(&self, id: &str) -> Option<Arc<Control>> {
        self.lock().get(id).cloned()
    }

    pub(crate) fn is_at_work(&self, id: &str) -> bool {
        self.lock().contains_key(id)
    }

    /// Takes a place for a job; there is one for each, and not many for all.
    pub(crate) fn begin(app: &Arc<crate::App>, id: &str) -> Outcome<Place> {
        let control = Arc::new(Control::default());
        let mut at_work = app.jobs.lock();
        if at_work.contains_key(id) {
            return Err(ApiError::conflict(format!("job {id} is at work")));
        }
        if at_work.len() >= RUNNING_MAX {
            return Err(ApiError::conflict(format!(
                "{RUNNING_MAX} jobs are at work, and no more may be: wait for one of them, or cancel it"
            )));
        }
        at_work.insert(id.to_owned(), Arc::clone(&control));
        Ok(Place { app: Arc::clone(app), id: id.to_owned(), control })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Control>>> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.jobs.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests;
