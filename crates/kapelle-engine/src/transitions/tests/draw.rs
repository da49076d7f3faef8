//! The page about states.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use kapelle_model::State;

use super::walked::Edge;
use super::{edges, states};
use crate::transitions::{Machine, Rule, table};

const HEAD: &str = "\
# States

What states an execution, a task run and an attempt have, which may follow which, and why.

This page is drawn from the tables in `crates/kapelle-engine/src/transitions/table.rs`, which the engine goes by; it goes
no other way. After a change of the tables, or of what the tests walk, it is drawn anew by
`UPDATE_DOCS=1 cargo test -p kapelle-engine transitions`.

";

/// States that are drawn as one, with what they are.
const GROUPS: &[(&[State], &str, &str)] = &[
    (table::UNDER_WAY, "under_way", "under way"),
    (table::OPEN, "open", "open"),
    (table::ENDED_NOT_KILLED, "ended_not_killed", "ended, not killed"),
    (table::ENDED, "ended", "ended"),
    (table::ENDED_OR_SKIPPED, "ended_or_skipped", "ended or skipped"),
    (table::GIVEN, "given", "an end that a task has of itself"),
];

pub(super) fn page(walked: &BTreeSet<Edge>) -> String {
    let mut page = HEAD.to_owned();
    overview(&mut page);
    for machine in Machine::ALL {
        let title = match machine {
            Machine::Execution => "Executions",
            Machine::TaskRun => "Task runs",
            Machine::Attempt => "Attempts",
        };
        let untested: BTreeSet<(Option<State>, State)> = edges(machine)
            .into_iter()
            .filter(|(from, to)| !walked.contains(&(machine, *from, *to)))
            .collect();
        write!(page, "\n## {title}\n\n").unwrap();
        diagram(machine, &untested, &mut page);
        rules(machine, &mut page);
        tell_untested(&untested, &mut page);
    }
    page
}

fn overview(page: &mut String) {
    page.push_str("| State | Execution | Task run | Attempt | End |\n| --- | --- | --- | --- | --- |\n");
    for state in states() {
        let has = |machine| if edges(machine).iter().any(|(_, to)| *to == state) { "yes" } else { "" };
        let [execution, run, attempt] = Machine::ALL.map(has);
        let end = if state.is_terminal() { "yes" } else { "" };
        writeln!(page, "| `{}` | {execution} | {run} | {attempt} | {end} |", state.name()).unwrap();
    }
    page.push_str("\nIn the diagrams these stand for several states:\n\n");
    for (states, _, name) in GROUPS {
        writeln!(page, "- *{name}*: {}", names(states)).unwrap();
    }
}

fn names(states: &[State]) -> String {
    states.iter().map(|state| format!("`{}`", state.name())).collect::<Vec<_>>().join(", ")
}

fn group_of(states: &[State]) -> Option<&'static (&'static [State], &'static str, &'static str)> {
    GROUPS.iter().find(|(known, ..)| *known == states)
}

/// The nodes of the diagram that one side of a rule stands for, each with its states.
fn nodes(states: &[State]) -> Vec<(&'static str, Vec<Option<State>>)> {
    let all = || states.iter().copied().map(Some);
    match (states, group_of(states)) {
        ([], _) => vec![("[*]", vec![None])],
        (_, Some((_, node, _))) => vec![(node, all().collect())],
        _ => all().map(|state| (state.map_or("", State::name), vec![state])).collect(),
    }
}

/// What an arrow says of the edges that it stands for and no test walks.
fn mark(from: &[Option<State>], to: &[Option<State>], untested: &BTreeSet<(Option<State>, State)>) -> String {
    let edges =
        || from.iter().flat_map(|from| to.iter().map(|to| (*from, to.expect("an edge leads to a state"))));
    let all = edges().filter(|(from, to)| *from != Some(*to)).count();
    match edges().filter(|edge| untested.contains(edge)).count() {
        0 => String::new(),
        count if count == all => " (no test)".to_owned(),
        count => format!(" ({count} of {all} without test)"),
    }
}

fn diagram(machine: Machine, untested: &BTreeSet<(Option<State>, State)>, page: &mut String) {
    let mut arrows: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    let mut groups = BTreeSet::new();
    for Rule { from, to, cause } in machine.rules() {
        groups.extend(
            [from, to].into_iter().filter_map(|states| group_of(states)).map(|group| (group.1, group.2)),
        );
        for (source, from) in nodes(from) {
            for (target, to) in nodes(to) {
                let label = cause.replace('`', "").replace([':', ';'], ",");
                let label = format!("{label}{}", mark(&from, &to, untested));
                arrows.entry((source, target)).or_default().push(label);
            }
        }
    }
    page.push_str("```mermaid\nstateDiagram-v2\n");
    for (node, name) in groups {
        writeln!(page, "    state \"{name}\" as {node}").unwrap();
    }
    for ((source, target), causes) in arrows {
        writeln!(page, "    {source} --> {target} : {}", causes.join(" / ")).unwrap();
    }
    page.push_str("```\n\n");
}

fn rules(machine: Machine, page: &mut String) {
    page.push_str("| From | To | Cause |\n| --- | --- | --- |\n");
    for Rule { from, to, cause } in machine.rules() {
        let from = if from.is_empty() { "–".to_owned() } else { names(from) };
        writeln!(page, "| {from} | {} | {cause} |", names(to)).unwrap();
    }
}

fn tell_untested(untested: &BTreeSet<(Option<State>, State)>, page: &mut String) {
    if untested.is_empty() {
        return page.push_str("\nThe tests walk every one of these edges.\n");
    }
    page.push_str("\nNo test walks these edges:\n\n");
    for (from, to) in untested {
        let from = from.map_or_else(|| "–".to_owned(), |from| format!("`{}`", from.name()));
        writeln!(page, "- {from} → `{}`", to.name()).unwrap();
    }
}
