//! `kapelle store check`.

use clap::Args;
use kapelle_store_sqlite::care::check::{CheckOptions, CheckReport};

use super::place::{Place, stop};
use super::progress::Line;
use crate::outcome::{Ending, Outcome};
use crate::report::printable;
use crate::terminal::Stream;

/// Look for damage
///
/// Reads everything that is kept, and tells what cannot be read, what does not fit together, and what to do.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 nothing found, 1 findings, 2 wrong command line.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,

    /// Leave out indexes and large values, which take long
    #[arg(long)]
    quick: bool,

    /// Write the right numbers over counters that are wrong
    #[arg(long)]
    repair_counters: bool,

    /// Remove large values that belong to no execution
    #[arg(long)]
    remove_orphans: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let store = arguments.place.open()?;
    let options = CheckOptions {
        is_quick: arguments.quick,
        repairs_counters: arguments.repair_counters,
        removes_orphans: arguments.remove_orphans,
        // Nobody else writes.
        written_before: None,
    };
    let mut line = Line::new();
    let report = store.check(&options, &mut |step| line.tell(step)).map_err(stop)?;
    drop(line);
    Stream::Out.print(text(&report).as_bytes())?;
    Ok(Outcome::errors_if(!report.is_clean()))
}

fn text(report: &CheckReport) -> String {
    let findings = report.findings.iter().map(|finding| {
        let (what, why) = (printable(&finding.what), printable(&finding.why));
        format!("{what}: {why}\n  {}\n", finding.cure)
    });
    let text: Vec<String> = findings.collect();
    let (executions, rows) = (report.executions, report.rows);
    let number = report.findings.len() as u64 + report.untold;
    let untold = match report.untold {
        0 => String::new(),
        untold => format!(", of which {untold} are not shown"),
    };
    let repaired = match report.repaired {
        0 => String::new(),
        repaired => format!(", {repaired} put right"),
    };
    let found =
        if number == 0 { "nothing found".to_owned() } else { format!("{number} findings{untold}{repaired}") };
    text.concat() + &format!("checked {executions} executions and {rows} other rows: {found}\n")
}
