//! A parsed template as text again: with the fewest parentheses that keep its meaning, or with all of them, for people who
//! want to see how precedence reads it.
//!
//! Names, numbers and strings come out as they were written; blanks, comments and dashes of delimiters do not matter to
//! the meaning and are lost.

mod fragment;

use std::fmt::Write;

use fragment::{Fragment, LEVEL_ANY};
use kapelle_model::{Span, Value};

use super::lexer::{Operator, find_opening, is_blank};
use super::template::Template;
use super::tree::{
    Argument, Body, Expression, Id, Link, LinkKind, Macro, Part, Site, Statement, Step, StepKind, Tree,
};
use crate::language::Language;

/// The template with as few parentheses as its language level allows.
pub fn print(template: &Template, language: Language) -> String {
    let Some(tree) = template.tree() else { return template.source().to_owned() };
    let mut out = String::with_capacity(template.source().len());
    Printer { source: template.source(), tree, language, is_full: false, found: None }
        .body(&tree.body, &mut out);
    out
}

/// The expressions of the template with parentheses around all that is computed: one line for each print or tag.
pub fn parenthesized(template: &Template) -> Vec<String> {
    let Some(tree) = template.tree() else { return Vec::new() };
    // With all parentheses there is nothing left for the levels to decide.
    let language = Language::One;
    let mut printer =
        Printer { source: template.source(), tree, language, is_full: true, found: Some(Vec::new()) };
    printer.body(&tree.body, &mut String::new());
    printer.found.unwrap_or_default()
}

struct Printer<'t> {
    source: &'t str,
    tree: &'t Tree,
    language: Language,
    /// All parentheses, not only the necessary ones.
    is_full: bool,
    /// The prints and tags, if somebody wants them one by one.
    found: Option<Vec<String>>,
}

impl<'t> Printer<'t> {
    fn written(&self, span: Span) -> &'t str {
        self.source.get(span.range()).unwrap_or_default()
    }

    fn body(&mut self, body: &Body, out: &mut String) {
        for statement in body {
            self.statement(statement, out);
        }
    }

    fn statement(&mut self, statement: &Statement, out: &mut String) {
        match statement {
            Statement::Text(span) => text(self.written(*span), out),
            Statement::Raw { whole, .. } => out.push_str(self.written(*whole)),
            Statement::Print(id) => {
                let expression = self.expression(*id);
                self.note(&expression);
                put(out, format_args!("{{{{ {expression} }}}}"));
            }
            Statement::If { branches, otherwise } => {
                for (index, (condition, body)) in branches.iter().enumerate() {
                    let word = if index == 0 { "if" } else { "elseif" };
                    let condition = condition.map(|id| self.expression(id)).unwrap_or_default();
                    self.tag(&format!("{word} {condition}"), out);
                    self.body(body, out);
                }
                if !otherwise.is_empty() {
                    out.push_str("{% else %}");
                    self.body(otherwise, out);
                }
                out.push_str("{% endif %}");
            }
            Statement::For { name, items, body, otherwise } => {
                let items = items.map(|id| self.expression(id)).unwrap_or_default();
                self.tag(&format!("for {} in {items}", self.written(*name)), out);
                self.body(body, out);
                if let Some(otherwise) = otherwise {
                    out.push_str("{% else %}");
                    self.body(otherwise, out);
                }
                out.push_str("{% endfor %}");
            }
            Statement::Set { name, value } => {
                let value = self.expression(*value);
                self.tag(&format!("set {} = {value}", self.written(*name)), out);
            }
            Statement::Macro(index) => {
                let found = &self.tree.macros[*index];
                let head = self.macro_head(found);
                self.tag(&head, out);
                self.body(&found.body, out);
                out.push_str("{% endmacro %}");
            }
            Statement::Block(index) => {
                let block = &self.tree.blocks[*index];
                put(out, format_args!("{{% block '{}' %}}", block.name.replace('\'', "\\'")));
                self.body(&block.body, out);
                out.push_str("{% endblock %}");
            }
            Statement::Filter { links, body } => {
                let sites = links.iter().filter_map(|link| match &link.kind {
                    LinkKind::Filter(site) => Some(site),
                    _ => None,
                });
                let chain: Vec<String> = sites.map(|site| self.site(site)).collect();
                self.tag(&format!("filter {}", chain.join(" | ")), out);
                self.body(body, out);
                out.push_str("{% endfilter %}");
            }
            Statement::Broken { .. } => {}
        }
    }

    fn tag(&mut self, content: &str, out: &mut String) {
        self.note(content);
        put(out, format_args!("{{% {content} %}}"));
    }

    fn note(&mut self, content: &str) {
        if let Some(found) = &mut self.found {
            found.push(content.to_owned());
        }
    }

    fn macro_head(&self, found: &Macro) -> String {
        let parameters = found.parameters.iter().map(|(name, default)| match default {
            Some(default) => format!("{} = {}", self.written(*name), self.expression(*default)),
            None => self.written(*name).to_owned(),
        });
        format!("macro {}({})", self.written(found.name), parameters.collect::<Vec<_>>().join(", "))
    }

    /// An expression where any may stand.
    fn expression(&self, id: Id) -> String {
        self.fragment(id).into_text()
    }

    /// An expression with what matters for those around it. Recursion is bounded by the parser.
    fn fragment(&self, id: Id) -> Fragment {
        let node = self.tree.node(id);
        match &node.expression {
            Expression::Literal(_) | Expression::Name => Fragment::atom(self.written(node.span).to_owned()),
            Expression::Call(site) => {
                Fragment::atom(format!("{}({})", self.written(site.name), self.arguments(&site.arguments)))
            }
            Expression::List(items) => {
                let items: Vec<String> = items.iter().map(|id| self.expression(*id)).collect();
                Fragment::bare_collection(format!("[{}]", items.join(", ")))
            }
            Expression::Map(entries) => {
                let entry = |(key, value): &(Id, Id)| {
                    format!("{}: {}", self.expression(*key), self.expression(*value))
                };
                let entries: Vec<String> = entries.iter().map(entry).collect();
                Fragment::bare_collection(format!("{{{}}}", entries.join(", ")))
            }
            Expression::Interpolated(parts) => self.interpolated(parts),
            Expression::Access { base, steps } => self.access(*base, steps),
            Expression::Chain { first, links } => self.chain(*first, links),
            Expression::Ternary { .. } => self.ternary(id),
        }
    }

    fn interpolated(&self, parts: &[Part]) -> Fragment {
        let mut out = String::from("\"");
        for part in parts {
            match part {
                Part::Text(Value::Str(text)) => out.push_str(text.expose()),
                Part::Text(_) => {}
                Part::Expression(id) => put(&mut out, format_args!("#{{{}}}", self.expression(*id))),
            }
        }
        out.push('"');
        Fragment::atom(out)
    }

    fn access(&self, base: Id, steps: &[Step]) -> Fragment {
        let mut out = self.fragment(base).into_base();
        for step in steps {
            let written = self.written(step.span);
            match &step.kind {
                StepKind::Name { dotted: true, .. } => put(&mut out, format_args!(".{written}")),
                StepKind::Name { .. } | StepKind::Item(_) => put(&mut out, format_args!("[{written}]")),
                StepKind::Method { name, arguments } => {
                    put(&mut out, format_args!(".{name}({})", self.arguments(arguments)));
                }
                StepKind::Dynamic(id) => {
                    let key = self.expression(*id);
                    // Alone between the brackets a text would be a name and a whole number an index.
                    let read = &self.tree.node(*id).expression;
                    if matches!(read, Expression::Literal(Value::Str(_) | Value::Int(_))) {
                        put(&mut out, format_args!("[({key})]"));
                    } else {
                        put(&mut out, format_args!("[{key}]"));
                    }
                }
            }
        }
        Fragment::atom(out)
    }

    fn chain(&self, first: Id, links: &[Link]) -> Fragment {
        let mut all = self.fragment(first);
        let signs = links.iter().map_while(|link| match &link.kind {
            LinkKind::Unary(operator) => Some(sign(*operator)),
            _ => None,
        });
        all.prefix(&signs.collect::<Vec<_>>(), self.is_full);
        for link in links {
            match &link.kind {
                // They all stand at the start.
                LinkKind::Unary(_) => {}
                LinkKind::Binary(operator, right) => {
                    let level = i16::from(operator.level(self.language).unwrap_or(0));
                    let right = self.fragment(*right).operand(level + 1, self.is_full);
                    all.link(level, self.is_full);
                    all.push(&format!(" {} {right}", sign(*operator)), level, level);
                }
                LinkKind::Filter(site) => {
                    let level = i16::from(Operator::Filter.level(self.language).unwrap_or(0));
                    all.link(level, self.is_full);
                    all.push(&format!(" | {}", self.site(site)), level, LEVEL_ANY);
                }
                LinkKind::Test { negated, site } => {
                    let level = i16::from(Operator::Is.level(self.language).unwrap_or(0));
                    let word = if *negated { "is not" } else { "is" };
                    all.link(level, self.is_full);
                    all.push(&format!(" {word} {}", self.site(site)), level, LEVEL_ANY);
                }
            }
        }
        all
    }

    /// A ternary with those that follow in its last case: they may be many.
    fn ternary(&self, mut id: Id) -> Fragment {
        let (mut out, mut open) = (String::new(), 0);
        while let Expression::Ternary { condition, then, otherwise } = &self.tree.node(id).expression {
            if self.is_full && !out.is_empty() {
                out.push('(');
                open += 1;
            }
            let condition = self.fragment(*condition).operand(0, self.is_full);
            let then = self.fragment(*then);
            let then = if self.is_full { then.operand(LEVEL_ANY, true) } else { then.into_text() };
            put(&mut out, format_args!("{condition} ? {then} : "));
            id = *otherwise;
        }
        out.push_str(&self.fragment(id).operand(0, self.is_full));
        (0..open).for_each(|_| out.push(')'));
        Fragment::ternary(out)
    }

    fn site(&self, site: &Site) -> String {
        let name = self.written(site.name);
        if site.arguments.is_empty() {
            return name.to_owned();
        }
        format!("{name}({})", self.arguments(&site.arguments))
    }

    fn arguments(&self, arguments: &[Argument]) -> String {
        let argument = |argument: &Argument| match argument.name {
            Some(name) => format!("{}={}", self.written(name), self.expression(argument.value)),
            None => self.expression(argument.value),
        };
        arguments.iter().map(argument).collect::<Vec<_>>().join(", ")
    }
}

/// Text as it has to be written to come out like this.
fn text(text: &str, out: &mut String) {
    // A brace at the end might open something together with what follows.
    if find_opening(text, 0).is_none() && !text.ends_with('{') {
        out.push_str(text);
        return;
    }
    // The tag takes the blanks behind it.
    let body = text.trim_start_matches(is_blank);
    out.push_str(&text[..text.len() - body.len()]);
    put(out, format_args!("{{% verbatim %}}{body}{{% endverbatim %}}"));
}

fn put(out: &mut String, content: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(content);
    debug_assert!(written.is_ok(), "a String takes everything");
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Is => "is",
        Operator::IsNot => "is not",
        Operator::Contains => "contains",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Greater => ">",
        Operator::Less => "<",
        Operator::GreaterOrEqual => ">=",
        Operator::LessOrEqual => "<=",
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Times => "*",
        Operator::Divide => "/",
        Operator::Remainder => "%",
        Operator::Filter => "|",
        Operator::Concat => "~",
        Operator::Range => "..",
        Operator::Coalesce => "??",
        Operator::CoalesceUndefined => "???",
        Operator::IsIn => "isIn",
        Operator::Not => "not",
    }
}

#[cfg(test)]
mod tests;
