//! Contexts that show inputs, or as good as nothing.

use std::sync::Arc;

use kapelle_core::expression::environment::Context;
use kapelle_model::{Map, Value};

const INPUTS: &str = "inputs";

/// A context with other inputs.
pub(super) struct WithInputs<'a> {
    pub(super) outer: &'a dyn Context,
    inputs: Value,
}

impl<'a> WithInputs<'a> {
    pub(super) fn new(outer: &'a dyn Context, inputs: Arc<Map>) -> Self {
        Self { outer, inputs: Value::Map(inputs) }
    }
}

impl Context for WithInputs<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        if name == INPUTS { Some(&self.inputs) } else { self.outer.get(name) }
    }

    fn names(&self) -> Vec<&str> {
        let others = self.outer.names().into_iter().filter(|name| *name != INPUTS);
        others.chain([INPUTS]).collect()
    }
}

/// The inputs that a context has already: those of the flow, where the inputs of a pause are resolved.
pub(super) fn inputs_of(context: &dyn Context) -> Arc<Map> {
    match context.get(INPUTS) {
        Some(Value::Map(map)) => Arc::clone(map),
        _ => Arc::default(),
    }
}

/// A context with nothing but the flow.
pub(super) struct OnlyFlow<'a>(pub(super) &'a dyn Context);

impl Context for OnlyFlow<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        if name == "flow" { self.0.get(name) } else { None }
    }

    fn names(&self) -> Vec<&str> {
        vec!["flow"]
    }
}
