//! YAML, as documents one after the other.

mod documents;
pub(crate) mod ion_to_yaml;
pub(crate) mod json_to_yaml;
#[cfg(test)]
mod tests;
mod writer;
pub(crate) mod yaml_to_ion;
pub(crate) mod yaml_to_json;

use std::io::Write;

use kapelle_model::Value;
use kapelle_plugin::Broken;

/// Writes documents, each after `---`; a single one stands alone.
struct Documents<W> {
    to: W,
    /// The first one, while there is no other.
    first: Option<Value>,
    count: u64,
}

impl<W: Write> Documents<W> {
    fn new(to: W) -> Self {
        Self { to, first: None, count: 0 }
    }

    fn add(&mut self, value: Value) -> Result<(), Broken> {
        self.count += 1;
        if self.count == 1 {
            self.first = Some(value);
            return Ok(());
        }
        for value in self.first.take().into_iter().chain([value]) {
            write!(self.to, "---\n{}", writer::document(&value)?)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<W, Broken> {
        if let Some(only) = &self.first {
            self.to.write_all(writer::document(only)?.as_bytes())?;
        }
        Ok(self.to)
    }
}
