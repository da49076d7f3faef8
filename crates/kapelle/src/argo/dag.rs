//! Steps that say which others come before them.

use std::collections::BTreeSet;

use kapelle_model::Node;
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::flow::World;
use super::group::{Terms, limit, limit_each, task};
use super::scope::Scope;
use super::text::Place;
use super::tree::Step;

pub(super) fn dag(
    step: &Step<'_>,
    steps: &[Step<'_>],
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
) -> Map<String, Value> {
    let mut map = Map::from_iter([("type".to_owned(), json!("io.kestra.plugin.core.flow.Dag"))]);
    let Some(own) = step.template.fields().map("dag") else { return map };
    let steps = wanted(steps, &own, scope, world);
    if own.take("failFast").and_then(Node::as_bool) == Some(false) {
        let words = "`failFast: false` is not translated: after a failure no other step starts";
        world.report.loss(own.at(), words);
    }
    own.ignore(&["tasks"]);
    own.rest(world.report, "`dag`");
    let limit = limit(step, world);
    if let Some(limit) = limit {
        map.insert("concurrent".into(), limit.into());
    }
    limit_each(limit, &steps, step, world);
    let entries = steps.iter().map(|one| {
        let terms = Terms { limit, conditions: unless_omitted(one, &steps, scope, world) };
        let mut entry =
            Map::from_iter([("task".to_owned(), task(one, scope, &terms, place.inside(), world))]);
        let needs: Vec<&str> = needs(one, world)
            .iter()
            .filter_map(|need| named(&steps, &need.name))
            .map(|step| step.around.as_deref().unwrap_or(&step.id))
            .collect();
        if !needs.is_empty() {
            entry.insert("dependsOn".into(), json!(needs));
        }
        Value::Object(entry)
    });
    map.insert("tasks".into(), entries.collect());
    map
}

fn named<'s, 'd>(steps: &[&'s Step<'d>], name: &str) -> Option<&'s Step<'d>> {
    steps.iter().copied().find(|step| step.name == name)
}

/// The steps that the targets of a DAG need, or all of them.
fn wanted<'s, 'd>(
    steps: &'s [Step<'d>],
    dag: &Fields<'_>,
    scope: &Scope<'_, '_>,
    world: &World<'_>,
) -> Vec<&'s Step<'d>> {
    let all: Vec<&Step<'_>> = steps.iter().collect();
    let Some(target) = dag.text("target") else { return all };
    let Some(targets) = scope.text(&target, dag.at(), world.report).as_literal() else {
        world.report.loss(dag.at(), format!("`target: {target}` is not translated: all steps run"));
        return all;
    };
    let targets = targets.split_whitespace().filter_map(|name| named(&all, name));
    let names: BTreeSet<&str> =
        with_needs(targets, &all, world).iter().map(|step| step.name.as_str()).collect();
    all.into_iter().filter(|step| names.contains(step.name.as_str())).collect()
}

/// These steps and all that they need.
fn with_needs<'s, 'd>(
    first: impl IntoIterator<Item = &'s Step<'d>>,
    all: &[&'s Step<'d>],
    world: &World<'_>,
) -> Vec<&'s Step<'d>> {
    let mut found: Vec<&Step<'_>> = first.into_iter().collect();
    let mut next = 0;
    while let Some(step) = found.get(next) {
        for need in needs(step, world) {
            let needed = named(all, &need.name);
            found.extend(needed.filter(|needed| found.iter().all(|known| known.name != needed.name)));
        }
        next += 1;
    }
    found
}

/// A step that asks for the success of one that was skipped is left out, and with it whatever needs it.
fn unless_omitted<'d>(
    step: &Step<'d>,
    all: &[&Step<'d>],
    scope: &Scope<'_, 'd>,
    world: &World<'_>,
) -> Vec<String> {
    let before = with_needs([step], all, world);
    let asked = before.iter().flat_map(|step| needs(step, world)).filter(|need| need.has_to_run);
    let asked: BTreeSet<String> = asked.map(|need| need.name).collect();
    let may_be_skipped = |step: &&Step<'d>| {
        step.around.is_none() && step.call().is_some_and(|call| call.take("when").is_some())
    };
    let skipped = asked.iter().filter_map(|name| named(all, name)).filter(may_be_skipped);
    let condition = |skipped: &Step<'d>| {
        let state = scope.state(skipped);
        if let (None, Some(call)) = (&state, step.call()) {
            let words = format!("in a loop, `{}` runs even when `{}` was skipped", step.name, skipped.name);
            world.report.loss(call.at(), words);
        }
        Some(format!("{} != 'SKIPPED'", state?))
    };
    skipped.filter_map(condition).collect()
}

/// A step that comes before.
struct Need {
    name: String,
    /// It must not have been skipped.
    has_to_run: bool,
}

fn needs(step: &Step<'_>, world: &World<'_>) -> Vec<Need> {
    let Some(call) = step.call() else { return Vec::new() };
    let dependencies = call.list("dependencies").iter().filter_map(Node::scalar_text);
    let mut needs: Vec<Need> = dependencies.map(|name| Need { name, has_to_run: false }).collect();
    let Some(depends) = call.text("depends") else { return needs };
    let is_plain = !depends.contains(['|', '!', '(']);
    let terms = depends
        .split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .filter(|term| !term.is_empty());
    let mut is_known = is_plain;
    for term in terms {
        let (name, state) = term.split_once('.').unwrap_or((term, ""));
        is_known &= ["", "Succeeded"].contains(&state);
        needs.push(Need { name: name.to_owned(), has_to_run: is_plain && state == "Succeeded" });
    }
    if !is_known {
        world
            .report
            .loss(call.at(), format!("`depends: {depends}` is translated as if all of them had to succeed"));
    }
    needs
}
