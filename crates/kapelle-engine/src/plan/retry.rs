//! When a failed attempt is tried again.

use kapelle_core::time::duration;
use kapelle_model::{Millis, Node};

/// How long to wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delay {
    Constant { interval: i64 },
    Exponential { interval: i64, factor: f64, max: i64 },
    Random { min: i64, max: i64 },
}

/// The retry of a task or a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    pub delay: Delay,
    /// All attempts, the first included.
    pub attempts_max: Option<u32>,
    pub duration_max: Option<i64>,
    pub warning_on_retry: bool,
    /// Not the task is tried again but the whole execution.
    pub new_execution: bool,
}

impl Retry {
    /// The retry that a property describes; `None` if it has no type that is known.
    pub fn read(node: &Node) -> Option<Self> {
        let millis = |name| node.get(name).and_then(millis_of);
        let delay = match node.get("type")?.as_text()? {
            "constant" => Delay::Constant { interval: millis("interval").unwrap_or(0) },
            "exponential" => Delay::Exponential {
                interval: millis("interval").unwrap_or(0),
                factor: node.get("delayFactor").and_then(number_of).unwrap_or(2.0),
                max: millis("maxInterval").unwrap_or(i64::MAX),
            },
            "random" => Delay::Random {
                min: millis("minInterval").unwrap_or(0),
                max: millis("maxInterval").unwrap_or(0),
            },
            _ => return None,
        };
        let attempts = node.get("maxAttempts").or_else(|| node.get("maxAttempt")).and_then(number_of);
        Some(Self {
            delay,
            attempts_max: attempts.map(whole),
            duration_max: millis("maxDuration"),
            warning_on_retry: is_true(node.get("warningOnRetry")),
            new_execution: node.get("behavior").and_then(Node::as_text) == Some("CREATE_NEW_EXECUTION"),
        })
    }

    /// The moment of the next attempt after so many, the first of which began at `first`; `None` if there is none.
    pub fn next(&self, attempts: u32, first: Millis, now: Millis, random: u64) -> Option<Millis> {
        if self.attempts_max.is_some_and(|max| attempts >= max) {
            return None;
        }
        let at = now.plus(self.delay.after(attempts, random));
        self.duration_max.is_none_or(|max| at <= first.plus(max)).then_some(at)
    }
}

impl Delay {
    /// The wait after so many attempts, in milliseconds.
    pub fn after(self, attempts: u32, random: u64) -> i64 {
        match self {
            Self::Constant { interval } => interval,
            Self::Exponential { interval, factor, max } => {
                let power = factor.powi(attempts.saturating_sub(1).min(1_000) as i32);
                #[expect(clippy::cast_precision_loss, reason = "a delay is not that precise")]
                let delay = interval as f64 * power;
                // Beyond the range the cast gives its end.
                (delay as i64).min(max)
            }
            Self::Random { min, max } => {
                let width = u64::try_from(max.saturating_sub(min)).unwrap_or(0);
                min.saturating_add(random.checked_rem(width.saturating_add(1)).unwrap_or(0) as i64)
            }
        }
    }
}

/// A duration as flows write it, in milliseconds.
pub(super) fn millis_of(node: &Node) -> Option<i64> {
    let read = duration::parse(&node.scalar_text()?).ok()?;
    i64::try_from(read.as_millis()).ok()
}

fn number_of(node: &Node) -> Option<f64> {
    node.scalar_text()?.trim().parse().ok()
}

#[expect(clippy::cast_sign_loss, reason = "it is not below zero")]
fn whole(number: f64) -> u32 {
    number.max(0.0) as u32
}

pub(super) fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::scalar_text).is_some_and(|text| text == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(delay: Delay) -> [i64; 4] {
        [1, 2, 3, 60].map(|attempts| delay.after(attempts, 7))
    }

    #[test]
    fn the_delay_grows_by_its_factor_and_stays_below_its_bound() {
        assert_eq!(waits(Delay::Constant { interval: 5 }), [5, 5, 5, 5]);
        let delay = Delay::Exponential { interval: 10, factor: 2.0, max: 1_000 };
        assert_eq!(waits(delay), [10, 20, 40, 1_000]);
        assert_eq!(waits(Delay::Random { min: 5, max: 9 }), [7, 7, 7, 7]);
        assert_eq!(waits(Delay::Random { min: 5, max: 3 }), [5, 5, 5, 5]);
    }

    #[test]
    fn all_attempts_count_the_first_included() {
        let retry = Retry {
            delay: Delay::Constant { interval: 10 },
            attempts_max: Some(2),
            duration_max: None,
            warning_on_retry: false,
            new_execution: false,
        };
        assert_eq!(retry.next(1, Millis(0), Millis(100), 0), Some(Millis(110)));
        assert_eq!(retry.next(2, Millis(0), Millis(100), 0), None);
    }

    #[test]
    fn the_longest_time_counts_from_the_first_attempt() {
        let retry = Retry {
            delay: Delay::Constant { interval: 10 },
            attempts_max: None,
            duration_max: Some(100),
            warning_on_retry: false,
            new_execution: false,
        };
        assert_eq!(retry.next(1, Millis(0), Millis(90), 0), Some(Millis(100)));
        assert_eq!(retry.next(1, Millis(0), Millis(91), 0), None);
    }
}
