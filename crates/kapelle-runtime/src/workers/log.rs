//! What an attempt says: lines and metrics, numbered, masked and within limits.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Metric, MetricKind, Place};
use kapelle_store::logs::LogLine;
use kapelle_store::metrics::{Metric as Kept, MetricKind as KeptKind};

use super::log_file::LogFile;
use crate::masks::Masks;
use crate::shared::{News, Shared};

/// Bytes of a line.
const LINE_BYTES_MAX: usize = 64 << 10;

/// Bytes that one attempt may say.
const ATTEMPT_BYTES_MAX: u64 = 100 << 20;

/// Metrics of one attempt.
const METRICS_MAX: u32 = 10_000;

pub(crate) struct Log {
    shared: Arc<Shared>,
    place: Arc<Place>,
    least: Level,
    masks: Masks,
    /// Where lines go instead, as long as it takes them.
    file: Option<LogFile>,
    lines: AtomicU32,
    bytes: AtomicU64,
    metrics: AtomicU32,
}

impl Log {
    pub(crate) fn new(shared: Arc<Shared>, place: Arc<Place>, least: Level, masks: Masks) -> Self {
        let (lines, bytes, metrics) = (AtomicU32::new(0), AtomicU64::new(0), AtomicU32::new(0));
        Self { shared, place, least, masks, file: None, lines, bytes, metrics }
    }

    /// The same with a file that takes the lines.
    pub(super) fn with_file(self, file: Result<LogFile, Failure>) -> Self {
        match file {
            Ok(file) => Self { file: Some(file), ..self },
            Err(failure) => {
                self.write(Level::Warn, &Text::from(format!("the log goes into no file: {failure}")));
                self
            }
        }
    }

    /// Nothing more comes into the file, and what is in it is safe.
    pub(super) fn finish(&self) {
        if let Some(Err(failure)) = self.file.as_ref().map(LogFile::finish) {
            self.write(Level::Warn, &Text::from(format!("the file of the log is lost: {failure}")));
        }
    }

    pub(super) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    pub(super) fn write(&self, level: Level, message: &Text) {
        if level < self.least {
            return;
        }
        let mut message = self.masks.text(message);
        if message.len() > LINE_BYTES_MAX {
            let cut = message.len() - LINE_BYTES_MAX;
            message.truncate(message.floor_char_boundary(LINE_BYTES_MAX));
            let _infallible = write!(message, "… ({cut} bytes more)");
        }
        let before = self.bytes.fetch_add(message.len() as u64, Ordering::Relaxed);
        if before > ATTEMPT_BYTES_MAX {
            return;
        }
        if before + message.len() as u64 > ATTEMPT_BYTES_MAX {
            message = format!("more than {} MiB were logged; the rest is left out", ATTEMPT_BYTES_MAX >> 20);
        }
        let now = self.shared.clock.now();
        if !self.file.as_ref().is_some_and(|file| file.write(now, level, &message)) {
            self.shared.log(vec![self.line(level, message)]);
        }
    }

    fn line(&self, level: Level, message: String) -> LogLine {
        let Place { tenant, namespace, flow, task, is_trigger, .. } = &*self.place;
        let is_trigger = *is_trigger;
        LogLine {
            at: self.shared.clock.now(),
            tenant: Arc::clone(tenant),
            namespace: Arc::clone(namespace),
            flow: Arc::clone(flow),
            execution: (!is_trigger).then_some(self.place.execution),
            trigger: is_trigger.then(|| Arc::clone(task)),
            task: (!is_trigger).then(|| Arc::clone(task)),
            run: (!is_trigger).then_some(self.place.run),
            attempt: self.place.attempt,
            // The attempts of a trigger have no names that would tell their lines apart.
            number: if is_trigger {
                self.shared.triggers.line_number()
            } else {
                self.lines.fetch_add(1, Ordering::Relaxed)
            },
            level,
            message: message.into(),
        }
    }

    pub(super) fn metric(&self, metric: &Metric) {
        let number = self.metrics.fetch_add(1, Ordering::Relaxed);
        if number >= METRICS_MAX {
            return;
        }
        let Place { tenant, namespace, flow, task, .. } = &*self.place;
        let tags = metric.tags.iter().map(|(name, value)| (Arc::from(&**name), Arc::from(&**value)));
        let kept = Kept {
            at: self.shared.clock.now(),
            tenant: Arc::clone(tenant),
            namespace: Arc::clone(namespace),
            flow: Arc::clone(flow),
            execution: self.place.execution,
            run: self.place.run,
            attempt: self.place.attempt,
            number,
            task: Arc::clone(task),
            name: metric.name.as_str().into(),
            kind: match metric.kind {
                MetricKind::Counter => KeptKind::Counter,
                MetricKind::Timer => KeptKind::Timer,
                MetricKind::Gauge => KeptKind::Gauge,
            },
            value: metric.value,
            tags: tags.collect(),
        };
        if let Err(error) = self.shared.store.append_metrics(vec![kept]) {
            self.shared.news(&News::Alarm(&format!("a metric was lost: {error}")));
        }
    }
}
