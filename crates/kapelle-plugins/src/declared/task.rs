//! The task or the trigger that a definition and the properties of a flow make.

use kapelle_core::catalogue::Type;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Added, Broken, ErasedTask, Metric, RunContext, Running, about, jwt};

use super::asking::{asked, typed};
use super::definition::{Base, Definition};
use super::given::{Given, is_complete, values};
use super::{commands, fetched, files, google};

/// Characters of an answer that an error shows.
const SHOWN_MAX: usize = 1_000;

pub(super) struct Declared {
    pub(super) definition: &'static Definition,
    entry: &'static Type,
    pub(super) given: Given,
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

    /// Asks what there is to ask. What comes of it are variables of the context.
    pub(super) async fn asked(&self, cx: &RunContext) -> Result<RunContext, Broken> {
        let definition = self.definition;
        let it = values(cx, definition, self.entry, &self.given)?;
        let added = added(&it);
        let mut cx = cx.with([("it".into(), Value::Map(it.into()))]);
        if let Some(base) = &definition.base {
            let address = address(&cx, base)?;
            cx = cx.with([("base".into(), address)]);
        }
        if let Some(id) = &definition.about {
            let id = cx.render(id)?;
            let about = about(&cx, id.expose(), &added)?;
            cx = cx.with([("about".into(), Value::Map(about.into()))]);
        }
        if let Some(jwt) = &definition.jwt {
            let token = jwt::signed(&cx.render(&jwt.key)?, &typed(&cx, jwt.claims.property())?)?;
            cx = cx.with([("jwt".into(), Value::Str(token))]);
        }
        if let Some(google) = &definition.google {
            let token = google::token(&cx, google, self.given.get("options")).await?;
            cx = cx.with([("token".into(), token)]);
        }
        for (name, files) in &definition.files {
            let files = files::with_contents(&cx, cx.filled(Some(files))?.unwrap_or_default()).await?;
            cx = cx.with([(name.as_str().into(), files)]);
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
        if let Some(rows) = &definition.fetch {
            let fetched = fetched::fetched(&cx, rows)?;
            cx = cx.with([("fetched".into(), fetched)]);
        }
        Ok(cx)
    }

    /// What it gives, after it asked.
    pub(super) fn outputs(&self, cx: &RunContext) -> Result<Map, Broken> {
        for (name, value) in &self.definition.metrics {
            cx.metric(Metric::counter(name.as_str(), cx.render(value)?));
        }
        let mut outputs = Map::new();
        for (name, output) in &self.definition.outputs {
            let value =
                typed(cx, output.value.property()).map_err(|failure| self.lacks(cx, name, failure))?;
            if value != Value::Null {
                outputs.insert(name.as_str().into(), value);
            }
        }
        Ok(outputs)
    }
}

impl Declared {
    /// Why an output cannot be made: of the answer, if there was one, since nobody knows how a definition is written.
    fn lacks(&self, cx: &RunContext, output: &str, failure: Failure) -> Failure {
        let answer = self.definition.requests.last().and_then(|last| cx.variables.get(&*last.name));
        let Some(Value::Map(answer)) = answer else { return failure };
        let Some(Value::Str(body)) = answer.get("body") else { return failure };
        let end = body.expose().char_indices().nth(SHOWN_MAX).map_or(body.expose().len(), |(at, _)| at);
        let Some(start) = body.slice(0..end) else { return failure };
        let done = if self.definition.reads_only { "" } else { "it was done, but " };
        Failure::new(Text::concat(
            &Text::from(format!("{done}the answer has nothing for the output `{output}`: ")),
            &start,
        ))
    }
}

/// Where the service is, without a slash at the end.
fn address(cx: &RunContext, base: &Base) -> Result<Value, Failure> {
    if let Some(given) = cx.filled(base.given.as_ref())? {
        let length = given.expose().trim_end_matches('/').len();
        return Ok(given.slice(0..length).map_or(Value::Null, Value::Str));
    }
    let setting = base.setting.as_deref().and_then(|name| cx.host.setting(name));
    let address = setting.or_else(|| base.address.clone()).ok_or_else(|| {
        Failure::new("nobody says where the service is: the property with its address is empty")
    })?;
    Ok(Value::from(address.trim_end_matches('/')))
}

/// What a message about an execution says beside the facts.
fn added(it: &Map) -> Added {
    let message = match it.get("customMessage") {
        Some(Value::Str(text)) => Some(text.clone()),
        _ => None,
    };
    let fields = match it.get("customFields") {
        Some(Value::Map(fields)) => (**fields).clone(),
        _ => Map::new(),
    };
    Added { message, fields }
}

impl ErasedTask for Declared {
    fn run<'a>(&'a self, cx: &'a RunContext) -> Running<'a> {
        match &self.definition.commands {
            Some(wanted) => Box::pin(commands::run(cx, self.definition, wanted, self.entry, &self.given)),
            None => Box::pin(async move { self.outputs(&self.asked(cx).await?) }),
        }
    }
}
