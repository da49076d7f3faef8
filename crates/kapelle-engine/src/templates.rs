//! Templates: lists of tasks that several flows share. Kestra took them out of its language; flows of old have them.
//!
//! They are put into the document before it is read as a flow, so that their tasks are tasks like all others. A template
//! that is not there leaves its place empty: the task that wants it fails when its turn comes.

use kapelle_core::catalogue::Catalogue;
use kapelle_model::{Data, Entry, Node};

/// The type of the tasks that stand for a template.
const TYPE: &str = "io.kestra.plugin.core.flow.Template";

/// Templates in templates, so many levels.
const DEPTH_MAX: usize = 8;

/// Templates that are put into one document.
const COUNT_MAX: usize = 500;

/// What a template brings.
const LISTS: [&str; 3] = ["tasks", "errors", "finally"];

/// Parts of a document that hold no tasks.
const WITHOUT_TASKS: [&str; 7] =
    ["inputs", "outputs", "variables", "labels", "triggers", "pluginDefaults", "taskDefaults"];

/// A document with its templates in it.
#[derive(Debug)]
pub struct Expanded {
    pub root: Node,
    /// Namespace and id of the templates that were asked for.
    pub names: Vec<(String, String)>,
    /// Why the flow cannot run: templates without end.
    pub failures: Vec<String>,
}

/// Gives the document of a template, by namespace and id.
pub type Find<'f, E> = dyn FnMut(&str, &str) -> Result<Option<Node>, E> + 'f;

/// Puts templates in their places.
pub fn expand<E>(root: &Node, catalogue: &'static Catalogue, find: &mut Find<'_, E>) -> Result<Expanded, E> {
    let mut expander = Expander { catalogue, find, names: Vec::new(), is_exceeded: false };
    let root = expander.node(root, 0)?;
    let failures = expander.is_exceeded.then(|| {
        format!("the templates of the flow are more than {COUNT_MAX}, or contain each other without end")
    });
    Ok(Expanded { root, names: expander.names, failures: failures.into_iter().collect() })
}

struct Expander<'f, 'w, E> {
    catalogue: &'static Catalogue,
    find: &'f mut Find<'w, E>,
    names: Vec<(String, String)>,
    is_exceeded: bool,
}

impl<E> Expander<'_, '_, E> {
    /// A node with the templates below it, `depth` templates deep.
    fn node(&mut self, node: &Node, depth: usize) -> Result<Node, E> {
        if let Some((namespace, id)) = self.name(node) {
            return self.template(node, namespace, id, depth);
        }
        let data = match &node.data {
            Data::List(items) => {
                Data::List(items.iter().map(|item| self.node(item, depth)).collect::<Result<_, E>>()?)
            }
            Data::Map(entries) => {
                Data::Map(entries.iter().map(|entry| self.entry(entry, depth)).collect::<Result<_, E>>()?)
            }
            other => other.clone(),
        };
        Ok(Node { span: node.span, data })
    }

    fn entry(&mut self, entry: &Entry, depth: usize) -> Result<Entry, E> {
        if WITHOUT_TASKS.contains(&entry.key.as_str()) {
            return Ok(entry.clone());
        }
        let value = self.node(&entry.value, depth)?;
        Ok(Entry { key: entry.key.clone(), key_span: entry.key_span, value })
    }

    /// What a task that stands for a template wants.
    fn name(&self, node: &Node) -> Option<(String, String)> {
        let found = self.catalogue.find(node.get("type")?.as_text()?)?;
        let text = |name: &str| node.get(name).and_then(Node::scalar_text);
        (found.entry.name == TYPE).then(|| Some((text("namespace")?, text("templateId")?)))?
    }

    /// The task with the lists of its template in place of its own.
    fn template(&mut self, task: &Node, namespace: String, id: String, depth: usize) -> Result<Node, E> {
        if depth >= DEPTH_MAX || self.names.len() >= COUNT_MAX {
            self.is_exceeded = true;
            return Ok(task.clone());
        }
        let found = (self.find)(&namespace, &id)?;
        self.names.push((namespace, id));
        let Some(template) = found else { return Ok(task.clone()) };
        let own = task.entries().iter().filter(|entry| template.get(&entry.key).is_none() || is_own(entry));
        let mut entries: Vec<Entry> = own.cloned().collect();
        for entry in template.entries().iter().filter(|entry| LISTS.contains(&entry.key.as_str())) {
            entries.push(self.entry(entry, depth + 1)?);
        }
        Ok(Node { span: task.span, data: Data::Map(entries) })
    }
}

fn is_own(entry: &Entry) -> bool {
    !LISTS.contains(&entry.key.as_str())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use kapelle_core::expression::plain;
    use kapelle_core::yaml;
    use kapelle_model::Span;

    use super::*;

    fn read(source: &str) -> Node {
        yaml::read(source, Span::new(0, source.len() as u32)).root.unwrap()
    }

    /// The document as JSON, and what was wrong.
    fn expanded(source: &str, templates: &[(&str, &str)]) -> (String, Vec<String>) {
        let mut find = |namespace: &str, id: &str| {
            let name = format!("{namespace}.{id}");
            let found = templates.iter().find(|(known, _)| *known == name);
            Ok::<_, Infallible>(found.map(|(_, source)| read(source)))
        };
        let Ok(expanded) = expand(&read(source), Catalogue::bundled(), &mut find);
        let json =
            plain::start_of_json(&plain::from_node(&expanded.root), &jiff::tz::TimeZone::UTC, false, 1 << 20);
        (json, expanded.failures)
    }

    const TEMPLATE: &str = "type: io.kestra.core.tasks.flows.Template, namespace: n, templateId";

    #[test]
    fn a_template_brings_its_lists_into_the_task_that_wants_it() {
        let (flow, failures) = expanded(
            &format!("{{tasks: [{{id: t, {TEMPLATE}: x, args: {{a: 1}}}}]}}"),
            &[("n.x", "{id: x, namespace: n, tasks: [{id: one}], errors: [{id: two}]}")],
        );
        assert_eq!(
            flow,
            r#"{"tasks":[{"id":"t","type":"io.kestra.core.tasks.flows.Template","namespace":"n","templateId":"x","args":{"a":1},"tasks":[{"id":"one"}],"errors":[{"id":"two"}]}]}"#
        );
        assert!(failures.is_empty());
    }

    #[test]
    fn a_template_that_is_missing_leaves_its_place_empty() {
        let (flow, failures) = expanded(&format!("{{tasks: [{{id: t, {TEMPLATE}: x}}]}}"), &[]);
        assert!(!flow.contains("\"tasks\":[{\"id\":\"t\",\"tasks\""), "{flow}");
        assert!(failures.is_empty());
    }

    #[test]
    fn templates_in_templates_end_somewhere() {
        let own = format!("{{tasks: [{{id: a, {TEMPLATE}: x}}, {{id: b, {TEMPLATE}: x}}]}}");
        let (_, failures) = expanded(&own, &[("n.x", &own)]);
        assert_eq!(failures.len(), 1);
    }

    #[test]
    fn only_lists_of_tasks_are_looked_at() {
        let written = format!("{{variables: {{t: {{{TEMPLATE}: x}}}}}}");
        let (flow, _) = expanded(&written, &[("n.x", "{tasks: [{id: one}]}")]);
        assert!(!flow.contains("one"), "{flow}");
    }
}
