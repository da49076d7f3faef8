//! Sets of vectors, for servers that have them: Redis 8.

mod add;
mod delete;
mod similarity;

use kapelle_plugin::Registry;

use super::connection::Command;

pub(super) fn register(r: &mut Registry) {
    r.task::<add::Add>();
    r.task::<delete::Delete>();
    r.task::<similarity::Similarity>();
}

/// A command with the numbers of a vector.
fn with_values(command: Command, vector: &[f64]) -> Command {
    vector.iter().fold(command.arg("VALUES").number(vector.len()), Command::number)
}

#[cfg(test)]
mod tests;
