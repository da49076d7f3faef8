//! The names that a flow declares, and reads of others.

use std::collections::HashMap;

use kapelle_model::Node;
use kapelle_model::flow::{Flow, Task};

use super::declared::Declared;
use super::{Checker, Place, Template};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Dashed, Read, Step};
use crate::flow::labels;
use crate::suggest::is_typo;

/// Everything that expressions of a flow can read, by root. `None` stands for names that cannot be known.
pub(super) struct Names<'a> {
    inputs: Declared,
    secret_inputs: Vec<&'a str>,
    tasks: HashMap<&'a str, &'a Task>,
    /// Tasks that come into being at run time may have any id.
    more_tasks: bool,
    generated: Declared,
    variables: Option<Declared>,
    labels: Option<Declared>,
    trigger: Option<Vec<&'static str>>,
}

/// The plugins whose lists of outputs are complete.
const CORE: &str = "io.kestra.plugin.core.";

/// Types of outputs that nothing can be read of.
const NO_PARTS: &[&str] = &["integer", "number", "boolean"];

/// What the execution knows about its trigger whatever started it.
pub(crate) const TRIGGER_ALWAYS: &[&str] = &["id", "type", "variables", "logFile"];

/// What a subflow knows about the task that started it.
pub(crate) const TRIGGER_SUBFLOW: &[&str] = &[
    "executionId",
    "namespace",
    "flowId",
    "flowRevision",
    "taskRunId",
    "taskId",
    "taskRunOutputs",
    "taskRunValue",
    "taskRunIteration",
];

const TRIGGER_SCHEDULE: &[&str] = &["date", "next", "previous"];
const TRIGGER_WEBHOOK: &[&str] = &["body", "headers", "parameters", "path"];
const TRIGGER_FLOW: &[&str] = &[
    "executionId",
    "executionLabels",
    "state",
    "namespace",
    "flowId",
    "flowRevision",
    "outputs",
    "startDate",
    "endDate",
    "firstFailedTaskId",
    "lastTaskId",
];

/// The names that expressions know, with the fields of those that are the same everywhere.
pub(crate) const ROOTS: &[(&str, &[&str])] = &[
    ("flow", &["id", "namespace", "revision", "tenantId"]),
    ("execution", &["id", "state", "startDate", "originalId", "outputs", "errorMessage"]),
    ("task", &["id", "type"]),
    ("taskrun", &["id", "startDate", "attemptsCount", "parentId", "value", "iteration", "items"]),
    ("workerTaskrun", &["id", "startDate", "attemptsCount", "parentId", "value", "iteration"]),
    ("inputs", &[]),
    ("outputs", &[]),
    ("tasks", &[]),
    ("vars", &[]),
    ("labels", &[]),
    ("trigger", &[]),
    ("schedule", &[]),
    ("parent", &[]),
    ("parents", &[]),
    ("envs", &[]),
    ("globals", &[]),
    ("kestra", &[]),
    ("namespace", &[]),
    ("files", &[]),
    ("item", &[]),
    ("iteration", &[]),
    ("workingDir", &[]),
    ("outputDir", &[]),
    ("outputFiles", &[]),
    ("bucketPath", &[]),
    ("response", &[]),
    ("count", &[]),
    ("locale", &[]),
    ("template", &[]),
    ("_context", &[]),
];

impl<'a> Names<'a> {
    pub(super) fn of(flow: &'a Flow, catalogue: &'static Catalogue) -> Self {
        let mut names = Self {
            inputs: flow.inputs.iter().map(|input| input.id.value.clone()).collect(),
            secret_inputs: Vec::new(),
            tasks: HashMap::new(),
            more_tasks: false,
            generated: Declared::default(),
            variables: Some(flow.variables.iter().map(|entry| entry.key.clone()).collect()),
            labels: Some(flow.labels.iter().map(|label| label.key.value.clone()).collect()),
            trigger: Some([TRIGGER_ALWAYS, TRIGGER_SUBFLOW].concat()),
        };
        names.secret_inputs = flow
            .inputs
            .iter()
            .filter(|input| input.kind == "SECRET")
            .map(|input| input.id.value.as_str())
            .collect();
        flow.walk_tasks(&mut |task| names.task(task, catalogue));
        for trigger in &flow.triggers {
            names.more_labels(trigger.property("labels"));
            names.trigger(&trigger.type_name.canonical, catalogue);
        }
        names
    }

    fn task(&mut self, task: &'a Task, catalogue: &'static Catalogue) {
        self.tasks.insert(&task.id, task);
        let type_name = task.type_name.canonical.as_str();
        match type_name.strip_prefix("io.kestra.plugin.core.") {
            Some("flow.ForEachItem") => {
                self.generated
                    .extend(["split", "items", "merge"].map(|part| format!("{}_{part}", task.id.value)));
            }
            Some("flow.Template") => self.more_tasks = true,
            Some("execution.SetVariables") => {
                let set = task.property("variables");
                match (set.filter(|node| !node.entries().is_empty()), &mut self.variables) {
                    (Some(set), Some(variables)) => {
                        variables.extend(set.entries().iter().map(|entry| entry.key.clone()));
                    }
                    _ => self.variables = None,
                }
            }
            Some("execution.Labels") => self.more_labels(task.property("labels")),
            Some(_) => {}
            // Some plugins report parts of their work as tasks of their own.
            None => self.more_tasks |= type_name.contains(".dbt.") || catalogue.find(type_name).is_none(),
        }
    }

    fn more_labels(&mut self, node: Option<&Node>) {
        let Some(node) = node else { return };
        if node.as_text().is_some() {
            self.labels = None;
        } else if let Some(known) = &mut self.labels {
            known.extend(labels(Some(node)).into_iter().map(|label| label.key.value));
        }
    }

    fn trigger(&mut self, type_name: &str, catalogue: &'static Catalogue) {
        match (trigger_fields(type_name, catalogue), &mut self.trigger) {
            (Some(names), Some(all)) => all.extend(names),
            _ => self.trigger = None,
        }
    }

    pub(super) fn has_input(&self, id: &str) -> bool {
        self.inputs.contains(id)
    }

    pub(super) fn is_secret_input(&self, path: &str) -> bool {
        self.secret_inputs.contains(&path)
    }

    pub(super) fn has_task(&self, id: &str) -> bool {
        self.tasks.contains_key(id)
    }

    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.variables.as_ref().is_some_and(|all| all.contains(name))
    }

    pub(super) fn task_of(&self, id: &str) -> Option<&'a Task> {
        self.tasks.get(id).copied()
    }
}

/// What `trigger` has in executions that this type of trigger started; `None` if it is not known.
pub(crate) fn trigger_fields(type_name: &str, catalogue: &'static Catalogue) -> Option<Vec<&'static str>> {
    match type_name.strip_prefix("io.kestra.plugin.core.trigger.") {
        Some("Schedule" | "ScheduleOnDates") => Some(TRIGGER_SCHEDULE.to_vec()),
        Some("Webhook") => Some(TRIGGER_WEBHOOK.to_vec()),
        Some("Flow") => Some(TRIGGER_FLOW.to_vec()),
        _ => catalogue
            .find(type_name)
            .and_then(|found| found.entry.outputs.as_ref())
            .map(|outputs| outputs.iter().map(|output| output.name).collect()),
    }
}

/// The leading steps of a path that are plain names.
pub(super) fn leading_names<'r>(read: &'r Read<'_>) -> Vec<&'r str> {
    let name = |step: &'r Step<'_>| match step {
        Step::Name { name, .. } => Some(name.as_ref()),
        _ => None,
    };
    read.path.iter().map_while(name).collect()
}

impl<'a> Checker<'a, '_, '_> {
    pub(super) fn unknown_name(&mut self, template: &Template<'a>, read: &Read<'a>) {
        let path = leading_names(read);
        let Some(first) = path.first().copied() else { return };
        let names = self.names;
        let is_task_place = matches!(template.place, Place::Task { .. } | Place::Outputs | Place::Variables);
        match read.root {
            "inputs" if !names.inputs.covers(&path) => {
                let known = names.inputs.list();
                self.report_unknown(
                    template,
                    read,
                    Code::InputUnknown,
                    "the flow has no input",
                    first,
                    &known,
                );
            }
            "vars" => {
                if let Some(variables) = names.variables.as_ref().filter(|all| !all.covers(&path)) {
                    let known = variables.list();
                    self.report_unknown(
                        template,
                        read,
                        Code::VariableUnknown,
                        "the flow has no variable",
                        first,
                        &known,
                    );
                }
            }
            "labels" if first != "system" => {
                if let Some(labels) = names.labels.as_ref().filter(|all| !all.covers(&path)) {
                    let known = labels.list();
                    self.report_unknown(
                        template,
                        read,
                        Code::LabelUnknown,
                        "nothing in the flow sets the label",
                        first,
                        &known,
                    );
                }
            }
            "trigger" if is_task_place => {
                if let Some(known) = names.trigger.as_ref().filter(|known| !known.contains(&first)) {
                    let known = known.clone();
                    let what = "no trigger of the flow gives";
                    self.report_unknown(template, read, Code::TriggerVariableUnknown, what, first, &known);
                }
            }
            "outputs" | "tasks" if is_task_place => {
                self.unknown_task(template, read, first);
                self.unknown_output(template, read, &path);
            }
            _ => self.unknown_field(template, read, first),
        }
    }

    /// A name that expressions do not know at all. Plugins may bring names of their own, so there only what looks like
    /// a typing mistake is reported.
    pub(super) fn unknown_root(&mut self, template: &Template<'a>, read: &Read<'a>) {
        let roots = || ROOTS.iter().map(|(root, _)| *root);
        if roots().any(|root| root == read.root) {
            return;
        }
        let near = self.cx.nearest(read.root, roots());
        let is_typo = near.is_some_and(|near| is_typo(read.root, near));
        let is_core = match template.place {
            Place::Task { task, .. } => task.type_name.canonical.starts_with("io.kestra.plugin.core."),
            _ => true,
        };
        if !is_typo && (read.guarded || !is_core) {
            return;
        }
        let range = read.range.start..read.range.start + read.root.len();
        let span = self.span(template, &range);
        let message = format!("expressions know no name `{}`", read.root);
        let mut found = Diagnostic::new(Code::VariableUnknown, span, message);
        found = match near {
            Some(near) if is_typo => {
                found.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
            }
            Some(near) => found.help(format!("did you mean `{near}`? Text stands between quotes")),
            None => found.help("text stands between quotes; variables of the flow are read as `vars.…`"),
        };
        self.cx.report(found);
    }

    /// A field of `flow`, `execution`, `task` or `taskrun`, which are the same everywhere.
    fn unknown_field(&mut self, template: &Template<'a>, read: &Read<'a>, first: &str) {
        let known = ROOTS.iter().find(|(root, _)| *root == read.root).map_or(&[][..], |(_, fields)| fields);
        if !known.is_empty() && !known.contains(&first) {
            let what = format!("`{}` has no", read.root);
            self.report_unknown(template, read, Code::VariableUnknown, &what, first, known);
        }
    }

    /// An output that the task does not give, or a part of one that has no parts.
    fn unknown_output(&mut self, template: &Template<'a>, read: &Read<'a>, path: &[&str]) {
        let [id, field, rest @ ..] = path else { return };
        let Some(task) = self.names.task_of(id).filter(|_| read.root == "outputs") else { return };
        let found = self.cx.catalogue.find(&task.type_name.canonical);
        let Some(entry) = found.map(|found| found.entry) else { return };
        let Some(outputs) = entry.outputs.as_ref() else { return };
        let Some(Step::Name { range, .. }) = read.path.get(1) else { return };
        // In a loop the value comes first. Of other plugins the lists are not complete.
        let is_exact = entry.name.starts_with(CORE) && !self.order.is_in_loop(id);
        if let Some(output) = outputs.iter().find(|output| output.name == *field) {
            if is_exact && let Some(part) = rest.first().filter(|_| NO_PARTS.contains(&output.kind)) {
                let span = self.span(template, &read.range);
                let message = format!(
                    "the output `{field}` of task `{id}` has no `{part}`: it is of type {}",
                    output.kind
                );
                self.cx.report(
                    Diagnostic::new(Code::OutputUnknown, span, message)
                        .help(format!("read `outputs.{id}.{field}`")),
                );
            }
            return;
        }
        let known: Vec<&str> = outputs.iter().map(|output| output.name).collect();
        let near = self.cx.nearest(field, known.iter().copied()).filter(|near| is_typo(field, near));
        if near.is_none() && (!is_exact || read.guarded) {
            return;
        }
        let span = self.span(template, range);
        let found =
            Diagnostic::new(Code::OutputUnknown, span, format!("task `{id}` gives no output `{field}`"));
        self.cx.report(match near {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help(format!("{} gives {}", entry.name, shortened(&known))),
        });
    }

    /// A name with a dash that nothing declares. With a name before the dash that is declared it is a subtraction.
    pub(super) fn unknown_dashed(&mut self, template: &Template<'a>, dashed: &Dashed<'a>) {
        let names = self.names;
        let first = dashed.name.split('-').next().unwrap_or_default();
        // Before any list is made: a text may have tens of thousands of subtractions.
        let is_subtraction = match dashed.root {
            "inputs" => names.inputs.contains(first),
            "outputs" | "tasks" => names.has_task(first),
            "vars" => names.has_variable(first),
            _ => true,
        };
        if is_subtraction {
            return;
        }
        let (code, what, known): (_, _, Vec<&str>) = match dashed.root {
            "inputs" => (Code::InputUnknown, "the flow has no input", names.inputs.list()),
            "outputs" | "tasks" if !names.more_tasks => {
                let code = if dashed.root == "tasks" { Code::TaskUnknown } else { Code::OutputUnknown };
                (code, "the flow has no task", names.tasks.keys().copied().collect())
            }
            "vars" => match &names.variables {
                Some(all) => (Code::VariableUnknown, "the flow has no variable", all.list()),
                None => return,
            },
            _ => return,
        };
        let near = self.cx.nearest(dashed.name, known.iter().copied());
        let help = match near {
            Some(near) => {
                format!("did you mean `{}`? A name with a dash needs brackets", reference(dashed.root, near))
            }
            None => "a name with a dash needs brackets, and has to be declared".to_owned(),
        };
        let span = self.span(template, &dashed.range);
        self.cx.report(Diagnostic::new(code, span, format!("{what} `{}`", dashed.name)).help(help));
    }

    fn unknown_task(&mut self, template: &Template<'a>, read: &Read<'a>, first: &str) {
        let names = self.names;
        if names.more_tasks || names.has_task(first) || names.generated.contains(first) {
            return;
        }
        let code = if read.root == "tasks" { Code::TaskUnknown } else { Code::OutputUnknown };
        let mut known: Vec<&str> = names.tasks.keys().copied().chain(names.generated.list()).collect();
        known.sort_unstable();
        self.report_unknown(template, read, code, "the flow has no task", first, &known);
    }

    fn report_unknown(
        &mut self,
        template: &Template<'a>,
        read: &Read<'a>,
        code: Code,
        what: &str,
        name: &str,
        known: &[&str],
    ) {
        let span = self.span(template, &read.range);
        let near = self.cx.nearest(name, known.iter().copied());
        // Who guards a name expects that it may be missing, but not that it is misspelt.
        if read.guarded && !near.is_some_and(|near| is_typo(name, near)) {
            return;
        }
        let help = match near {
            Some(near) => format!("did you mean `{}`?", reference(read.root, near)),
            None if known.is_empty() => {
                format!("the expression fails when it is rendered; declare `{name}`, or guard it with `??`")
            }
            None => format!("known are {}", shortened(known)),
        };
        let message = format!("{what} `{name}`");
        let mut found = Diagnostic::new(code, span, message).help(help);
        if let (Some(near), Some(Step::Name { range, dotted: true, .. })) = (near, read.path.first())
            && is_identifier(near)
            && is_typo(name, near)
            && known.iter().filter(|other| is_typo(name, other)).count() == 1
        {
            found = found.fix(format!("write `{near}`"), self.span(template, range), near);
        }
        self.cx.report(found);
    }
}

fn is_identifier(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// How an expression reads a name of a root.
fn reference(root: &str, name: &str) -> String {
    let is_plain = name.split('.').all(|part| !part.is_empty() && is_identifier(part));
    if is_plain { format!("{root}.{name}") } else { format!("{root}['{name}']") }
}

fn shortened(names: &[&str]) -> String {
    const SHOWN_MAX: usize = 10;
    let more = names.len().saturating_sub(SHOWN_MAX);
    let shown = names.iter().take(SHOWN_MAX).copied().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
