//! What triggers implement that look at the world, or listen to it.
//!
//! Schedules, webhooks and triggers on executions are no plugins: the engine decides about them.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::broken::Broken;
use crate::context::RunContext;
use crate::outputs::outputs;

/// A type of trigger that looks from time to time whether something has happened: the struct holds its own properties,
/// those of all triggers are not among them.
///
/// The context is that of an execution that may come of it: files it keeps are that execution's.
pub trait PollingTrigger: DeserializeOwned + JsonSchema + Send + Sync + Sized + 'static {
    /// The full current name.
    const TYPE: &'static str;

    /// What `trigger` is in the execution.
    type Output: Serialize + JsonSchema + Send;

    /// Looks once. It is given what the last look kept; what this one keeps is written together with the execution, or
    /// not at all. It ends soon after [`RunContext::stopped`] does, and never panics.
    fn poll(
        &self,
        cx: &RunContext,
        cursor: Option<Value>,
    ) -> impl Future<Output = Result<Polled<Self::Output>, Broken>> + Send;

    /// Does what has to wait until the execution is on the disk: takes away what it was started for. It is given what the
    /// look kept.
    ///
    /// It is called once after a look that gave an event, and not at all if the process ends in between. So whatever must
    /// not be forgotten stands in the cursor, and the next look does it if it is still to be done.
    fn settle(
        &self,
        _cx: &RunContext,
        _cursor: Option<Value>,
    ) -> impl Future<Output = Result<(), Broken>> + Send {
        std::future::ready(Ok(()))
    }
}

/// What a look found.
#[derive(Clone, Debug, PartialEq)]
pub struct Polled<O> {
    /// An execution starts, with this.
    pub event: Option<O>,
    /// What the next look is given.
    pub cursor: Option<Value>,
}

/// A type of trigger that listens for as long as it is there.
pub trait RealtimeTrigger: DeserializeOwned + JsonSchema + Send + Sync + Sized + 'static {
    /// The full current name.
    const TYPE: &'static str;

    /// What `trigger` is in the execution.
    type Output: Serialize + JsonSchema + Send;

    /// Listens until [`RunContext::stopped`] does, and then ends in any way. An end before, with or without a failure, is
    /// followed by another try after a while.
    fn listen(
        &self,
        cx: &RunContext,
        events: Events<Self::Output>,
    ) -> impl Future<Output = Result<(), Broken>> + Send;
}

/// Where a realtime trigger puts what it hears.
pub struct Events<O> {
    sink: Arc<dyn EventSink>,
    of: PhantomData<fn(O)>,
}

/// Takes what a realtime trigger heard.
pub trait EventSink: Send + Sync {
    /// An execution starts with these variables, unless there was one for the same name within a day. Done once it is on
    /// the disk: then the source may forget the event.
    fn take<'a>(
        &'a self,
        variables: Map,
        name: Option<String>,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;
}

impl<O: Serialize + Send> Events<O> {
    pub fn new(sink: Arc<dyn EventSink>) -> Self {
        Self { sink, of: PhantomData }
    }

    /// Starts an execution. A source that may tell twice names its events; one whose name is known starts nothing. Once
    /// this is done it is on the disk: then the source may forget the event.
    pub async fn tell(&self, event: &O, name: Option<String>) -> Result<(), Failure> {
        let variables = outputs(event)
            .map_err(|reason| Failure::new(format!("what the trigger heard cannot be kept: {reason}")))?;
        self.sink.take(variables, name).await
    }
}

/// A look at work.
pub type Looking<'a> = Pin<Box<dyn Future<Output = Result<Polled<Map>, Broken>> + Send + 'a>>;

/// Takes away what an execution was started for.
pub type Settling<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + Send + 'a>>;

/// A trigger that listens.
pub type Listening<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + Send + 'a>>;

/// A trigger whose type is not known any more.
#[derive(Clone)]
pub enum ErasedTrigger {
    Polling(Arc<dyn ErasedPolling>),
    Realtime(Arc<dyn ErasedRealtime>),
}

pub trait ErasedPolling: Send + Sync {
    fn poll<'a>(&'a self, cx: &'a RunContext, cursor: Option<Value>) -> Looking<'a>;

    /// See [`PollingTrigger::settle`].
    fn settle<'a>(&'a self, cx: &'a RunContext, cursor: Option<Value>) -> Settling<'a>;
}

pub trait ErasedRealtime: Send + Sync {
    fn listen<'a>(&'a self, cx: &'a RunContext, sink: Arc<dyn EventSink>) -> Listening<'a>;
}

impl<T: PollingTrigger> ErasedPolling for T {
    fn poll<'a>(&'a self, cx: &'a RunContext, cursor: Option<Value>) -> Looking<'a> {
        Box::pin(async move {
            let Polled { event, cursor } = PollingTrigger::poll(self, cx, cursor).await?;
            let event = event.as_ref().map(outputs).transpose();
            let event = event
                .map_err(|reason| Failure::new(format!("what the trigger found cannot be kept: {reason}")))?;
            Ok(Polled { event, cursor })
        })
    }

    fn settle<'a>(&'a self, cx: &'a RunContext, cursor: Option<Value>) -> Settling<'a> {
        Box::pin(PollingTrigger::settle(self, cx, cursor))
    }
}

impl<T: RealtimeTrigger> ErasedRealtime for T {
    fn listen<'a>(&'a self, cx: &'a RunContext, sink: Arc<dyn EventSink>) -> Listening<'a> {
        Box::pin(async move {
            let ended = RealtimeTrigger::listen(self, cx, Events::new(sink)).await;
            // What was broken off since the trigger had to end is no failure.
            if cx.is_stopped() { Ok(()) } else { ended }
        })
    }
}
