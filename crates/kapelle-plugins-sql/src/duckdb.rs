//! DuckDB, through its command-line program, which runs beside this one.
//!
//! A task starts the program and hands it SQL through its standard input, one statement on one line ([`one_line`]), so
//! that nothing of a flow is ever taken for a command of the program. The answer is read from its standard output
//! ([`program`], [`answer`]); with the types of the columns ([`types`]) its texts become values ([`cells`], [`nested`]).

mod answer;
mod cells;
mod database;
mod listeners;
mod literals;
mod nested;
mod one_line;
mod program;
mod session;
mod settings;
mod statement;
mod system;
mod turn;
mod types;
mod words;

mod queries;
mod query;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<queries::Queries>();
    r.task::<query::Query>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
