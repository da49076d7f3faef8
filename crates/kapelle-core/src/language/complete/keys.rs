//! Keys of objects.

use std::ops::Range;

use super::super::outline::{Level, Slot};
use super::super::owner::Owner;
use super::super::words;
use super::{Completion, ItemKind, Place, span};
use crate::shape::{Kind, Property};

impl Place<'_> {
    /// The object whose key a line without a colon may begin: the map that the cursor stands in, or a new one.
    pub(super) fn new_owner(&self) -> Option<Owner> {
        let expected = &self.expected;
        match self.outline.way.last() {
            Some(Level::Map { entry: None, .. }) => expected.owner,
            _ => expected.kind.and_then(|kind| Owner::of(kind, None)),
        }
    }

    /// Keys that the object does not have yet: those that it needs first, old ones last.
    pub(super) fn keys(
        &self,
        owner: Option<Owner>,
        range: &Range<usize>,
        has_colon: bool,
    ) -> Vec<Completion> {
        let Some(owner) = owner else { return Vec::new() };
        let written = self.written_keys(range);
        if let Owner::Free(_) = owner {
            return self.free_keys(range, has_colon, &written);
        }
        let properties = owner.properties().into_iter();
        let missing = properties.filter(|property| !written.contains(&property.name));
        missing.map(|property| self.key(property, range, has_colon)).collect()
    }

    /// Keys of the map at the cursor, without the one that is being written.
    fn written_keys(&self, range: &Range<usize>) -> Vec<&str> {
        let Some(Level::Map { map, entry: None }) = self.outline.way.last() else { return Vec::new() };
        let others = self.outline.maps[*map].entries.iter().filter(|entry| entry.key.start != range.start);
        others.map(|entry| entry.key(self.text)).collect()
    }

    fn key(&self, property: &'static Property, range: &Range<usize>, has_colon: bool) -> Completion {
        let mut item = Completion::new(property.name, ItemKind::Property, span(range))
            .detail(words::of_property(property))
            .doc(property.doc)
            .order(order(property));
        item.deprecated = property.deprecated;
        if !has_colon {
            let is_flow = self.is_in_braces();
            item.insert = format!("{}:{}", property.name, self.gap(property.kind, range, is_flow));
        }
        item
    }

    pub(super) fn is_in_braces(&self) -> bool {
        let last = self.outline.open_maps().last();
        last.is_some_and(|(map, _)| self.outline.maps[map].indent.is_none())
    }

    /// Columns in front of the key that begins here.
    pub(super) fn column(&self, start: usize) -> usize {
        start - self.text[..start].rfind('\n').map_or(0, |end| end + 1)
    }

    /// What comes behind the colon: nothing yet, or the line on which the value begins.
    fn gap(&self, kind: Kind, range: &Range<usize>, is_flow: bool) -> String {
        let below = " ".repeat(self.column(range.start) + 2);
        match kind {
            _ if is_flow => " ".to_owned(),
            Kind::List(_) => format!("\n{below}- "),
            Kind::Object(_) | Kind::Tagged(_) | Kind::Plugin(_) | Kind::Map(_) | Kind::Labels => {
                format!("\n{below}")
            }
            _ => " ".to_owned(),
        }
    }

    /// Keys that are names of something else: the inputs of a subflow.
    fn free_keys(&self, range: &Range<usize>, has_colon: bool, written: &[&str]) -> Vec<Completion> {
        let mut maps = self.outline.open_maps().rev();
        let around = match self.outline.way.last() {
            Some(Level::Map { entry: None, .. }) => maps.nth(1),
            _ => maps.next(),
        };
        let Some((map, Some(entry))) = around else { return Vec::new() };
        if self.outline.key(self.text, map, entry) != "inputs" {
            return Vec::new();
        }
        let Some(interface) = self.called_by(map) else { return Vec::new() };
        let missing = interface.inputs.into_iter().filter(|input| !written.contains(&input.id.as_str()));
        let item = |input: super::super::material::Field| {
            let insert = if has_colon { input.id.clone() } else { format!("{}: ", input.id) };
            let detail = if input.required { format!("{}, required", input.kind) } else { input.kind };
            Completion::new(input.id, ItemKind::Property, span(range))
                .detail(detail)
                .insert(insert)
                .order(u8::from(!input.required))
        };
        missing.map(item).collect()
    }

    /// What the flow takes and gives that a task calls.
    fn called_by(&self, map: usize) -> Option<super::super::material::Interface> {
        let value = |key| self.outline.value_of(self.text, map, key).filter(|text| !text.is_empty());
        let namespace = value("namespace").unwrap_or_else(|| self.of_flow("namespace"));
        self.material.interface(namespace, value("flowId")?)
    }

    /// Whether something is written behind the colon of the key at the cursor.
    pub(super) fn is_value_quoted(&self) -> bool {
        matches!(&self.outline.slot, Slot::Value { written, .. } if written.starts_with(['"', '\'']))
    }
}

/// What is needed first; `id` and `type` before all others; what is old last.
fn order(property: &Property) -> u8 {
    match property {
        property if property.deprecated => 4,
        Property { name: "id", required: true, .. } => 0,
        Property { name: "type", required: true, .. } => 1,
        property if property.required => 2,
        _ => 3,
    }
}
