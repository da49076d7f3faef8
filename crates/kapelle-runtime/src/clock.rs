//! The time, as it is handed in.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::Millis;

/// Tells the current moment. Tests turn its hands.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A moment as the store counts it.
pub(crate) fn millis(moment: Timestamp) -> Millis {
    Millis(moment.as_millisecond())
}

/// A moment as the store counts it, for everybody else.
pub(crate) fn timestamp(millis: Millis) -> Timestamp {
    let limit = if millis.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis.0).unwrap_or(limit)
}
