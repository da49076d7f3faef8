//! The states that something went through, each with its moment.

use crate::state::State;
use crate::time::Millis;

/// States kept in place; nearly everything has no more.
const INLINE: usize = 4;

/// A state in the lowest byte, its moment above: milliseconds fit 55 bits for a million years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Entry(i64);

impl Entry {
    const fn new(state: State, at: Millis) -> Self {
        Self((at.0 << 8) | state as i64)
    }

    fn state(self) -> State {
        State::from_index(usize::from(self.0.to_le_bytes()[0])).expect("only states are put in")
    }

    const fn at(self) -> Millis {
        Millis(self.0 >> 8)
    }
}

/// Where something is and was. There is always a first state.
#[derive(Clone, PartialEq, Eq)]
pub struct History {
    length: u32,
    first: [Entry; INLINE],
    #[expect(clippy::box_collection, reason = "two words less in every history that has no more")]
    rest: Option<Box<Vec<Entry>>>,
}

impl History {
    pub fn new(state: State, at: Millis) -> Self {
        let mut first = [Entry::default(); INLINE];
        first[0] = Entry::new(state, at);
        Self { length: 1, first, rest: None }
    }

    pub fn current(&self) -> State {
        self.entry(self.length as usize - 1).state()
    }

    /// Since when it is in its state.
    pub fn since(&self) -> Millis {
        self.entry(self.length as usize - 1).at()
    }

    pub fn started(&self) -> Millis {
        self.first[0].at()
    }

    /// When it came to its end, or to rest in a pause.
    pub fn ended(&self) -> Option<Millis> {
        (self.current().is_terminal() || self.current() == State::Paused).then(|| self.since())
    }

    /// Goes to a state, never back in time. Whether that is another one than before.
    pub fn push(&mut self, state: State, at: Millis) -> bool {
        if self.current() == state {
            return false;
        }
        let entry = Entry::new(state, at.max(self.since()));
        match self.first.get_mut(self.length as usize) {
            Some(place) => *place = entry,
            None => self.rest.get_or_insert_default().push(entry),
        }
        self.length += 1;
        true
    }

    pub fn entries(&self) -> impl Iterator<Item = (State, Millis)> {
        (0..self.length as usize).map(|index| (self.entry(index).state(), self.entry(index).at()))
    }

    /// Bytes that it takes beside itself.
    pub fn heap_bytes(&self) -> usize {
        self.rest.as_ref().map_or(0, |rest| size_of::<Vec<Entry>>() + rest.capacity() * size_of::<Entry>())
    }

    fn entry(&self, index: usize) -> Entry {
        match &self.rest {
            Some(rest) if index >= INLINE => rest[index - INLINE],
            _ => self.first[index],
        }
    }
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries().map(|(state, at)| (state.name(), at.0))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_all_states_with_their_moments() {
        let mut history = History::new(State::Created, Millis(-5));
        for (index, state) in
            [State::Submitted, State::Running, State::Paused, State::Running, State::Success]
                .into_iter()
                .enumerate()
        {
            assert!(history.push(state, Millis(index as i64)));
        }
        let expected = "[(\"CREATED\", -5), (\"SUBMITTED\", 0), (\"RUNNING\", 1), (\"PAUSED\", 2), (\"RUNNING\", 3), (\"SUCCESS\", 4)]";
        assert_eq!(format!("{history:?}"), expected);
        assert_eq!((history.started(), history.ended()), (Millis(-5), Some(Millis(4))));
    }

    #[test]
    fn the_state_it_has_already_changes_nothing() {
        let mut history = History::new(State::Running, Millis(1));
        assert!(!history.push(State::Running, Millis(9)));
        assert_eq!(history.since(), Millis(1));
    }

    #[test]
    fn what_pauses_has_come_to_rest() {
        let mut history = History::new(State::Running, Millis(1));
        assert_eq!(history.ended(), None);
        history.push(State::Paused, Millis(2));
        assert_eq!(history.ended(), Some(Millis(2)));
    }

    #[test]
    fn a_clock_that_goes_back_does_not_take_the_history_along() {
        let mut history = History::new(State::Created, Millis(10));
        history.push(State::Running, Millis(3));
        assert_eq!(history.since(), Millis(10));
    }
}
