//! The two types of task that each language has.

use std::borrow::Cow;
use std::marker::PhantomData;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::{Value as Json, json};

use super::language::{Extra, Facts, Language};
use super::output::Output;
use super::properties::Properties;
use super::run::{Source, run};

/// Runs a source.
pub(super) struct Script<L: Language>(Fields<ScriptProperties, L::OfScript>, PhantomData<L>);

/// Runs commands of a shell.
pub(super) struct Commands<L: Language>(Fields<CommandsProperties, L::OfCommands>, PhantomData<L>);

#[derive(Deserialize, JsonSchema)]
struct Fields<S, E> {
    #[serde(flatten)]
    source: S,
    #[serde(flatten)]
    shared: Properties,
    #[serde(flatten)]
    extra: E,
}

#[derive(Deserialize, JsonSchema)]
struct ScriptProperties {
    /// The source; expressions are rendered first.
    script: Expr<Text>,
}

#[derive(Deserialize, JsonSchema)]
struct CommandsProperties {
    /// The commands, in order, all in one shell.
    commands: Expr<Vec<Text>>,
}

impl<'de, L: Language> Deserialize<'de> for Script<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Fields::deserialize(deserializer)?, PhantomData))
    }
}

impl<'de, L: Language> Deserialize<'de> for Commands<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Fields::deserialize(deserializer)?, PhantomData))
    }
}

impl<L: Language> Task for Script<L> {
    const TYPE: &'static str = L::FACTS.script_type;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let fields = &self.0;
        run(
            cx,
            &L::FACTS,
            &fields.shared,
            |cx, world| fields.extra.plan(cx, world),
            Source::Script(&fields.source.script),
        )
        .await
    }
}

impl<L: Language> Task for Commands<L> {
    const TYPE: &'static str = L::FACTS.commands_type;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let fields = &self.0;
        run(
            cx,
            &L::FACTS,
            &fields.shared,
            |cx, world| fields.extra.plan(cx, world),
            Source::Commands(&fields.source.commands),
        )
        .await
    }
}

impl<L: Language> JsonSchema for Script<L> {
    fn schema_name() -> Cow<'static, str> {
        L::FACTS.script_type.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = Fields::<ScriptProperties, L::OfScript>::json_schema(generator);
        let name = L::FACTS.name;
        let how = match L::FACTS.program {
            [] if L::FACTS.ending.is_empty() => "gives it to the interpreter".to_owned(),
            [] => "writes it into a file, and runs that".to_owned(),
            program => format!("writes it into a file, and runs that by `{}`", program.join(" ")),
        };
        let text =
            format!("Renders the source, {how}. It gives outputs by lines `::{{\"outputs\": {{…}}}}::`.");
        described(schema, &L::FACTS, &format!("Run a {name} script"), &text)
    }
}

impl<L: Language> JsonSchema for Commands<L> {
    fn schema_name() -> Cow<'static, str> {
        L::FACTS.commands_type.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = Fields::<CommandsProperties, L::OfCommands>::json_schema(generator);
        let name = L::FACTS.name;
        let text = "Renders the commands and runs them in one shell, in the directory of the task. They give outputs by \
                    lines `::{\"outputs\": {…}}::`.";
        described(schema, &L::FACTS, &format!("Run commands with {name}"), text)
    }
}

/// The schema with what is different in each language.
fn described(mut schema: Schema, facts: &Facts, title: &str, text: &str) -> Schema {
    schema.insert("title".to_owned(), title.into());
    schema.insert("description".to_owned(), text.into());
    let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) else { return schema };
    for (name, value) in [("containerImage", json!(facts.image)), ("interpreter", json!(facts.interpreter))] {
        if let Some(property) = properties.get_mut(name).and_then(Json::as_object_mut) {
            property.insert("default".to_owned(), value);
        }
    }
    schema
}
