//! Periods as flows write them: `timeWindow`, the older `window` with `windowAdvance`, and `window` of 2.0.

use jiff::civil::Time;
use kapelle_core::time::{date, duration};
use kapelle_model::Node;

use super::{Clock, Period};

/// A period, or what is wrong with it.
type Read = Result<Period, String>;

const DAY_MILLIS: i64 = 86_400_000;

impl Default for Period {
    /// From midnight to midnight.
    fn default() -> Self {
        Self::Aligned { length: DAY_MILLIS, advance: 0 }
    }
}

impl Period {
    /// Reads a `timeWindow`.
    pub fn read(node: &Node) -> Read {
        let kind = node.get("type").and_then(Node::as_text).unwrap_or("DURATION_WINDOW");
        match kind {
            "DURATION_WINDOW" => Self::aligned(node, "window", "windowAdvance"),
            "SLIDING_WINDOW" => Ok(Self::Sliding { length: length(node, "window")?.unwrap_or(DAY_MILLIS) }),
            "DAILY_TIME_DEADLINE" => Ok(Self::until(clock(node, "deadline")?)),
            "DAILY_TIME_WINDOW" => {
                Ok(Self::Daily { from: clock(node, "startTime")?, to: clock(node, "endTime")? })
            }
            other => Err(format!("there is no window of type `{other}`")),
        }
    }

    /// Reads a window that follows the clock, by the names of its length and of how far its start is moved.
    pub fn aligned(node: &Node, length_name: &str, advance_name: &str) -> Read {
        let length = length(node, length_name)?.unwrap_or(DAY_MILLIS);
        Ok(Self::Aligned { length, advance: millis(node, advance_name)?.unwrap_or(0) })
    }

    /// Reads the `window` of 2.0.
    pub fn read_level_two(node: &Node) -> Read {
        let has = |name: &str| node.get(name).is_some_and(|node| !node.is_null());
        if has("deadline") {
            return Ok(Self::until(clock(node, "deadline")?));
        }
        if has("from") || has("to") {
            return Ok(Self::Daily { from: clock(node, "from")?, to: clock(node, "to")? });
        }
        match length(node, "lookback")? {
            Some(length) => Ok(Self::Lookback { length }),
            None => Self::aligned(node, "every", "offset"),
        }
    }

    fn until(deadline: Clock) -> Self {
        let from = Clock { time: Time::midnight(), zone: deadline.zone.clone() };
        Self::Daily { from, to: deadline }
    }
}

/// A length in milliseconds.
fn length(node: &Node, name: &str) -> Result<Option<i64>, String> {
    match millis(node, name)? {
        Some(length) if length <= 0 => Err(format!("`{name}` has to be longer than nothing")),
        length => Ok(length),
    }
}

fn millis(node: &Node, name: &str) -> Result<Option<i64>, String> {
    let Some(text) = node.get(name).and_then(Node::scalar_text) else { return Ok(None) };
    let duration = duration::parse(&text).map_err(|reason| format!("`{name}` is no duration: {reason}"))?;
    i64::try_from(duration.as_millis()).map(Some).map_err(|_| format!("`{name}` is too long"))
}

/// A time of day, which may carry its offset from UTC.
fn clock(node: &Node, name: &str) -> Result<Clock, String> {
    let text = node.get(name).and_then(Node::scalar_text).ok_or_else(|| format!("`{name}` is missing"))?;
    if let Ok((time, offset)) = date::offset_time(&text) {
        return Ok(Clock { time, zone: Some(offset.to_time_zone()) });
    }
    let time = date::time(&text).map_err(|reason| format!("`{name}` is no time of day: {reason}"))?;
    Ok(Clock { time, zone: None })
}
