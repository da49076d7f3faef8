//! `kapelle dev seed`: fills an empty folder with a believable year, to look at and to measure.
//!
//! What is over is written straight into the store ([`past`]). What waits is made by a runtime whose clock stands twenty
//! minutes back ([`present`]): the server that is started next takes it up like anything else.

mod flows;
mod loops;
mod past;
mod present;

use std::sync::Arc;

use clap::{Args, ValueEnum};
use kapelle_model::permit::Permit;
use kapelle_runtime::machine_now;
use kapelle_store::{Filter, Page, Store};

use crate::commands::store::place::{Place, stop};
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::note;

/// Milliseconds by which what waits is older than now: long enough to need attention.
const AGO: i64 = 20 * 60_000;

/// Fill an empty folder with flows, a year of executions, logs, keys and files
#[derive(Debug, Args)]
#[command(
    after_help = "The server of the folder has to be stopped. Start it afterwards: `kapelle server local --data DIR`."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,

    /// How much there is to be
    #[arg(long, value_enum, default_value_t = Scenario::Small)]
    scenario: Scenario,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// 2,000 executions of 8 flows
    Small,
    /// 100,000 executions of 48 flows, a log of 1,000,000 lines, and a loop of 100,000 iterations
    Large,
    /// One loop of 100,000 iterations, of which three failed
    Loop,
}

impl Scenario {
    const fn executions(self) -> u64 {
        match self {
            Self::Small => 2_000,
            Self::Large => 100_000,
            Self::Loop => 0,
        }
    }

    /// How often each kind of flow is there.
    const fn copies(self) -> u32 {
        match self {
            Self::Small => 1,
            Self::Large => 6,
            Self::Loop => 0,
        }
    }

    const fn long_log(self) -> u32 {
        match self {
            Self::Small | Self::Loop => 0,
            Self::Large => 1_000_000,
        }
    }

    const fn iterations(self) -> u32 {
        match self {
            Self::Small => 0,
            Self::Large | Self::Loop => 100_000,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let store: Arc<dyn Store> = Arc::new(arguments.place.open_or_make()?);
    let known =
        store.executions(&Permit::system("seed"), &Filter::default(), &Page::newest(1)).map_err(stop)?;
    if !known.rows.is_empty() {
        return Err(Stop::Usage(
            "the folder holds executions already; `--data DIR` names an empty one".to_owned(),
        ));
    }
    let (scenario, until) = (arguments.scenario, machine_now().plus(-AGO));
    let mut flows = flows::all(scenario.copies());
    note(&format!("{} executions of {} flows …", scenario.executions(), flows.len()));
    past::write(&*store, &flows, scenario, until).map_err(stop)?;
    if scenario.iterations() > 0 {
        let looping = flows::looping();
        loops::write(&*store, &looping, scenario.iterations(), until).map_err(stop)?;
        flows.push(looping);
    }
    note("what waits, keys and files …");
    present::make(&store, &flows, &arguments.place.data, until)?;
    store.flush_logs().map_err(stop)?;
    note("done");
    Ok(Outcome::Ok)
}
