//! What is on the disk, as a tree for people.

use std::fmt::Write;

use kapelle_model::execution::Execution;
use kapelle_model::task_run::{Hold, RunIndex};

use super::World;

impl World {
    /// Every execution with its task runs.
    pub fn trees(&self) -> String {
        let mut text = String::new();
        for row in self.disk.rows.values() {
            let execution = &row.execution;
            let states: Vec<&str> = execution.head.history.entries().map(|(state, _)| state.name()).collect();
            let slot = execution.head.slot;
            writeln!(text, "{} of {}: {}, place {slot:?}", row.lineage, row.flow, states.join(" "))
                .expect(WRITTEN);
            write_below(execution, None, 1, &mut text);
        }
        text
    }
}

const WRITTEN: &str = "texts take everything";

fn write_below(execution: &Execution, parent: Option<RunIndex>, depth: usize, text: &mut String) {
    for run in execution.runs.iter().filter(|run| run.parent == parent) {
        let value = run.value.as_ref().map(|value| format!("[{value}]")).unwrap_or_default();
        let tries = if run.attempts.len() > 1 { format!(" x{}", run.attempts.len()) } else { String::new() };
        let hold = if run.hold == Hold::Free { String::new() } else { format!(" {:?}", run.hold) };
        let (indent, number, state) = ("  ".repeat(depth), run.index.0, run.state().name());
        writeln!(text, "{indent}{number} {}{value} {state}{tries}{hold}", run.task).expect(WRITTEN);
        write_below(execution, Some(run.index), depth + 1, text);
    }
}
