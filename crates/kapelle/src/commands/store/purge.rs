//! `kapelle store purge`.

use std::collections::BTreeSet;

use clap::Args;
use jiff::Timestamp;
use kapelle_model::State;
use kapelle_store_sqlite::SqliteStore;
use kapelle_store_sqlite::care::purge::{Purge, PurgeReport};
use kapelle_store_sqlite::care::retention::Retention;

use super::place::{Place, stop};
use super::progress::Line;
use super::when;
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::Stream;

/// Delete old executions and logs
///
/// Only what has come to its end is deleted, together with its logs, and nothing that something open needs. The room is
/// used again; `kapelle store compact` gives it back to the disk.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 done, 1 not done, 2 wrong command line.\n\n\
    `kapelle store purge --before 30d --dry-run` tells how many there are.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,

    /// Executions that ended before: an age such as `30d`, or a date such as `2026-01-31`
    #[arg(long, value_name = "WHEN", required_unless_present_any = ["keep_last", "logs_before"])]
    before: Option<String>,

    /// Only those of this tenant
    #[arg(long)]
    tenant: Option<String>,

    /// Only those of this namespace and what is under it
    #[arg(long)]
    namespace: Option<String>,

    /// Only those of this flow
    #[arg(long, value_name = "ID")]
    flow: Option<String>,

    /// Only those that ended in this state; may be given more than once
    #[arg(long = "state", value_name = "STATE", value_parser = state)]
    states: Vec<State>,

    /// The last N executions of each flow stay
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep_last: Option<u32>,

    /// Logs of the months before: an age or a date
    #[arg(long, value_name = "WHEN")]
    logs_before: Option<String>,

    /// Delete nothing, and tell how many executions there are
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let now = Timestamp::now();
    let moment = |text: &Option<String>| {
        text.as_deref().map(|text| when::parse(text, now)).transpose().map_err(Stop::Usage)
    };
    let (before, logs_before) = (moment(&arguments.before)?, moment(&arguments.logs_before)?);
    let store = arguments.place.open()?;
    let mut text = String::new();
    if before.is_some() || arguments.keep_last.is_some() {
        let rule = arguments.rule();
        let purge = Purge {
            at: kapelle_model::Millis(now.as_millisecond()),
            states: rule.states.clone(),
            ended_before: before,
            keep_last: rule.keep_last,
            takes_logs: true,
            is_dry_run: arguments.dry_run,
        };
        text += &told(&executions(&store, &rule, &purge)?, arguments.dry_run);
    }
    if let Some(before) = logs_before {
        text +=
            &if arguments.dry_run { "logs: nothing was deleted\n".to_owned() } else { logs(&store, before)? };
    }
    Stream::Out.print(text.as_bytes())?;
    Ok(Outcome::Ok)
}

impl Arguments {
    fn rule(&self) -> Retention {
        Retention {
            tenant: self.tenant.as_deref().map(Into::into),
            namespace: self.namespace.clone(),
            flow: self.flow.clone(),
            states: self.states.iter().copied().collect::<BTreeSet<_>>(),
            age: None,
            keep_last: self.keep_last,
        }
    }
}

fn executions(store: &SqliteStore, rule: &Retention, purge: &Purge) -> Result<PurgeReport, Stop> {
    let mut line = Line::new();
    store.purge_matching(&rule.permit(), &rule.filter(), purge, &mut |step| line.tell(step)).map_err(stop)
}

fn told(report: &PurgeReport, is_dry_run: bool) -> String {
    let first = if is_dry_run {
        format!("{} executions would be deleted, but for those that something open needs\n", report.purged)
    } else {
        format!("{} executions deleted\n", report.purged)
    };
    let mut lines = vec![first];
    if report.kept > 0 {
        lines.push(format!("{} stay as the last ones of their flows\n", report.kept));
    }
    lines.extend(report.held.iter().map(|(why, number)| format!("{number} stay: {why}\n")));
    lines.concat()
}

fn logs(store: &SqliteStore, before: kapelle_model::Millis) -> Result<String, Stop> {
    let months = store.purge_logs(before).map_err(stop)?;
    let mut lines = vec![format!("logs of {} months deleted\n", months.dropped.len())];
    lines.extend(months.held.iter().map(|held| {
        let first = held.by.first().map(ToString::to_string).unwrap_or_default();
        format!("logs of {} stay: execution {first} is not over\n", held.month)
    }));
    Ok(lines.concat())
}

fn state(text: &str) -> Result<State, String> {
    let state = State::from_name(&text.to_uppercase()).filter(|state| state.is_terminal());
    state.ok_or_else(|| {
        let ends = State::NAMES.iter().filter(|name| State::from_name(name).is_some_and(State::is_terminal));
        format!("executions end as one of {}", ends.copied().collect::<Vec<_>>().join(", "))
    })
}
