//! Conditions: asked in their time, and foretold as far as that is possible.

use std::cell::Cell;

use kapelle_core::expression::environment::{Context, Environment};
use kapelle_core::expression::services::NoServices;
use kapelle_model::{Map, Millis, Value};

use super::dates::Dates;
use super::{DATES_MAX, Schedule};
use crate::conditions::{Answer, Subject, Verdict};
use crate::overlay::Overlay;

/// How far ahead an occurrence is looked for.
const AHEAD_MILLIS_MAX: i64 = 10 * 366 * 86_400_000;

/// What the conditions say to an occurrence.
pub(super) enum Asked {
    Yes,
    /// With the condition that does not hold, and why.
    No(String),
    Error(String),
}

/// Variables that are the same whenever they are looked at. It knows whether others were wanted.
struct Fixed<'a> {
    over: Map,
    under: &'a dyn Context,
    wanted_others: Cell<bool>,
}

impl Context for Fixed<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        if let Some(value) = self.over.get(name) {
            return Some(value);
        }
        if name != "flow" {
            self.wanted_others.set(true);
        }
        self.under.get(name)
    }

    fn names(&self) -> Vec<&str> {
        self.wanted_others.set(true);
        Vec::new()
    }
}

impl Schedule {
    /// The first date from `date` on whose conditions may hold. If there is none for long this is where the search
    /// stopped; there it goes on in time.
    pub(super) fn holding(
        &self,
        dates: &Dates<'_>,
        date: Option<Millis>,
        environment: Environment<'_>,
    ) -> Option<Millis> {
        let mut date = date?;
        let last = date.plus(AHEAD_MILLIS_MAX);
        for _ in 0..DATES_MAX {
            if self.may_hold(dates, date, environment) {
                return Some(date);
            }
            date = dates.after(date).filter(|date| *date <= last)?;
        }
        Some(date)
    }

    /// The last date before `date` whose conditions may hold.
    pub(super) fn held(
        &self,
        dates: &Dates<'_>,
        date: Millis,
        environment: Environment<'_>,
    ) -> Option<Millis> {
        let mut before = dates.backwards(date).take(DATES_MAX);
        before.find(|date| self.may_hold(dates, *date, environment))
    }

    pub(super) fn may_hold(&self, dates: &Dates<'_>, date: Millis, environment: Environment<'_>) -> bool {
        !matches!(self.foretold(dates, date, environment), Some(Asked::No(_)))
    }

    /// What the conditions say to a date, if that is certain before its time.
    pub(super) fn foretold(
        &self,
        dates: &Dates<'_>,
        date: Millis,
        environment: Environment<'_>,
    ) -> Option<Asked> {
        if self.conditions.is_empty() {
            return Some(Asked::Yes);
        }
        let over = self.overlay(dates, date);
        let context = Fixed { over, under: environment.context, wanted_others: Cell::new(false) };
        let environment = Environment { context: &context, services: &NoServices, ..environment };
        let verdict = self.conditions.evaluate(&self.subject(), environment);
        let is_certain = verdict.answer != Answer::Error && !context.wanted_others.get();
        is_certain.then(|| asked(&verdict))
    }

    /// What the conditions say to a date, now.
    pub(super) fn ask(&self, dates: &Dates<'_>, date: Millis, environment: Environment<'_>) -> Asked {
        let over = self.overlay(dates, date);
        let context = Overlay { over: &over, under: environment.context };
        asked(&self.conditions.evaluate(&self.subject(), Environment { context: &context, ..environment }))
    }

    fn subject(&self) -> Subject<'_> {
        Subject { execution: None, namespace: &self.namespace, flow: &self.flow }
    }

    fn overlay(&self, dates: &Dates<'_>, date: Millis) -> Map {
        let date = Map::from_iter([("date".into(), dates.value(date))]);
        self.as_context(&date)
    }
}

fn asked(verdict: &Verdict) -> Asked {
    match verdict.outcome() {
        Ok(true) => Asked::Yes,
        Ok(false) => {
            let part = verdict.parts.iter().find(|part| !part.holds()).unwrap_or(verdict);
            Asked::No(format!("{}: {}", part.name, part.reason))
        }
        Err(reason) => Asked::Error(reason),
    }
}
