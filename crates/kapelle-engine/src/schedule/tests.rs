mod backfills;
mod bounds;
mod conditions;
mod firings;
mod missed;
mod people;
mod properties;
mod simulation;

use std::fmt::Write;
use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::expression::plain;
use kapelle_core::language::Language;
use kapelle_model::trigger::Skip;
use kapelle_model::{Map, Span, Value};

use super::*;

/// A schedule with where it stands.
struct Play {
    schedule: Schedule,
    state: TriggerState,
    zone: TimeZone,
    since: Option<Millis>,
    recover: Recover,
    context: Map,
    services: MemoryServices,
    settings: Settings,
}

impl Play {
    /// From the properties of a `Schedule`.
    fn new(properties: &str) -> Self {
        Self::of(&format!("{{id: t, type: io.kestra.plugin.core.trigger.Schedule, {properties}}}"))
    }

    fn of(trigger: &str) -> Self {
        let source = format!("id: f\nnamespace: a\ntasks: []\ntriggers: [{trigger}]");
        let root = kapelle_core::yaml::read(&source, Span::new(0, source.len() as u32)).root.unwrap();
        let flow = kapelle_core::flow::read(&root, Catalogue::bundled());
        let schedule = Schedule::read(&flow.triggers[0], "a", "f", Language::One, Catalogue::bundled());
        Self {
            schedule,
            state: TriggerState::default(),
            zone: TimeZone::UTC,
            since: None,
            recover: Recover::All,
            context: map(r#"{"flow": {"id": "f", "namespace": "a"}, "vars": {"open": "no"}}"#),
            services: MemoryServices::from_setup(&Value::Map(Arc::new(Map::new()))).unwrap(),
            settings: Settings::default(),
        }
    }

    /// It is new at a moment.
    fn created(mut self, at: &str) -> Self {
        self.state.next = self.ask(at, Schedule::first).unwrap();
        self
    }

    fn next(mut self, at: &str) -> Self {
        self.state.next = Some(millis(at));
        self
    }

    /// Since when somebody is there; otherwise only from the moment of each turn on.
    fn since(mut self, at: &str) -> Self {
        self.since = Some(millis(at));
        self
    }

    fn ask<T>(&self, at: &str, ask: impl FnOnce(&Schedule, Now<'_>, Environment<'_>) -> T) -> T {
        let moment = millis(at);
        let since = self.since.unwrap_or(moment);
        let now = Now { moment, since, zone: &self.zone, recover: self.recover };
        let environment =
            Environment { context: &self.context, services: &self.services, settings: &self.settings };
        ask(&self.schedule, now, environment)
    }

    fn turn(&mut self, at: &str) -> Turn {
        let turn = self.ask(at, |schedule, now, environment| schedule.turn(&self.state, now, environment));
        self.state = turn.state.clone();
        turn
    }

    /// All turns that are due, a line for each firing and each skip.
    fn story(&mut self, at: &str) -> String {
        let mut text = String::new();
        while due(&self.state).is_some_and(|due| due <= millis(at)) {
            let turn = self.turn(at);
            for skip in &turn.skipped {
                writeln!(text, "{}", told(skip)).unwrap();
            }
            if let Some(firing) = turn.firing {
                let failure = firing.failure.map_or(String::new(), |failure| format!(": {failure}"));
                writeln!(text, "fires {}{failure}", short(firing.date.unwrap())).unwrap();
            }
        }
        let next = self.state.next.map_or("never".to_owned(), short);
        write!(text, "next {next}").unwrap();
        text
    }

    fn change(&mut self, state: Result<TriggerState, String>) {
        self.state = state.unwrap();
    }

    fn begin(&self, at: &str, start: &str, end: Option<&str>) -> Result<TriggerState, String> {
        let wanted = Wanted {
            start: millis(start),
            end: end.map(millis),
            is_paused: false,
            inputs: Arc::default(),
            labels: Vec::new(),
        };
        self.ask(at, |schedule, now, environment| {
            schedule.begin_backfill(&self.state, wanted, now, environment)
        })
    }
}

fn told(skip: &Skip) -> String {
    let until = if skip.count == 1 { String::new() } else { format!(" to {}", short(skip.until)) };
    format!("skips {} {}{until}, {}", skip.count, short(skip.from), skip.why.name())
}

/// `06-01 10:00` of UTC; all stories are of one year.
fn short(moment: Millis) -> String {
    Timestamp::from_millisecond(moment.0).unwrap().strftime("%m-%d %H:%M").to_string()
}

/// A moment of UTC, seconds left out, or with them.
fn millis(text: &str) -> Millis {
    let seconds = if text.len() > "2026-06-01T10:00".len() { "" } else { ":00" };
    Millis(format!("{text}{seconds}Z").parse::<Timestamp>().unwrap().as_millisecond())
}

fn map(json: &str) -> Map {
    match plain::from_json(json).unwrap() {
        Value::Map(map) => Map::clone(&map),
        _ => panic!("no map"),
    }
}

fn json(map: &Map) -> String {
    let value = Value::Map(Arc::new(map.clone()));
    plain::to_json(&value, &TimeZone::UTC, true, 10_000).unwrap().expose().to_owned()
}
