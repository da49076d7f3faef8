//! Tells those who follow executions what happens to them, and whoever follows everything at once ([`feed`]).

pub(crate) mod feed;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::ExecutionId;
use kapelle_model::execution::Execution;
use kapelle_runtime::{Listener, News};
use kapelle_store::logs::LogLine;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::limits::NEWS_MAX;
use crate::metrics::Tally;
use feed::{About, Change, Feed};

/// Something that happened to an execution that is followed.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// It is kept like this now.
    Changed(Arc<Execution>),
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
    pub(crate) feed: Feed,
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
                let heard = || Heard::Changed(Arc::new((*execution).clone()));
                hub.tell(execution.birth.id, Topic::Changes, heard);
                let birth = &execution.birth;
                let about = About::Execution(birth.id);
                let change = Change::new(about, &birth.tenant, &birth.namespace, &birth.flow);
                hub.feed.publish(change.with_state(execution.state()));
            }
            News::Line(line) => {
                if let Some(id) = line.execution {
                    hub.tell(id, Topic::Lines, || Heard::Line(Arc::new((*line).clone())));
                    let about = About::Log(id);
                    hub.feed.publish(Change::new(about, &line.tenant, &line.namespace, &line.flow));
                }
            }
            News::Skipped { trigger: key, .. } => {
                let about = About::Trigger {
                    tenant: Arc::clone(&key.tenant),
                    namespace: Arc::clone(&key.namespace),
                    flow: Arc::clone(&key.flow),
                    trigger: Arc::clone(&key.trigger),
                };
                hub.feed.publish(Change::new(about, &key.tenant, &key.namespace, &key.flow));
            }
            News::Alarm(_) => {}
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

    /// What is told is made once, and only if somebody hears it.
    fn tell(&self, id: ExecutionId, topic: Topic, heard: impl FnOnce() -> Heard) {
        if let Some(of) = self.lock().get_mut(&id)
            && of.iter().any(|follower| follower.topic == topic)
        {
            let heard = heard();
            // Who has so many changes to hear of reads the execution instead; lines must not be lost.
            of.retain(|follower| {
                follower.topic != topic
                    || follower.tell.try_send(heard.clone()).is_ok()
                    || topic == Topic::Changes
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ExecutionId, Vec<Follower>>> {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
