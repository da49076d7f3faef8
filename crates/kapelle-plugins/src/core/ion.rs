//! Lines of Ion, as the language writes them.

use std::sync::Arc;

use kapelle_core::expression::Template;
use kapelle_core::expression::environment::Environment;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::RunContext;

/// Writes values as lines of Ion.
pub(super) struct Ion<'c> {
    cx: &'c RunContext,
    writer: Template,
}

impl<'c> Ion<'c> {
    pub(super) fn new(cx: &'c RunContext) -> Result<Self, Failure> {
        let writer = Template::compile("{{ value | toIon }}", cx.settings.language);
        let writer = writer.map_err(|_| Failure::new("the language of this server has no `toIon`"))?;
        Ok(Self { cx, writer })
    }

    /// A value as one line, with its end.
    pub(super) fn line(&self, value: Value) -> Result<Vec<u8>, Failure> {
        let context = Map::from_iter([(Arc::from("value"), value)]);
        let text = self.writer.render(Environment { context: &context, ..self.cx.environment() });
        let text = text.map_err(|error| Failure::new(error.text()))?.unwrap_or_default();
        let mut line = text.expose().as_bytes().to_vec();
        line.push(b'\n');
        Ok(line)
    }
}
