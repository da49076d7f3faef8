//! Tasks that workers run.

use serde_json::{Map, Value as Json, json};

use super::Maker;

impl Maker<'_> {
    pub(super) fn work(&self) -> Map<String, Json> {
        if self.dice.percent(50) {
            let mut task = self.typed("t", "debug.Return");
            task.insert("format".into(), json!("x"));
            return task;
        }
        let mut task = self.typed("t", "log.Log");
        task.insert("message".into(), json!("x"));
        task
    }

    /// Work that ends as it is told, whatever is usual around it.
    pub(super) fn bare_work(&self) -> Json {
        self.work().into()
    }
}
