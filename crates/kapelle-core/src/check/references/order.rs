//! Which task can have run when another one starts.

use std::collections::{HashMap, HashSet};

use kapelle_model::Node;
use kapelle_model::flow::{Branch, BranchKind, Flow, Task};

use super::names::leading_names;
use super::{Checker, Context, Place, Template};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Read, Step};

/// All tasks of a flow with the way to each.
pub(crate) struct Order<'a> {
    places: Vec<TaskPlace<'a>>,
    by_id: HashMap<&'a str, usize>,
}

struct TaskPlace<'a> {
    task: &'a Task,
    way: Vec<Stop<'a>>,
}

/// One step on the way from the flow to a task: the branch, and the place in it.
#[derive(Clone, Copy)]
struct Stop<'a> {
    /// The task that has the branch; `None` for the flow.
    container: Option<&'a Task>,
    branch: &'a Branch,
    position: usize,
}

/// Why an output cannot be there.
enum Absent<'a> {
    Itself,
    Later,
    /// The two run at the same time below this task.
    Beside(&'a Task),
    /// The target runs only after the reader is over.
    Below,
    OtherBranch,
}

impl<'a> Order<'a> {
    pub(crate) fn of(flow: &'a Flow) -> Self {
        let mut order = Self { places: Vec::new(), by_id: HashMap::new() };
        for branch in &flow.branches {
            order.add(None, branch, &[]);
        }
        order
    }

    fn add(&mut self, container: Option<&'a Task>, branch: &'a Branch, way: &[Stop<'a>]) {
        for (position, task) in branch.tasks.iter().enumerate() {
            let mut way = way.to_vec();
            way.push(Stop { container, branch, position });
            self.by_id.entry(&task.id).or_insert(self.places.len());
            self.places.push(TaskPlace { task, way: way.clone() });
            for branch in &task.branches {
                self.add(Some(task), branch, &way);
            }
        }
    }

    pub(crate) fn tasks(&self) -> impl Iterator<Item = &'a Task> {
        self.places.iter().map(|place| place.task)
    }

    fn place(&self, id: &str) -> Option<&TaskPlace<'a>> {
        self.by_id.get(id).map(|index| &self.places[*index])
    }

    /// Whether the task runs once for each value of a loop, so that its outputs lie below the value.
    pub(crate) fn is_in_loop(&self, id: &str) -> bool {
        self.place(id).is_none_or(|place| in_loop(&place.way))
    }

    /// The tasks whose outputs can be there when a property of `reader` is rendered.
    pub(crate) fn reachable(&self, reader: &Task, property: &str) -> Vec<&'a Task> {
        let Some(reader) = self.place(&reader.id) else { return Vec::new() };
        let is_there = |target: &&TaskPlace<'a>| {
            let is_around = target.way.len() <= reader.way.len()
                && reader.way.iter().zip(&target.way).all(|(own, other)| {
                    std::ptr::eq(own.branch, other.branch) && own.position == other.position
                });
            !is_around && !target.task.disabled && self.absent(reader, property, target, false).is_none()
        };
        self.places.iter().filter(is_there).map(|place| place.task).collect()
    }

    /// Whether the task `reader` of a Dag waits for `wanted`, directly or through others.
    fn waits_for(&self, reader: &Task, wanted: &str) -> bool {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut waiting: Vec<&str> = reader.depends_on.iter().map(|id| id.value.as_str()).collect();
        while let Some(id) = waiting.pop() {
            if id == wanted {
                return true;
            }
            if seen.insert(id) {
                let next = self.place(id).map_or(&[][..], |place| &place.task.depends_on);
                waiting.extend(next.iter().map(|id| id.value.as_str()));
            }
        }
        false
    }

    /// Two tasks of one list.
    fn beside(&self, own: &Stop<'a>, other: &Stop<'a>) -> Option<Absent<'a>> {
        let is_tasks = own.branch.kind == BranchKind::Tasks;
        let earlier = other.position < own.position;
        let Some(container) = own.container.filter(|_| is_tasks) else {
            return (!earlier).then_some(Absent::Later);
        };
        match container.type_name.canonical.strip_prefix("io.kestra.plugin.core.flow.") {
            Some("Dag") => {
                let reader = &own.branch.tasks[own.position];
                let target = &own.branch.tasks[other.position];
                (!self.waits_for(reader, &target.id)).then_some(Absent::Beside(container))
            }
            Some("Parallel" | "EachParallel") => {
                let concurrent = container.property("concurrent");
                if concurrent.and_then(Node::as_int) == Some(1) {
                    return (!earlier).then_some(Absent::Later);
                }
                let may_be_one = concurrent.is_some_and(|node| node.as_text().is_some());
                (!(may_be_one && earlier)).then_some(Absent::Beside(container))
            }
            Some(_) => (!earlier).then_some(Absent::Later),
            // How other types run their tasks is not known.
            None => None,
        }
    }

    fn absent(
        &self,
        reader: &TaskPlace<'a>,
        property: &str,
        target: &TaskPlace<'a>,
        is_keyed: bool,
    ) -> Option<Absent<'a>> {
        if std::ptr::eq(reader.task, target.task) {
            // A loop reads what its last iteration gave.
            return (!repeats(reader.task) && (!is_keyed || !in_loop(&reader.way))).then_some(Absent::Itself);
        }
        let shared = reader
            .way
            .iter()
            .zip(&target.way)
            .take_while(|(a, b)| std::ptr::eq(a.branch, b.branch) && a.position == b.position);
        let shared = shared.count();
        match (reader.way.get(shared), target.way.get(shared)) {
            // The target is around the reader, or the reader around the target.
            (_, None) => None,
            (None, Some(_)) => {
                (!repeats(reader.task) && decides(reader.task, property)).then_some(Absent::Below)
            }
            (Some(own), Some(other)) => {
                // Keyed by value, an output of an earlier iteration can be meant.
                if is_keyed && in_loop(&reader.way[..=shared]) {
                    return None;
                }
                if std::ptr::eq(own.branch, other.branch) {
                    self.beside(own, other)
                } else {
                    (!follows(&own.branch.kind, &other.branch.kind)).then_some(Absent::OtherBranch)
                }
            }
        }
    }
}

/// Whether tasks of the branch `own` run after those of the branch `other` of the same task.
fn follows(own: &BranchKind, other: &BranchKind) -> bool {
    let turn = |kind: &BranchKind| match kind {
        BranchKind::OnPause | BranchKind::OnWait => 0,
        BranchKind::Tasks
        | BranchKind::Then
        | BranchKind::Else
        | BranchKind::Case(_)
        | BranchKind::Defaults
        | BranchKind::OnTimeout
        | BranchKind::OnApprove
        | BranchKind::OnDeny => 1,
        BranchKind::Errors => 2,
        BranchKind::Finally => 3,
        BranchKind::Listener(_) => 4,
        BranchKind::AfterExecution => 5,
    };
    turn(other) < turn(own)
}

fn in_loop(way: &[Stop<'_>]) -> bool {
    way.iter().filter_map(|stop| stop.container).any(repeats)
}

/// Flowables that run their tasks more than once.
fn repeats(task: &Task) -> bool {
    let name = task.type_name.canonical.strip_prefix("io.kestra.plugin.core.flow.");
    matches!(
        name,
        Some("ForEach" | "EachSequential" | "EachParallel" | "Loop" | "LoopUntil" | "Retry" | "ForEachItem")
    )
}

/// Whether a property is rendered before the children of its flowable run.
fn decides(task: &Task, property: &str) -> bool {
    let name = task.type_name.canonical.strip_prefix("io.kestra.plugin.core.flow.");
    matches!(
        (name, property),
        (_, "runIf" | "when") | (Some("If"), "condition") | (Some("Switch"), "value") | (Some("Pause"), _)
    )
}

impl<'a> Checker<'a, '_, '_> {
    pub(super) fn out_of_order(&mut self, template: &Template<'a>, read: &Read<'a>) {
        if read.root != "outputs" {
            return;
        }
        let path = leading_names(read);
        let Some(id) = path.first().copied() else { return };
        let Some(target) = self.order.place(id) else { return };
        let is_keyed = matches!(
            read.path.get(1),
            Some(Step::Dynamic | Step::Index(_) | Step::Name { dotted: false, .. })
        );
        let found = match template.place {
            Place::Flow | Place::Variables => return,
            Place::Outputs => {
                let is_after = target.way.first().is_some_and(|stop| {
                    matches!(stop.branch.kind, BranchKind::AfterExecution | BranchKind::Listener(_))
                });
                is_after.then(|| {
                    let message = format!("the outputs of the flow are rendered before `{id}` runs");
                    Diagnostic::new(Code::OutputTooEarly, template.node.span, message)
                        .help("tasks of `afterExecution` come after the outputs; move the task to `tasks` or `finally`")
                })
            }
            Place::Task { index, property, .. } => {
                let reader = &self.order.places[index];
                let absent = self.order.absent(reader, property, target, is_keyed);
                absent.map(|absent| explain(&absent, reader.task, id)).or_else(|| disabled(target, id))
            }
        };
        if let Some(mut found) = found {
            found.span = self.span(template, &read.range);
            self.cx.report(found);
        }
    }
}

fn explain(absent: &Absent<'_>, reader: &Task, id: &str) -> Diagnostic {
    let own = &reader.id.value;
    let (code, message, help) = match absent {
        Absent::Itself => (
            Code::OutputTooEarly,
            format!("`{own}` reads its own output before it has any"),
            "read the output of another task, or move the expression to a later one".to_owned(),
        ),
        Absent::Later => (
            Code::OutputTooEarly,
            format!("`{id}` runs after `{own}`, so its output is not there yet"),
            format!("move `{id}` in front of `{own}`"),
        ),
        Absent::Below => (
            Code::OutputTooEarly,
            format!("`{id}` runs inside `{own}`, which needs this value before it starts"),
            "read the output of a task that comes before it".to_owned(),
        ),
        Absent::Beside(container) if container.type_name.canonical.ends_with(".Dag") => (
            Code::OutputTooEarly,
            format!("`{own}` does not wait for `{id}`, so its output may not be there yet"),
            format!("add `{id}` to `dependsOn` of `{own}`"),
        ),
        Absent::Beside(container) => (
            Code::OutputTooEarly,
            format!(
                "`{id}` and `{own}` run at the same time in `{}`, so the output may not be there yet",
                container.id.value
            ),
            "put the two into a Sequential, in order".to_owned(),
        ),
        Absent::OtherBranch => (
            Code::OutputOtherBranch,
            format!("`{id}` stands in another branch, which has not run when `{own}` starts"),
            format!("guard the expression with `??`, or move `{id}`"),
        ),
    };
    Diagnostic::new(code, reader.span, message).help(help)
}

fn disabled(target: &TaskPlace<'_>, id: &str) -> Option<Diagnostic> {
    target.task.disabled.then(|| {
        let message = format!("`{id}` is disabled and has no output");
        Diagnostic::new(Code::OutputUnknown, target.task.span, message)
            .help("enable the task, or guard the expression with `??`")
    })
}

/// Lists of tasks that can never run.
pub(in crate::check) fn dead_branches(flow: &Flow, cx: &mut Context<'_>) {
    for branch in &flow.branches {
        after_the_end(branch, cx);
    }
    flow.walk_tasks(&mut |task| {
        for branch in &task.branches {
            let is_sequential = !task.type_name.canonical.ends_with("Parallel")
                && !task.type_name.canonical.ends_with(".Dag");
            if is_sequential {
                after_the_end(branch, cx);
            }
            if !branch.tasks.is_empty() && branch.tasks.iter().all(|task| task.disabled) && !task.disabled {
                dead(branch, &format!("all tasks of this list of `{}` are disabled", task.id.value), cx);
            }
        }
        match task.type_name.canonical.strip_prefix("io.kestra.plugin.core.flow.") {
            Some("If") => dead_if(task, cx),
            Some("Switch") => dead_switch(task, cx),
            _ => {}
        }
    });
}

fn dead(branch: &Branch, why: &str, cx: &mut Context<'_>) {
    let span = branch.tasks.first().map_or(branch.span, |task| task.id.span);
    let found = Diagnostic::new(Code::BranchDead, span, format!("this never runs: {why}"));
    cx.report(found.help("take it out, or mend what decides about it"));
}

fn dead_if(task: &Task, cx: &mut Context<'_>) {
    let Some(condition) = task.property("condition").and_then(Node::scalar_text) else { return };
    if condition.contains('{') {
        return;
    }
    let is_true = !matches!(condition.trim(), "" | "false" | "0" | "-0");
    let never = if is_true { BranchKind::Else } else { BranchKind::Then };
    if let Some(branch) = task.branches.iter().find(|branch| branch.kind == never && !branch.tasks.is_empty())
    {
        dead(branch, &format!("the condition of `{}` is always {is_true}", task.id.value), cx);
    }
}

fn dead_switch(task: &Task, cx: &mut Context<'_>) {
    let Some(value) = task.property("value").and_then(Node::scalar_text) else { return };
    if value.contains('{') {
        return;
    }
    let has_case = task.branches.iter().any(|branch| branch.kind == BranchKind::Case(value.clone()));
    for branch in task.branches.iter().filter(|branch| !branch.tasks.is_empty()) {
        let is_dead = match &branch.kind {
            BranchKind::Case(key) => *key != value,
            BranchKind::Defaults => has_case,
            _ => false,
        };
        if is_dead {
            dead(branch, &format!("the value of `{}` is always `{value}`", task.id.value), cx);
        }
    }
}

/// What follows a task that always ends the execution.
fn after_the_end(branch: &Branch, cx: &mut Context<'_>) {
    let runs_in_order = matches!(
        branch.kind,
        BranchKind::Tasks | BranchKind::Then | BranchKind::Else | BranchKind::Case(_) | BranchKind::Defaults
    );
    let ends = |task: &&Task| {
        let name = task.type_name.canonical.strip_prefix("io.kestra.plugin.core.execution.");
        let has = |name: &str| task.property(name).is_some_and(|node| !node.is_null());
        let always = !task.disabled && !has("runIf") && !has("when") && !has("allowFailure") && !has("retry");
        always && (name == Some("Exit") || name == Some("Fail") && !has("condition"))
    };
    let Some(at) = branch.tasks.iter().position(|task| ends(&task)).filter(|_| runs_in_order) else { return };
    if let Some(next) = branch.tasks[at + 1..].iter().find(|task| !task.disabled) {
        let message = format!("this never runs: `{}` always ends the execution", branch.tasks[at].id.value);
        let found = Diagnostic::new(Code::BranchDead, next.id.span, message);
        cx.report(found.help("give the earlier task a condition with `runIf`, or take out what follows"));
    }
}
