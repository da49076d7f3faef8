//! Rows of Ion, as the language writes and reads them.

use std::sync::Arc;

use kapelle_core::expression::Template;
use kapelle_core::expression::environment::{Environment, Limits, Settings};
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::RunContext;

/// Bytes of one row.
pub(crate) const ROW_BYTES_MAX: usize = 64 << 20;

/// Writes and reads rows.
pub(crate) struct Ion<'c> {
    cx: &'c RunContext,
    settings: Settings,
    writer: Template,
    reader: Template,
}

impl<'c> Ion<'c> {
    pub(crate) fn new(cx: &'c RunContext) -> Result<Self, Failure> {
        let compiled = |source| {
            Template::compile(source, cx.settings.language)
                .map_err(|_| Failure::new("the language of this server knows no Ion"))
        };
        let limits =
            Limits { output_bytes: ROW_BYTES_MAX, memory_bytes: 8 * ROW_BYTES_MAX, ..Limits::default() };
        let settings = Settings { limits, ..(*cx.settings).clone() };
        Ok(Self {
            cx,
            settings,
            writer: compiled("{{ value | toIon }}")?,
            reader: compiled("{{ fromIon(value) }}")?,
        })
    }

    /// Adds a row as one line, with its end.
    pub(crate) fn write(&self, row: Map, out: &mut Vec<u8>) -> Result<(), Failure> {
        let context = Map::from_iter([(Arc::from("value"), Value::Map(Arc::new(row)))]);
        let text = self.writer.render(self.environment(&context));
        let text = text.map_err(|error| Failure::new(error.text()))?.unwrap_or_default();
        out.extend_from_slice(text.expose().as_bytes());
        out.push(b'\n');
        Ok(())
    }

    /// The value of one line.
    pub(crate) fn read(&self, line: &str) -> Result<Value, Failure> {
        let context = Map::from_iter([(Arc::from("value"), Value::from(line))]);
        self.reader.value(self.environment(&context)).map_err(|error| Failure::new(error.text()))
    }

    fn environment<'e>(&'e self, context: &'e Map) -> Environment<'e> {
        Environment { context, settings: &self.settings, ..self.cx.environment() }
    }
}
