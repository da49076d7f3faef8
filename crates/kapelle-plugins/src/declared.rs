//! Tasks that are data: what is asked of a server, and what becomes of its answer (`definitions/`, `docs/definitions.md`).
//!
//! A request is that of `http.Request`, with expressions that see the properties of the task. So everything that holds
//! there (login, proxies, redirects, forms, secrets) holds here.

mod about;
mod asking;
mod definition;
mod given;
mod schema;
mod task;

use std::sync::{Arc, OnceLock};

use kapelle_core::catalogue::{Catalogue, Type};
use kapelle_model::Failure;
use kapelle_plugin::{ErasedTask, Properties, Registry, TaskSource, read};
use schemars::Schema;

use definition::{Definition, definitions};
use task::Declared;

/// Files with definitions: name, text, the types they name.
static FILES: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

pub(crate) fn register(r: &mut Registry) {
    for (file, (_, _, names)) in FILES.iter().enumerate() {
        for name in *names {
            r.task_from(name, Arc::new(Source { file, name }));
        }
    }
}

/// A type of a file.
struct Source {
    file: usize,
    name: &'static str,
}

impl Source {
    fn definition(&self) -> &'static Definition {
        let all = read_once(self.file);
        let own = all.iter().find(|definition| definition.types.iter().any(|name| name == self.name));
        own.expect("the list of types was made from the file")
    }

    fn entry(&self) -> &'static Type {
        Catalogue::bundled().find(self.name).expect("the catalogue knows it").entry
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

impl TaskSource for Source {
    fn has_effects(&self) -> bool {
        !self.definition().reads_only
    }

    fn read(&self, properties: &Properties) -> Result<Arc<dyn ErasedTask>, Failure> {
        let (definition, entry) = (self.definition(), self.entry());
        Ok(Arc::new(Declared::new(definition, entry, read(properties)?)?))
    }

    fn properties(&self) -> Schema {
        schema::properties(self.definition(), self.entry())
    }

    fn outputs(&self) -> Schema {
        schema::outputs(self.definition())
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
