//! Triggers on a stage: one look at a time, or a listener that goes on beside the test.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use kapelle_model::{Failure, Map, Value};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Stage, locked, properties_of};
use crate::broken::Broken;
use crate::context::RunContext;
use crate::read::read;
use crate::trigger::{ErasedPolling, ErasedRealtime, EventSink, Polled, PollingTrigger, RealtimeTrigger};

/// Names of events that there was an execution for.
pub(super) type Told = Arc<Mutex<BTreeSet<String>>>;

/// What a realtime trigger told.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub name: Option<String>,
    pub variables: Map,
}

/// A realtime trigger at work. Dropped, it is told to stop.
pub struct Listener {
    heard: UnboundedReceiver<Heard>,
    work: JoinHandle<Result<(), Broken>>,
    stop: CancellationToken,
}

impl Stage {
    /// Has a trigger with these properties look once.
    pub async fn poll<T: PollingTrigger>(
        &self,
        properties: &str,
        cursor: Option<Value>,
    ) -> Result<Polled<Map>, Broken> {
        let trigger: T = read(&properties_of(properties))?;
        ErasedPolling::poll(&trigger, &self.context(), cursor).await
    }

    /// Tells it that the execution which came of its look is on the disk.
    pub async fn settle<T: PollingTrigger>(
        &self,
        properties: &str,
        cursor: Option<Value>,
    ) -> Result<(), Broken> {
        let trigger: T = read(&properties_of(properties))?;
        ErasedPolling::settle(&trigger, &self.context(), cursor).await
    }

    /// Has a trigger with these properties listen. What it tells twice by the same name is heard once, also if another
    /// one told it before.
    pub fn listen<T: RealtimeTrigger>(&self, properties: &str) -> Result<Listener, Failure> {
        let trigger: T = read(&properties_of(properties))?;
        let (hears, heard) = unbounded_channel();
        let sink = Arc::new(Sink { told: Arc::clone(&self.told), hears });
        let stop = self.stop.child_token();
        let cx = RunContext { stop: stop.clone(), ..self.context() };
        let work = tokio::spawn(async move { ErasedRealtime::listen(&trigger, &cx, sink).await });
        Ok(Listener { heard, work, stop })
    }
}

impl Listener {
    /// The next event; nothing if it ended.
    pub async fn next(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }

    /// Tells it to stop, and how it ended.
    ///
    /// # Panics
    /// If it did.
    pub async fn end(mut self) -> Result<(), Broken> {
        self.stop.cancel();
        (&mut self.work).await.expect("a listener does not panic")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Sink {
    told: Told,
    hears: UnboundedSender<Heard>,
}

impl EventSink for Sink {
    fn take<'a>(
        &'a self,
        variables: Map,
        name: Option<String>,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>> {
        let is_new = name.as_ref().is_none_or(|name| locked(&self.told).insert(name.clone()));
        let taken = if is_new { self.hears.send(Heard { name, variables }) } else { Ok(()) };
        Box::pin(std::future::ready(taken.map_err(|_| Failure::new("nobody listens any more"))))
    }
}
