//! What expressions read, against what the flow declares.
//!
//! Kestra looks at expressions only when it renders them. Most mistakes in them can be seen before: a name that
//! nothing declares, the output of a task that cannot have run yet, a secret on its way into a log. All of these are
//! warnings, since an expression that is never rendered does no harm.

mod calls;
mod declared;
pub(crate) mod names;
pub(crate) mod order;
mod secrets;

use kapelle_model::flow::{Flow, Task, Trigger};
use kapelle_model::{Data, Entry, Node, Span};

use super::structure::has_expression;
use super::{Context, Language, is_enough};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::expression::{Dashed, Scan, reads_differently, scan};
use crate::limits::DIAGNOSTICS_MAX;
use names::Names;
use order::Order;

pub(super) use order::dead_branches;

/// Properties that are never rendered, whatever stands in them.
pub(crate) const STATIC: &[&str] =
    &["id", "type", "description", "version", "pluginDefaultsRef", "displayName", "logLevel"];

/// Properties whose expressions see another context: that of each item, or of the subflow's own execution.
pub(crate) const FOREIGN: &[(&str, &str)] = &[
    ("io.kestra.plugin.core.storage.FilterItems", "filterCondition"),
    ("io.kestra.plugin.core.storage.DeduplicateItems", "expr"),
    ("io.kestra.plugin.core.flow.Subflow", "outputs"),
    ("io.kestra.plugin.core.execution.Count", "expression"),
];

/// Syntax errors of one text that are listed; the others mostly follow from the first ones.
const PROBLEMS_MAX: usize = 10;

/// Where an expression stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// In a property of a task; the number is its place in [`Order`].
    Task { index: usize, task: &'a Task, property: &'a str },
    /// In the outputs of the flow.
    Outputs,
    /// In variables, which are rendered wherever `render` reads them.
    Variables,
    /// In inputs, checks and SLAs, which know no outputs.
    Flow,
}

/// A text with expressions, and where it stands.
struct Template<'a> {
    node: &'a Node,
    text: &'a str,
    place: Place<'a>,
    /// Directly in a property, not inside a list or map in it.
    direct: bool,
}

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    let names = Names::of(flow, cx.catalogue);
    let order = Order::of(flow);
    let mut checker = Checker { names: &names, order: &order, cx };
    for (index, task) in order.tasks().enumerate() {
        for property in task.properties.iter().filter(|property| !STATIC.contains(&property.key.as_str())) {
            if !FOREIGN.contains(&(task.type_name.canonical.as_str(), property.key.as_str())) {
                checker.property(property, Place::Task { index, task, property: &property.key });
            }
        }
    }
    for output in flow.outputs.iter().filter_map(|output| output.node.entry("value")) {
        checker.property(output, Place::Outputs);
    }
    for variable in &flow.variables {
        checker.property(variable, Place::Variables);
    }
    for name in ["inputs", "checks", "sla"] {
        for entry in root.get(name).map_or(&[][..], Node::items).iter().flat_map(Node::entries) {
            if !STATIC.contains(&entry.key.as_str()) {
                checker.property(entry, Place::Flow);
            }
        }
    }
    for trigger in &flow.triggers {
        checker.trigger(trigger);
    }
}

struct Checker<'a, 'c, 's> {
    names: &'a Names<'a>,
    order: &'a Order<'a>,
    cx: &'c mut Context<'s>,
}

impl<'a> Checker<'a, '_, '_> {
    fn property(&mut self, property: &'a Entry, place: Place<'a>) {
        self.texts(&property.value, place, true);
    }

    /// Every text below `node` that has an expression.
    fn texts(&mut self, node: &'a Node, place: Place<'a>, direct: bool) {
        match &node.data {
            Data::Text(text) if has_expression(text) => {
                self.template(&Template { node, text, place, direct });
            }
            Data::List(items) => items.iter().for_each(|item| self.texts(item, place, false)),
            Data::Map(entries) => entries.iter().for_each(|entry| self.texts(&entry.value, place, false)),
            _ => {}
        }
    }

    fn template(&mut self, template: &Template<'a>) {
        let scan = scan(template.text, self.cx.options.language);
        // These are errors, so they are told however much was found before them.
        let (refused, other): (Vec<_>, Vec<_>) =
            scan.dashed.iter().partition(|dashed| self.is_refused(dashed));
        for dashed in refused.into_iter().take(DIAGNOSTICS_MAX) {
            self.dashed(template, dashed);
        }
        // Telling where a finding stands takes time with the length of the text.
        if is_enough(&self.cx.found) {
            return;
        }
        self.problems(template, &scan);
        self.calls(template, &scan);
        for dashed in other.into_iter().take(DIAGNOSTICS_MAX) {
            self.dashed(template, dashed);
        }
        let is_dashed = |range: &std::ops::Range<usize>| {
            // The subtraction has two reads: what ends before the dash, and what stands behind it.
            let at = scan.dashed.partition_point(|dashed| dashed.range.end <= range.start);
            scan.dashed.get(at).is_some_and(|dashed| dashed.range.start <= range.end)
        };
        for read in &scan.reads {
            if is_enough(&self.cx.found) {
                return;
            }
            self.implied_file(template, read);
            if is_dashed(&read.range) {
                continue;
            }
            self.unknown_root(template, read);
            self.unknown_name(template, read);
            if !read.guarded {
                self.out_of_order(template, read);
            }
        }
        self.secret_in_log(template, &scan);
    }

    /// Triggers are evaluated without an execution, or with that of another flow: only the syntax can be told.
    fn trigger(&mut self, trigger: &'a Trigger) {
        for property in trigger.properties.iter().filter(|property| !STATIC.contains(&property.key.as_str()))
        {
            let mut texts = Vec::new();
            property.value.walk(&mut |node| {
                texts.extend(node.as_text().filter(|text| has_expression(text)).map(|text| (node, text)));
            });
            for (node, text) in texts {
                let template = Template { node, text, place: Place::Flow, direct: true };
                let scan = scan(text, self.cx.options.language);
                self.problems(&template, &scan);
                self.calls(&template, &scan);
            }
        }
    }

    fn problems(&mut self, template: &Template<'a>, scan: &Scan<'a>) {
        for problem in scan.problems.iter().take(PROBLEMS_MAX) {
            let span = self.span(template, &problem.range);
            let found = Diagnostic::new(Code::ExpressionSyntax, span, problem.message.clone())
                .help("to keep the braces as they are, put the text between `{% raw %}` and `{% endraw %}`");
            self.cx.report(found);
        }
        if self.cx.options.language == Language::Two {
            for range in reads_differently(template.text).into_iter().take(PROBLEMS_MAX) {
                let operator = &template.text[range.clone()];
                let message = format!("`{operator}` takes other operands here than it did before Kestra 2.0");
                let span = self.span(template, &range);
                let found = Diagnostic::new(Code::ExpressionPrecedence, span, message).help(format!(
                    "put parentheses around what belongs to `{operator}`: then both read the same"
                ));
                self.cx.report(found);
            }
        }
    }

    /// Whether a name with a dash is one that Kestra refuses.
    fn is_refused(&self, dashed: &Dashed<'a>) -> bool {
        match dashed.root {
            "inputs" => self.names.has_input(dashed.name),
            "outputs" => self.names.has_task(dashed.name),
            _ => false,
        }
    }

    /// `inputs.my-file` where `my-file` is an input: a subtraction that nobody meant.
    fn dashed(&mut self, template: &Template<'a>, dashed: &Dashed<'a>) {
        let (what, id) = match dashed.root {
            "inputs" if self.names.has_input(dashed.name) => ("input", "key-name"),
            "outputs" if self.names.has_task(dashed.name) => ("output", "task-id"),
            "tasks" if self.names.has_task(dashed.name) => ("task", "task-id"),
            "vars" if self.names.has_variable(dashed.name) => ("variable", "key-name"),
            _ => return self.unknown_dashed(template, dashed),
        };
        let owner = match template.place {
            Place::Task { task, .. } => format!("offending tasks: [{}]", task.id.value),
            Place::Outputs => "offending outputs".to_owned(),
            Place::Variables | Place::Flow => return,
        };
        // Kestra looks at inputs and outputs in direct properties; elsewhere the mistake shows at run time.
        let is_refused = template.direct && matches!(dashed.root, "inputs" | "outputs");
        let root = dashed.root;
        let wording = format!(
            "Invalid {what} reference: use {root}[{id}] instead of {root}.{id} — keys with dashes need brackets, {owner}"
        );
        let span = self.span(template, &dashed.range);
        // Between single quotes of YAML the others need no doubling.
        let quote = if self.cx.source.slice(template.node.span).starts_with('"') { '\'' } else { '"' };
        let quote = if self.cx.source.slice(template.node.span).starts_with('\'') { '"' } else { quote };
        let bracket = format!("[{quote}{}{quote}]", dashed.name);
        let with_dot = Span::new(span.start.saturating_sub(1), span.end);
        let mut found = Diagnostic::new(Code::ReferenceDash, span, wording.clone())
            .help(format!("write `{root}{}`", bracket.replace('"', "'")));
        if self.cx.source.slice(with_dot).starts_with('.') {
            found = found.fix("use brackets", with_dot, bracket);
        }
        if is_refused {
            found = found.constraint(wording);
        } else {
            found.severity = Severity::Warning;
        }
        self.cx.report(found);
    }

    /// The place in the source of a part of a template; a part that was folded is the whole template.
    fn span(&self, template: &Template<'a>, range: &std::ops::Range<usize>) -> Span {
        self.cx.source.part(template.node.span, template.text, range).unwrap_or(template.node.span)
    }
}
