//! `kapelle plugins doc`.

use std::path::Path;

use anyhow::bail;
use clap::Args;
use kapelle_core::catalogue::{Catalogue, Found, Type};
use kapelle_core::example::example;
use kapelle_core::shape::{Property, Role};
use kapelle_core::suggest::{nearest, nearest_names};
use serde_json::{Value, json};

use super::pages::{Told, Wanted};
use super::{as_json, marks, pages, words};
use crate::commands::format::{Format, did_you_mean, json as json_text};
use kapelle_core::yaml::write as yaml;

/// Columns of pages in files.
const WIDTH: usize = 100;

/// Suggestions beyond these are guesses.
const NEAR_MAX: usize = 3;

/// Describe a type: properties, outputs, an example; or all types, in files of a folder
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 described, 1 there is no such type, 2 wrong command line.")]
pub(crate) struct Arguments {
    /// Name of the type, with or without `io.kestra.plugin.`, old names do as well; or a folder, with a slash
    #[arg(value_name = "TYPE")]
    name: String,

    /// Into the folder: only types of the language itself
    #[arg(long)]
    core: bool,

    /// Into the folder: the same as JSON too
    #[arg(long)]
    schema: bool,

    /// There are no icons; scripts may go on asking for them
    #[arg(long, hide = true)]
    icons: bool,

    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Arguments {
    /// Whether pages are to be written. No type has a slash in its name.
    fn is_folder(&self) -> bool {
        let name = self.name.trim();
        self.core || self.schema || self.icons || name.contains('/') || Path::new(name).is_dir()
    }
}

pub(super) fn run(
    arguments: &Arguments,
    catalogue: &'static Catalogue,
    width: usize,
) -> anyhow::Result<String> {
    let name = arguments.name.trim();
    if arguments.is_folder() {
        let page = |entry: &'static Type| {
            let found = Found { entry, by_alias: false };
            Page { catalogue, entry, width: WIDTH, text: String::new() }.write(entry.name, found)
        };
        let json = |entry: &'static Type| json_text(&full_json(entry, catalogue));
        let wanted = Wanted { only_core: arguments.core, with_json: arguments.schema };
        return pages::write(Path::new(name), wanted, &Told { page: &page, json: &json }, catalogue);
    }
    let Some(found) = catalogue.find(name) else { return refuse(name, catalogue) };
    match arguments.format {
        Format::Json => json_text(&full_json(found.entry, catalogue)),
        Format::Human => {
            Ok(Page { catalogue, entry: found.entry, width, text: String::new() }.write(name, found))
        }
    }
}

fn refuse(name: &str, catalogue: &'static Catalogue) -> anyhow::Result<String> {
    let near = near(name, catalogue);
    let hint = if near.is_empty() {
        format!("; try `kapelle plugins search {}`", name.rsplit('.').next().unwrap_or(name))
    } else {
        did_you_mean(&near)
    };
    bail!("there is no type `{name}`{hint}")
}

/// Current names of the types that may be meant, the best first.
fn near(wanted: &str, catalogue: &'static Catalogue) -> Vec<&'static str> {
    let all = || catalogue.names().map(|(name, _)| name);
    let names: Vec<&str> = if wanted.contains('.') {
        let short = all().filter_map(Catalogue::short_name);
        nearest_names(wanted, all().chain(catalogue.aliases()).chain(short), NEAR_MAX * 4)
    } else {
        // A class without its package.
        let simple = |name: &'static str| name.rsplit('.').next().unwrap_or(name);
        let nearest = nearest(wanted, all().map(simple));
        all().filter(|name| nearest == Some(simple(name))).collect()
    };
    let mut types: Vec<&str> = Vec::new();
    for entry in names.iter().filter_map(|name| catalogue.find(name)).map(|found| found.entry) {
        if !entry.internal && !types.contains(&entry.name) && types.len() < NEAR_MAX {
            types.push(entry.name);
        }
    }
    types
}

/// Whether all types of the kind have the property.
fn is_common(property: &Property, entry: &Type, catalogue: &Catalogue) -> bool {
    catalogue.common_properties(entry.kind).iter().any(|common| common.name == property.name)
}

fn full_json(entry: &'static Type, catalogue: &'static Catalogue) -> Value {
    let properties: Vec<Value> = entry
        .properties
        .iter()
        .map(|property| {
            json!({
                "name": property.name,
                "type": words::kind(property.kind),
                "required": property.required,
                "default": default(property),
                "values": words::values(property.kind),
                "dynamic": property.dynamic,
                "secret": property.secret,
                "deprecated": property.deprecated,
                "aliasOf": property.alias_of,
                "common": is_common(property, entry, catalogue),
                "description": property.doc,
            })
        })
        .collect();
    let outputs: Option<Vec<Value>> = entry.outputs.as_ref().map(|outputs| {
        outputs.iter().map(|output| json!({ "name": output.name, "type": output.kind })).collect()
    });
    let mut value = as_json(entry);
    value["shortName"] = Catalogue::short_name(entry.name).into();
    value["description"] = entry.doc.into();
    value["partial"] = entry.partial.into();
    value["properties"] = properties.into();
    value["outputs"] = outputs.into();
    value["example"] = example(catalogue, entry);
    value
}

fn default(property: &Property) -> Option<Value> {
    property.default.and_then(|text| serde_json::from_str(text).ok())
}

/// A page for a terminal.
struct Page {
    catalogue: &'static Catalogue,
    entry: &'static Type,
    width: usize,
    text: String,
}

impl Page {
    fn write(mut self, asked: &str, found: Found) -> String {
        let entry = self.entry;
        self.line(entry.name);
        self.line(&format!("{}, {}", entry.kind, marks(entry)));
        if found.by_alias {
            self.paragraph(0, &format!("`{asked}` is an old name of it."));
        }
        if !entry.doc.is_empty() {
            self.gap();
            self.paragraph(0, entry.doc);
        }
        self.names();
        let (common, own): (Vec<&Property>, Vec<&Property>) = entry
            .properties
            .iter()
            .filter(|property| property.name != "type")
            .partition(|property| is_common(property, entry, self.catalogue));
        self.properties("Properties", &own);
        if entry.partial {
            self.paragraph(
                2,
                "There may be more: not all is known about this type, so any property is accepted.",
            );
        }
        self.properties(&format!("Properties of every {}", group(entry, self.catalogue)), &common);
        if own.iter().chain(&common).any(|property| property.dynamic) {
            self.gap();
            self.paragraph(
                0,
                "Where it says expressions, `{{ … }}` may stand in place of the value or inside it; it is rendered \
                 when the flow runs and then read as the type that is given.",
            );
        }
        self.outputs();
        self.example();
        self.text
    }

    fn names(&mut self) {
        let entry = self.entry;
        self.gap();
        if let Some(short) = Catalogue::short_name(entry.name) {
            self.line(&format!("Short name  {short}"));
        }
        for alias in &entry.aliases {
            self.line(&format!("Old name    {alias}"));
        }
    }

    fn properties(&mut self, title: &str, properties: &[&Property]) {
        if properties.is_empty() {
            return;
        }
        self.heading(title);
        let mut properties = properties.to_vec();
        // What has to be there comes first, what should not be used any more last.
        properties.sort_by_key(|property| (!property.required, property.deprecated, property.name));
        let names = properties.iter().map(|property| property.name.len()).max().unwrap_or(0);
        let kinds: Vec<String> = properties.iter().map(|property| words::kind(property.kind)).collect();
        let widest = kinds.iter().map(String::len).max().unwrap_or(0).min(24);
        for (property, kind) in properties.iter().zip(kinds) {
            let line = format!("  {:names$}  {kind:widest$}  {}", property.name, notes(property));
            self.line(line.trim_end());
            if let Some(values) = words::values(property.kind) {
                self.paragraph(names + 4, &format!("One of {}.", values.join(", ")));
            }
            // Of an old name there is nothing more to say than the current one.
            if !property.doc.is_empty() && property.alias_of.is_none() {
                self.paragraph(names + 4, property.doc);
            }
            if let Some(inner) = words::inner(property.kind) {
                self.paragraph(names + 4, &inner);
            }
        }
    }

    fn outputs(&mut self) {
        let Some(outputs) = self.entry.outputs.as_ref().filter(|outputs| !outputs.is_empty()) else { return };
        self.heading("Outputs");
        let names = outputs.iter().map(|output| output.name.len()).max().unwrap_or(0);
        for output in outputs {
            self.line(&format!("  {:names$}  {}", output.name, output.kind));
        }
    }

    fn plays(&self, role: Role) -> bool {
        self.catalogue.plays(self.entry.kind, role)
    }

    fn example(&mut self) {
        let example = example(self.catalogue, self.entry);
        let place = if self.plays(Role::Task) {
            json!({ "tasks": [example] })
        } else if self.plays(Role::Trigger) {
            json!({ "triggers": [example] })
        } else if self.plays(Role::Condition) {
            json!({ "conditions": [example] })
        } else if self.plays(Role::TaskRunner) {
            json!({ "taskRunner": example })
        } else {
            example
        };
        self.heading("Example");
        self.text.push_str(&yaml::block(&place, 2));
    }

    fn heading(&mut self, title: &str) {
        self.gap();
        self.line(title);
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Broken between words, each line indented.
    fn paragraph(&mut self, indent: usize, text: &str) {
        let mut line = " ".repeat(indent);
        for word in text.split_whitespace() {
            let used = line.chars().count();
            if used > indent && used + 1 + word.chars().count() > self.width {
                self.line(&line);
                line = " ".repeat(indent);
            }
            if line.len() > indent {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line);
    }
}

fn notes(property: &Property) -> String {
    let mut notes = Vec::new();
    if property.required {
        notes.push("required".to_owned());
    }
    if let Some(default) = default(property) {
        notes.push(format!("default {default}"));
    }
    if property.dynamic {
        notes.push("expressions".to_owned());
    }
    if property.secret {
        notes.push("secret".to_owned());
    }
    match property.alias_of {
        Some(current) => notes.push(format!("old name of {current}")),
        None if property.deprecated => notes.push("deprecated".to_owned()),
        None => {}
    }
    notes.join(", ")
}

/// The types that share their common properties with this one.
fn group(entry: &Type, catalogue: &Catalogue) -> &'static str {
    let roles = [Role::Task, Role::Trigger, Role::Condition, Role::TaskRunner];
    roles.into_iter().find(|role| catalogue.plays(entry.kind, *role)).map_or("plugin", Role::word)
}
