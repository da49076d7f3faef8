//! Tasks and triggers that are data: what is asked of a server, and what becomes of its answer (`definitions/`,
//! `docs/definitions.md`). An installation may have some of its own ([`own`]).
//!
//! A request is that of `http.Request`, with expressions that see the properties of the task. So everything that holds
//! there (login, proxies, redirects, forms, secrets) holds here.

mod asking;
mod commands;
mod definition;
mod described;
mod fetched;
mod files;
mod given;
mod google;
pub(crate) mod own;
mod schema;
mod task;
mod watching;

use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use kapelle_core::catalogue::{Catalogue, Type};
use kapelle_core::expression::plain;
use kapelle_core::shape::Role;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{ErasedTask, ErasedTrigger, Properties, Registry, TaskSource, TriggerSource, read};
use schemars::Schema;

use definition::{Definition, definitions};
use task::Declared;

/// Bytes of a default that a definition gives.
const JSON_MAX: usize = 1 << 20;

/// Files with definitions: name, text, the types they name.
static FILES: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

pub(crate) fn register(r: &mut Registry) {
    for (file, (_, _, names)) in FILES.iter().enumerate() {
        let is_trigger = |name: &str| {
            let found = Catalogue::bundled().find(name);
            found.is_some_and(|found| Catalogue::bundled().plays(found.entry.kind, Role::Trigger))
        };
        for name in *names {
            add(r, name, is_trigger(name), Origin::File(file));
        }
    }
    for (name, definition) in own::all() {
        add(r, name, definition.trigger.is_some(), Origin::Own(definition));
    }
}

fn add(r: &mut Registry, name: &'static str, is_trigger: bool, origin: Origin) {
    let source = Arc::new(Source { origin, name });
    if is_trigger { r.polling_from(name, source) } else { r.task_from(name, source) }
}

/// A type, and where it is described.
struct Source {
    origin: Origin,
    name: &'static str,
}

#[derive(Clone, Copy)]
enum Origin {
    /// One of the program's own files.
    File(usize),
    /// A file of the installation.
    Own(&'static Definition),
}

impl Source {
    fn definition(&self) -> &'static Definition {
        match self.origin {
            Origin::File(file) => {
                let all = read_once(file);
                let own = all.iter().find(|definition| definition.types.iter().any(|name| name == self.name));
                own.expect("the list of types was made from the file")
            }
            Origin::Own(definition) => definition,
        }
    }

    fn entry(&self) -> &'static Type {
        Catalogue::bundled().find(self.name).expect("the catalogue knows it").entry
    }

    fn declared(&self, properties: &Properties) -> Result<Arc<Declared>, Failure> {
        Ok(Arc::new(Declared::new(self.definition(), self.entry(), read(properties)?)?))
    }
}

fn read_once(file: usize) -> &'static [Definition] {
    static READ: OnceLock<Vec<OnceLock<Vec<Definition>>>> = OnceLock::new();
    let all = READ.get_or_init(|| FILES.iter().map(|_| OnceLock::new()).collect());
    all[file].get_or_init(|| {
        let (name, text, _) = FILES[file];
        definitions(text).unwrap_or_else(|failure| panic!("{name}: {failure}"))
    })
}

/// A value as JSON.
fn json(value: &Value) -> String {
    let text = plain::to_json(value, &TimeZone::UTC, false, JSON_MAX);
    text.map_or_else(|_| "null".to_owned(), |text| text.expose().to_owned())
}

impl TaskSource for Source {
    fn is_data(&self) -> bool {
        true
    }

    fn has_effects(&self) -> bool {
        !self.definition().reads_only
    }

    fn read(&self, properties: &Properties) -> Result<Arc<dyn ErasedTask>, Failure> {
        Ok(self.declared(properties)?)
    }

    fn properties(&self) -> Schema {
        schema::properties(self.definition(), self.entry())
    }

    fn outputs(&self) -> Schema {
        schema::outputs(self.definition(), self.entry())
    }
}

impl TriggerSource for Source {
    fn is_data(&self) -> bool {
        true
    }

    fn read(&self, properties: &Properties) -> Result<ErasedTrigger, Failure> {
        Ok(ErasedTrigger::Polling(self.declared(properties)?))
    }

    fn properties(&self) -> Schema {
        schema::properties(self.definition(), self.entry())
    }

    fn outputs(&self) -> Schema {
        schema::outputs(self.definition(), self.entry())
    }
}

/// The flow that shows how a type is used; `None` if no definition has this type.
#[cfg(test)]
pub(crate) fn example(name: &str) -> Option<String> {
    let all = (0..FILES.len()).flat_map(read_once);
    let own = all.into_iter().find(|definition| definition.types.iter().any(|known| known == name))?;
    Some(own.example.replace(&own.types[0], name))
}

#[cfg(test)]
mod tests;
