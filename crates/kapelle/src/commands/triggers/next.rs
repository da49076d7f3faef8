//! `kapelle triggers next`: when schedules fire, and what the other triggers wait for.

use std::ffi::OsString;

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use kapelle_core::catalogue::Catalogue;
use kapelle_core::check::File;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::services::NoServices;
use kapelle_core::language::Language;
use kapelle_core::{flow, yaml};
use kapelle_engine::defaults::{self, Layers};
use kapelle_engine::schedule::{Schedule, Upcoming};
use kapelle_model::flow::{Flow, Trigger};
use kapelle_model::{Map, Span, Value};

use super::{show, wait};
use crate::commands::check::{Level, options};
use crate::commands::eval::read_zone;
use crate::commands::format::json;
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::{Stream, note};
use crate::{files, input};

/// Tell when the schedules of flows fire next, and what their other triggers wait for
///
/// Reads files and folders, without a server and without running anything. Times that a clock change moves or repeats
/// are marked. Conditions on the date are respected; those that look at keys or variables are asked only when it is time.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 all can fire, 1 some cannot, 2 wrong command line.\n\n\
    Examples:\n  \
      kapelle triggers next flows/                       the next five of every schedule\n  \
      kapelle triggers next nightly.yaml --count 20 --from 2026-10-20\n  \
      kapelle triggers next flows --zone Europe/Berlin --format json")]
pub(crate) struct Arguments {
    /// Files, folders with `.yml` and `.yaml` files, or `-` for standard input [default: this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    /// How many times of each schedule
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,

    /// Zone of the server, for schedules that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = read_zone)]
    zone: TimeZone,

    /// When to begin: a date, or a date with a time [default: now]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Language level: 1 reads expressions as Kestra 0.x and 1.x do, 2 as Kestra 2.0 does
    #[arg(long, value_enum, default_value_t = Level::One)]
    language: Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people
    Pretty,
    /// JSON for programs
    Json,
}

/// A trigger, and what is known of its future.
pub(super) struct Told {
    pub(super) file: String,
    pub(super) namespace: String,
    pub(super) flow: String,
    pub(super) trigger: String,
    pub(super) type_name: String,
    pub(super) is_disabled: bool,
    pub(super) future: Future,
}

pub(super) enum Future {
    Times(Vec<Upcoming>),
    /// It never fires, for this reason.
    Broken(String),
    /// For something else than time.
    Waits(String),
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let from = start(arguments)?;
    let found = files::find(&arguments.paths)?;
    found.notes.iter().for_each(|line| note(line));
    let (inputs, sources) = input::read(found.places);
    let checked = input::check(&inputs, sources, options(arguments.language, false));
    let told: Vec<Told> = checked.iter().flat_map(|file| of_file(file, &from, arguments)).collect();
    let text = match arguments.format {
        Format::Pretty => show::pretty(&told),
        Format::Json => json(&show::objects(&told))?,
    };
    Stream::Out.print(text.as_bytes())?;
    Ok(Outcome::errors_if(told.iter().any(|told| matches!(told.future, Future::Broken(_)))))
}

fn start(arguments: &Arguments) -> Result<Zoned, Stop> {
    let Some(text) = &arguments.from else { return Ok(Timestamp::now().to_zoned(arguments.zone.clone())) };
    let moment = text.parse::<Timestamp>().map(|moment| moment.to_zoned(arguments.zone.clone()));
    let local =
        || text.parse::<jiff::civil::DateTime>().and_then(|local| local.to_zoned(arguments.zone.clone()));
    moment.or_else(|_| local()).map_err(|_| {
        Stop::Usage(format!(
            "`--from {text}` is no date: write 2026-01-31, 2026-01-31T10:00 or 2026-01-31T10:00:00Z"
        ))
    })
}

/// The triggers of all flows of a file. What is no flow has none.
fn of_file(file: &File, from: &Zoned, arguments: &Arguments) -> Vec<Told> {
    let language = arguments.language.language();
    let texts = file.documents.iter().filter_map(|document| {
        file.source.text().get(document.span.start as usize..document.span.end as usize)
    });
    let flows = texts.filter_map(read);
    let told = flows.flat_map(|flow| {
        let of_flow = |trigger: &Trigger| Told {
            file: file.source.name.clone(),
            namespace: flow.namespace.value.clone(),
            flow: flow.id.value.clone(),
            trigger: trigger.id.value.clone(),
            type_name: trigger.type_name.canonical.clone(),
            is_disabled: trigger.disabled,
            future: future(&flow, trigger, language, from, arguments.count),
        };
        flow.triggers.iter().map(of_flow).collect::<Vec<_>>()
    });
    told.collect()
}

fn read(text: &str) -> Option<Flow> {
    let span = Span::new(0, u32::try_from(text.len()).ok()?);
    let root = yaml::read(text, span).root?;
    let catalogue = Catalogue::bundled();
    let merged = defaults::merge(&root, Layers::default(), catalogue);
    Some(flow::read(&merged.root, catalogue))
}

fn future(flow: &Flow, trigger: &Trigger, language: Language, from: &Zoned, count: u16) -> Future {
    let name = &trigger.type_name.canonical;
    if !name.ends_with(".core.trigger.Schedule") && !name.ends_with(".core.trigger.ScheduleOnDates") {
        return Future::Waits(wait::words(flow, trigger, language, from));
    }
    let names = [("id", &flow.id), ("namespace", &flow.namespace)];
    let names = names.into_iter().map(|(name, text)| (name.into(), Value::from(text.value.as_str())));
    let context = Map::from_iter([("flow".into(), Value::Map(names.collect::<Map>().into()))]);
    let settings = Settings { language, zone: from.time_zone().clone(), ..Settings::default() };
    let environment = Environment { context: &context, services: &NoServices, settings: &settings };
    let schedule = Schedule::read(trigger, &flow.namespace, &flow.id, language, Catalogue::bundled());
    match schedule.upcoming(from, count.into(), environment) {
        Ok(times) => Future::Times(times),
        Err(reason) => Future::Broken(reason),
    }
}
