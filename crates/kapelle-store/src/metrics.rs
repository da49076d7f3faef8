//! Numbers that tasks report.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::task_run::RunIndex;
use kapelle_model::time::Millis;

use crate::filter::Range;

/// One number. Execution, run, attempt and place together name it: written twice, it is there once.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub at: Millis,
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    pub execution: ExecutionId,
    pub run: RunIndex,
    /// From 0.
    pub attempt: u32,
    /// Counts the metrics of an attempt.
    pub number: u32,
    pub task: Arc<str>,
    pub name: Arc<str>,
    pub kind: MetricKind,
    pub value: f64,
    pub tags: Arc<[(Arc<str>, Arc<str>)]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    /// In milliseconds.
    Timer,
    Gauge,
}

/// Metrics for which all of these hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricFilter {
    pub execution: Option<ExecutionId>,
    pub run: Option<RunIndex>,
    pub namespace: Option<Arc<str>>,
    pub flow: Option<Arc<str>>,
    pub task: Option<Arc<str>>,
    pub name: Option<Arc<str>>,
    pub at: Range,
}

impl MetricFilter {
    pub fn matches(&self, metric: &Metric) -> bool {
        let is =
            |wanted: &Option<Arc<str>>, text: &Arc<str>| wanted.as_ref().is_none_or(|wanted| wanted == text);
        self.execution.is_none_or(|id| metric.execution == id)
            && self.run.is_none_or(|run| metric.run == run)
            && is(&self.namespace, &metric.namespace)
            && is(&self.flow, &metric.flow)
            && is(&self.task, &metric.task)
            && is(&self.name, &metric.name)
            && self.at.contains(metric.at)
    }
}
