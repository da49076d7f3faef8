//! Executions, logs and triggers of a tenant, as tasks see and change them.

mod logs;
mod purge;
mod purge_files;
mod start;
mod told;

use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};

use jiff::Timestamp;
use kapelle_model::event::{Event, Order};
use kapelle_model::permit::Permit;
use kapelle_model::trigger::TriggerKey;
use kapelle_model::{ExecutionId, Failure, Map, Millis, State};
use kapelle_plugin::{
    Count, CountOf, Counted, Executions, FlowRef, LogQuery, OldFiles, PurgeOf, Purged, ToStart, Told,
    Triggers,
};
use kapelle_store::StoreError;
use kapelle_store::filter::{Condition, Filter, Range, Test};
use kapelle_store::listing::Total;

use crate::message::{Declined, Happening, Message};
use crate::resume::{NotResumed, values_of_pause};
use crate::runtime::Grips;
use crate::shared::Shared;
use crate::storage::Storage;
use crate::triggers::{NoTrigger, switch};

/// The executions of a tenant.
pub(crate) struct TenantExecutions {
    tenant: Arc<str>,
    grips: Grips,
    storage: Arc<dyn Storage>,
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn failed(error: StoreError) -> Failure {
    Failure::new(error.to_string())
}

fn millis(moment: Timestamp) -> Millis {
    Millis(moment.as_millisecond())
}

impl TenantExecutions {
    pub(crate) const fn new(tenant: Arc<str>, grips: Grips, storage: Arc<dyn Storage>) -> Self {
        Self { tenant, grips, storage }
    }

    fn permit(&self) -> Permit {
        Permit::system("a task of a flow").within(Arc::clone(&self.tenant))
    }

    fn shared(&self) -> Result<Arc<Shared>, Failure> {
        self.grips.shared().ok_or_else(|| Failure::new("the runtime is about to end"))
    }

    fn counted(&self, mut all: Vec<Condition>, of: &CountOf) -> Result<u64, Failure> {
        if !of.states.is_empty() {
            all.push(Condition::State(of.states.iter().copied().collect()));
        }
        let until = of.until.map(millis);
        all.push(Condition::Started(Range { from: Some(millis(of.from)), until }));
        let total = self.grips.store.count(&self.permit(), &Filter::of(all)).map_err(failed)?;
        Ok(match total {
            Total::Exactly(count) | Total::AtLeast(count) => count,
        })
    }
}

impl Executions for TenantExecutions {
    fn resume(&self, id: &str, inputs: Map) -> Result<(), Failure> {
        let missing = || Failure::new(format!("there is no execution `{id}`"));
        let to = ExecutionId::parse(id).ok_or_else(missing)?;
        let shared = self.shared()?;
        let header = self.grips.store.header(to).map_err(failed)?.ok_or_else(missing)?;
        if header.birth.tenant != self.tenant {
            return Err(missing());
        }
        let values = values_of_pause(&shared, to, &inputs).map_err(|error| match error {
            NotResumed::Inputs(words) => Failure::new(words),
            NotResumed::Declined(Declined::Store(error)) => failed(error),
            NotResumed::Declined(_) => missing(),
        })?;
        let (told, hears) = mpsc::channel();
        let answer = Box::new(move |result| {
            // Who asked may be gone.
            let _gone = told.send(result);
        });
        let event = Event::Order(Order::Resume { values: Arc::new(values), by: None });
        shared.tell(Message::Happen(Happening { answer: Some(answer), ..Happening::of(to, event) }));
        match hears.recv() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Declined::Store(error))) => Err(failed(error)),
            Ok(Err(Declined::Missing)) => Err(missing()),
            Ok(Err(Declined::Refused(_))) => Err(Failure::new(format!("execution `{id}` is not paused"))),
            Err(_) => Err(Failure::new("the runtime has ended")),
        }
    }

    fn start(&self, of: &ToStart) -> Result<String, Failure> {
        self.begin(of)
    }

    fn told(&self, id: &str) -> Result<Option<Told>, Failure> {
        self.tell_of(id)
    }

    fn count(&self, of: &CountOf) -> Result<Vec<Counted>, Failure> {
        match &of.of {
            Count::Flows(flows) => flows
                .iter()
                .map(|FlowRef { namespace, flow }| {
                    let all = vec![
                        Condition::Namespace(Test::Is(namespace.clone())),
                        Condition::Flow(Test::Is(flow.clone())),
                    ];
                    let count = self.counted(all, of)?;
                    Ok(Counted { namespace: namespace.clone(), flow: Some(flow.clone()), count })
                })
                .collect(),
            Count::Namespaces(namespaces) => namespaces
                .iter()
                .map(|namespace| {
                    let all = vec![Condition::Namespace(Test::Is(namespace.clone()))];
                    let count = self.counted(all, of)?;
                    Ok(Counted { namespace: namespace.clone(), flow: None, count })
                })
                .collect(),
        }
    }

    fn purge(&self, of: &PurgeOf) -> Result<Purged, Failure> {
        self.purge_all(of)
    }

    fn logs(&self, of: &LogQuery, each: &mut dyn FnMut(Map) -> Result<(), Failure>) -> Result<(), Failure> {
        self.each_line(of, each)
    }

    fn purge_logs(&self, of: &LogQuery) -> Result<u64, Failure> {
        self.delete_lines(of)
    }

    fn purge_files(&self, of: &OldFiles) -> Result<Purged, Failure> {
        self.purge_old_files(of)
    }
}

/// All states in which an execution is over.
fn terminal() -> BTreeSet<State> {
    (0..State::NAMES.len()).filter_map(State::from_index).filter(|state| state.is_terminal()).collect()
}

/// Triggers of a tenant.
pub(crate) struct FlowTriggers {
    tenant: Arc<str>,
    grips: Grips,
}

impl FlowTriggers {
    pub(crate) const fn new(tenant: Arc<str>, grips: Grips) -> Self {
        Self { tenant, grips }
    }
}

impl Triggers for FlowTriggers {
    fn toggle(&self, flow: &FlowRef, trigger: &str, is_enabled: bool) -> Result<(), Failure> {
        let ended = || Failure::new("the runtime has ended");
        let shared = self.grips.shared().ok_or_else(ended)?;
        let key = TriggerKey {
            tenant: Arc::clone(&self.tenant),
            namespace: flow.namespace.as_str().into(),
            flow: flow.flow.as_str().into(),
            trigger: trigger.into(),
        };
        switch(&shared, &key, is_enabled).map_err(|refused| match refused {
            NoTrigger::Missing => Failure::new(format!(
                "there is no trigger `{trigger}` in flow `{}.{}`",
                flow.namespace, flow.flow
            )),
            NoTrigger::Refused(words) => Failure::new(words),
            NoTrigger::Store(error) => failed(error),
        })
    }
}
