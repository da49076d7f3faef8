//! Types of plugins, found by words, with what they need.

use std::ops::Range;

use serde_json::Value as Json;

use super::super::owner::Owner;
use super::ranking::ranked;
use super::{COMPLETIONS_MAX, Completion, Completions, ItemKind, Place, span};
use crate::catalogue::{Catalogue, Type};
use crate::example::example;
use crate::shape::Role;
use crate::yaml::write;

/// Types that are described in full; the rest of a long list is only named.
const DESCRIBED_MAX: usize = 50;

/// Words that people use for types that are called something else.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("get", "http.request"),
    ("post", "http.request"),
    ("put", "http.request"),
    ("fetch", "http.request"),
    ("curl", "http.request"),
    ("print", "log.log"),
    ("echo", "log.log"),
    ("wait", "sleep"),
    ("bash", "shell"),
    ("cron", "trigger.schedule"),
    ("timer", "trigger.schedule"),
    ("loop", "foreach"),
    ("each", "foreach"),
    ("repeat", "loop"),
    ("condition", "flow.if"),
    ("call", "subflow"),
    ("approve", "pause"),
];

impl Place<'_> {
    /// What `type` may be. None if the object is none that has types.
    pub(super) fn types(&self, written: &str, range: &Range<usize>) -> Option<Completions> {
        if let Some(Owner::Tagged(tagged, _)) = self.expected.owner {
            let variant = |variant: &crate::shape::Variant| {
                let mut item = Completion::new(variant.tag, ItemKind::Value, span(range))
                    .doc(variant.doc)
                    .order(u8::from(variant.deprecated));
                item.deprecated = variant.deprecated;
                item
            };
            return Some(ranked(written, tagged.variants.iter().map(variant).collect()));
        }
        let role = self.role()?;
        let mut found = types_by_words(written, Some(role));
        let is_cut = found.len() > COMPLETIONS_MAX;
        found.truncate(COMPLETIONS_MAX);
        let items = found.into_iter().enumerate().filter_map(|(at, name)| self.of_type(at, name, range));
        Some(Completions { items: items.collect(), is_cut })
    }

    fn of_type(&self, at: usize, name: &'static str, range: &Range<usize>) -> Option<Completion> {
        let item = Completion::new(name, ItemKind::Type, span(range));
        if at >= DESCRIBED_MAX {
            return Some(item);
        }
        let entry = Catalogue::bundled().find(name)?.entry;
        if entry.internal {
            return None;
        }
        let mut item = item.detail(if entry.is_built_in() { "" } else { "not built in" }).doc(entry.doc);
        item.deprecated = entry.deprecated;
        item.snippet = self.snippet(entry, range);
        Some(item)
    }

    /// The name with all properties that the type needs and the object does not have.
    fn snippet(&self, entry: &'static Type, range: &Range<usize>) -> Option<String> {
        let map = self.expected.map?;
        let map = &self.outline.maps[map];
        let has = |name: &str| map.entries.iter().any(|known| known.key(self.text) == name);
        let Json::Object(needed) = example(Catalogue::bundled(), entry) else { return None };
        let mut snippet = escaped(entry.name);
        let mut places = 0;
        for (name, value) in needed.iter().filter(|(name, _)| *name != "id" && *name != "type" && !has(name))
        {
            places += 1;
            let start = match map.indent {
                Some(indent) => format!("\n{}{name}:", " ".repeat(indent)),
                None => format!(", {name}:"),
            };
            snippet.push_str(&start);
            let is_long = value.is_array() || value.is_object();
            match map.indent {
                Some(indent) if is_long => {
                    let block = write::block(value, indent + 2);
                    snippet.push('\n');
                    snippet.push_str(&escaped(block.trim_end()));
                }
                _ => {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let needs_quotes = text.contains(['{', '*', '#', ':']) && !text.contains("://");
                    let text = if needs_quotes { format!("\"{text}\"") } else { text };
                    snippet.push_str(&[" ${", &places.to_string(), ":", &escaped(&text), "}"].concat());
                }
            }
        }
        let is_quoted = self.text[range.clone()].starts_with(['"', '\'']);
        (places > 0 && !is_quoted).then_some(snippet)
    }
}

/// Names of types that have something to do with every word of a text, the best first.
pub fn types_by_words(text: &str, role: Option<Role>) -> Vec<&'static str> {
    let words = words(text);
    let catalogue = Catalogue::bundled();
    let plays = |kind: &str| role.is_none_or(|role| catalogue.plays(kind, role));
    let names = catalogue.names().filter(|(name, kind)| !name.contains('$') && plays(kind));
    let mut found: Vec<(usize, bool, usize, &'static str)> = names
        .filter_map(|(name, _)| {
            let score = score(&words, name)?;
            Some((usize::MAX - score, !is_of_language(name), name.len(), name))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(.., name)| name).collect()
}

/// A text in which nothing is taken for a place to fill.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '$' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn words(written: &str) -> Vec<String> {
    let parts = written.split(|character: char| !character.is_ascii_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_ascii_lowercase).collect()
}

/// Types that belong to the language, before those of others.
fn is_of_language(name: &str) -> bool {
    name.starts_with("io.kestra.plugin.core.") || name.starts_with("io.kestra.plugin.scripts.")
}

/// How well a type fits the words; `None` if one of them has nothing to do with it.
fn score(words: &[String], name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    let (package, simple) = name.rsplit_once('.').unwrap_or(("", &name));
    let segments = || package.split('.').skip(2);
    let mut total = 0;
    for (at, word) in words.iter().enumerate() {
        total += if simple == word {
            40
        } else if OTHER_WORDS.iter().any(|(other, meant)| other == word && name.ends_with(meant)) {
            30
        } else if simple.starts_with(word.as_str()) {
            20
        } else if segments().any(|segment| segment == word) {
            15
        } else if simple.contains(word.as_str()) {
            10
        } else if name.contains(word.as_str()) {
            // The beginning that all names share says nothing.
            usize::from(at > 2) * 2 + 1
        } else {
            return None;
        };
    }
    Some(total)
}
