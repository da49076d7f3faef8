//! What something in a flow is.

use std::cell::OnceCell;

use kapelle_model::Span;

use super::complete::{Completion, ItemKind, Place};
use super::draft;
use super::material::Material;
use super::outline::{Outline, Slot, unquoted};
use super::owner::{Expected, Owner};
use super::template::{Wanted, wanted};
use super::{schedule, words};
use crate::catalogue::{Catalogue, Type};
use crate::example::example;
use crate::shape::{Kind, Property};
use crate::time::{cron::Cron, duration};
use crate::yaml::write;

/// What is told about a part of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hover {
    pub span: Span,
    pub title: String,
    /// Type, default and the like, or how it is called.
    pub detail: String,
    pub doc: String,
    /// How it is written, as YAML or as an expression.
    pub example: Option<String>,
    pub deprecated: bool,
    /// What it was in the chosen execution.
    pub value: Option<String>,
}

/// What stands at the byte `at` of a flow.
pub fn hover(text: &str, at: usize, material: &dyn Material) -> Option<Hover> {
    let at = text.floor_char_boundary(at.min(text.len()));
    let document = draft::document(text, at);
    let outline = Outline::of(text, document, at);
    let expected = Expected::at(text, &outline);
    let (_, range) = outline.slot.parts()?;
    match &outline.slot {
        Slot::Key { .. } => {
            let key = unquoted(&text[range.clone()]);
            let found = expected.owner?.property(key)?;
            Some(of_property(found, span(&range)))
        }
        Slot::Value { .. } | Slot::Either { .. } | Slot::Text { .. } => {
            let is_long = matches!(outline.slot, Slot::Text { .. });
            let from = if is_long { document.start as usize } else { range.start };
            // The whole name counts, wherever in it the cursor stands.
            let end = at + text[at..].find(|letter| !is_part(letter)).unwrap_or(text.len() - at);
            if wanted(text, from, at).is_some() {
                let found = wanted(text, from, end)?;
                let draft = OnceCell::new();
                let place = Place { text, at: end, document, outline, expected, material, draft };
                return place.name(&found);
            }
            of_value(&expected, unquoted(text[range.clone()].trim()), span(&range))
        }
        Slot::Nothing => None,
    }
}

fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn span(range: &std::ops::Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

fn of_property(property: &Property, span: Span) -> Hover {
    Hover {
        span,
        title: property.name.to_owned(),
        detail: words::of_property(property),
        doc: property.doc.to_owned(),
        deprecated: property.deprecated,
        ..Hover::default()
    }
}

/// What a value means; without more to say about it, what its property is.
fn of_value(expected: &Expected, written: &str, span: Span) -> Option<Hover> {
    if let (Some(Owner::Tagged(_, Some(variant))), Some("type")) =
        (expected.owner, expected.property.map(|property| property.name))
    {
        return Some(Hover {
            span,
            title: variant.tag.to_owned(),
            doc: variant.doc.to_owned(),
            deprecated: variant.deprecated,
            ..Hover::default()
        });
    }
    let property = expected.property?;
    if property.name == "type"
        && let Some(found) = Catalogue::bundled().find(written)
    {
        return Some(of_type(found.entry, span));
    }
    let mut hover = of_property(property, span);
    let meaning = match (property.name, property.kind) {
        ("cron", _) => Cron::parse(written, false)
            .or_else(|_| Cron::parse(written, true))
            .ok()
            .map(|cron| cron.in_words()),
        (_, Kind::Duration) => duration::parse(written).ok().map(schedule::duration_in_words),
        _ => None,
    };
    if let Some(meaning) = meaning {
        let rest = hover.doc;
        hover.doc = format!("`{written}`: {meaning}. {rest}");
    }
    Some(hover)
}

fn of_type(entry: &'static Type, span: Span) -> Hover {
    let catalogue = Catalogue::bundled();
    let needed = entry.properties.iter().filter(|property| property.required).map(|property| property.name);
    let needed: Vec<&str> = needed.filter(|name| !matches!(*name, "id" | "type")).collect();
    let outputs: Vec<&str> = entry.outputs.iter().flatten().map(|output| output.name).collect();
    let mut doc = entry.doc.to_owned();
    for (what, names) in [("Needs", needed), ("Gives", outputs)] {
        if !names.is_empty() {
            doc.push_str(if doc.is_empty() { "" } else { "\n\n" });
            doc.push_str(&[what, " `", &names.join("`, `"), "`."].concat());
        }
    }
    let known = if entry.is_built_in() { "" } else { ", known but not built in" };
    Hover {
        span,
        title: entry.name.to_owned(),
        detail: format!("{}{known}", entry.kind),
        doc,
        example: Some(write::block(&example(catalogue, entry), 0)),
        deprecated: entry.deprecated,
        value: None,
    }
}

impl Place<'_> {
    /// What a name of an expression is: the completion that it could have been.
    fn name(&self, wanted: &Wanted<'_>) -> Option<Hover> {
        let (word, range) = match wanted {
            Wanted::Name { word, range, .. }
            | Wanted::Filter { word, range }
            | Wanted::Test { word, range }
            | Wanted::Tag { word, range }
            | Wanted::Argument { word, range, .. } => (*word, range.clone()),
            Wanted::Nothing => return None,
        };
        let whole = self.text.get(range.clone()).filter(|whole| !whole.is_empty()).unwrap_or(word);
        let is_called = self.text[range.end..].trim_start().starts_with('(');
        let is_meant =
            |item: &&Completion| item.label == whole && (is_called || item.kind != ItemKind::Function);
        let items = self.expression(wanted).items;
        let item = items.iter().find(is_meant)?;
        Some(Hover {
            span: span(&range),
            title: whole.to_owned(),
            detail: item.detail.clone(),
            doc: item.doc.clone(),
            example: None,
            deprecated: item.deprecated,
            value: item.value.clone(),
        })
    }
}
