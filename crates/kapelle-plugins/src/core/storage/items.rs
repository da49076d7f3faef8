//! Files that have one item on each line, in Ion or JSON.

use std::io::Write;
use std::sync::Arc;

use kapelle_core::expression::environment::{Context, Environment};
use kapelle_core::expression::{Outcome, Template, form};
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Expr, Name, NewFile, RunContext};

use super::lines::Lines;

/// The items of a file as they are written; empty lines are none.
pub(super) struct Items<'c> {
    cx: &'c RunContext,
    lines: Lines<'c>,
    reader: Template,
}

impl<'c> Items<'c> {
    pub(super) fn open(cx: &'c RunContext, from: &Text) -> Result<Self, Failure> {
        let reader = Template::compile("{{ fromIon(line) }}", cx.settings.language);
        let reader = reader.map_err(|_| Failure::new("the language of this server has no `fromIon`"))?;
        Ok(Self { cx, lines: Lines::open(cx, from, b"\n")?, reader })
    }

    pub(super) fn next(&mut self) -> Result<Option<String>, Broken> {
        while let Some(line) = self.lines.next()? {
            let line = String::from_utf8(line).map_err(|_| {
                Failure::new("the file is no text in UTF-8: each line has to be a map in Ion or JSON")
            })?;
            if !line.trim().is_empty() {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// An expression with the fields of an item as variables; `None` if it gives nothing.
    pub(super) fn rendered(&self, expression: &Expr<String>, line: &str) -> Result<Option<String>, Failure> {
        let item = self.parse(line).map_err(|error| Failure::new(error.text()))?;
        let Value::Map(fields) = item else {
            return Err(Failure::new(format!(
                "the item `{line}` is no map but {}: each line has to be a map in Ion or JSON",
                form::describe(&item)
            )));
        };
        let context = Fields { fields, around: &self.cx.variables };
        let environment = Environment { context: &context, ..self.cx.environment() };
        let text = expression.property().render_text(environment);
        let text = text.map_err(|error| Failure::new(error.text()))?;
        let text = text.expose().trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    fn parse(&self, line: &str) -> Outcome {
        let context = Map::from_iter([(Arc::from("line"), Value::from(line))]);
        self.reader.value(Environment { context: &context, ..self.cx.environment() })
    }
}

/// An item before everything around it.
struct Fields<'a> {
    fields: Arc<Map>,
    around: &'a Map,
}

impl Context for Fields<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).or_else(|| self.around.get(name))
    }

    fn names(&self) -> Vec<&str> {
        let own = self.fields.keys().map(AsRef::as_ref);
        let around = self.around.keys().map(AsRef::as_ref);
        own.chain(around.filter(|name| !self.fields.contains_key(*name))).collect()
    }
}

/// The items that are kept, and how many are not.
pub(super) struct Kept {
    file: Box<dyn NewFile>,
    held: Vec<u8>,
    pub(super) processed: u64,
    pub(super) dropped: u64,
}

impl Kept {
    pub(super) fn begin(cx: &RunContext) -> Result<Self, Failure> {
        let file = cx.host.files().create(Name::Ending(".ion"))?;
        Ok(Self { file, held: Vec::new(), processed: 0, dropped: 0 })
    }

    pub(super) fn decide(&mut self, line: &str, is_kept: bool) -> Result<(), Broken> {
        const HELD_BYTES_MAX: usize = 64 << 10;
        self.processed += 1;
        if !is_kept {
            self.dropped += 1;
            return Ok(());
        }
        self.held.extend_from_slice(line.as_bytes());
        self.held.push(b'\n');
        if self.held.len() > HELD_BYTES_MAX {
            self.file.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(())
    }

    /// The address of the new file.
    pub(super) fn finish(mut self) -> Result<String, Broken> {
        self.file.write_all(&self.held)?;
        Ok(self.file.finish()?)
    }
}
