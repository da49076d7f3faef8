//! Executions that tasks start.

use std::sync::{Arc, mpsc};

use kapelle_engine::children::DEPTH_MAX;
use kapelle_engine::labels::CORRELATION;
use kapelle_model::effect::Request;
use kapelle_model::execution::{Start, StartReason};
use kapelle_model::{Failure, Millis};
use kapelle_plugin::ToStart;

use super::{TenantExecutions, failed};
use crate::births::{Asker, Unborn, make};
use crate::message::{Message, Newborn};

impl TenantExecutions {
    /// Starts an execution and waits until it is on the disk.
    pub(super) fn begin(&self, of: &ToStart) -> Result<String, Failure> {
        let shared = self.shared()?;
        let id = shared.ids.fresh(shared.clock.now());
        let labels = of.labels.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into()));
        let by = self.grips.store.header(of.by).map_err(failed)?;
        let depth = by.as_ref().map_or(0, |by| by.birth.depth + 1);
        let labels_of = by.map(|by| by.head.labels).unwrap_or_default();
        let together = labels_of.iter().filter(|(key, _)| &**key == CORRELATION);
        if depth > DEPTH_MAX {
            return Err(Failure::new(format!(
                "executions have started each other {DEPTH_MAX} times in a row, which is the most"
            )));
        }
        let request = Request {
            revision: of.revision,
            inputs: Arc::new(of.inputs.clone()),
            labels: labels.collect(),
            start: of.at.map(|at| Start { at: Millis(at.as_millisecond()), reason: StartReason::Scheduled }),
            depth,
            inherited: together.cloned().collect(),
            ..Request::new(id, of.namespace.as_str().into(), of.flow.as_str().into())
        };
        let unborn = |error: Unborn| error.failure(&request);
        let newborn = make(&shared, &self.tenant, &request, &Asker::Execution).map_err(unborn)?;
        let (told, hears) = mpsc::channel();
        let answer = Box::new(move |result| {
            // Who asked may be gone.
            let _gone = told.send(result);
        });
        shared.tell(Message::Adopt(Box::new(Newborn { answer: Some(answer), ..newborn })));
        match hears.recv() {
            Ok(Ok(())) => Ok(id.to_string()),
            Ok(Err(_)) => Err(Failure::new(format!(
                "the execution of `{}.{}` could not be kept: look into the log of the server",
                of.namespace, of.flow
            ))),
            Err(_) => Err(Failure::new("the runtime has ended")),
        }
    }
}
