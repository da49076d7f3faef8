//! From provided data to values: which inputs are asked for, what they are, and everything that is wrong.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::scalar::FILE_DEFAULT_RULE;
use kapelle_model::{Map, Text, Value};

use super::context::{WithInputs, inputs_of};
use super::declared::{Declared, DefaultValue, Dependency, Offered};
use super::kind::Kind;
use super::nested::Nested;
use super::rules::{ENCRYPTION_MISSING, not_offered, offered};
use super::stored::stored;
use super::{Encryption, Inputs};

/// What a resolution gave.
#[derive(Debug)]
pub struct Resolved {
    /// The values as an execution keeps them: nested by the dots of their ids. Only of use without violations.
    pub values: Map,
    /// Every input in the order of the document, without forms.
    pub inputs: Vec<ResolvedInput>,
    /// What was provided though no input has this id. It is ignored.
    pub undeclared: Vec<Arc<str>>,
}

/// One input, as a form shows it.
#[derive(Debug)]
pub struct ResolvedInput {
    pub id: Arc<str>,
    /// Whether the inputs it depends on let it be asked for.
    pub is_enabled: bool,
    /// Whether the value comes from the flow.
    pub is_default: bool,
    /// As an execution keeps it; where it does not fit, as it was provided.
    pub value: Value,
    /// What there is to choose from, as far as that is known.
    pub choices: Option<Arc<[Text]>>,
    /// Whole sentences, each with the id of the input.
    pub violations: Vec<String>,
}

/// One thing that is wrong, and with which input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation<'r> {
    pub input: &'r str,
    pub message: &'r str,
}

impl Resolved {
    /// Everything that is wrong, in the order of the document. The first is the one that Kestra reports.
    pub fn violations(&self) -> impl Iterator<Item = Violation<'_>> {
        self.inputs
            .iter()
            .flat_map(|input| input.violations.iter().map(|message| Violation { input: &input.id, message }))
    }
}

/// The log line for a value that was provided without being declared.
pub fn undeclared_message(input: &str, namespace: &str, flow: &str) -> String {
    format!(
        "Input {input} was provided for workflow {namespace}.{flow} but isn't declared in the workflow inputs"
    )
}

impl Inputs {
    /// Resolves all inputs from values by their whole ids: texts as forms send them, or structures. The URI of an
    /// uploaded file is the value of its input. A text part without text is a value that was not provided: leaving it
    /// out is up to the caller, since an empty text of a subflow is a value.
    ///
    /// The context is that of the flow; its `inputs` are added here.
    pub fn resolve(&self, provided: &Map, encryption: Encryption, environment: Environment<'_>) -> Resolved {
        let states = self.declared.iter().map(|_| State::default()).collect();
        let known = Nested::over(inputs_of(environment.context));
        let mut resolution = Resolution { inputs: self, provided, encryption, environment, states, known };
        for index in &self.order {
            let state = resolution.state(&self.declared[*index]);
            resolution.keep(*index, state);
        }
        resolution.finish()
    }
}

/// What became of one input.
#[derive(Debug, Default)]
struct State {
    is_enabled: bool,
    is_default: bool,
    value: Value,
    choices: Option<Arc<[Text]>>,
    violations: Vec<String>,
}

impl State {
    fn violate(&mut self, declared: &Declared, cause: &str) {
        self.violations.push(format!("Invalid value for input `{}`. Cause: {cause}", declared.id));
    }
}

struct Resolution<'a> {
    inputs: &'a Inputs,
    provided: &'a Map,
    encryption: Encryption,
    environment: Environment<'a>,
    states: Vec<State>,
    /// The values so far, with their types.
    known: Nested,
}

impl Resolution<'_> {
    fn state(&self, declared: &Declared) -> State {
        let mut state = State::default();
        match self.is_enabled(declared) {
            Ok(is_enabled) => state.is_enabled = is_enabled,
            Err(cause) => state.violate(declared, &cause),
        }
        if state.is_enabled && !declared.is_form() {
            self.choose(declared, &mut state);
            self.fill(declared, &mut state);
        }
        state
    }

    fn is_enabled(&self, declared: &Declared) -> Result<bool, String> {
        if declared.form.is_some_and(|form| !self.states[form].is_enabled) {
            return Ok(false);
        }
        let Some(dependency) = &declared.dependency else { return Ok(true) };
        if !dependency.on.iter().all(|on| on.is_some_and(|on| self.is_there(on))) {
            return Ok(false);
        }
        let Some(condition) = &dependency.condition else { return Ok(true) };
        let context = WithInputs::new(self.environment.context, self.seen_by(dependency));
        let rendered = condition.value(Environment { context: &context, ..self.environment });
        match rendered {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(Value::Secret(inner)) => Ok(*inner == Value::Bool(true)),
            Ok(_) => Ok(false),
            Err(error) => Err(format!("Invalid condition: {}", error.text())),
        }
    }

    /// Whether an input has a value that others can depend on.
    fn is_there(&self, index: usize) -> bool {
        let state = &self.states[index];
        let has_value = self.inputs.declared[index].is_form() || state.value != Value::Null;
        state.is_enabled && state.violations.is_empty() && has_value
    }

    /// A condition sees what it depends on, and nothing else that could change its meaning with the order.
    fn seen_by(&self, dependency: &Dependency) -> Arc<Map> {
        let mut seen = Nested::over(inputs_of(self.environment.context));
        for index in dependency.on.iter().copied().flatten() {
            let declared = &self.inputs.declared[index];
            if declared.is_form() {
                let inside = self.inputs.declared.iter().zip(&self.states);
                for (declared, state) in inside.filter(|(other, _)| other.form == Some(index)) {
                    seen.insert(&declared.id, state.value.clone());
                }
            } else {
                seen.insert(&declared.id, self.states[index].value.clone());
            }
        }
        for id in &dependency.nulls {
            seen.insert(id, Value::Null);
        }
        Arc::clone(seen.map())
    }

    /// The values to choose from.
    fn choose(&self, declared: &Declared, state: &mut State) {
        match declared.offer.as_ref().map(|offer| &offer.values) {
            None => {}
            Some(Offered::Texts(texts)) => state.choices = Some(Arc::clone(texts)),
            Some(Offered::Rendered(property)) => {
                let context = self.context();
                let rendered = property.value(Environment { context: &context, ..self.environment });
                let texts = rendered
                    .map_err(|error| format!("Cannot render 'expression'. Cause: {}", error.text()))
                    .and_then(|value| offered(&value));
                match texts {
                    Ok(texts) => state.choices = Some(texts),
                    Err(cause) => state.violate(declared, &cause),
                }
            }
        }
    }

    fn context(&self) -> WithInputs<'_> {
        WithInputs::new(self.environment.context, Arc::clone(self.known.map()))
    }

    /// The value, given its type and compared with the rules.
    fn fill(&self, declared: &Declared, state: &mut State) {
        let given = self.provided.get(&declared.id).filter(|value| **value != Value::Null);
        let value = match given {
            Some(value) => value.clone(),
            None => match self.default(declared) {
                Ok(value) => {
                    state.is_default = declared.default.is_some();
                    value
                }
                Err(cause) => return state.violate(declared, &cause),
            },
        };
        if value == Value::Null {
            if declared.is_required {
                state.violations.push(format!("Missing required input:{}", declared.id));
            }
            return;
        }
        match declared.value_type.convert(&value) {
            Ok(value) => {
                if let Some(cause) = self.violation(declared, &value, state) {
                    state.violate(declared, &cause);
                }
                state.value = value;
            }
            Err(cause) => {
                state.violate(declared, &cause);
                state.value = if declared.value_type.is_secret() { value.into_secret() } else { value };
            }
        }
    }

    fn default(&self, declared: &Declared) -> Result<Value, String> {
        match &declared.default {
            None => Ok(Value::Null),
            Some(default) => {
                let context = self.context();
                default.render(declared, Environment { context: &context, ..self.environment })
            }
        }
    }

    fn violation(&self, declared: &Declared, value: &Value, state: &State) -> Option<String> {
        let kind = declared.value_type.kind;
        if declared.value_type.is_secret() && self.encryption == Encryption::Missing {
            return Some(ENCRYPTION_MISSING.to_owned());
        }
        let is_closed = declared.offer.as_ref().is_some_and(|offer| offer.is_closed)
            && (declared.is_required || kind == Kind::Multiselect);
        let choices = state.choices.as_ref().filter(|_| is_closed);
        declared
            .rules
            .violation(kind, value)
            .or_else(|| choices.and_then(|choices| not_offered(kind, value, choices)))
    }

    /// Remembers what became of an input, for those that come after it. One that is wrong is null for them.
    fn keep(&mut self, index: usize, state: State) {
        let declared = &self.inputs.declared[index];
        if state.is_enabled && !declared.is_form() {
            let value = if state.violations.is_empty() { state.value.clone() } else { Value::Null };
            self.known.insert(&declared.id, value);
        }
        self.states[index] = state;
    }

    fn finish(self) -> Resolved {
        let mut values = Nested::default();
        let mut inputs = Vec::with_capacity(self.states.len());
        let all = self.inputs.declared.iter().zip(self.states);
        for (declared, state) in
            all.filter(|(declared, state)| !declared.is_form() || !state.violations.is_empty())
        {
            let value = stored(&state.value);
            if state.is_enabled {
                values.insert(&declared.id, value.clone());
            }
            inputs.push(ResolvedInput {
                id: Arc::clone(&declared.id),
                is_enabled: state.is_enabled,
                is_default: state.is_default,
                value,
                choices: state.choices,
                violations: state.violations,
            });
        }
        let is_declared = |id: &Arc<str>| {
            self.inputs.by_id.get(id).is_some_and(|index| !self.inputs.declared[*index].is_form())
        };
        let undeclared = self.provided.keys().filter(|id| !is_declared(id)).cloned().collect();
        Resolved { values: values.into_map(), inputs, undeclared }
    }
}

impl DefaultValue {
    /// The default before it is given its type. Text is rendered as text, as everywhere; a moment may also be the value
    /// of an expression, whose text need not be one that is read.
    pub(super) fn render(&self, declared: &Declared, environment: Environment<'_>) -> Result<Value, String> {
        let property = match self {
            Self::First(text) => return Ok(Value::Str(text.clone())),
            Self::Written(property) => property,
        };
        let rendered = match declared.value_type.kind {
            Kind::DateTime => property.value(environment),
            _ => property.render(environment),
        };
        let value = rendered.map_err(|error| error.text())?;
        match (declared.value_type.kind, &value) {
            (Kind::File, Value::Str(text)) => {
                let is_local =
                    ["file://", "nsfile://"].iter().any(|scheme| text.expose().starts_with(scheme));
                if is_local { Ok(value) } else { Err(FILE_DEFAULT_RULE.to_owned()) }
            }
            _ => Ok(value),
        }
    }
}
