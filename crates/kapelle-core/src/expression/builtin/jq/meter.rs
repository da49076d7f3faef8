//! What a jq program may cost, and how it fails.

use std::sync::Arc;

use super::natives::Compiled;
use super::value::Json;
use crate::expression::Error;
use crate::expression::environment::Settings;
use crate::expression::run::Run;

/// Steps of one program.
const STEPS_MAX: u64 = 1_000_000;

/// What the machine does in one step: it takes about four turns for what a person would call one.
const TURNS_PER_STEP: u64 = 4;

/// Steps that cost the whole expression one of its own, which are larger.
const STEPS_PER_STEP: u64 = 8;

/// Bytes that cost a step.
const BYTES_PER_STEP: usize = 64;

/// Why evaluation stops.
#[derive(Debug)]
pub(super) enum Failure {
    /// An error of jq, that `try` catches.
    Raised(Json),
    /// A limit, that nothing catches.
    Refused(Box<Error>),
}

pub(super) type Fallible<T = Json> = Result<T, Failure>;

/// An error of jq with a text.
pub(super) fn raised(message: impl Into<String>) -> Failure {
    Failure::Raised(Json::text(message.into()))
}

impl From<Box<Error>> for Failure {
    fn from(error: Box<Error>) -> Self {
        Self::Refused(error)
    }
}

pub(super) struct Meter<'m, 'e> {
    run: &'m mut Run<'e>,
    /// Turns of the machine that are left.
    left: u64,
    /// Turns that the whole expression has not been charged for yet.
    unpaid: u64,
    /// The regular expressions of the program that are compiled.
    pub(super) patterns: Vec<Arc<Compiled>>,
}

impl<'m, 'e> Meter<'m, 'e> {
    pub(super) fn new(run: &'m mut Run<'e>) -> Self {
        Self { run, left: STEPS_MAX * TURNS_PER_STEP, unpaid: 0, patterns: Vec::new() }
    }

    /// Pays for turns of the machine, or for work of that size.
    pub(super) fn step(&mut self, turns: u64) -> Result<(), Failure> {
        self.left = self.left.checked_sub(turns).ok_or_else(|| {
            Error::limit(format!("the jq program takes more than {STEPS_MAX} steps"))
                .help("do less in one program, check that its loops end, or leave the work to a task")
        })?;
        self.unpaid += turns;
        if self.unpaid >= 4096 {
            let turns_per_step = STEPS_PER_STEP * TURNS_PER_STEP;
            let steps = self.unpaid / turns_per_step;
            self.unpaid %= turns_per_step;
            self.run.step(steps)?;
        }
        Ok(())
    }

    /// Pays for bytes that are about to be made or looked at.
    pub(super) fn bytes(&mut self, count: usize) -> Result<(), Failure> {
        const BYTES_PER_TURN: usize = BYTES_PER_STEP / TURNS_PER_STEP as usize;
        self.step((count / BYTES_PER_TURN) as u64 + 1)
    }

    /// Takes the bytes of a result, which outlives the program.
    pub(super) fn keep(&mut self, bytes: usize) -> Result<(), Failure> {
        Ok(self.run.allocate(bytes)?)
    }

    pub(super) fn settings(&self) -> &'e Settings {
        self.run.settings()
    }

    pub(super) fn now(&self) -> Result<jiff::Timestamp, Failure> {
        Ok(self.run.services().now()?)
    }
}
