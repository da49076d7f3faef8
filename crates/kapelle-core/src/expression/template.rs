//! A compiled template: read once, evaluated often.

use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::Problem;
use super::environment::Environment;
use super::error::{Category, Error, Outcome};
use super::lexer::find_opening;
use super::parse::parse;
use super::run::Run;
use super::scan::{self, Scan};
use super::tree::Tree;
use super::{evaluate, form, rendering};
use crate::language::Language;
use crate::suggest::nearest;

/// Bytes of a template that an error repeats; longer ones are shortened.
const QUOTED_BYTES_MAX: usize = 400;

/// A template text that has been read. It is shared by all who render it.
pub struct Template {
    source: Text,
    /// `None` for a text that is only text.
    tree: Option<Tree>,
}

/// What a part of a template gave, or why it gave nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    pub range: Range<usize>,
    pub value: Result<Value, String>,
}

/// The source says it all, and its secrets are not shown.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.source).finish()
    }
}

impl Template {
    /// Reads a template. The problems are in the order of the text.
    pub fn compile(source: impl Into<Text>, language: Language) -> Result<Self, Vec<Problem>> {
        let source = source.into();
        if source.expose().len() > crate::limits::TEMPLATE_BYTES_MAX
            && find_opening(source.expose(), 0).is_some()
        {
            let message = format!(
                "the template is longer than {} bytes; put the text into a file and read it",
                crate::limits::TEMPLATE_BYTES_MAX
            );
            return Err(vec![Problem { message, range: 0..1 }]);
        }
        if find_opening(source.expose(), 0).is_none() {
            return Ok(Self { source, tree: None });
        }
        let (tree, problems) = parse(source.expose(), language);
        if problems.is_empty() { Ok(Self { source, tree: Some(tree) }) } else { Err(problems) }
    }

    pub fn source(&self) -> &str {
        self.source.expose()
    }

    pub(super) fn text(&self) -> &Text {
        &self.source
    }

    pub(super) fn tree(&self) -> Option<&Tree> {
        self.tree.as_ref()
    }

    /// Whether it is text without any expression.
    pub fn is_plain(&self) -> bool {
        self.tree.is_none()
    }

    /// What it reads and calls: which variables it depends on, and which parts of them.
    pub fn scan(&self) -> Scan<'_> {
        self.tree.as_ref().map(|tree| scan::of(self.source.expose(), tree)).unwrap_or_default()
    }

    /// Renders to text. `None` if nothing was written at all, not even an empty text.
    pub fn render(&self, environment: Environment<'_>) -> Outcome<Option<Text>> {
        let mut run = Run::new(environment);
        self.render_in(&mut run)
    }

    /// Renders once, whatever the settings say.
    pub(super) fn once_in(&self, run: &mut Run<'_>) -> Outcome<Option<Text>> {
        let text = evaluate::text(self, run).map_err(|error| self.locate(error, run))?;
        // What is written in the template may be the secret.
        Ok(if self.source.has_secret() { text.map(Text::into_secret) } else { text })
    }

    /// As [`Template::render`], as part of something larger, whose budget it uses.
    pub fn render_in(&self, run: &mut Run<'_>) -> Outcome<Option<Text>> {
        if self.tree.is_none() {
            return Ok(Some(self.source.clone()));
        }
        if run.settings().recursive {
            return rendering::until_stable(self.source.clone(), run)
                .map_err(|error| self.locate(error, run));
        }
        self.once_in(run)
    }

    /// Renders in typed mode: a single print gives its value.
    pub fn value(&self, environment: Environment<'_>) -> Outcome {
        self.value_in(&mut Run::new(environment))
    }

    pub fn value_in(&self, run: &mut Run<'_>) -> Outcome {
        if self.tree.is_none() {
            return Ok(Value::Str(self.source.clone()));
        }
        let value = evaluate::value(self, run).map_err(|error| self.locate(error, run))?;
        Ok(if self.source.has_secret() { value.into_secret() } else { value })
    }

    /// Renders and tells what every sub-expression gave, in the order of their evaluation. Of a template that
    /// is secret nothing is told.
    pub fn explain(&self, environment: Environment<'_>, is_typed: bool) -> (Outcome, Vec<Traced>) {
        let mut run = Run::new(environment);
        run.trace = (!self.source.has_secret()).then(Vec::new);
        let outcome = if is_typed {
            self.value_in(&mut run)
        } else {
            self.render_in(&mut run).map(|text| Value::Str(text.unwrap_or_default()))
        };
        (outcome, run.trace.unwrap_or_default())
    }

    /// Completes an error that happened in this template.
    fn locate(&self, mut error: Box<Error>, run: &Run<'_>) -> Box<Error> {
        if error.template.is_none() {
            error.template = Some(self.shown());
            if self.source.has_secret() {
                // Names and literals in it may be the secret, and masking moved the places.
                error.message = match error.category {
                    Category::Undefined => "******".to_owned(),
                    _ => "a template that is secret failed".to_owned(),
                };
                error.help = Some(format!("the kind of failure is `{}`", error.category.word()));
                (error.range, error.container) = (None, None);
            }
            suggest(&mut error, run);
        }
        error
    }

    /// The source without its secrets, for errors.
    fn shown(&self) -> Arc<str> {
        if self.source.has_secret() { self.source.masked().into() } else { self.source.expose().into() }
    }
}

impl Error {
    /// The whole text of the error as API clients know it, with template and place.
    pub fn text(&self) -> String {
        let Some(template) = &self.template else { return self.message.clone() };
        let (line, column) = self.position();
        let quoted = quoted(template, self.range.as_ref().map_or(0, |range| range.start));
        let mut text = String::new();
        let written = if self.category == Category::Undefined {
            write!(
                text,
                "Unable to find `{}` used in the expression `{quoted}` at line {line}, column {column}",
                self.message
            )
        } else {
            write!(text, "{} ({quoted}:{line}), column {column}", self.message)
        };
        debug_assert!(written.is_ok(), "a String takes everything");
        text
    }

    /// Line and column in the template, both from 1, the column in characters.
    pub fn position(&self) -> (usize, usize) {
        let template = self.template.as_deref().unwrap_or_default();
        let at = self.range.as_ref().map_or(0, |range| range.start);
        let before = &template[..template.floor_char_boundary(at.min(template.len()))];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// The template, or the part of a long one around the error.
fn quoted(template: &str, at: usize) -> String {
    if template.len() <= QUOTED_BYTES_MAX {
        return template.to_owned();
    }
    let start = template.floor_char_boundary(at.saturating_sub(QUOTED_BYTES_MAX / 2));
    let end = template.floor_char_boundary((start + QUOTED_BYTES_MAX).min(template.len()));
    let before = if start > 0 { "…" } else { "" };
    let after = if end < template.len() { "…" } else { "" };
    format!("{before}{}{after}", &template[start..end])
}

/// Says which name was meant.
fn suggest(error: &mut Error, run: &Run<'_>) {
    if error.help.is_some() {
        return;
    }
    let wanted = error.message.as_str();
    let help = match error.category {
        Category::Undefined => match error.container.take() {
            None => {
                let names = run.names();
                nearest(wanted, names.iter().copied())
                    .map(|name| format!("did you mean `{name}`?"))
                    .or_else(|| Some(known("variables", &names)))
            }
            Some(container) => help_for_attribute(wanted, &container),
        },
        _ => None,
    };
    error.help = help;
}

fn help_for_attribute(wanted: &str, container: &Value) -> Option<String> {
    match container {
        Value::Secret(_) => Some("what stands before it is secret".to_owned()),
        Value::Map(map) => {
            let names: Vec<&str> = map.keys().map(AsRef::as_ref).collect();
            nearest(wanted, names.iter().copied())
                .map(|name| format!("did you mean `{name}`?"))
                .or_else(|| Some(known("names", &names)))
        }
        Value::List(items) => Some(match items.len() {
            0 => "the list is empty".to_owned(),
            count => format!("the list has the indexes 0 to {}", count - 1),
        }),
        Value::Null => Some("what stands before it is null; `??` gives a value for that case".to_owned()),
        other => Some(format!("{} has no such attribute", form::describe(other))),
    }
}

fn known(what: &str, names: &[&str]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0 => format!("there are no {what} here"),
        count => {
            let more = if count > SHOWN { ", …" } else { "" };
            let names: Vec<_> =
                names.iter().take(SHOWN).map(|name| format!("`{}`", form::short(name))).collect();
            format!("there are these {what}: {}{more}", names.join(", "))
        }
    }
}
