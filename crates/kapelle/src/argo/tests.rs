mod containers;
mod flows;
mod groups;

use std::fmt::Write;

use kapelle_core::check::{Language, Options as Checked, check};

use super::*;

/// What becomes of workflows: the flows, which have to be right, and what is told.
fn translated(runner: Runner, files: &[&str]) -> String {
    let named = |(place, text): (usize, &&str)| Source::new(format!("{}.yaml", place + 1), *text);
    let files: Vec<Source> = files.iter().enumerate().map(named).collect();
    let (made, remarks) = translate(&files, &Options { namespace: "argo", runner });
    let mut told = String::new();
    for flow in made {
        let options =
            Checked { language: Language::One, strict: false, today: jiff::civil::date(2026, 5, 6) };
        let checked = check(vec![Source::new("flow.yaml", flow.text.as_str())], &options);
        let document = &checked[0].documents[0];
        assert!(document.is_ok(), "{:?}\n{}", document.diagnostics, flow.text);
        writeln!(told, "{}", flow.text).unwrap();
    }
    for remark in remarks {
        writeln!(told, "{}", remark.told(&files)).unwrap();
    }
    told
}

/// A workflow of which only templates are said; the first is where it begins.
fn with(templates: &str) -> String {
    let first = templates.trim_start().trim_start_matches("- name: ").lines().next().unwrap_or_default();
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  generateName: w-\nspec:\n  entrypoint: {first}\n  templates:\n{templates}"
    )
}

/// The tasks of such a workflow.
fn tasks(templates: &str) -> String {
    let told = translated(Runner::Auto, &[&with(templates)]);
    told.split_once("tasks:\n").map_or(told.clone(), |(_, tasks)| tasks.to_owned())
}
