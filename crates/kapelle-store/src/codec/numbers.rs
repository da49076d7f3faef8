//! The numbers of words. They are kept: none is ever given to something else, and new words get new numbers.

use kapelle_model::State;
use kapelle_model::execution::{Kind, Slot, StartReason};
use kapelle_model::task_run::{Hold, Phase, Turn};

/// A word with a number.
pub(super) trait Numbered: Copy {
    const NAME: &'static str;

    fn number(self) -> u64;

    fn from_number(number: u64) -> Option<Self>;
}

/// One table for both directions; the compiler sees that no word is missing.
macro_rules! numbered {
    ($type:ident, $name:literal, $($word:ident = $number:literal),+ $(,)?) => {
        impl Numbered for $type {
            const NAME: &'static str = $name;

            fn number(self) -> u64 {
                match self {
                    $(Self::$word => $number,)+
                }
            }

            fn from_number(number: u64) -> Option<Self> {
                match number {
                    $($number => Some(Self::$word),)+
                    _ => None,
                }
            }
        }
    };
}

numbered!(
    State,
    "state",
    Created = 0,
    Submitted = 1,
    Running = 2,
    Paused = 3,
    Restarted = 4,
    Killing = 5,
    Success = 6,
    Warning = 7,
    Failed = 8,
    Killed = 9,
    Cancelled = 10,
    Queued = 11,
    Retrying = 12,
    Retried = 13,
    Skipped = 14,
    Breakpoint = 15,
    Resubmitted = 16,
);
numbered!(StartReason, "reason of a start", Scheduled = 0, Retry = 1);
numbered!(Kind, "kind of execution", Normal = 0, Test = 1, Playground = 2, Loop = 3);
numbered!(Slot, "share of limits", None = 0, Asked = 1, Held = 2, Forced = 3);
numbered!(Hold, "hold", Free = 0, Out = 1, Stopping = 2);
numbered!(Phase, "phase", Outside = 0, Opening = 1, Inside = 2, Closing = 3, Closed = 4);
numbered!(Turn, "turn", Waiting = 0, Resumed = 1, TimedOut = 2);
