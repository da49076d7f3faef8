//! What stands in the columns of executions.

use kapelle_model::event::Due;
use kapelle_model::execution::{Birth, Head, Kind, Labels, Slot};
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::error::Result;
use kapelle_store::issuer;
use sha2::{Digest, Sha256};

use crate::errors::corrupt;

const HOUR: i64 = 60 * 60 * 1_000;

/// The part of an execution that is found by.
pub(crate) fn key(id: ExecutionId) -> i64 {
    // A larger one was not given out by us; it sorts before all others.
    issuer::key(id).cast_signed()
}

/// The part of an execution that nobody guesses.
pub(crate) fn check(id: ExecutionId) -> i64 {
    (id.0 as u64).cast_signed()
}

/// The smallest key of an id that is given out at a moment.
pub(crate) fn first_key(moment: Millis) -> i64 {
    let smallest = issuer::first(moment);
    i64::try_from(smallest).unwrap_or(i64::MAX)
}

pub(crate) fn id(key: i64, check: i64) -> ExecutionId {
    ExecutionId(u128::from(key.cast_unsigned()) << 64 | u128::from(check.cast_unsigned()))
}

pub(crate) const fn of_state(state: State) -> i64 {
    state as i64
}

pub(crate) fn state(number: i64) -> Result<State> {
    usize::try_from(number)
        .ok()
        .and_then(State::from_index)
        .ok_or_else(|| corrupt("the state of an execution", format!("it is {number}")))
}

/// The kind of an execution, and whether it has a parent: what counters tell apart besides the state.
pub(crate) fn class(birth: &Birth) -> i64 {
    of_kind(birth.kind) | i64::from(birth.parent.is_some()) << PARENT_BIT
}

pub(crate) const PARENT_BIT: u32 = 2;

pub(crate) const fn of_kind(kind: Kind) -> i64 {
    match kind {
        Kind::Normal => 0,
        Kind::Test => 1,
        Kind::Playground => 2,
        Kind::Loop => 3,
    }
}

/// What a moment is for, as two numbers.
pub(crate) const fn of_due(due: Due) -> (i64, i64) {
    match due {
        Due::Start => (0, 0),
        Due::Run(run) => (1, run.0.get() as i64),
        Due::Agreement(place) => (2, place as i64),
    }
}

pub(crate) const fn of_slot(slot: Slot) -> i64 {
    match slot {
        Slot::None => 0,
        Slot::Asked => 1,
        Slot::Held => 2,
        Slot::Forced => 3,
    }
}

pub(crate) fn slot(number: i64) -> Result<Slot> {
    [Slot::None, Slot::Asked, Slot::Held, Slot::Forced]
        .into_iter()
        .find(|slot| of_slot(*slot) == number)
        .ok_or_else(|| corrupt("the share of limits of an execution", format!("it is {number}")))
}

/// When it ended; nothing while it is open, also when it has come to rest.
pub(crate) fn ended(head: &Head) -> Option<i64> {
    let is_over = head.history.current().is_terminal();
    head.history.ended().filter(|_| is_over).map(|ended| ended.0)
}

/// The number of a label.
pub(crate) fn label(name: &str, value: &str) -> i64 {
    let mut digest = Sha256::new();
    digest.update((name.len() as u64).to_be_bytes());
    digest.update(name.as_bytes());
    digest.update(value.as_bytes());
    positive(&digest.finalize())
}

/// A number that other labels do not have.
pub(crate) fn print(labels: &Labels) -> i64 {
    if labels.is_empty() {
        return 0;
    }
    let mut digest = Sha256::new();
    for (name, value) in labels.iter() {
        digest.update(label(name, value).to_be_bytes());
    }
    positive(&digest.finalize())
}

fn positive(hash: &[u8]) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash[..8]);
    (u64::from_be_bytes(bytes) >> 1).cast_signed()
}

/// The hour that a moment belongs to.
pub(crate) fn hour(moment: Millis) -> i64 {
    moment.0.div_euclid(HOUR)
}

pub(crate) const fn beginning(hour: i64) -> Millis {
    Millis(hour * HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_states_stay_as_they_are() {
        let names: Vec<_> = (0..).map_while(|number| state(number).ok()).map(State::name).collect();
        let expected = "CREATED SUBMITTED RUNNING PAUSED RESTARTED KILLING SUCCESS WARNING FAILED KILLED CANCELLED QUEUED \
                        RETRYING RETRIED SKIPPED BREAKPOINT RESUBMITTED";
        assert_eq!(names.join(" "), expected);
        assert_eq!(of_state(State::Success), 6, "the indexes of the schema leave out this number");
    }

    #[test]
    fn labels_with_the_same_text_in_another_place_have_other_numbers() {
        assert_ne!(label("ab", "c"), label("a", "bc"));
        assert!(label("a", "b") >= 0);
    }

    #[test]
    fn an_id_comes_back_from_its_halves() {
        let whole = ExecutionId(0x1234_5678_9abc_def0_fedc_ba98_7654_3210);
        assert_eq!(id(key(whole), check(whole)), whole);
    }

    #[test]
    fn hours_begin_below_also_before_1970() {
        assert_eq!(hour(Millis(-1)), -1);
        assert_eq!(hour(Millis(HOUR)), 1);
        assert_eq!(beginning(1), Millis(HOUR));
    }
}
