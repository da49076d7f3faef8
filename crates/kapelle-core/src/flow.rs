//! From a document to the typed flow tree.
//!
//! Reading is lenient: what is wrong is told by the checks, here it is left out. So a flow with mistakes still has
//! everything that can be understood, and all checks can run over it at once.

use kapelle_model::flow::{
    Branch, BranchKind, Flow, Input, Label, Output, PluginDefault, Task, Trigger, TypeName,
};
use kapelle_model::{Data, Entry, Node, Span, Spanned};

use crate::catalogue::Catalogue;

/// The flow that a document describes.
pub fn read(root: &Node, catalogue: &'static Catalogue) -> Flow {
    let reader = Reader { catalogue };
    let defaults = root.get("pluginDefaults").or_else(|| root.get("taskDefaults"));
    Flow {
        span: root.span,
        id: text_of(root, "id"),
        namespace: text_of(root, "namespace"),
        disabled: flag(root, "disabled"),
        labels: labels(root.get("labels")),
        inputs: inputs(root.get("inputs")),
        outputs: objects(root.get("outputs"))
            .map(|node| Output { id: text_of(node, "id"), node: node.clone() })
            .collect(),
        variables: root.get("variables").map_or(Vec::new(), |node| node.entries().to_vec()),
        branches: reader.flow_branches(root),
        triggers: objects(root.get("triggers")).map(|node| reader.trigger(node)).collect(),
        plugin_defaults: plugin_defaults(defaults),
    }
}

/// Labels in either form: a map, or a list of `{key, value}`.
pub fn labels(node: Option<&Node>) -> Vec<Label> {
    let Some(node) = node else { return Vec::new() };
    let label = |key: &str, key_span: Span, value: &Node| {
        let text = value.scalar_text()?;
        Some(Label { key: Spanned::new(key.to_owned(), key_span), value: Spanned::new(text, value.span) })
    };
    let from_map = node.entries().iter().filter_map(|entry| label(&entry.key, entry.key_span, &entry.value));
    let from_list = node.items().iter().filter_map(|item| {
        let key = item.get("key")?;
        label(&key.scalar_text()?, key.span, item.get("value")?)
    });
    from_map.chain(from_list).collect()
}

/// Inputs of a flow or a pause; those of a form stand beside it under their dotted path.
pub fn inputs(node: Option<&Node>) -> Vec<Input> {
    let mut all = Vec::new();
    for node in objects(node) {
        let input = input(node);
        let prefix = input.id.value.clone();
        let is_form = input.kind == "FORM";
        all.push(input);
        if is_form {
            for child in objects(node.get("inputs")) {
                let mut child = self::input(child);
                child.id.value = format!("{prefix}.{}", child.id.value);
                all.push(child);
            }
        }
    }
    all
}

fn input(node: &Node) -> Input {
    let id = if node.get("id").is_some_and(|id| !id.is_null()) { "id" } else { "name" };
    let depends_on = node.get("dependsOn").and_then(|node| node.get("inputs"));
    Input {
        id: text_of(node, id),
        kind: text_of(node, "type").value,
        depends_on: texts(depends_on),
        node: node.clone(),
    }
}

/// A value that an input offers for choice: a text, or `{value, label}`.
pub fn choice_text(node: &Node) -> Option<String> {
    node.get("value").unwrap_or(node).scalar_text()
}

/// A list of plugin defaults, of a flow or of anything around it.
pub fn plugin_defaults(node: Option<&Node>) -> Vec<PluginDefault> {
    let default = |node: &Node| PluginDefault {
        type_name: text_of(node, "type"),
        reference: node.get("ref").is_some_and(|node| !node.is_null()).then(|| text_of(node, "ref")),
        forced: flag(node, "forced"),
        values: node.get("values").map_or(Vec::new(), |node| node.entries().to_vec()),
    };
    objects(node).map(default).collect()
}

struct Reader {
    catalogue: &'static Catalogue,
}

impl Reader {
    fn flow_branches(&self, root: &Node) -> Vec<Branch> {
        let lists = [
            ("tasks", BranchKind::Tasks),
            ("errors", BranchKind::Errors),
            ("finally", BranchKind::Finally),
            ("afterExecution", BranchKind::AfterExecution),
        ];
        let mut branches: Vec<Branch> =
            lists.into_iter().filter_map(|(name, kind)| Some(self.branch(kind, root.get(name)?))).collect();
        for (index, listener) in objects(root.get("listeners")).enumerate() {
            branches.extend(listener.get("tasks").map(|node| self.branch(BranchKind::Listener(index), node)));
        }
        branches
    }

    fn branch(&self, kind: BranchKind, node: &Node) -> Branch {
        let tasks = objects(Some(node)).map(|node| self.task(node)).collect();
        Branch { kind, span: node.span, tasks }
    }

    fn task(&self, node: &Node) -> Task {
        let type_name = self.type_name(node);
        let mut task = Task {
            span: node.span,
            id: text_of(node, "id"),
            disabled: flag(node, "disabled"),
            depends_on: Vec::new(),
            properties: Vec::new(),
            branches: Vec::new(),
            type_name,
        };
        let takes_tasks = self
            .catalogue
            .find(&task.type_name.canonical)
            .is_none_or(|found| found.entry.is_flowable() || found.entry.kind == "subflow");
        for entry in node.entries() {
            let count = task.branches.len();
            if takes_tasks {
                self.branches_of(entry, &task.type_name.canonical, &mut task.branches);
            }
            if task.branches.len() == count {
                task.properties.push(entry.clone());
            }
        }
        task
    }

    /// The lists of tasks that stand in a property, if it is one that holds tasks.
    fn branches_of(&self, entry: &Entry, owner: &str, branches: &mut Vec<Branch>) {
        let kind = match entry.key.as_str() {
            "tasks" if owner.ends_with(".flow.Dag") => {
                branches.push(self.dag(&entry.value));
                return;
            }
            "cases" => {
                let cases = entry.value.entries().iter();
                branches
                    .extend(cases.map(|case| self.branch(BranchKind::Case(case.key.clone()), &case.value)));
                return;
            }
            "onPause" => {
                let tasks = if entry.value.is_null() { Vec::new() } else { vec![self.task(&entry.value)] };
                branches.push(Branch { kind: BranchKind::OnPause, span: entry.value.span, tasks });
                return;
            }
            "tasks" => BranchKind::Tasks,
            "then" => BranchKind::Then,
            "else" => BranchKind::Else,
            "defaults" => BranchKind::Defaults,
            "errors" => BranchKind::Errors,
            "finally" => BranchKind::Finally,
            "onTimeout" => BranchKind::OnTimeout,
            "onWait" => BranchKind::OnWait,
            "onApprove" => BranchKind::OnApprove,
            "onDeny" => BranchKind::OnDeny,
            _ => return,
        };
        if matches!(entry.value.data, Data::List(_)) {
            branches.push(self.branch(kind, &entry.value));
        }
    }

    fn dag(&self, node: &Node) -> Branch {
        let child = |node: &Node| {
            let mut task = self.task(node.get("task")?);
            task.depends_on = texts(node.get("dependsOn"));
            Some(task)
        };
        Branch {
            kind: BranchKind::Tasks,
            span: node.span,
            tasks: objects(Some(node)).filter_map(child).collect(),
        }
    }

    fn trigger(&self, node: &Node) -> Trigger {
        Trigger {
            span: node.span,
            id: text_of(node, "id"),
            type_name: self.type_name(node),
            disabled: flag(node, "disabled"),
            properties: node.entries().to_vec(),
        }
    }

    fn type_name(&self, node: &Node) -> TypeName {
        let written = text_of(node, "type");
        let canonical = self
            .catalogue
            .find(&written)
            .map_or_else(|| written.value.clone(), |found| found.entry.name.to_owned());
        TypeName { written, canonical }
    }
}

/// The items of a list that are objects.
fn objects(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    node.map_or(&[][..], Node::items).iter().filter(|item| matches!(item.data, Data::Map(_)))
}

fn texts(node: Option<&Node>) -> Vec<Spanned<String>> {
    let items = node.map_or(&[][..], Node::items).iter();
    items.filter_map(|item| Some(Spanned::new(item.scalar_text()?, item.span))).collect()
}

/// The text of a property with its place; empty, at the start of the object, if there is none.
fn text_of(node: &Node, key: &str) -> Spanned<String> {
    let value = node.get(key).and_then(|value| Some(Spanned::new(value.scalar_text()?, value.span)));
    value.unwrap_or_else(|| Spanned::new(String::new(), Span::new(node.span.start, node.span.start)))
}

fn flag(node: &Node, key: &str) -> bool {
    let is_true =
        |value: &Node| value.as_bool().unwrap_or_else(|| value.as_text().is_some_and(|text| text == "true"));
    node.get(key).is_some_and(is_true)
}
