//! What one event changed: the rows that a store has to write, all or none of them.

use std::sync::Arc;

use crate::execution::{Birth, Child, Execution, Head};
use crate::id::ExecutionId;
use crate::task_run::{RunIndex, TaskRun};

/// The change of one execution by one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    pub id: ExecutionId,
    /// Only for an execution that is new.
    pub birth: Option<Arc<Birth>>,
    pub head: Head,
    /// New and changed ones, by index.
    pub runs: Vec<TaskRun>,
    pub removed: Vec<RunIndex>,
    pub children: Vec<((RunIndex, u32), Child)>,
    /// Nothing is left to be done for it: it is over, and nobody works for it any more. Whoever takes up the work of a
    /// process that died need not look at it.
    pub is_at_rest: bool,
}

impl Delta {
    /// What the change makes of an execution as it was; of nothing, for a new one. `None` if the two do not fit.
    pub fn apply(&self, before: Option<Execution>) -> Option<Execution> {
        let mut execution = match (before, &self.birth) {
            (None, Some(birth)) => Execution {
                birth: Arc::clone(birth),
                head: self.head.clone(),
                runs: Vec::new(),
                children: std::collections::BTreeMap::new(),
            },
            (Some(before), None) if before.head.version + 1 == self.head.version => {
                Execution { head: self.head.clone(), ..before }
            }
            _ => return None,
        };
        if !self.removed.is_empty() {
            execution.runs.retain(|run| self.removed.binary_search(&run.index).is_err());
            execution.children.retain(|(run, _), _| self.removed.binary_search(run).is_err());
        }
        for run in &self.runs {
            match execution.runs.binary_search_by_key(&run.index, |known| known.index) {
                Ok(place) => execution.runs[place] = run.clone(),
                Err(place) => execution.runs.insert(place, run.clone()),
            }
        }
        execution.children.extend(self.children.iter().cloned());
        Some(execution)
    }
}
