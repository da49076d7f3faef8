//! Values of properties.

use std::ops::Range;

use jiff::tz::TimeZoneDatabase;

use super::super::schedule;
use super::ranking::ranked;
use super::{Completion, Completions, ItemKind, Place, span};
use crate::shape::{Kind, Role, TextRule};
use crate::time::{cron::Cron, duration};

/// Schedules that people often want.
const SCHEDULES: &[&str] = &[
    "0 9 * * *",
    "0 6 * * 1-5",
    "*/15 * * * *",
    "0 * * * *",
    "0 0 * * *",
    "0 0 * * 0",
    "0 0 1 * *",
    "0 0 L * *",
];

const DURATIONS: &[&str] = &["PT30S", "PT1M", "PT5M", "PT15M", "PT1H", "PT12H", "P1D", "P7D"];

impl Place<'_> {
    pub(super) fn values(&self, written: &str, range: &Range<usize>) -> Completions {
        let key = self.key_at_cursor();
        if key == "type"
            && let Some(found) = self.types(written, range)
        {
            return found;
        }
        let mut items = self.named(key, range);
        if let Some(kind) = self.expected.kind {
            of_kind(kind, range, &mut items);
        }
        if let Some(default) = self.expected.property.and_then(|property| property.default) {
            let default = default.trim_matches('"');
            match items.iter_mut().find(|item| item.label == default) {
                Some(item) => item.detail = String::from("default"),
                None => items.push(Completion::new(default, ItemKind::Value, span(range)).detail("default")),
            }
        }
        for item in &mut items {
            self.quote(item);
        }
        ranked(written, items)
    }

    /// The key whose value is being written.
    pub(super) fn key_at_cursor(&self) -> &str {
        let last = self.outline.open_maps().next_back();
        last.and_then(|(map, entry)| Some(self.outline.key(self.text, map, entry?))).unwrap_or_default()
    }

    /// Names of what there is: namespaces, flows, tasks, inputs; and schedules.
    fn named(&self, key: &str, range: &Range<usize>) -> Vec<Completion> {
        let item = |kind| move |label: String| Completion::new(label, kind, span(range));
        match key {
            "cron" => SCHEDULES.iter().filter_map(|text| self.schedule(text, range)).collect(),
            "namespace" => self.material.namespaces().into_iter().map(item(ItemKind::Namespace)).collect(),
            "flowId" => {
                let map = self.outline.open_maps().next_back().map(|(map, _)| map);
                let own = map.and_then(|map| self.outline.value_of(self.text, map, "namespace"));
                let namespace =
                    own.filter(|text| !text.is_empty()).unwrap_or_else(|| self.of_flow("namespace"));
                let flows = self.material.flows(namespace).unwrap_or_default();
                let item = item(ItemKind::Flow);
                flows.into_iter().map(|flow| item(flow).detail(namespace)).collect()
            }
            "dependsOn" => self.other_tasks().into_iter().map(item(ItemKind::Value)).collect(),
            "inputs" if self.is_dependency() => {
                self.other_inputs().into_iter().map(item(ItemKind::Value)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn schedule(&self, text: &str, range: &Range<usize>) -> Option<Completion> {
        let cron = Cron::parse(text, false).ok()?;
        let mut item = Completion::new(text, ItemKind::Value, span(range)).detail(cron.in_words());
        if !self.is_value_quoted() {
            item.insert = format!("\"{text}\"");
        }
        Some(item)
    }

    /// A value between quotes keeps them.
    fn quote(&self, item: &mut Completion) {
        let written = self.text.get(item.span.range()).unwrap_or_default();
        let Some(quote) = written.chars().next().filter(|first| matches!(first, '"' | '\'')) else { return };
        if !item.insert.starts_with(quote) {
            item.insert = format!("{quote}{}{quote}", item.insert);
        }
    }

    /// What the type of the object at the cursor may be for.
    pub(super) fn role(&self) -> Option<Role> {
        fn role(kind: Kind) -> Option<Role> {
            match kind {
                Kind::Plugin(role) => Some(role),
                Kind::Either(kinds) => kinds.iter().find_map(|kind| role(*kind)),
                _ => None,
            }
        }
        self.expected.owner_kind.and_then(role)
    }
}

/// Values that a kind of property has.
fn of_kind(kind: Kind, range: &Range<usize>, items: &mut Vec<Completion>) {
    let value = |label: &str| Completion::new(label, ItemKind::Value, span(range));
    match kind {
        Kind::Boolean => items.extend(["true", "false"].map(value)),
        Kind::Enum(values) => items.extend(values.iter().map(|label| value(label))),
        Kind::Duration => items.extend(DURATIONS.iter().map(|label| {
            let words = duration::parse(label).map(schedule::duration_in_words);
            value(label).detail(words.unwrap_or_default())
        })),
        Kind::Text(TextRule::TimeZone) => {
            let names = TimeZoneDatabase::bundled();
            items.extend(names.available().map(|name| value(name.as_str())));
        }
        Kind::Either(kinds) => kinds.iter().for_each(|kind| of_kind(*kind, range, items)),
        _ => {}
    }
}
