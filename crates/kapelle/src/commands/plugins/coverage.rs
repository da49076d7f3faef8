//! What is there of all that is known.

use std::collections::BTreeMap;
use std::fmt::Write;

use kapelle_core::catalogue::{Catalogue, Type};
use kapelle_plugin::Registry;
use serde_json::{Value, json};

/// How a type is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    BuiltIn,
    AsData,
    /// Flows that name it are saved; it fails when it runs, with the alternatives.
    Known,
}

/// Types by family.
pub(super) struct Coverage(BTreeMap<String, Vec<(&'static Type, Standing)>>);

impl Coverage {
    pub(super) fn of(types: &[&'static Type]) -> Self {
        let registry = kapelle_plugins::registry();
        let mut families: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in types {
            families.entry(family(entry.name)).or_default().push((*entry, standing(entry, &registry)));
        }
        Self(families)
    }

    fn count(types: &[(&'static Type, Standing)], wanted: Standing) -> usize {
        types.iter().filter(|(_, standing)| *standing == wanted).count()
    }

    /// Families by what is there and what is not, with the sum.
    fn rows(&self) -> Vec<(String, [usize; 3])> {
        let counts = |types: &Vec<(&'static Type, Standing)>| {
            [Standing::BuiltIn, Standing::AsData, Standing::Known].map(|wanted| Self::count(types, wanted))
        };
        let mut rows: Vec<_> = self.0.iter().map(|(name, types)| (name.clone(), counts(types))).collect();
        let sum = |at: usize| rows.iter().map(|(_, counts)| counts[at]).sum();
        let total = [sum(0), sum(1), sum(2)];
        rows.push(("all".to_owned(), total));
        rows
    }

    /// A line for each family.
    pub(super) fn table(&self) -> String {
        let rows = self.rows();
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let mut text = format!("{:width$}  built in  as data  known only\n", "");
        for (name, [built_in, as_data, known]) in rows {
            let _ = writeln!(text, "{name:width$}  {built_in:8}  {as_data:7}  {known:10}");
        }
        text
    }

    pub(super) fn as_json(&self) -> Value {
        let row = |(name, [built_in, as_data, known]): (String, [usize; 3])| json!({"family": name, "builtIn": built_in, "asData": as_data, "knownOnly": known});
        self.rows().into_iter().map(row).collect()
    }

    /// The page `docs/plugins.md`.
    pub(super) fn page(&self) -> String {
        let mut page = "# Types of tasks, triggers and other plugins\n\n\
            Made by `kapelle plugins list --coverage --markdown`; do not edit it. `kapelle plugins doc TYPE` tells all about a type.\n\n\
            Types *as data* are [definitions](definitions.md). A flow may name any type that is *known only*: it is saved, and\n\
            the task fails when it runs, with a message that names alternatives. Names begin with `io.kestra.plugin.`, which may\n\
            be left out.\n\n\
            | Family | built in | as data | known only |\n|---|---|---|---|\n"
            .to_owned();
        for (name, [built_in, as_data, known]) in self.rows() {
            let _ = writeln!(page, "| {name} | {built_in} | {as_data} | {known} |");
        }
        for (name, types) in &self.0 {
            let there: Vec<_> = types.iter().filter(|(_, standing)| *standing != Standing::Known).collect();
            if there.is_empty() {
                continue;
            }
            let _ = write!(page, "\n## {name}\n\n");
            for (entry, standing) in there {
                let short = Catalogue::short_name(entry.name).unwrap_or(entry.name);
                let mark = if *standing == Standing::AsData { ", as data" } else { "" };
                let _ = writeln!(page, "- `{short}` ({}{mark})", entry.kind);
            }
        }
        page
    }
}

fn standing(entry: &Type, registry: &Registry) -> Standing {
    let is_task = registry.find(entry.name).is_some_and(|found| found.is_data());
    let is_trigger = registry.find_trigger(entry.name).is_some_and(|found| found.is_data());
    match entry.is_built_in() {
        _ if is_task || is_trigger => Standing::AsData,
        true => Standing::BuiltIn,
        false => Standing::Known,
    }
}

/// What the package of a type begins with.
fn family(name: &str) -> String {
    let short = Catalogue::short_name(name).unwrap_or(name);
    short.split('.').next().unwrap_or(short).to_owned()
}
