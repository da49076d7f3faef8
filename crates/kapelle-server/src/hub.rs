//! Tells those who follow executions what happens to them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::ExecutionId;
use kapelle_runtime::{Listener, News};
use kapelle_store::logs::LogLine;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::limits::NEWS_MAX;
use crate::metrics::Tally;

/// Something that happened to an execution that is followed.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// It is kept in a new state.
    Changed,
    Line(Arc<LogLine>),
}

/// What a follower wants to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Changes,
    Lines,
}

/// The followers of executions. One that does not keep up hears nothing more.
#[derive(Default)]
pub struct Hub {
    followers: Mutex<BTreeMap<ExecutionId, Vec<Follower>>>,
    /// Counts what it hears of.
    pub(crate) tally: Tally,
}

struct Follower {
    topic: Topic,
    tell: Sender<Heard>,
}

impl Hub {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// What the runtime has to call with its news.
    pub fn listener(self: &Arc<Self>) -> Listener {
        let hub = Arc::clone(self);
        Box::new(move |news| match news {
            News::Changed { execution, runs } => {
                hub.tally.hear(execution, runs);
                hub.tell(execution.birth.id, Topic::Changes, || Heard::Changed);
            }
            News::Line(line) => {
                if let Some(id) = line.execution {
                    hub.tell(id, Topic::Lines, || Heard::Line(Arc::new((*line).clone())));
                }
            }
            News::Skipped { .. } | News::Alarm(_) => {}
        })
    }

    /// What happens to an execution from now on.
    pub(crate) fn follow(&self, id: ExecutionId, topic: Topic) -> Receiver<Heard> {
        let (tell, hears) = channel(NEWS_MAX);
        let mut followers = self.lock();
        followers.retain(|_, of| {
            of.retain(|follower| !follower.tell.is_closed());
            !of.is_empty()
        });
        followers.entry(id).or_default().push(Follower { topic, tell });
        hears
    }

    fn tell(&self, id: ExecutionId, topic: Topic, heard: impl Fn() -> Heard) {
        if let Some(of) = self.lock().get_mut(&id) {
            // A change that is not heard of was told by one that waits to be heard; lines must not be lost.
            of.retain(|follower| {
                follower.topic != topic || follower.tell.try_send(heard()).is_ok() || topic == Topic::Changes
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ExecutionId, Vec<Follower>>> {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
