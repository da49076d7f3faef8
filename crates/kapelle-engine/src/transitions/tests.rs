mod draw;
pub(crate) mod walked;

use std::collections::BTreeSet;
use std::path::Path;

use kapelle_model::State;

use super::*;

/// All edges of a machine: the beginning or a state, and a state that may follow.
fn edges(machine: Machine) -> BTreeSet<(Option<State>, State)> {
    let mut edges = BTreeSet::new();
    for rule in machine.rules() {
        let from: Vec<Option<State>> = match rule.from {
            [] => vec![None],
            states => states.iter().copied().map(Some).collect(),
        };
        for from in from {
            edges.extend(rule.to.iter().filter(|to| from != Some(**to)).map(|to| (from, *to)));
        }
    }
    edges
}

fn states() -> impl Iterator<Item = State> {
    (0..State::NAMES.len()).filter_map(State::from_index)
}

#[test]
fn what_is_allowed_is_what_the_table_says() {
    for machine in Machine::ALL {
        let edges = edges(machine);
        for to in states() {
            for from in states().map(Some).chain([None]).filter(|from| *from != Some(to)) {
                assert_eq!(
                    machine.allows(from, to),
                    edges.contains(&(from, to)),
                    "{machine}: {from:?} {to:?}"
                );
            }
        }
    }
}

#[test]
fn every_state_that_is_left_is_reached() {
    for machine in Machine::ALL {
        let reached: BTreeSet<State> = edges(machine).into_iter().map(|(_, to)| to).collect();
        for (from, to) in edges(machine) {
            assert!(from.is_none_or(|from| reached.contains(&from)), "{machine}: {from:?} to {to:?}");
        }
    }
}

#[test]
fn a_killed_execution_stays_killed() {
    assert!(edges(Machine::Execution).iter().all(|(from, _)| *from != Some(State::Killed)));
}

#[test]
fn every_state_has_a_way_to_an_end() {
    for machine in Machine::ALL {
        let edges = edges(machine);
        let mut leads: BTreeSet<State> = states().filter(|state| state.is_terminal()).collect();
        while let Some((from, _)) = edges
            .iter()
            .find(|(from, to)| from.is_some_and(|from| !leads.contains(&from)) && leads.contains(to))
        {
            leads.extend(from);
        }
        assert!(edges.iter().all(|(_, to)| leads.contains(to)), "{machine}");
    }
}

#[test]
#[should_panic(expected = "an execution may not go from KILLED to RUNNING")]
fn a_way_that_is_not_in_the_table_is_refused_in_all_builds() {
    Machine::Execution.assert(Some(State::Killed), State::Running);
}

/// Draws `docs/states.md` and compares it with the one that is there; with `UPDATE_DOCS=1` it is written instead.
#[test]
fn the_page_about_states_is_drawn_from_the_tables() {
    let page = draw::page(&walked::in_all_stories());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/states.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "docs/states.md is out of date: run this test with UPDATE_DOCS=1");
}
