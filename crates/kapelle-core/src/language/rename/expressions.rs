//! Names in expressions: which task or input they mean, and how they are written anew.

use std::ops::Range;

use kapelle_model::flow::Flow;
use kapelle_model::{Data, Node, Span};

use super::{Renaming, Symbol, is_identifier, renamed};
use crate::catalogue::Catalogue;
use crate::check::references::FOREIGN;
use crate::diagnostic::Edit;
use crate::expression::{Read, Step, scan};
use crate::language::Language;
use crate::source::Source;

/// Reads of one text that are looked for in the source: each takes time with the length of the text.
const READS_MAX: usize = 1_000;

/// Calls `visit` for every text with expressions about this flow's own execution.
fn templates<'a>(root: &'a Node, visit: &mut impl FnMut(&'a Node, &'a str)) {
    for entry in root.entries().iter().filter(|entry| entry.key != "triggers") {
        below(&entry.value, visit);
    }
}

fn below<'a>(node: &'a Node, visit: &mut impl FnMut(&'a Node, &'a str)) {
    match &node.data {
        Data::Text(text) if text.contains("{{") || text.contains("{%") => visit(node, text),
        Data::List(items) => items.iter().for_each(|item| below(item, visit)),
        Data::Map(entries) => {
            let written = node.get("type").and_then(Node::as_text);
            let name = written.and_then(|name| Catalogue::bundled().find(name)).map(|found| found.entry.name);
            let is_foreign = |key: &str| name.is_some_and(|name| FOREIGN.contains(&(name, key)));
            for entry in entries.iter().filter(|entry| !is_foreign(&entry.key)) {
                below(&entry.value, visit);
            }
        }
        _ => {}
    }
}

/// What an expression names at a byte of the source.
pub(super) fn at(source: &Source, root: &Node, at: u32) -> Option<Symbol> {
    let mut found = None;
    templates(root, &mut |node, text| {
        if !(node.span.start <= at && at <= node.span.end) {
            return;
        }
        for read in scan(text, Language::One).reads.into_iter().take(READS_MAX) {
            let names = names(&read);
            let index = names.iter().position(|(_, range)| {
                let span = part(source, node, text, &read.range, range);
                span.is_some_and(|span| span.start <= at && at <= span.end)
            });
            let Some(index) = index else { continue };
            found = match read.root {
                "outputs" | "tasks" if index == 0 => Some(Symbol::Task(names[0].0.to_owned())),
                "inputs" => {
                    let path: Vec<&str> = names[..=index].iter().map(|(name, _)| *name).collect();
                    Some(Symbol::Input(path.join(".")))
                }
                _ => None,
            };
        }
    });
    found
}

/// The leading names of a read, each with its range.
fn names<'r>(read: &'r Read<'_>) -> Vec<(&'r str, Range<usize>)> {
    let name = |step: &'r Step<'_>| match step {
        Step::Name { name, range, .. } => Some((name.as_ref(), range.clone())),
        _ => None,
    };
    read.path.iter().map_while(name).collect()
}

/// The place of a part of a read. The read as a whole is longer, so it is found more safely.
fn part(source: &Source, node: &Node, text: &str, read: &Range<usize>, range: &Range<usize>) -> Option<Span> {
    let whole = source.part(node.span, text, read)?;
    let start = whole.start + (range.start - read.start) as u32;
    Some(Span::new(start, start + range.len() as u32))
}

impl Renaming<'_> {
    pub(super) fn expressions(&mut self, root: &Node, flow: &Flow) {
        let wanted = self.wanted(flow);
        templates(root, &mut |node, text| {
            let scan = scan(text, Language::One);
            if scan.reads.len() > READS_MAX {
                self.left.push(node.span);
            }
            for read in scan.reads.iter().take(READS_MAX) {
                self.read(node, text, read, &wanted);
            }
            for dashed in scan.dashed.iter().take(READS_MAX) {
                let fits = self.is_root(dashed.root) && wanted.iter().any(|(old, _)| old == dashed.name);
                if fits {
                    let span = self.source.part(node.span, text, &dashed.range);
                    self.dotted(node, span, &wanted[0].1);
                }
            }
        });
    }

    /// Old names with their new ones: the name, and those that are made of it.
    fn wanted(&self, flow: &Flow) -> Vec<(String, String)> {
        match self.symbol {
            Symbol::Input(id) => vec![(id.clone(), renamed(id, self.new))],
            Symbol::Task(id) => {
                let mut all = vec![(id.clone(), self.new.to_owned())];
                flow.walk_tasks(&mut |task| {
                    if task.id.value == *id && task.type_name.canonical.ends_with(".flow.ForEachItem") {
                        let made = ["split", "items", "merge"];
                        all.extend(made.map(|part| (format!("{id}_{part}"), format!("{}_{part}", self.new))));
                    }
                });
                all
            }
        }
    }

    fn is_root(&self, root: &str) -> bool {
        match self.symbol {
            Symbol::Task(_) => matches!(root, "outputs" | "tasks"),
            Symbol::Input(_) => root == "inputs",
        }
    }

    fn read(&mut self, node: &Node, text: &str, read: &Read<'_>, wanted: &[(String, String)]) {
        if !self.is_root(read.root) {
            return;
        }
        let names = names(read);
        for (old, new) in wanted {
            let levels = old.split('.').count();
            let fits =
                names.len() >= levels && old.split('.').zip(&names).all(|(part, (name, _))| part == *name);
            if !fits {
                // In brackets the whole path is one name.
                match (names.first(), read.path.first()) {
                    (Some((name, range)), Some(Step::Name { dotted: false, .. })) if name == old => {
                        let span = part(self.source, node, text, &read.range, range);
                        self.quoted(node, span, text.get(range.clone()), new);
                    }
                    _ => {}
                }
                continue;
            }
            let (_, range) = &names[levels - 1];
            let last = new.rsplit('.').next().unwrap_or(new);
            let span = part(self.source, node, text, &read.range, range);
            if let Step::Name { dotted: false, .. } = &read.path[levels - 1] {
                self.quoted(node, span, text.get(range.clone()), last);
            } else {
                let is_same = |span: &Span| text.get(range.clone()) == Some(self.source.slice(*span));
                self.dotted(node, span.filter(is_same), last);
            }
        }
    }

    /// A name between quotes.
    fn quoted(&mut self, node: &Node, span: Option<Span>, written: Option<&str>, new: &str) {
        match span.filter(|span| written == Some(self.source.slice(*span))) {
            Some(span) => {
                let inner = Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1));
                self.edits.push(Edit { span: inner, text: new.to_owned() });
            }
            None => self.left.push(node.span),
        }
    }

    /// A name behind a dot; brackets take its place if the new one cannot stand there.
    fn dotted(&mut self, node: &Node, span: Option<Span>, new: &str) {
        let Some(span) = span else { return self.left.push(node.span) };
        if is_identifier(new) {
            return self.edits.push(Edit { span, text: new.to_owned() });
        }
        let with_dot = Span::new(span.start.saturating_sub(1), span.end);
        if !self.source.slice(with_dot).starts_with('.') {
            return self.left.push(node.span);
        }
        let quote = if self.source.slice(node.span).starts_with('\'') { '"' } else { '\'' };
        self.edits.push(Edit { span: with_dot, text: format!("[{quote}{new}{quote}]") });
    }
}
