//! What follows when a schedule is due.

use kapelle_core::expression::environment::Environment;
use kapelle_model::Millis;
use kapelle_model::trigger::{Backfill, Firing, Skip, SkipReason, TriggerState};

use super::dates::Dates;
use super::firing::Occurrence;
use super::foresight::Asked;
use super::{CAUGHT_UP_MAX, DATES_MAX, Now, Schedule, due, minute_of};

/// Conditions that one turn asks in earnest: they may send requests.
const ASKED_MAX: usize = 100;

/// What follows, to be written together.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    pub state: TriggerState,
    pub firing: Option<Firing>,
    /// Occurrences that start nothing, in their order.
    pub skipped: Vec<Skip>,
    /// For the log of the trigger.
    pub warnings: Vec<String>,
}

/// A turn on its way.
struct Course<'a> {
    schedule: &'a Schedule,
    dates: &'a Dates<'a>,
    now: Now<'a>,
    environment: Environment<'a>,
    asked: usize,
}

/// What an occurrence comes to.
enum Fate {
    Skipped(SkipReason, String),
    Fires(Option<String>),
    /// Enough was done for now.
    Waits,
}

impl Schedule {
    /// What follows now. If nothing is due, nothing does. A trigger with a mistake in it is switched off.
    pub fn turn(&self, state: &TriggerState, now: Now<'_>, environment: Environment<'_>) -> Turn {
        let mut turn = Turn::of(state);
        if due(state).is_none_or(|due| due > now.moment) {
            return turn;
        }
        if self.is_disabled && pause_backfill(&mut turn.state) {
            turn.warnings.push(format!("the backfill of trigger `{}` pauses: the flow disables it", self.id));
            return turn;
        }
        if self.is_disabled {
            return self.pass(
                state,
                now,
                SkipReason::Disabled,
                "the flow says `disabled: true`",
                environment,
            );
        }
        turn.state.evaluated = Some(now.moment);
        let dates = match self.dates(now.zone, environment) {
            Ok(dates) => dates,
            Err(reason) => return turn.broken(format!("trigger `{}` was switched off: {reason}", self.id)),
        };
        let mut course = Course { schedule: self, dates: &dates, now, environment, asked: 0 };
        match state.backfill.clone() {
            Some(backfill) => course.backfill(&mut turn, backfill),
            None => course.ordinary(&mut turn),
        }
        turn
    }

    /// Lets everything pass that is due, for a reason that is not the schedule's: its flow is switched off, an execution
    /// was still running. Occurrences of a backfill wait instead.
    pub fn pass(
        &self,
        state: &TriggerState,
        now: Now<'_>,
        why: SkipReason,
        words: &str,
        environment: Environment<'_>,
    ) -> Turn {
        let mut turn = Turn::of(state);
        let Some(next) = state.next.filter(|next| *next <= now.moment && state.backfill.is_none()) else {
            return turn;
        };
        turn.state.evaluated = Some(now.moment);
        let dates = match self.dates(now.zone, environment) {
            Ok(dates) => dates,
            Err(reason) => return turn.broken(format!("trigger `{}` was switched off: {reason}", self.id)),
        };
        let mut date = dates.from(next);
        for _ in 0..DATES_MAX {
            let Some(at) = date.filter(|date| *date <= now.moment) else { break };
            turn.skip(at, why, words.to_owned());
            turn.state.date = Some(at);
            date = dates.after(at);
        }
        turn.state.next = match date {
            Some(at) if at <= now.moment => Some(at),
            date => self.holding(&dates, date, environment),
        };
        turn
    }
}

impl Course<'_> {
    /// Occurrences in their order, until one fires or all that are due are dealt with.
    fn ordinary(&mut self, turn: &mut Turn) {
        let Some(next) = turn.state.next else { return };
        self.tell_jumped(turn, next);
        let lateness = self.schedule.lateness(self.dates, next, self.now, self.environment);
        let mut date = self.dates.from(next);
        for _ in 0..DATES_MAX {
            let Some(at) = date.filter(|date| *date <= self.now.moment) else { break };
            let is_missed = lateness.is_missed(at);
            let fate = match lateness.refusal(at) {
                Some((why, words)) => Fate::Skipped(why, words),
                None if is_missed && !has_room(&turn.state, self.now.moment) => Fate::Waits,
                None => self.decide(at),
            };
            match fate {
                Fate::Waits => {
                    turn.state.next = Some(at);
                    return;
                }
                Fate::Skipped(why, words) => turn.skip(at, why, words),
                Fate::Fires(failure) => {
                    if is_missed {
                        count_caught_up(&mut turn.state, self.now.moment);
                    }
                    return self.fire_ordinary(turn, at, failure);
                }
            }
            turn.state.date = Some(at);
            date = self.dates.after(at);
        }
        turn.state.next = match date {
            Some(at) if at <= self.now.moment => Some(at),
            date => self.schedule.holding(self.dates, date, self.environment),
        };
    }

    fn fire_ordinary(&self, turn: &mut Turn, date: Millis, failure: Option<String>) {
        let next = self.schedule.holding(self.dates, self.dates.after(date), self.environment);
        let occurrence = Occurrence { date, next, backfill: None, failure };
        turn.state.date = Some(date);
        turn.state.next = next;
        self.fire(turn, occurrence);
    }

    fn backfill(&mut self, turn: &mut Turn, mut backfill: Backfill) {
        let mut date = self.dates.from(backfill.current);
        for _ in 0..DATES_MAX {
            let Some(at) = date.filter(|date| *date <= backfill.end) else { break };
            match self.decide(at) {
                Fate::Waits => break,
                Fate::Skipped(why, words) => turn.skip(at, why, words),
                Fate::Fires(failure) => {
                    date = self.dates.after(at);
                    let next = self.schedule.holding(self.dates, date, self.environment);
                    self.fire(turn, Occurrence { date: at, next, backfill: Some(&backfill), failure });
                    break;
                }
            }
            date = self.dates.after(at);
        }
        match date.filter(|date| *date <= backfill.end) {
            Some(date) => {
                backfill.current = date;
                turn.state.next = Some(date);
                turn.state.backfill = Some(backfill);
            }
            None => super::backfill::finish(&mut turn.state),
        }
    }

    fn fire(&self, turn: &mut Turn, occurrence: Occurrence<'_>) {
        let firing = self.schedule.fire(self.dates, occurrence, self.environment);
        turn.warnings.extend(firing.failure.as_ref().map(ToString::to_string));
        turn.firing = Some(firing);
        turn.state.fired = Some(self.now.moment);
    }

    fn decide(&mut self, date: Millis) -> Fate {
        let asked = match self.schedule.foretold(self.dates, date, self.environment) {
            Some(asked) => asked,
            None if self.asked == ASKED_MAX => return Fate::Waits,
            None => {
                self.asked += 1;
                self.schedule.ask(self.dates, date, self.environment)
            }
        };
        match asked {
            Asked::Yes => Fate::Fires(None),
            Asked::No(words) => Fate::Skipped(SkipReason::Condition, words),
            Asked::Error(reason) => Fate::Fires(Some(reason)),
        }
    }

    /// Dates between the last occurrence and the next one, which was chosen since their conditions do not hold.
    fn tell_jumped(&self, turn: &mut Turn, next: Millis) {
        let Some(last) = turn.state.date.filter(|_| !self.schedule.conditions.is_empty()) else { return };
        let between = std::iter::successors(self.dates.after(last), |date| self.dates.after(*date));
        for date in between.take_while(|date| *date < next).take(DATES_MAX) {
            if let Some(Asked::No(words)) = self.schedule.foretold(self.dates, date, self.environment) {
                turn.skip(date, SkipReason::Condition, words);
            }
        }
    }
}

impl Turn {
    fn of(state: &TriggerState) -> Self {
        Self { state: state.clone(), firing: None, skipped: Vec::new(), warnings: Vec::new() }
    }

    fn skip(&mut self, date: Millis, why: SkipReason, words: String) {
        match self.skipped.last_mut() {
            Some(last) if last.why == why => {
                last.until = date;
                last.count = last.count.saturating_add(1);
                last.words = words;
            }
            _ => self.skipped.push(Skip { from: date, until: date, count: 1, why, words }),
        }
    }

    /// Nothing comes of a trigger with a mistake in it until it is changed.
    fn broken(mut self, reason: String) -> Self {
        if let Some(next) = self.state.next {
            self.skip(next, SkipReason::Failed, reason.clone());
        }
        self.state.is_disabled = true;
        self.warnings.push(reason);
        self
    }
}

/// Whether there is one.
fn pause_backfill(state: &mut TriggerState) -> bool {
    let backfill = state.backfill.as_mut();
    backfill.map(|backfill| backfill.is_paused = true).is_some()
}

fn has_room(state: &TriggerState, now: Millis) -> bool {
    let (minute, count) = state.caught_up;
    minute != minute_of(now) || count < CAUGHT_UP_MAX
}

fn count_caught_up(state: &mut TriggerState, now: Millis) {
    let minute = minute_of(now);
    let count = if state.caught_up.0 == minute { state.caught_up.1 } else { 0 };
    state.caught_up = (minute, count.saturating_add(1));
}
