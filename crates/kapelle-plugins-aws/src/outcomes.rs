//! What became of each row that was sent together with others, as a file of rows.

use std::sync::Arc;

use kapelle_model::{Map, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value as Json;

/// The outcomes of rows.
pub(crate) struct Outcomes<'c> {
    file: RowFile<'c>,
    pub(crate) count: u64,
    pub(crate) failed: u64,
    /// What was said of the first that failed.
    first: String,
}

impl<'c> Outcomes<'c> {
    pub(crate) fn new(cx: &'c RunContext) -> Result<Self, Broken> {
        Ok(Self { file: RowFile::create(cx)?, count: 0, failed: 0, first: String::new() })
    }

    /// Adds a batch: what was sent, and what the service told of each in its order, under these names.
    pub(crate) fn add(&mut self, batch: &[Map], told: &Json, names: &[&str]) -> Result<(), Broken> {
        for (number, row) in batch.iter().enumerate() {
            let told = &told[number];
            let text = |name: &str| told[name].as_str().map(Value::from);
            let mut outcome = Map::new();
            for name in names.iter().chain(&["ErrorCode", "ErrorMessage"]) {
                outcome.insert(lower_first(name), text(name).unwrap_or(Value::Null));
            }
            outcome.insert("entry".into(), Value::Map(Arc::new(row.clone())));
            self.file.add(&Value::Map(Arc::new(outcome)))?;
            self.count += 1;
            if let Some(code) = told["ErrorCode"].as_str() {
                if self.failed == 0 {
                    self.first = format!("{code}: {}", told["ErrorMessage"].as_str().unwrap_or_default());
                }
                self.failed += 1;
            }
        }
        Ok(())
    }

    /// Keeps the file. If something failed and that counts, a failure that says what, with the file as its output.
    pub(crate) fn finish(self, what: Option<&str>) -> Result<String, Broken> {
        let (count, failed, first) = (self.count, self.failed, self.first);
        let uri = self.file.finish()?;
        match what {
            Some(what) if failed > 0 => {
                let told = format!("{failed} of {count} {what} were not taken, the first because of {first}");
                let outputs = Map::from_iter([("uri".into(), Value::from(uri.as_str()))]);
                Err(Broken::new(told).with_outputs(outputs))
            }
            _ => Ok(uri),
        }
    }
}

fn lower_first(name: &str) -> Arc<str> {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect::<String>().into()
}
