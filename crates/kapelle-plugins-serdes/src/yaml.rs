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

/// Writes the items of one list.
struct List<W> {
    to: W,
    count: u64,
}

impl<W: Write> List<W> {
    fn add(&mut self, item: &Value) -> Result<(), Broken> {
        self.to.write_all(writer::item(item)?.as_bytes())?;
        self.count += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<W, Broken> {
        if self.count == 0 {
            self.to.write_all(b"[]\n")?;
        }
        Ok(self.to)
    }
}
