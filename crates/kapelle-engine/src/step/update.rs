//! Tasks that change the execution they belong to.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::effect::Effect;
use kapelle_model::task_run::{Hold, RunIndex};
use kapelle_model::{Failure, Map, State, Value};

use super::ending::allowed;
use super::{Step, words};
use crate::labels::{Pairs, SYSTEM, merged, rendered_labels};
use crate::plan::{Task, Update};
use crate::variables::Variables;
use kapelle_core::property::text_of;

/// What a task wants of its execution.
enum Request {
    Labels(Pairs),
    Variables(Map),
    Exit(State),
}

impl Step<'_> {
    pub(super) fn update(&mut self, run: RunIndex, update: Update) {
        self.set_run(run, State::Running);
        self.add_attempt(run, State::Running);
        let task = self.task_of(run);
        let variables = Arc::clone(&self.live.execution.head.variables);
        let request = self.with_variables(Some(run), &[], |all| match update {
            Update::Labels => labels_of(task, all).map(Request::Labels),
            Update::SetVariables => set_variables(task, &variables, all).map(Request::Variables),
            Update::UnsetVariables => unset_variables(task, &variables, all).map(Request::Variables),
            Update::Exit => exit_state(task, all).map(Request::Exit),
        });
        match request {
            Ok(Request::Labels(labels)) => {
                let head = &mut self.live.execution.head;
                head.labels = merged(&head.labels, &labels);
            }
            Ok(Request::Variables(variables)) => self.live.execution.head.variables = Arc::new(variables),
            Ok(Request::Exit(state)) => return self.end_tree(run, state),
            Err(failure) => return self.fail_run(run, failure),
        }
        self.set_attempt(run, State::Success);
        self.end_run(run, allowed(task, State::Success));
    }

    /// Ends a task run, everything around it and the execution in one state.
    pub(super) fn end_tree(&mut self, run: RunIndex, state: State) {
        let around: Vec<RunIndex> = self.live.ancestors(run).map(|run| run.index).collect();
        if self.run(run).forced {
            // The execution itself does not end by it; what stands beside in the same groups does.
            self.take_along(around.last().copied().unwrap_or(run), state);
        }
        self.close(run, state);
        for run in around {
            self.close(run, state);
        }
        if self.run(run).forced {
            return self.agenda.push_back(super::Next::Advance(None));
        }
        if state == State::Killed {
            self.set_state(State::Killing);
            self.stop_all();
        }
        // Whoever leaves early leaves no outputs behind.
        self.abort(state);
    }

    /// Tells the workers to stop what they have.
    pub(super) fn stop_all(&mut self) {
        if self.live.held_out == 0 {
            return;
        }
        let runs = self.live.execution.runs.iter();
        let out: Vec<_> =
            runs.filter(|run| run.hold == Hold::Out).map(|run| (run.index, run.fence)).collect();
        for (run, fence) in out {
            self.set_hold(run, Hold::Stopping);
            self.effects.push(Effect::Stop { run, fence });
        }
    }
}

fn labels_of(task: &Task, all: &Variables<'_>) -> Result<Pairs, Failure> {
    let labels = rendered_labels(task.property("labels"), all)?;
    if labels.iter().any(|(key, _)| key.starts_with(SYSTEM)) {
        return Err(Failure::new(
            "System labels can only be set by Kestra itself, keys with the prefix `system.` are its own",
        ));
    }
    if let Some((key, _)) = labels.iter().find(|(key, value)| key.is_empty() || value.is_empty()) {
        return Err(Failure::new(format!("a label needs a key and a value: `{key}` has none")));
    }
    Ok(labels)
}

fn flag(task: &Task, name: &str, default: bool, all: &Variables<'_>) -> Result<bool, Failure> {
    let Some(property) = task.property(name) else { return Ok(default) };
    property.truth(all.environment()).map_err(|error| words(&error))
}

fn set_variables(task: &Task, variables: &Map, all: &Variables<'_>) -> Result<Map, Failure> {
    let overwrite = flag(task, "overwrite", true, all)?;
    let rendered = task.property("variables").map(|property| property.render(all.environment()));
    let rendered = rendered.transpose().map_err(|error| words(&error))?;
    let Some(Value::Map(new)) = rendered else {
        return Err(Failure::new("`variables` has to be a map of names and values"));
    };
    if !overwrite && let Some(name) = new.keys().find(|name| variables.contains_key(*name)) {
        return Err(Failure::new(format!(
            "the variable `{name}` is there already, and `overwrite` is false"
        )));
    }
    let mut merged = variables.clone();
    for (name, value) in new.iter() {
        put_over(merged.entry(Arc::clone(name)).or_default(), value);
    }
    Ok(merged)
}

/// Maps are merged, everything else replaces what was there.
fn put_over(place: &mut Value, value: &Value) {
    match (place, value) {
        (Value::Map(old), Value::Map(new)) => {
            let old = Arc::make_mut(old);
            for (name, value) in new.iter() {
                put_over(old.entry(Arc::clone(name)).or_default(), value);
            }
        }
        (place, value) => *place = value.clone(),
    }
}

fn unset_variables(task: &Task, variables: &Map, all: &Variables<'_>) -> Result<Map, Failure> {
    let ignores = flag(task, "ignoreMissing", false, all)?;
    let rendered = task.property("variables").map(|property| property.render(all.environment()));
    let rendered = rendered.transpose().map_err(|error| words(&error))?;
    let rendered = match rendered {
        Some(Value::Str(text)) => plain::from_json(text.expose()).ok(),
        other => other,
    };
    let Some(Value::List(paths)) = rendered else {
        return Err(Failure::new("`variables` has to be a list of names"));
    };
    let mut left = variables.clone();
    for path in paths.iter() {
        let path = text_of(path).map_err(|error| words(&error))?;
        if !remove(&mut left, path.expose()) && !ignores {
            return Err(Failure::new(format!("there is no variable `{}`", path.masked())));
        }
    }
    Ok(left)
}

/// Takes away what a dotted path leads to. Whether it was there.
fn remove(map: &mut Map, path: &str) -> bool {
    match path.split_once('.') {
        None => map.shift_remove(path).is_some(),
        Some((first, rest)) => match map.get_mut(first) {
            Some(Value::Map(inner)) => remove(Arc::make_mut(inner), rest),
            _ => false,
        },
    }
}

fn exit_state(task: &Task, all: &Variables<'_>) -> Result<State, Failure> {
    let Some(property) = task.property("state") else { return Ok(State::Success) };
    let text = property.render_text(all.environment()).map_err(|error| words(&error))?;
    let allowed = [State::Success, State::Warning, State::Killed, State::Failed, State::Cancelled];
    State::from_name(text.expose()).filter(|state| allowed.contains(state)).ok_or_else(|| {
        Failure::new(format!(
            "`{}` is no state to exit with: it has to be SUCCESS, WARNING, KILLED, FAILED or CANCELLED",
            text.masked()
        ))
    })
}
