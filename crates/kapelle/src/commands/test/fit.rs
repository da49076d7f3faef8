//! Whether tests fit the flow that they are for: it is there, and has the tasks and inputs that they name.

use std::collections::BTreeMap;

use kapelle_core::diagnostic::{Code, Diagnostic};
use kapelle_core::suggest::nearest;
use kapelle_engine::plan::{Kind, Plan};
use kapelle_model::{Node, Span, State};

use super::document::{Case, Suite, TaskFixture};
use super::folder::KnownFlow;

/// Everything that does not fit.
pub(super) fn check(suite: &Suite, flows: &BTreeMap<(String, String), KnownFlow>) -> Vec<Diagnostic> {
    let name = (suite.namespace.clone(), suite.flow.clone());
    let Some(flow) = flows.get(&name) else { return vec![no_flow(suite, flows)] };
    let mut found = Vec::new();
    for case in &suite.cases {
        fits(case, flow, &mut found);
    }
    found
}

fn no_flow(suite: &Suite, flows: &BTreeMap<(String, String), KnownFlow>) -> Diagnostic {
    let message = format!("there is no flow `{}.{}` here", suite.namespace, suite.flow);
    let names: Vec<String> = flows.keys().map(|(namespace, id)| format!("{namespace}.{id}")).collect();
    let wanted = format!("{}.{}", suite.namespace, suite.flow);
    let help = match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "put the flow into the same folder, or name its folder too".to_owned(),
    };
    Diagnostic::new(Code::SubflowMissing, suite.flow_span, message).help(help)
}

fn fits(case: &Case, flow: &KnownFlow, found: &mut Vec<Diagnostic>) {
    for fixture in &case.fixtures.tasks {
        match flow.plan.find(&fixture.id) {
            Some(task) => {
                found.extend(stands_in(fixture, &flow.plan.task(task).kind));
                found.extend(resumes(fixture, flow));
            }
            None => found.push(no_task(&fixture.id, fixture.span, flow)),
        }
    }
    for assertion in &case.assertions {
        if let Some(task) = assertion.task.as_ref().filter(|task| flow.plan.find(task).is_none()) {
            found.push(no_task(task, assertion.task_span, flow));
        }
    }
    inputs(case, flow, found);
}

fn no_task(id: &str, span: Span, flow: &KnownFlow) -> Diagnostic {
    let mut ids: Vec<&str> = Vec::new();
    let mut is_disabled = false;
    flow.tree.walk_tasks(&mut |task| {
        is_disabled |= task.id.value == id;
        ids.push(&task.id.value);
    });
    if is_disabled {
        let message = format!("the task `{id}` is disabled, or stands in one that is: it never runs");
        return Diagnostic::new(Code::TaskUnknown, span, message).help("enable it, or leave it out here");
    }
    let help = match nearest(id, ids.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", ids.join(", ")),
    };
    let message = format!("the flow `{}` has no task `{id}`", flow.plan.flow);
    Diagnostic::new(Code::TaskUnknown, span, message).help(help)
}

/// What is wrong with a fixture for this kind of task.
fn stands_in(fixture: &TaskFixture, kind: &Kind) -> Option<Diagnostic> {
    let id = &fixture.id;
    match kind {
        Kind::Runnable => None,
        Kind::Subflow(_) => {
            let help = "write what the flow gives into `outputs: {outputs: …}`";
            only(fixture, &["outputs", "executionId", "state"], help)
        }
        Kind::Pause(_) if fixture.state == State::Success => {
            only(fixture, &["onResume"], "write what is given to the pause into `outputs: {onResume: …}`")
        }
        Kind::Pause(_) => {
            let message = format!("the pause `{id}` can only be resumed, which is `state: SUCCESS`");
            let help = "without a fixture its time passes until it is over";
            Some(Diagnostic::new(Code::ValueEnum, fixture.state_span, message).help(help))
        }
        Kind::Update(_) => {
            let message = format!("nothing can stand in for `{id}`: it changes only its execution, and runs");
            Some(Diagnostic::new(Code::TypeMisplaced, fixture.span, message).help("leave the fixture out"))
        }
        _ => {
            let message = format!("nothing can stand in for `{id}` as a whole: it only runs other tasks");
            let help = "write fixtures for the tasks in it";
            Some(Diagnostic::new(Code::TypeMisplaced, fixture.span, message).help(help))
        }
    }
}

/// A finding about the first value for a pause that it does not ask for.
fn resumes(fixture: &TaskFixture, flow: &KnownFlow) -> Option<Diagnostic> {
    let given = fixture.outputs.as_ref()?.get("onResume")?;
    let mut asked = None;
    flow.tree.walk_tasks(&mut |task| {
        if task.id.value == fixture.id {
            asked = task.property("onResume");
        }
    });
    let asked = asked.map_or(&[][..], Node::items).iter();
    let asked: Vec<&str> = asked.filter_map(|input| input.get("id")?.as_text()).collect();
    let other = given.entries().iter().find(|entry| !asked.contains(&&*entry.key))?;
    let help = match nearest(&other.key, asked.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if asked.is_empty() => "it asks for nothing; `onResume` of the pause would".to_owned(),
        None => format!("it asks for {}", asked.join(", ")),
    };
    let message = format!("the pause `{}` does not ask for `{}`", fixture.id, other.key);
    Some(Diagnostic::new(Code::InputUnknown, other.key_span, message).help(help))
}

/// A finding about the first output that is none of these.
fn only(fixture: &TaskFixture, known: &[&str], help: &str) -> Option<Diagnostic> {
    let entries = fixture.outputs.as_ref().map_or(&[][..], Node::entries);
    let other = entries.iter().find(|entry| !known.contains(&&*entry.key))?;
    let message = format!("`{}` gives no output `{}`", fixture.id, other.key);
    Some(Diagnostic::new(Code::PropertyUnknown, other.key_span, message).help(help))
}

fn inputs(case: &Case, flow: &KnownFlow, found: &mut Vec<Diagnostic>) {
    let ids: Vec<&str> = flow.tree.inputs.iter().map(|input| &*input.id.value).collect();
    for entry in case.fixtures.inputs.as_ref().map_or(&[][..], Node::entries) {
        if ids.contains(&&*entry.key) {
            continue;
        }
        let help = match nearest(&entry.key, ids.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if ids.is_empty() => "it has no inputs".to_owned(),
            None => format!("it has {}", ids.join(", ")),
        };
        let message = format!("the flow `{}` has no input `{}`", flow.plan.flow, entry.key);
        found.push(Diagnostic::new(Code::InputUnknown, entry.key_span, message).help(help));
    }
    disabled(&flow.plan, case, found);
}

/// A flow that is disabled has no executions.
fn disabled(plan: &Plan, case: &Case, found: &mut Vec<Diagnostic>) {
    if plan.disabled && !case.is_disabled {
        let message = format!("the flow `{}` is disabled: it is not run", plan.flow);
        found.push(
            Diagnostic::new(Code::SubflowDisabled, case.span, message).help("enable it, or disable the case"),
        );
    }
}
