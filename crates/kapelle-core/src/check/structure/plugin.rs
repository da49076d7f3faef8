//! Objects of plugin types: tasks, triggers, conditions, task runners and what plugins ask for themselves.

use kapelle_model::{Data, Node};

use super::{Owner, Structure, describe};
use crate::catalogue::{Catalogue, Found, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::shape::{Kind, Role};
use crate::suggest::is_typo;

impl<'a> Structure<'a, '_> {
    pub(super) fn plugin(&mut self, node: &'a Node, role: Role) {
        if !matches!(node.data, Data::Map(_)) {
            let message = format!(
                "Cannot deserialize value: {} stands where a {} is expected",
                describe(node),
                role.word()
            );
            let found = Diagnostic::new(Code::ValueType, node.span, message.clone())
                .help(format!("a {} is an object with a `type`", role.word()))
                .path(self.path.text())
                .constraint(message);
            return self.found.push(found);
        }
        let Some(entry) = node.entry("type").filter(|entry| !entry.value.is_null()) else {
            let help = format!("add `type:` with the name of a {} type{}", role.word(), type_example(role));
            let common = self.catalogue.common_properties(role.kind());
            return self.type_missing(node, role.word(), common, help);
        };
        let Some(written) = entry.value.scalar_text() else {
            return self.wrong_kind(&entry.value, "the name of a type");
        };
        let Some(found) = self.catalogue.find(&written).filter(|found| !found.entry.internal) else {
            self.unknown_type(&entry.value, &written, role);
            return self.nested_tasks(node);
        };
        if !self.catalogue.plays(found.entry.kind, role) {
            // What else is wrong with it depends on where it belongs.
            self.misplaced(&entry.value, found.entry, role);
            return self.nested_tasks(node);
        }
        self.type_notes(&entry.value, &written, found);
        self.defaults_reference(node, found.entry);
        self.object(node, Owner::of_type(found.entry));
    }

    fn unknown_type(&mut self, value: &'a Node, written: &str, role: Role) {
        let catalogue = self.catalogue;
        if let Some(family) = Catalogue::family(written).filter(|family| Catalogue::is_unread(family)) {
            return self.unknown_plugin(value, written, family, role);
        }
        // Whoever leaves the package out is answered in kind, and never with an old name.
        let short = |role| catalogue.names_for(role).filter_map(Catalogue::short_name);
        let near = if written.starts_with("io.") {
            self.nearest(written, catalogue.names_for(Some(role)))
                .or_else(|| self.nearest(written, catalogue.names_for(None)))
        } else {
            self.nearest(written, short(Some(role))).or_else(|| self.nearest(written, short(None)))
        };
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "`kapelle plugins search WORD` looks for types; check the spelling of the package".to_owned()
            }
        };
        let wording = format!("Invalid type: {written}");
        let message = format!("{wording}: there is no such {} type", role.word());
        let mut found = Diagnostic::new(Code::TypeUnknown, value.span, message).help(help);
        if let Some(near) = near.filter(|near| is_typo(written, near)) {
            found = found.fix(format!("write `{near}`"), value.span, near);
        }
        self.report(found, "type", &wording);
    }

    /// A plugin that was released, but that nobody here has read: that is no reason to refuse the flow.
    fn unknown_plugin(&mut self, value: &'a Node, written: &str, family: &str, role: Role) {
        if self.unknown_plugins.insert(written.to_owned()) {
            let outcome = match role {
                Role::Task => "the task fails when it runs",
                Role::Trigger => "the trigger starts nothing",
                Role::Condition => "its trigger starts nothing",
                Role::TaskRunner => "its task fails when it runs",
                Role::Other(_) => "what asks for it fails when it runs",
            };
            let message = format!(
                "`{written}`: the plugin `{family}` is not known here: its properties are not checked, and {outcome}"
            );
            let help = "`core.http.Request` or a script reach most services; \
                        `kapelle plugins list` shows what is known, in case the name is misspelt";
            let found = Diagnostic::new(Code::PluginUnknown, value.span, message).help(help);
            self.found.push(found.path(super::below(&self.path.text(), "type")));
        }
    }

    /// Below an unknown type nothing is known but that lists of objects with a type are most likely tasks.
    fn nested_tasks(&mut self, node: &'a Node) {
        for entry in node.entries() {
            let looks_like_tasks = !entry.value.items().is_empty()
                && entry
                    .value
                    .items()
                    .iter()
                    .all(|item| item.get("type").is_some() && item.get("id").is_some());
            if looks_like_tasks {
                self.path.push_key(&entry.key);
                self.list(&entry.value, &Kind::Plugin(Role::Task), false);
                self.path.pop();
            }
        }
    }

    fn misplaced(&mut self, value: &'a Node, entry: &'static Type, role: Role) {
        let place = match entry.kind {
            "trigger" | "realtime" => "under `triggers`",
            "task" | "flowable" | "subflow" => "under `tasks`",
            "condition" => "under `conditions` of a trigger",
            "runner" => "in `taskRunner` of a script task",
            _ => "in a property of the plugin that asks for it",
        };
        let wording = format!("Invalid type: {}", entry.name);
        let message = format!("{wording}: it is a {}, not a {}", kind_word(entry.kind), role.word());
        let found =
            Diagnostic::new(Code::TypeMisplaced, value.span, message).help(format!("it belongs {place}"));
        self.report(found, "type", &wording);
    }

    fn type_notes(&mut self, value: &'a Node, written: &str, found: Found) {
        let entry = found.entry;
        let path = self.path.text();
        // The free name of a type that Kestra sells stays as it is.
        if found.by_alias && !entry.enterprise {
            let note = Diagnostic::new(
                Code::TypeAlias,
                value.span,
                format!("{written} is replaced by {}", entry.name),
            )
            .help("both work; the new name is the one in the documentation")
            .path(super::below(&path, "type"));
            // Under another name the plugin could get other defaults.
            let is_safe = self.defaults.treat_alike(written, entry.name);
            let note = if is_safe {
                note.fix(format!("write `{}`", entry.name), value.span, entry.name)
            } else {
                note
            };
            self.found.push(note);
        }
        if entry.deprecated {
            let message = format!("`{}` is deprecated in Kestra; Kapelle keeps it", entry.name);
            self.found.push(Diagnostic::new(Code::TypeDeprecated, value.span, message).path(path.clone()));
        }
        if !entry.is_built_in() && !self.not_built_in.contains(&entry.name) {
            self.not_built_in.push(entry.name);
            let message =
                format!("`{}` is known and checked, but not built in: it cannot run yet", entry.name);
            self.found.push(Diagnostic::new(Code::TypeNotBuiltIn, value.span, message).path(path));
        }
    }
}

fn type_example(role: Role) -> &'static str {
    match role {
        Role::Task => ", such as `io.kestra.plugin.core.log.Log`",
        Role::Trigger => ", such as `io.kestra.plugin.core.trigger.Schedule`",
        Role::Condition => ", such as `io.kestra.plugin.core.condition.Expression`",
        Role::TaskRunner => ", such as `io.kestra.plugin.core.runner.Process`",
        Role::Other(_) => "",
    }
}

fn kind_word(kind: &str) -> &str {
    match kind {
        "realtime" => "trigger",
        "flowable" | "subflow" => "task",
        "runner" => "task runner",
        other => other,
    }
}
