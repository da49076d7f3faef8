//! Outputs of tasks that are kept, so that the same work is not done twice.

use std::io::Read;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::property::Property;
use kapelle_core::time::duration;
use kapelle_engine::cache;
use kapelle_engine::plan::Task;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Files, RunContext};

/// Bytes of kept outputs.
const BYTES_MAX: usize = 16 << 20;

/// The place where the outputs of a task are kept.
pub(super) struct Kept {
    name: String,
    age_max: Option<SignedDuration>,
}

impl Kept {
    /// Where the outputs of a task are kept; nothing, if it keeps none.
    pub(super) fn of(task: &Task, cx: &RunContext) -> Result<Option<Self>, Failure> {
        let key = cache::key(task, cx.place.value.as_deref(), cx.environment());
        let Some(key) = key.map_err(|error| Failure::new(error.text()))? else { return Ok(None) };
        let ttl = match task.property("taskCache").and_then(Property::fixed) {
            Some(Value::Map(cache)) => match cache.get("ttl") {
                Some(Value::Str(text)) => duration::parse(text.expose()).ok(),
                _ => None,
            },
            _ => None,
        };
        Ok(Some(Self { name: format!("{}/{key}", task.id), age_max: ttl }))
    }

    /// What is kept, unless it is too old. What cannot be read counts as not there: the work is done again.
    pub(super) fn find(&self, files: &dyn Files, cx: &RunContext) -> Option<Map> {
        let file = files.cached(&self.name, self.age_max).ok()??;
        let mut text = String::new();
        file.take(BYTES_MAX as u64).read_to_string(&mut text).ok()?;
        let Ok(Value::Map(outputs)) = plain::from_json(&text) else { return None };
        cx.log(Level::Info, "the outputs of an earlier run with the same properties are used again");
        Some(Arc::unwrap_or_clone(outputs))
    }

    /// Keeps outputs, unless there is a secret in them.
    pub(super) fn keep(&self, files: &dyn Files, outputs: &Map, cx: &RunContext) {
        let value = Value::Map(Arc::new(outputs.clone()));
        if value.has_secret() {
            return;
        }
        let text = plain::to_json(&value, &TimeZone::UTC, false, BYTES_MAX);
        let kept = text.map_err(|error| error.text()).and_then(|text| {
            files.cache(&self.name, &mut text.expose().as_bytes()).map_err(|failure| failure.to_string())
        });
        if let Err(reason) = kept {
            cx.log(Level::Warn, format!("the outputs are not kept for later runs: {reason}"));
        }
    }
}
