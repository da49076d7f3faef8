//! Variables laid over others: what a place adds to the context that it was given.

use kapelle_core::expression::environment::Context;
use kapelle_model::{Map, Value};

/// All variables of `under`, but for those that `over` has.
#[derive(Clone, Copy)]
pub struct Overlay<'a> {
    pub over: &'a Map,
    pub under: &'a dyn Context,
}

impl Context for Overlay<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.over.get(name).or_else(|| self.under.get(name))
    }

    fn names(&self) -> Vec<&str> {
        let mut names = self.under.names();
        names.extend(self.over.keys().map(AsRef::as_ref).filter(|name| self.under.get(name).is_none()));
        names
    }
}
