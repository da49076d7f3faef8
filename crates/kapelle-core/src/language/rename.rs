//! Another name for a task or an input, everywhere in the flow.

mod expressions;

use kapelle_model::flow::Flow;
use kapelle_model::{Data, Node, Span};

use super::template::is_identifier;
use crate::catalogue::Catalogue;
use crate::diagnostic::Edit;
use crate::flow;
use crate::shape::{FIELD_ID, PLUGIN_ID};
use crate::source::Source;
use crate::yaml;

/// What a person wants to call differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// `task` or `input`.
    pub what: &'static str,
    pub old: String,
    /// In the order of the text; none of them overlap.
    pub edits: Vec<Edit>,
    /// Texts that name it in a way that cannot be changed safely: where a scalar is written with escapes or folded.
    pub left: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Symbol {
    Task(String),
    /// By its whole path.
    Input(String),
}

/// The changes that give the task or input at the byte `at` another name, or why there are none.
pub fn rename(source: &Source, at: usize, new: &str) -> Result<Rename, String> {
    let span = super::draft::document(source.text(), at);
    let root = yaml::read(source.text(), span).root;
    let root = root.ok_or("the flow cannot be read; mend what is wrong with it first")?;
    let flow = flow::read(&root, Catalogue::bundled());
    let at = at as u32;
    let symbol = declared(&flow, at).or_else(|| expressions::at(source, &root, at));
    let symbol = symbol.filter(|symbol| symbol.exists(&flow));
    let symbol = symbol.ok_or("there is no task or input of the flow here")?;
    symbol.check(&flow, new)?;
    let mut renaming = Renaming { source, symbol: &symbol, new, edits: Vec::new(), left: Vec::new() };
    renaming.declarations(&flow);
    renaming.expressions(&root, &flow);
    let Renaming { mut edits, left, .. } = renaming;
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    let (what, old) = match &symbol {
        Symbol::Task(id) => ("task", id.clone()),
        Symbol::Input(id) => ("input", id.rsplit('.').next().unwrap_or(id).to_owned()),
    };
    Ok(Rename { what, old, edits, left })
}

/// What has its name, or is named by a dependency, at this place.
fn declared(flow: &Flow, at: u32) -> Option<Symbol> {
    let is_here = |span: Span| span.start <= at && at <= span.end;
    let mut found = None;
    flow.walk_tasks(&mut |task| {
        if is_here(task.id.span) {
            found = Some(Symbol::Task(task.id.value.clone()));
        }
        if let Some(other) = task.depends_on.iter().find(|other| is_here(other.span)) {
            found = Some(Symbol::Task(other.value.clone()));
        }
    });
    for input in &flow.inputs {
        if is_here(input.id.span) {
            found = Some(Symbol::Input(input.id.value.clone()));
        }
        if let Some(other) = input.depends_on.iter().find(|other| is_here(other.span)) {
            found = Some(Symbol::Input(other.value.clone()));
        }
    }
    found
}

impl Symbol {
    fn exists(&self, flow: &Flow) -> bool {
        match self {
            Self::Task(id) => !id.is_empty() && task_ids(flow).contains(&id.as_str()),
            Self::Input(id) => !id.is_empty() && flow.inputs.iter().any(|input| input.id.value == *id),
        }
    }

    /// Whether it can be called so.
    fn check(&self, flow: &Flow, new: &str) -> Result<(), String> {
        let (pattern, is_taken) = match self {
            Self::Task(_) => (&PLUGIN_ID, task_ids(flow).contains(&new)),
            Self::Input(id) => {
                let input = flow.inputs.iter().find(|input| input.id.value == *id);
                let own = input.and_then(|input| input.node.get("id").or_else(|| input.node.get("name")));
                let own = own.and_then(Node::scalar_text).unwrap_or_default();
                if own.contains('.') || new.contains('.') {
                    return Err("an input with a dot in its id makes a group: rename it by hand".to_owned());
                }
                let path = renamed(id, new);
                (&FIELD_ID, flow.inputs.iter().any(|input| input.id.value == path))
            }
        };
        if !(pattern.matches)(new) || new.len() > pattern.length_max {
            return Err(format!("`{new}` cannot be an id: it must match {}", pattern.regex));
        }
        if is_taken { Err(format!("`{new}` is there already")) } else { Ok(()) }
    }
}

fn task_ids(flow: &Flow) -> Vec<&str> {
    let mut ids = Vec::new();
    flow.walk_tasks(&mut |task| ids.push(task.id.value.as_str()));
    ids
}

/// A path whose last part has another name. An input of a form keeps what stands before it.
fn renamed(path: &str, new: &str) -> String {
    path.rsplit_once('.').map_or_else(|| new.to_owned(), |(above, _)| format!("{above}.{new}"))
}

struct Renaming<'a> {
    source: &'a Source,
    symbol: &'a Symbol,
    new: &'a str,
    edits: Vec<Edit>,
    left: Vec<Span>,
}

impl Renaming<'_> {
    fn declarations(&mut self, flow: &Flow) {
        match self.symbol {
            Symbol::Task(id) => flow.walk_tasks(&mut |task| {
                if task.id.value == *id {
                    self.scalar(task.id.span);
                }
                for other in task.depends_on.iter().filter(|other| other.value == *id) {
                    self.scalar(other.span);
                }
            }),
            Symbol::Input(id) => self.input(flow, id),
        }
    }

    fn input(&mut self, flow: &Flow, id: &str) {
        for input in &flow.inputs {
            if input.id.value == *id {
                self.scalar(input.id.span);
            }
            for other in input.depends_on.iter().filter(|other| other.value == *id) {
                self.path(other.span, id);
            }
        }
        // Triggers give values to inputs by their names.
        for trigger in &flow.triggers {
            let given = trigger.property("inputs").map_or(&[][..], Node::entries);
            for entry in given.iter().filter(|entry| entry.key == *id) {
                self.path(entry.key_span, id);
            }
        }
    }

    /// A scalar that is the name.
    fn scalar(&mut self, span: Span) {
        let new = self.new.to_owned();
        self.write(span, new);
    }

    /// A scalar that is the whole path of an input.
    fn path(&mut self, span: Span, id: &str) {
        let path = renamed(id, self.new);
        self.write(span, path);
    }

    fn write(&mut self, span: Span, new: String) {
        let written = self.source.slice(span).trim_end();
        let span = Span::new(span.start, span.start + written.len() as u32);
        let is_quoted = written.len() > 1 && written.starts_with(['"', '\'']);
        if is_quoted {
            self.edits.push(Edit { span: Span::new(span.start + 1, span.end - 1), text: new });
        } else {
            let text = if is_plain(&new) { new } else { format!("\"{new}\"") };
            self.edits.push(Edit { span, text });
        }
    }
}

/// Whether YAML takes a name for text as it stands: `on` and `1` are something else.
fn is_plain(name: &str) -> bool {
    let read = yaml::read(name, Span::new(0, name.len() as u32)).root;
    read.is_some_and(|node| matches!(node.data, Data::Text(_)))
}
