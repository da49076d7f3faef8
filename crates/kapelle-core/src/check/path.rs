//! Where in the document a check stands, by names instead of bytes.

use kapelle_model::{Node, Span};

/// The way from the root to the node that is being checked.
#[derive(Default)]
pub(super) struct Path<'a> {
    steps: Vec<Step<'a>>,
}

enum Step<'a> {
    Key(&'a str),
    /// A place in a list, and the id of what stands there.
    Index(usize, Option<&'a str>),
}

impl<'a> Path<'a> {
    pub(super) fn push_key(&mut self, key: &'a str) {
        self.steps.push(Step::Key(key));
    }

    pub(super) fn push_index(&mut self, index: usize, id: Option<&'a str>) {
        self.steps.push(Step::Index(index, id));
    }

    pub(super) fn pop(&mut self) {
        self.steps.pop();
    }

    /// `tasks[0].retry`
    pub(super) fn text(&self) -> String {
        Self::join(&self.steps)
    }

    /// As API clients see it: counted from the innermost thing that has an id, `first.retry`.
    pub(super) fn seen_by_clients(&self) -> String {
        let named = self.steps.iter().rposition(|step| matches!(step, Step::Index(_, Some(_))));
        match named.map(|at| (&self.steps[at], &self.steps[at + 1..])) {
            Some((Step::Index(_, Some(id)), [])) => (*id).to_owned(),
            Some((Step::Index(_, Some(id)), rest)) => format!("{id}.{}", Self::join(rest)),
            _ => self.text(),
        }
    }

    fn join(steps: &[Step<'_>]) -> String {
        let mut text = String::new();
        for step in steps {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                Step::Index(index, _) => {
                    text.push('[');
                    text.push_str(&index.to_string());
                    text.push(']');
                }
            }
        }
        text
    }
}

/// `base.name`, or `name` at the root.
pub(super) fn below(base: &str, name: &str) -> String {
    if base.is_empty() { name.to_owned() } else { format!("{base}.{name}") }
}

/// The path of the innermost node that holds the byte `at`.
pub(super) fn at(root: &Node, at: u32) -> String {
    to(root, Span::new(at, at)).text()
}

/// The way to the node of this span, or to the innermost one that holds its first byte.
pub(super) fn to(root: &Node, span: Span) -> Path<'_> {
    let at = span.start;
    let mut path = Path::default();
    let mut node = root;
    loop {
        if node.span == span {
            return path;
        }
        // Both are in the order of the text, and a document may have very many of them.
        let entries = node.entries();
        let behind = entries.partition_point(|entry| entry.key_span.start <= at);
        if let Some(entry) = entries[..behind].last()
            && at < entry.value.span.end.max(entry.key_span.end)
        {
            path.push_key(&entry.key);
            node = &entry.value;
            continue;
        }
        let items = node.items();
        let behind = items.partition_point(|item| item.span.start <= at);
        if let Some(item) = items[..behind].last()
            && at < item.span.end
        {
            path.push_index(behind - 1, item.get("id").and_then(Node::as_text));
            node = item;
            continue;
        }
        return path;
    }
}
