//! Inputs of flows, forms and pauses: read once, resolved for every execution that is created or resumed.
//!
//! Resolution takes what was provided, in texts or structures, adds defaults, gives every value its type and tells
//! everything that is wrong at once. [`Inputs::resolve`] is for whoever creates or resumes an execution, and for a form
//! that is being filled in. Triggers that pass values on without resolution use [`as_given`]; what expressions then see
//! of missing values is [`Inputs::visible`].

mod context;
mod convert;
mod declared;
mod kind;
mod nested;
mod resolve;
mod rules;
mod stored;
mod unresolved;

use std::sync::Arc;

use indexmap::IndexMap;
use kapelle_core::language::Language;
use kapelle_model::flow::Input;

use declared::Declared;
pub(crate) use kind::Type;
pub use resolve::{Resolved, ResolvedInput, Violation, undeclared_message};
pub(crate) use rules::ENCRYPTION_MISSING;
pub(crate) use stored::stored;
pub use unresolved::as_given;

/// The inputs of a flow or a pause, ready to be resolved.
#[derive(Debug, Default)]
pub struct Inputs {
    /// In the order of the document; those of a form behind it, under their dotted paths.
    declared: Vec<Declared>,
    by_id: IndexMap<Arc<str>, usize>,
    /// The order in which they are resolved: what others depend on comes first.
    order: Vec<usize>,
}

/// Whether the installation has a key to encrypt secrets with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    Configured,
    Missing,
}

/// Reads inputs. Nothing is refused here: what is wrong is told by the checks, or when a value does not fit.
pub fn read(inputs: &[Input], language: Language) -> Inputs {
    let by_id: IndexMap<Arc<str>, usize> = {
        let mut ids = IndexMap::with_capacity(inputs.len());
        for (index, input) in inputs.iter().enumerate() {
            ids.entry(Arc::from(input.id.value.as_str())).or_insert(index);
        }
        ids
    };
    let mut declared = declared::read(inputs, &by_id, language);
    declared::find_nulls(&mut declared, &by_id);
    let order = declared::order(&declared);
    Inputs { declared, by_id, order }
}

impl Inputs {
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty()
    }
}

#[cfg(test)]
mod tests;
