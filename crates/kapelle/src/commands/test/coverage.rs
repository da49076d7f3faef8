//! Which tasks of the flows ran in at least one case.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::flow::Branch;
use kapelle_model::{Span, State};
use kapelle_runtime::News;

use super::folder::KnownFlow;

/// Namespace, flow and task.
type Ran = (Arc<str>, Arc<str>, Arc<str>);

/// What a runtime told while it ran.
#[derive(Default)]
pub(super) struct Heard {
    ran: Mutex<BTreeSet<Ran>>,
    alarms: Mutex<Vec<String>>,
}

impl Heard {
    /// Takes note of news; called by the threads of the runtime.
    pub(super) fn hear(&self, news: &News<'_>) {
        match news {
            News::Changed { execution, runs } => {
                let birth = &execution.birth;
                let runs = runs.iter().filter_map(|run| execution.run(*run));
                let begun = runs.filter(|run| !run.attempts.is_empty() && run.state() != State::Skipped);
                let name = |task: &Arc<str>| {
                    (Arc::clone(&birth.namespace), Arc::clone(&birth.flow), Arc::clone(task))
                };
                lock(&self.ran).extend(begun.map(|run| name(&run.task)));
            }
            News::Alarm(words) => lock(&self.alarms).push((*words).to_owned()),
            News::Line(_) | News::Skipped { .. } => {}
        }
    }

    pub(super) fn take_alarms(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.alarms))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What ran of a flow.
pub(super) struct Coverage<'f> {
    pub(super) namespace: &'f str,
    pub(super) flow: &'f str,
    pub(super) source: usize,
    pub(super) total: usize,
    /// The tasks that never ran, in the order of the document.
    pub(super) missed: Vec<(&'f str, Span)>,
}

impl Coverage<'_> {
    pub(super) const fn ran(&self) -> usize {
        self.total - self.missed.len()
    }

    /// In whole percent, of which there are 100 only if every task ran.
    pub(super) const fn percent(&self) -> usize {
        match (self.ran() * 100).checked_div(self.total) {
            Some(percent) => percent,
            None => 100,
        }
    }
}

/// The coverage of every flow that is tested or ran, by name.
pub(super) fn of<'f>(
    flows: &'f BTreeMap<(String, String), KnownFlow>,
    tested: &BTreeSet<(String, String)>,
    heard: &Heard,
) -> Vec<Coverage<'f>> {
    let mut by_flow: BTreeMap<(String, String), BTreeSet<Arc<str>>> = BTreeMap::new();
    for (namespace, flow, task) in lock(&heard.ran).iter() {
        let name = (namespace.to_string(), flow.to_string());
        by_flow.entry(name).or_default().insert(Arc::clone(task));
    }
    let nothing = BTreeSet::new();
    let told = flows.iter().filter(|(name, _)| tested.contains(*name) || by_flow.contains_key(*name));
    told.map(|((namespace, flow), known)| {
        let ran = by_flow.get(&(namespace.clone(), flow.clone())).unwrap_or(&nothing);
        let tasks = tasks(&known.tree.branches);
        let missed = tasks.iter().filter(|(id, _)| !ran.contains(*id)).copied().collect();
        Coverage { namespace, flow, source: known.source, total: tasks.len(), missed }
    })
    .collect()
}

/// All tasks that are not disabled, nor in one that is.
fn tasks(branches: &[Branch]) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    for task in branches.iter().flat_map(|branch| &branch.tasks).filter(|task| !task.disabled) {
        found.push((&*task.id.value, task.id.span));
        found.extend(tasks(&task.branches));
    }
    found
}
