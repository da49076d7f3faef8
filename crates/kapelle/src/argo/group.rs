//! What runs in which order.

use kapelle_model::{Data, Node};
use serde_json::{Map, Value, json};

use super::condition;
use super::container;
use super::dag::dag;
use super::fields::{Fields, json};
use super::flow::World;
use super::kept;
use super::scope::Scope;
use super::task;
use super::text::{Place, Text};
use super::tree::{Body, Step};

/// Values that are written out; longer sequences are calculated.
const WRITTEN_MAX: i64 = 100;

/// Keys of a template that its task has taken.
const OF_WORK: [&str; 10] = [
    "container",
    "script",
    "suspend",
    "http",
    "resource",
    "containerSet",
    "data",
    "plugin",
    "activeDeadlineSeconds",
    "retryStrategy",
];

/// What a group asks of the steps in it.
#[derive(Default)]
pub(super) struct Terms {
    /// How many may run at once.
    pub(super) limit: Option<i64>,
    /// Expressions that have to hold beside the step's own condition.
    pub(super) conditions: Vec<String>,
}

/// The task of a step, with the loop around it if there is one. `caller` is what the text of the call can speak of.
pub(super) fn task(
    step: &Step<'_>,
    caller: &Scope<'_, '_>,
    terms: &Terms,
    place: Place,
    world: &World<'_>,
) -> Value {
    let Some(around) = &step.around else {
        return Value::Object(plain(step, caller, &terms.conditions, place, world));
    };
    let inner = Scope { has_item: true, ..copy(caller) };
    let call = step.call();
    let values = call.as_ref().map_or(Value::Null, |call| values(call, caller, place, world));
    let mut outer = Map::from_iter([
        ("id".to_owned(), json!(around)),
        ("type".to_owned(), json!("io.kestra.plugin.core.flow.ForEach")),
        ("values".to_owned(), values),
    ]);
    outer.insert("concurrencyLimit".into(), terms.limit.unwrap_or(0).into());
    outer.insert("tasks".into(), json!([plain(step, &inner, &[], place.looped(), world)]));
    if !terms.conditions.is_empty() {
        outer.insert("runIf".into(), format!("{{{{ {} }}}}", terms.conditions.join(" and ")).into());
    }
    Value::Object(outer)
}

fn plain(
    step: &Step<'_>,
    caller: &Scope<'_, '_>,
    conditions: &[String],
    place: Place,
    world: &World<'_>,
) -> Map<String, Value> {
    let mut map = Map::from_iter([("id".to_owned(), json!(step.id))]);
    let scope = enter(step, caller, place, world);
    match &step.body {
        Body::Work => map.extend(task::task(step, &scope, place, world)),
        Body::Unknown => map.extend(task::unknown(&step.name)),
        Body::Dag(steps) => map.extend(dag(step, steps, &scope, place, world)),
        Body::Steps(groups) => {
            map.insert("type".into(), "io.kestra.plugin.core.flow.Sequential".into());
            map.insert("tasks".into(), steps(step, groups, &scope, place.inside(), world).into());
        }
    }
    if let Some(call) = step.call() {
        if let Some(condition) = runs_if(&call, caller, conditions, place, world) {
            map.insert("runIf".into(), format!("{{{{ {condition} }}}}").into());
        }
        called(step, &call, world, &mut map);
    }
    untaken(step, world);
    map
}

/// Tells what of a template was not translated.
pub(super) fn untaken(step: &Step<'_>, world: &World<'_>) {
    if matches!(step.body, Body::Unknown) {
        return;
    }
    let template = step.template.fields();
    template.ignore(&["name", "inputs", "outputs", "parallelism", "metadata"]);
    match step.body {
        Body::Work => template.ignore(&OF_WORK),
        _ => template.ignore(&["dag", "steps"]),
    }
    // Groups of flows do so anyway.
    if fails_fast(&template) && !matches!(step.body, Body::Work) {
        template.ignore(&["failFast"]);
    }
    if template.node().get("daemon").and_then(Node::as_bool) == Some(false) {
        template.ignore(&["daemon"]);
    }
    if world.options.runner == super::Runner::Kubernetes && !container::is_left_to_image(&template) {
        template.ignore(&[
            "nodeSelector",
            "serviceAccountName",
            "volumes",
            "tolerations",
            "affinity",
            "securityContext",
        ]);
    }
    template.rest(
        world.report,
        &format!("template `{}`", template.text("name").unwrap_or_else(|| step.name.clone())),
    );
}

/// Whether a step runs, as an expression.
fn runs_if(
    call: &Fields<'_>,
    caller: &Scope<'_, '_>,
    conditions: &[String],
    place: Place,
    world: &World<'_>,
) -> Option<String> {
    let own = call.text("when").and_then(|when| {
        let text = |source: &str| caller.text(source, call.at(), world.report);
        let found = condition::expression(&when, place, text);
        if found.is_none() {
            world.report.loss(call.at(), format!("the condition `{when}` is not translated"));
        }
        found
    });
    let own = own.map(|own| if conditions.is_empty() { own } else { format!("({own})") });
    let all: Vec<String> = conditions.iter().cloned().chain(own).collect();
    (!all.is_empty()).then(|| all.join(" and "))
}

/// What the call says beside its arguments.
fn called(step: &Step<'_>, call: &Fields<'_>, world: &World<'_>, map: &mut Map<String, Value>) {
    if step.may_fail() {
        map.insert("allowFailure".into(), true.into());
        if step.runs_several_at_once() {
            let words = format!(
                "what comes after `{}` starts as soon as a step of it has failed, though others of it may still run",
                step.name
            );
            world.report.note(call.at(), words);
        }
    }
    call.ignore(&[
        "continueOn",
        "name",
        "template",
        "templateRef",
        "inline",
        "arguments",
        "dependencies",
        "depends",
        "withItems",
        "withParam",
        "withSequence",
    ]);
    call.rest(world.report, &format!("`{}`", call.text("name").unwrap_or_default()));
}

/// What the text of a template can speak of.
pub(super) fn enter<'s, 'd>(
    step: &'s Step<'d>,
    caller: &Scope<'_, 'd>,
    place: Place,
    world: &World<'_>,
) -> Scope<'s, 'd> {
    let mut scope = Scope { steps: step.inner(), loops: place.loops, ..Scope::of_flow() };
    let template = step.template.fields();
    let arguments = step.call().and_then(|call| call.map("arguments"));
    let given = |kind: &str| arguments.as_ref().map(|arguments| arguments.named(kind)).unwrap_or_default();
    for (name, parameter) in
        template.map("inputs").map(|inputs| inputs.named("parameters")).unwrap_or_default()
    {
        let usual = parameter.any("value").or_else(|| parameter.any("default"));
        // The first template is called with what the workflow is, if it has it.
        let value = if step.call.is_none() && (usual.is_none() || world.inputs.contains(&name)) {
            let asked = format!("{{{{workflow.parameters.{name}}}}}");
            Some(caller.text(&asked, parameter.at(), world.report))
        } else if let Some(usual) = usual {
            Some(Scope::of_flow().text(&usual, parameter.at(), world.report))
        } else {
            parameter.map("valueFrom").and_then(|from| value_from(&from, &name, world))
        };
        scope.parameters.extend(value.map(|value| (name, value)));
    }
    for (name, parameter) in given("parameters") {
        if let Some(value) = parameter.any("value") {
            scope.parameters.insert(name, caller.text(&value, parameter.at(), world.report));
        } else if let Some(value) =
            parameter.map("valueFrom").and_then(|from| value_from(&from, &name, world))
        {
            scope.parameters.insert(name, value);
        } else {
            parameter.rest(world.report, &format!("the argument `{name}`"));
        }
    }
    for (name, artifact) in given("artifacts") {
        let from = artifact.text("from").or_else(|| artifact.map("raw")?.text("data"));
        if let Some(from) = from {
            scope.artifacts.insert(name.clone(), caller.text(&from, artifact.at(), world.report));
        }
        artifact.rest(world.report, &format!("the argument `{name}`"));
    }
    for key in ["inputs", "outputs"] {
        let Some(part) = template.map(key) else { continue };
        for (name, file) in part.named("artifacts").into_iter().chain(part.named("parameters")) {
            let path = file.text("path").or_else(|| file.map("valueFrom")?.text("path"));
            if let Some(path) = path {
                let path = scope.text(&path, file.at(), world.report);
                scope.paths.insert(name, path);
            }
        }
    }
    scope
}

/// What a parameter is without a value of its own.
fn value_from(from: &Fields<'_>, name: &str, world: &World<'_>) -> Option<Text> {
    let kept = kept::value(from, name, world.report).map(Text::code);
    let value = kept.or_else(|| from.text("default").map(Text::literal));
    from.ignore(&["supplied"]);
    from.rest(world.report, &format!("the parameter `{name}`"));
    value
}

fn copy<'s, 'd>(scope: &Scope<'s, 'd>) -> Scope<'s, 'd> {
    Scope {
        parameters: scope.parameters.clone(),
        artifacts: scope.artifacts.clone(),
        paths: scope.paths.clone(),
        steps: scope.steps.clone(),
        loops: scope.loops,
        has_item: scope.has_item,
    }
}

fn fails_fast(template: &Fields<'_>) -> bool {
    template.node().get("failFast").and_then(Node::as_bool) == Some(true)
}

/// How many steps of a template may run at once.
pub(super) fn limit(step: &Step<'_>, world: &World<'_>) -> Option<i64> {
    let template = step.template.fields();
    let written = template.take("parallelism")?;
    let limit = written.as_int();
    if limit.is_none() {
        world.report.loss(template.place(written), "`parallelism` is not translated: it is no number");
    }
    limit
}

/// A limit of several is one of the group and one of each loop in it.
pub(super) fn limit_each(limit: Option<i64>, at_once: &[&Step<'_>], step: &Step<'_>, world: &World<'_>) {
    let has_loop = at_once.len() > 1 && at_once.iter().any(|step| step.around.is_some());
    if let Some(limit) = limit.filter(|limit| *limit > 1 && has_loop) {
        let words = format!(
            "`parallelism: {limit}` holds for the steps of `{}` and again for each loop among them, not for all together",
            step.name
        );
        world.report.loss(step.template.fields().at(), words);
    }
}

/// Groups one after the other.
pub(super) fn steps(
    step: &Step<'_>,
    groups: &[Vec<Step<'_>>],
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
) -> Vec<Value> {
    let terms = Terms { limit: limit(step, world), conditions: Vec::new() };
    let template = step.template.fields();
    if terms.limit.is_some() && !fails_fast(&template) {
        let words =
            format!("after a failure no other step of `{}` starts, as with `failFast: true`", step.name);
        world.report.note(template.at(), words);
    }
    let group = |(number, group): (usize, &Vec<Step<'_>>)| match group.as_slice() {
        [] => None,
        [one] => Some(task(one, scope, &terms, place, world)),
        several => {
            limit_each(terms.limit, &several.iter().collect::<Vec<_>>(), step, world);
            let tasks: Vec<Value> =
                several.iter().map(|one| task(one, scope, &terms, place.inside(), world)).collect();
            let mut map = Map::from_iter([
                ("id".to_owned(), json!(format!("{}-at-once-{}", step.id, number + 1))),
                ("type".to_owned(), json!("io.kestra.plugin.core.flow.Parallel")),
            ]);
            map.extend(terms.limit.map(|limit| ("concurrent".to_owned(), json!(limit))));
            map.insert("tasks".into(), tasks.into());
            Some(Value::Object(map))
        }
    };
    groups.iter().enumerate().filter_map(group).collect()
}

/// What a loop goes through.
fn values(call: &Fields<'_>, caller: &Scope<'_, '_>, place: Place, world: &World<'_>) -> Value {
    let text = |source: &str| caller.text(source, call.at(), world.report);
    if let Some(items) = call.take("withItems") {
        return items
            .items()
            .iter()
            .map(|item| match (&item.data, item.as_text()) {
                (_, Some(source)) => text(source).template(place).into(),
                (Data::Int(_), _) => json(item),
                (Data::Map(_), _) if !json(item).to_string().contains("{{") => json(item),
                // Loops go through texts, numbers and maps only.
                _ => text(&json(item).to_string()).template(place).into(),
            })
            .collect();
    }
    if let Some(list) = call.text("withParam") {
        return text(&list).template(place).into();
    }
    let Some(sequence) = call.map("withSequence") else { return json!([]) };
    let asked = |key: &str| sequence.text(key).map(|source| text(&source));
    let number = |text: &Text| text.as_literal().and_then(|literal| literal.trim().parse::<i64>().ok());
    let start = asked("start").unwrap_or_else(|| Text::literal("0"));
    let (end, is_count) = match (asked("end"), asked("count")) {
        (Some(end), _) => (end, false),
        (None, count) => (count.unwrap_or_else(|| Text::literal("0")), true),
    };
    sequence.rest(world.report, "`withSequence`");
    if let (Some(start), Some(end)) = (number(&start), number(&end)) {
        let last = if is_count { start + end - 1 } else { end };
        if (last - start).abs() < WRITTEN_MAX {
            let is_down = last < start && !is_count;
            return if is_down { (last..=start).rev().collect() } else { (start..=last).collect() };
        }
    }
    let operand = |text: &Text| match number(text) {
        Some(number) => number.to_string(),
        None => format!("({} | number)", text.expression(place)),
    };
    let (start, end) = (operand(&start), operand(&end));
    if is_count {
        return format!("{{{{ range({start}, {start} + {end} - 1) }}}}").into();
    }
    format!("{{{{ range({start}, {end}, {start} > {end} ? -1 : 1) }}}}").into()
}
