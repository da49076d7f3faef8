//! The task that a definition and the properties of a flow make.

use kapelle_core::catalogue::Type;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, ErasedTask, Metric, RunContext, Running};

use super::about::about;
use super::asking::{asked, typed};
use super::definition::Definition;
use super::given::{Given, is_complete, values};

pub(super) struct Declared {
    definition: &'static Definition,
    entry: &'static Type,
    given: Given,
}

impl Declared {
    pub(super) fn new(
        definition: &'static Definition,
        entry: &'static Type,
        given: Given,
    ) -> Result<Self, Failure> {
        is_complete(definition, entry, &given)?;
        Ok(Self { definition, entry, given })
    }

    async fn outputs(&self, cx: &RunContext) -> Result<Map, Broken> {
        let definition = self.definition;
        let it = values(cx, definition, self.entry, &self.given)?;
        let mut cx = cx.with([("it".into(), Value::Map(it.into()))]);
        if let Some(base) = &definition.base {
            let address = cx.host.setting(&base.setting);
            let address = address.as_deref().unwrap_or(&base.address).trim_end_matches('/');
            cx = cx.with([("base".into(), Value::from(address))]);
        }
        if let Some(id) = &definition.about {
            let id = cx.render(id)?;
            let about = about(&cx, id.expose())?;
            cx = cx.with([("about".into(), Value::Map(about.into()))]);
        }
        for ask in &definition.requests {
            let is_asked = match &ask.when {
                Some(when) => cx.truth(when)?,
                None => true,
            };
            let answer =
                if is_asked { asked(&cx, ask, self.given.get("options")).await? } else { Value::Null };
            cx = cx.with([(ask.name.as_str().into(), answer)]);
        }
        for (name, value) in &definition.metrics {
            cx.metric(Metric::counter(name.as_str(), cx.render(value)?));
        }
        let mut outputs = Map::new();
        for (name, output) in &definition.outputs {
            let value = typed(&cx, output.value.property())?;
            if value != Value::Null {
                outputs.insert(name.as_str().into(), value);
            }
        }
        Ok(outputs)
    }
}

impl ErasedTask for Declared {
    fn run<'a>(&'a self, cx: &'a RunContext) -> Running<'a> {
        Box::pin(self.outputs(cx))
    }
}
