//! Log lines and metrics, by their names.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_model::task_run::RunIndex;
use kapelle_model::time::Millis;

use crate::error::Result;
use crate::listing::{Listing, Total};
use crate::logs::{LogFilter, LogLine, LogPage};
use crate::metrics::{Metric, MetricFilter};
use crate::outline::{LogOutline, OutlineOf, Outliner};

/// Execution, run, attempt and number.
type LineName = (Option<ExecutionId>, Option<RunIndex>, u32, u32);

/// What else names a line that belongs to no execution.
type TriggerName = (Millis, Arc<str>, Arc<str>, Arc<str>, Option<Arc<str>>);

type MetricName = (ExecutionId, RunIndex, u32, u32);

#[derive(Debug, Default)]
pub(super) struct Lines {
    logs: BTreeMap<(LineName, Option<TriggerName>), LogLine>,
    metrics: BTreeMap<MetricName, Metric>,
}

impl Lines {
    pub(super) fn append_logs(&mut self, lines: Vec<LogLine>) {
        for line in lines {
            self.logs.entry(name_of(&line)).or_insert(line);
        }
    }

    pub(super) fn append_metrics(&mut self, metrics: Vec<Metric>) {
        for metric in metrics {
            let name = (metric.execution, metric.run, metric.attempt, metric.number);
            self.metrics.entry(name).or_insert(metric);
        }
    }

    pub(super) fn logs(
        &self,
        permit: &Permit,
        filter: &LogFilter,
        page: &LogPage,
    ) -> Result<Listing<LogLine>> {
        page.check()?;
        let mut lines: Vec<_> = self.matching(permit, filter).map(|(_, line)| line).collect();
        lines.sort_by_key(|line| line.order());
        if page.is_newest_first {
            lines.reverse();
        }
        let total = page.is_counted.then_some(Total::Exactly(lines.len() as u64));
        let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let rows = lines.into_iter().skip(offset).take(page.size as usize).cloned().collect();
        Ok(Listing { rows, total })
    }

    pub(super) fn outline(&self, permit: &Permit, filter: &LogFilter, of: OutlineOf) -> LogOutline {
        let mut lines: Vec<_> = self.matching(permit, filter).map(|(_, line)| line).collect();
        lines.sort_by_key(|line| line.order());
        if of.is_newest_first {
            lines.reverse();
        }
        let mut outliner = Outliner::new(of);
        for line in lines {
            if !outliner.looks() {
                break;
            }
            outliner.found(line.at, line.level);
        }
        outliner.outline()
    }

    pub(super) fn delete_logs(&mut self, permit: &Permit, filter: &LogFilter) -> u64 {
        let names: Vec<_> = self.matching(permit, filter).map(|(name, _)| name.clone()).collect();
        for name in &names {
            self.logs.remove(name);
        }
        names.len() as u64
    }

    pub(super) fn metrics(&self, permit: &Permit, filter: &MetricFilter, limit: usize) -> Vec<Metric> {
        let is_meant =
            |metric: &&Metric| permit.covers(&metric.tenant, &metric.namespace) && filter.matches(metric);
        let mut metrics: Vec<_> = self.metrics.values().filter(is_meant).collect();
        // The sort keeps those of one moment in the order of their names.
        metrics.sort_by_key(|metric| metric.at);
        metrics.into_iter().take(limit).cloned().collect()
    }

    fn matching<'a>(
        &'a self,
        permit: &'a Permit,
        filter: &'a LogFilter,
    ) -> impl Iterator<Item = (&'a (LineName, Option<TriggerName>), &'a LogLine)> {
        let first = ((filter.execution, None, 0, 0), None);
        self.logs
            .range(first..)
            .take_while(|((name, _), _)| filter.execution.is_none() || name.0 == filter.execution)
            .filter(|(_, line)| permit.covers(&line.tenant, &line.namespace) && filter.matches(line))
    }
}

fn name_of(line: &LogLine) -> (LineName, Option<TriggerName>) {
    let trigger = line.execution.is_none().then(|| {
        let (tenant, namespace) = (Arc::clone(&line.tenant), Arc::clone(&line.namespace));
        (line.at, tenant, namespace, Arc::clone(&line.flow), line.trigger.clone())
    });
    ((line.execution, line.run, line.attempt, line.number), trigger)
}
