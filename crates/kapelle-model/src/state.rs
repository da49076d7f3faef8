//! The states of executions, task runs and attempts, by the names that users write.

/// One state; which of them apply to what is told in the flow language, section 4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Created,
    Submitted,
    Running,
    Paused,
    Restarted,
    Killing,
    Success,
    Warning,
    Failed,
    Killed,
    Cancelled,
    Queued,
    Retrying,
    Retried,
    Skipped,
    Breakpoint,
    Resubmitted,
}

impl State {
    /// Every name, in the order of [`State`]. A table of constants, so that shapes can point at it.
    pub const NAMES: &'static [&'static str] = &[
        "CREATED",
        "SUBMITTED",
        "RUNNING",
        "PAUSED",
        "RESTARTED",
        "KILLING",
        "SUCCESS",
        "WARNING",
        "FAILED",
        "KILLED",
        "CANCELLED",
        "QUEUED",
        "RETRYING",
        "RETRIED",
        "SKIPPED",
        "BREAKPOINT",
        "RESUBMITTED",
    ];

    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub const ALL: [Self; Self::NAMES.len()] = [
        Self::Created,
        Self::Submitted,
        Self::Running,
        Self::Paused,
        Self::Restarted,
        Self::Killing,
        Self::Success,
        Self::Warning,
        Self::Failed,
        Self::Killed,
        Self::Cancelled,
        Self::Queued,
        Self::Retrying,
        Self::Retried,
        Self::Skipped,
        Self::Breakpoint,
        Self::Resubmitted,
    ];

    /// The state at a place of [`State::NAMES`].
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The state of this name; `CANCELED` is one too.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = if name == "CANCELED" { "CANCELLED" } else { name };
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Nothing follows it, but by a person's order.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Success
                | Self::Warning
                | Self::Failed
                | Self::Killed
                | Self::Cancelled
                | Self::Retried
                | Self::Skipped
                | Self::Resubmitted
        )
    }

    /// Not dispatched yet, or to be dispatched again.
    pub const fn is_created(self) -> bool {
        matches!(self, Self::Created | Self::Restarted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_by_place_and_name() {
        for (index, name) in State::NAMES.iter().enumerate() {
            let state = State::from_index(index).unwrap();
            assert_eq!((state.name(), state as usize), (*name, index));
            assert_eq!(State::from_name(name), Some(state));
        }
        assert_eq!(State::from_index(State::NAMES.len()), None);
    }
}
