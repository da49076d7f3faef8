//! Executions that repeat others because somebody asks for it.

use std::sync::Arc;

use kapelle_engine::creation::{Rejected, resolve};
use kapelle_engine::replay::{Replay, replay};
use kapelle_engine::step::Refused;
use kapelle_model::effect::Request;
use kapelle_model::event::Order;
use kapelle_model::execution::Breakpoint;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Map};
use kapelle_store::store::Values;

use crate::births::{Unborn, adopted};
use crate::message::Newborn;
use crate::runtime::Runtime;

/// How an execution is to be repeated.
#[derive(Clone, Debug, Default)]
pub struct Repeat {
    /// From this task run on; from the start without one.
    pub from: Option<RunIndex>,
    /// Only from what failed, as a restart does.
    pub restarts: bool,
    pub revision: RepeatRevision,
    /// Other inputs, as they are given; those of the execution without any.
    pub inputs: Option<Map>,
    pub breakpoints: Arc<[Breakpoint]>,
}

/// Which revision of the flow a repetition runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RepeatRevision {
    /// The one of the execution.
    #[default]
    Same,
    Latest,
    Exactly(u32),
}

impl Runtime {
    /// Repeats an execution that is over as a new one with this id, and waits until that is on the disk.
    pub async fn repeat(&self, of: ExecutionId, repeat: &Repeat, id: ExecutionId) -> Result<(), Unborn> {
        let newborn = self.repetition(of, repeat, id)?;
        adopted(&self.shared, newborn).await?;
        // The mark says where to look further. The repetition is there with or without it.
        let _unmarked = self.order(of, Order::MarkReplayed).await;
        Ok(())
    }

    fn repetition(&self, of: ExecutionId, repeat: &Repeat, id: ExecutionId) -> Result<Newborn, Unborn> {
        let shared = &self.shared;
        let old = shared.store.execution(of, Values::Fetched)?.ok_or(Unborn::Missing)?;
        let birth = Arc::clone(&old.birth);
        if !old.state().is_terminal() {
            let words = format!("Execution is not terminated, current state is '{}'", old.state().name());
            return Err(Unborn::Refused(Refused::State(words)));
        }
        let revision = match repeat.revision {
            RepeatRevision::Same => Some(birth.revision),
            RepeatRevision::Latest => None,
            RepeatRevision::Exactly(revision) => Some(revision),
        };
        let found = shared.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
        let definition = found.ok_or(Unborn::NoFlow)?;
        shared.with_world(&birth, |world| {
            let inputs = match &repeat.inputs {
                None => None,
                Some(given) => {
                    let request = Request {
                        inputs: Arc::new(given.clone()),
                        ..Request::new(id, Arc::clone(&birth.namespace), Arc::clone(&birth.flow))
                    };
                    let resolved = resolve(&definition.plan, &birth.tenant, &request, world);
                    if resolved.violations().next().is_some() {
                        return Err(Unborn::Rejected(Rejected::Inputs(resolved)));
                    }
                    Some(Arc::new(resolved.values))
                }
            };
            let breakpoints = Arc::clone(&repeat.breakpoints);
            let how = Replay { from: repeat.from, restarts: repeat.restarts, inputs, breakpoints };
            let (live, outcome) = replay(&definition.plan, &old, &how, id, world).map_err(Unborn::Refused)?;
            let with = Vec::new();
            Ok(Newborn { definition: Arc::clone(&definition), live, outcome, with, answer: None })
        })
    }
}
