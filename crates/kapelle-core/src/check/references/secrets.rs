//! Secrets on their way into a log, and files that an expression expects.

use kapelle_model::Node;

use super::names::leading_names;
use super::{Checker, Place, Template};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Read, Scan, Step};

/// Tasks that show what they render, with the property that they show.
const SHOWN: &[(&str, &str)] = &[
    ("io.kestra.plugin.core.log.Log", "message"),
    ("io.kestra.plugin.core.debug.Return", "format"),
    ("io.kestra.plugin.core.debug.Echo", "format"),
];

impl<'a> Checker<'a, '_, '_> {
    pub(super) fn secret_in_log(&mut self, template: &Template<'a>, scan: &Scan<'a>) {
        let Place::Task { task, property, .. } = template.place else { return };
        if !SHOWN.contains(&(task.type_name.canonical.as_str(), property)) {
            return;
        }
        let call =
            scan.calls.iter().find(|call| call.name == "secret").map(|call| (call.range.clone(), "a secret"));
        let input = || {
            let read = scan.reads.iter().find(|read| {
                read.root == "inputs" && self.names.is_secret_input(&leading_names(read).join("."))
            });
            read.map(|read| (read.range.clone(), "an input of type SECRET"))
        };
        let Some((range, what)) = call.or_else(input) else { return };
        let message = format!("`{}` shows {what} to everybody who can read the execution", task.id.value);
        let help = "leave it out; to see that it is there, show its length: `{{ secret('NAME') | length }}`";
        let span = self.span(template, &range);
        self.cx.report(Diagnostic::new(Code::SecretLogged, span, message).help(help));
    }

    /// `outputs.task.outputFiles['name']` makes the task keep `name`, declared or not.
    pub(super) fn implied_file(&mut self, template: &Template<'a>, read: &Read<'a>) {
        let [
            Step::Name { name: id, .. },
            Step::Name { name: field, .. },
            Step::Name { name: file, dotted: false, .. },
        ] = read.path.as_slice()
        else {
            return;
        };
        if read.root != "outputs" || field != "outputFiles" {
            return;
        }
        let Some(task) = self.names.task_of(id) else { return };
        let takes_files = self.cx.catalogue.find(&task.type_name.canonical);
        if takes_files.is_none_or(|found| found.entry.property("outputFiles").is_none()) {
            return;
        }
        let declared = task.property("outputFiles");
        let may_match = |node: &Node| {
            node.scalar_text().is_some_and(|text| text == **file || text.contains(['*', '?', '[', '{']))
        };
        if declared.is_some_and(|node| may_match(node) || node.items().iter().any(may_match)) {
            return;
        }
        let message =
            format!("`{id}` keeps the file `{file}`, although it does not declare it in `outputFiles`");
        let help = format!("this works here; for Kestra add `outputFiles: [{file}]` to the task");
        let span = self.span(template, &read.range);
        self.cx.report(Diagnostic::new(Code::OutputFileImplied, span, message).help(help));
    }
}
