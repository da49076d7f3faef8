//! What a template text reads and calls.

mod scope;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use kapelle_model::{Span, Value};

use super::Problem;
use super::builtin::Kind;
use super::lexer::{Operator, find_opening, word_length};
use super::parse::parse;
use super::tree::{self, Expression, Id, Link, LinkKind, Part, Site, Statement, StepKind, Tree};
use crate::language::Language;
use scope::{Guards, Locals};

/// The tests after which a missing value counts as expected. Only `defined` really takes one; `null` and `empty`
/// are here because whoever writes them thinks of a value that may not be there.
const GUARDING_TESTS: &[&str] = &["defined", "null", "NULL", "none", "NONE", "empty"];

/// Roots below which names with a dash are common.
const DASHED_ROOTS: &[&str] = &["inputs", "outputs", "vars", "tasks", "labels", "trigger"];

/// Everything a template text reads and calls, in the order of the text. All ranges are bytes of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan<'a> {
    pub reads: Vec<Read<'a>>,
    pub calls: Vec<Call<'a>>,
    /// Names with a dash, which the grammar reads as a subtraction.
    pub dashed: Vec<Dashed<'a>>,
    /// Macros the text defines: calls of these names need no function.
    pub macros: HashSet<&'a str>,
    /// Names of filters, functions and tests that there are not.
    pub unknown: Vec<Unknown<'a>>,
    /// Calls whose arguments do not fit.
    pub misfits: Vec<Misfit>,
    /// Why the text is no template. Reads behind a problem, in the same print or tag, are not found.
    pub problems: Vec<Problem>,
}

/// A path that starts at a name of the context: `outputs.first['value'][0]`.
///
/// A call ends it: of `trigger.date.plusDays(1)` it has `trigger.date`, of `trigger.getDate()` just `trigger`.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<'a> {
    pub root: &'a str,
    pub path: Vec<Step<'a>>,
    /// The whole path.
    pub range: Range<usize>,
    /// A missing value is expected here: the read stands left of `??` or `???`, is the input of `default`, is tested
    /// with `is defined`, `is null` or `is empty`, or depends on a condition that reads the same path, or a part of
    /// it, in one of these ways. Which branch of the condition it stands in does not matter.
    pub guarded: bool,
    /// Stands in arithmetic or a comparison, out of reach for guards around that.
    wrapped: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// `.name` or `['name']`; the range is that of the name, quotes included.
    Name {
        name: Cow<'a, str>,
        range: Range<usize>,
        dotted: bool,
    },
    Index(i64),
    /// `[…]` with anything that is not a plain value.
    Dynamic,
}

/// A call of a function or macro; filters, tests and methods of values are none.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'a> {
    pub name: &'a str,
    /// The name.
    pub range: Range<usize>,
    pub arguments: Vec<Argument<'a>>,
}

/// A filter, function or test that does not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown<'a> {
    pub kind: Kind,
    pub name: &'a str,
    pub range: Range<usize>,
}

/// An argument that nothing takes, or one that is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    pub message: String,
    pub help: Option<String>,
    pub range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Argument<'a> {
    pub name: Option<&'a str>,
    /// The value, if it is one plain string.
    pub literal: Option<Cow<'a, str>>,
    /// The value as written.
    pub range: Range<usize>,
}

/// A subtraction that was most likely meant as a name: `inputs.my-file` is `inputs.my` minus `file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashed<'a> {
    pub root: &'a str,
    /// `my-file`
    pub name: &'a str,
    /// The name.
    pub range: Range<usize>,
}

/// Finds what a text reads and calls. A text without `{{`, `{%` and `{#` costs a search for them and nothing else.
pub fn scan(text: &str, language: Language) -> Scan<'_> {
    if find_opening(text, 0).is_none() {
        return Scan::default();
    }
    let (tree, problems) = parse(text, language);
    let mut scan = of(text, &tree);
    scan.problems = problems;
    scan
}

/// What a parsed text reads and calls.
pub(super) fn of<'a>(text: &'a str, tree: &Tree) -> Scan<'a> {
    let mut scanner =
        Scanner { text, tree, locals: Locals::default(), guards: Guards::default(), scan: Scan::default() };
    scanner.body(&tree.body);
    let mut scan = scanner.scan;
    let Scan { unknown, macros, .. } = &mut scan;
    unknown.retain(|unknown| unknown.kind != Kind::Function || !macros.contains(unknown.name));
    scan
}

struct Scanner<'a, 't> {
    text: &'a str,
    tree: &'t Tree,
    locals: Locals<'a>,
    guards: Guards,
    scan: Scan<'a>,
}

impl<'a> Scanner<'a, '_> {
    fn written(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn bind(&mut self, name: Span) {
        let name = self.written(name);
        if !name.is_empty() {
            self.locals.bind(name);
        }
    }

    fn body(&mut self, body: &[Statement]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let (locals, guards) = (self.locals.len(), self.guards.len());
        match statement {
            Statement::Text(_) | Statement::Raw { .. } => {}
            Statement::Print(id) => self.expression(*id),
            Statement::If { branches, otherwise } => {
                for (condition, body) in branches {
                    let from = self.scan.reads.len();
                    if let Some(id) = condition {
                        self.expression(*id);
                    }
                    // What a condition tests is guarded in all branches from here on.
                    self.guards.collect(&self.scan.reads, from);
                    self.body(body);
                }
                self.body(otherwise);
            }
            Statement::For { name, items, body, otherwise } => {
                if let Some(id) = items {
                    self.expression(*id);
                }
                self.bind(*name);
                self.locals.bind("loop");
                self.body(body);
                if let Some(body) = otherwise {
                    self.body(body);
                }
                self.locals.truncate(locals);
            }
            Statement::Set { name, value } => {
                self.expression(*value);
                self.bind(*name);
            }
            Statement::Macro(index) => {
                let definition = &self.tree.macros[*index];
                self.scan.macros.insert(self.written(definition.name));
                for (name, default) in &definition.parameters {
                    if let Some(id) = default {
                        self.expression(*id);
                    }
                    self.bind(*name);
                }
                self.body(&definition.body);
                self.locals.truncate(locals);
            }
            Statement::Block(index) => self.body(&self.tree.blocks[*index].body),
            Statement::Filter { links, body } => {
                let mut settled = self.scan.reads.len();
                for link in links {
                    self.link(link, &mut settled, &mut 0);
                }
                self.body(body);
            }
            Statement::Broken { first, end } => self.broken(*first, *end),
        }
        self.guards.truncate(guards);
    }

    /// What could be read of a print or tag: the expressions that are part of no other.
    fn broken(&mut self, first: u32, end: u32) {
        let mut is_part = vec![false; (end - first) as usize];
        for node in &self.tree.nodes[first as usize..end as usize] {
            node.expression.children(&mut |id| is_part[(id.0 - first) as usize] = true);
        }
        for (id, _) in (first..end).zip(is_part).filter(|(_, is_part)| !is_part) {
            self.expression(Id(id));
        }
    }

    /// Recursion is bounded, since the parser's was.
    fn expression(&mut self, mut id: Id) {
        let guards = self.guards.len();
        loop {
            let node = self.tree.node(id);
            match &node.expression {
                Expression::Ternary { condition, then, otherwise } => {
                    let from = self.scan.reads.len();
                    self.expression(*condition);
                    self.guards.collect(&self.scan.reads, from);
                    self.expression(*then);
                    id = *otherwise;
                    continue;
                }
                Expression::Literal(_) => {}
                Expression::Name => self.path(node.span, node.span, &[]),
                Expression::Call(site) => self.call(site),
                Expression::List(items) => {
                    for item in items {
                        self.expression(*item);
                    }
                }
                Expression::Map(entries) => {
                    for (key, value) in entries {
                        self.expression(*key);
                        self.expression(*value);
                    }
                }
                Expression::Interpolated(parts) => {
                    for part in parts {
                        if let Part::Expression(id) = part {
                            self.expression(*id);
                        }
                    }
                }
                Expression::Access { base, steps } => {
                    let first = self.tree.node(*base);
                    // The accesses behind parentheses belong to no path.
                    if matches!(first.expression, Expression::Name) && first.span.start == node.span.start {
                        self.path(first.span, node.span, steps);
                    } else {
                        self.expression(*base);
                        for step in steps {
                            self.step(step, None);
                        }
                    }
                }
                Expression::Chain { first, links } => self.chain(*first, links),
            }
            break;
        }
        self.guards.truncate(guards);
    }

    fn chain(&mut self, first: Id, links: &[Link]) {
        // Reads before it have met the first operator that decides about an undefined value.
        let mut settled = self.scan.reads.len();
        let mut collected = settled;
        self.expression(first);
        for link in links {
            self.link(link, &mut settled, &mut collected);
        }
    }

    fn link(&mut self, link: &Link, settled: &mut usize, collected: &mut usize) {
        match &link.kind {
            LinkKind::Unary(_) => {}
            LinkKind::Filter(site) => {
                if self.written(site.name) == "default" {
                    self.guard(settled);
                }
                self.site(Kind::Filter, site);
            }
            LinkKind::Test { site, .. } => {
                if GUARDING_TESTS.contains(&self.written(site.name)) {
                    self.guard(settled);
                }
                self.site(Kind::Test, site);
            }
            LinkKind::Binary(operator, right) => match operator {
                Operator::Coalesce | Operator::CoalesceUndefined => {
                    self.guard(settled);
                    self.expression(*right);
                }
                Operator::And | Operator::Or => {
                    self.guards.collect(&self.scan.reads, *collected);
                    *collected = self.scan.reads.len();
                    self.expression(*right);
                }
                _ => {
                    self.expression(*right);
                    if operator.wraps_undefined() {
                        self.wrap(settled);
                    }
                }
            },
        }
    }

    fn guard(&mut self, settled: &mut usize) {
        for read in &mut self.scan.reads[*settled..] {
            read.guarded |= !read.wrapped;
        }
        *settled = self.scan.reads.len();
    }

    fn wrap(&mut self, settled: &mut usize) {
        for read in &mut self.scan.reads[*settled..] {
            read.wrapped |= !read.guarded;
        }
        *settled = self.scan.reads.len();
    }

    fn arguments(&mut self, arguments: &[tree::Argument]) {
        for argument in arguments {
            self.expression(argument.value);
        }
    }

    fn call(&mut self, site: &Site) {
        let range = site.name.range();
        let arguments = site.arguments.iter().map(|argument| Argument {
            name: argument.name.map(|name| self.written(name)),
            literal: self.literal(argument),
            range: argument.span.range(),
        });
        let call = Call { name: self.written(site.name), range, arguments: arguments.collect() };
        self.scan.calls.push(call);
        self.site(Kind::Function, site);
    }

    /// Whether there is such a thing, and whether it can be called like this.
    fn site(&mut self, kind: Kind, site: &Site) {
        let range = site.name.range();
        match site.builtin {
            None => self.scan.unknown.push(Unknown { kind, name: self.written(site.name), range }),
            Some(builtin) => {
                let names =
                    site.arguments.iter().map(|argument| argument.name.map(|name| self.written(name)));
                let misfit = builtin.misfit(&names.collect::<Vec<_>>()).map(|misfit| {
                    let argument = misfit.argument.map(|at| &site.arguments[at]);
                    let range =
                        argument.map_or(range, |argument| argument.name.unwrap_or(argument.span).range());
                    Misfit { message: misfit.message, help: misfit.help, range }
                });
                self.scan.misfits.extend(misfit);
            }
        }
        self.arguments(&site.arguments);
    }

    /// The text of an argument that is one plain string.
    fn literal(&self, argument: &tree::Argument) -> Option<Cow<'a, str>> {
        let node = self.tree.node(argument.value);
        match &node.expression {
            Expression::Literal(Value::Str(text)) if node.span == argument.span => {
                Some(self.as_written(text.expose(), node.span))
            }
            _ => None,
        }
    }

    /// The text of a string, taken from the source unless there are escapes in it.
    fn as_written(&self, value: &str, quoted: Span) -> Cow<'a, str> {
        let inside = self.text.get(quoted.start as usize + 1..(quoted.end as usize).saturating_sub(1));
        match inside.filter(|inside| *inside == value) {
            Some(inside) => Cow::Borrowed(inside),
            None => Cow::Owned(value.to_owned()),
        }
    }

    /// A variable with the accesses behind it.
    fn path(&mut self, name: Span, whole: Span, steps: &[tree::Step]) {
        let root = self.written(name);
        let mut read = None;
        if !self.locals.contains(root) {
            read = Some(self.scan.reads.len());
            let range = name.range();
            self.scan.reads.push(Read { root, path: Vec::new(), range, guarded: false, wrapped: false });
        }
        for step in steps {
            if matches!(step.kind, StepKind::Method { .. }) {
                self.finish(read.take());
            }
            self.step(step, read);
        }
        if let Some(index) = read {
            self.scan.reads[index].range.end = whole.end as usize;
            self.note_dash(index);
        }
        self.finish(read);
    }

    fn step(&mut self, step: &tree::Step, read: Option<usize>) {
        let noted = match &step.kind {
            StepKind::Name { name, dotted } => {
                let name = if *dotted {
                    Cow::Borrowed(self.written(step.span))
                } else {
                    self.as_written(name, step.span)
                };
                Step::Name { name, range: step.span.range(), dotted: *dotted }
            }
            StepKind::Item(index) => Step::Index(*index),
            StepKind::Dynamic(id) => {
                self.expression(*id);
                Step::Dynamic
            }
            StepKind::Method { arguments, .. } => return self.arguments(arguments),
        };
        if let Some(read) = read {
            let read = &mut self.scan.reads[read];
            read.path.push(noted);
            read.range.end = step.end as usize;
        }
    }

    /// The path is complete: perhaps a condition around it takes care of it.
    fn finish(&mut self, read: Option<usize>) {
        if let Some(index) = read {
            let read = &self.scan.reads[index];
            self.scan.reads[index].guarded = self.guards.cover(&self.scan.reads, read);
        }
    }

    /// Notes a path that `-name` follows without a blank.
    fn note_dash(&mut self, read: usize) {
        let read = &self.scan.reads[read];
        let Some(Step::Name { range, dotted: true, .. }) = read.path.last() else { return };
        let mut end = range.end;
        while let Some(behind) = self.text[end..].strip_prefix('-') {
            let length = word_length(behind);
            let is_first = end == range.end;
            // `outputs.count-1` and `outputs.count-x` with a variable `x` are what they say.
            let is_value = behind.starts_with(|first: char| first.is_numeric())
                || self.locals.contains(&behind[..length]);
            if length == 0 || (is_first && is_value) {
                break;
            }
            end += 1 + length;
        }
        if end > range.end && DASHED_ROOTS.contains(&read.root) {
            let range = range.start..end;
            self.scan.dashed.push(Dashed { root: read.root, name: &self.text[range.clone()], range });
        }
    }
}
