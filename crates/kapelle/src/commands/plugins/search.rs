//! `kapelle plugins search`.

use std::cmp::Reverse;

use clap::Args;
use kapelle_core::catalogue::{Catalogue, Type};
use serde_json::Value;

use super::{as_json, table, usable};
use crate::commands::format::{Format, json};

/// Find types by words in their names, old names, properties and descriptions
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Words that all have to occur, in any order and case
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,

    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, catalogue: &'static Catalogue) -> anyhow::Result<String> {
    let text = arguments.text.join(" ").to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Vec<(usize, &'static Type)> =
        usable(catalogue).into_iter().filter_map(|entry| Some((points(entry, &words)?, entry))).collect();
    // Stable, so equals stay sorted by name.
    found.sort_by_key(|(points, entry)| (Reverse(*points), entry.deprecated, !entry.is_built_in()));
    let types: Vec<&Type> = found.into_iter().map(|(_, entry)| entry).collect();
    match arguments.format {
        Format::Json => json(&types.into_iter().map(as_json).collect::<Vec<Value>>()),
        Format::Human if types.is_empty() => Ok(format!("No type has anything to do with `{text}`.\n")),
        Format::Human => Ok(table(&types)),
    }
}

/// How well the type fits, if each word occurs somewhere.
fn points(entry: &Type, words: &[&str]) -> Option<usize> {
    let texts = Texts::of(entry);
    words.iter().map(|word| texts.points(word)).try_fold(0, |sum, points| match points {
        0 => None,
        points => Some(sum + points),
    })
}

/// What can be found of a type, in lower case.
struct Texts {
    simple_name: String,
    name: String,
    aliases: Vec<String>,
    properties: Vec<String>,
    docs: Vec<String>,
}

impl Texts {
    fn of(entry: &Type) -> Self {
        let docs = entry.properties.iter().map(|property| property.doc).chain([entry.doc]);
        Self {
            simple_name: entry.simple_name().to_lowercase(),
            name: Catalogue::short_name(entry.name).unwrap_or(entry.name).to_lowercase(),
            aliases: entry.aliases.iter().map(|alias| alias.to_lowercase()).collect(),
            properties: entry.properties.iter().map(|property| property.name.to_lowercase()).collect(),
            docs: docs.map(str::to_lowercase).collect(),
        }
    }

    fn points(&self, word: &str) -> usize {
        let any = |texts: &[String]| texts.iter().any(|text| text.contains(word));
        if self.simple_name == word {
            64
        } else if self.name.split('.').any(|segment| segment == word) {
            32
        } else if self.simple_name.contains(word) {
            24
        } else if self.name.contains(word) {
            16
        } else if any(&self.aliases) {
            8
        } else if self.properties.iter().any(|name| name == word) {
            4
        } else if any(&self.properties) {
            2
        } else {
            usize::from(any(&self.docs))
        }
    }
}
