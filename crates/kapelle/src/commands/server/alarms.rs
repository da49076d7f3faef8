//! Alarms of the runtime, for whoever runs the server: told on its log, but not again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kapelle_runtime::{Listener, News};

use crate::terminal::note;

/// The same is told once in this time.
const QUIET: Duration = Duration::from_mins(1);

/// Different ones that are told in this time.
const LINES_MAX: usize = 100;

/// A listener that tells alarms before it passes everything on.
pub(super) fn told(listener: Listener) -> Listener {
    let alarms = Alarms::default();
    Box::new(move |news| {
        if let News::Alarm(words) = news
            && alarms.is_news(words, now())
        {
            note(&format!("error: {words}"));
        }
        listener(news);
    })
}

/// What was told lately.
#[derive(Default)]
struct Alarms(Mutex<HashMap<String, Instant>>);

impl Alarms {
    fn is_news(&self, words: &str, now: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| now.duration_since(*at) < QUIET);
        let gist = gist(words);
        let is_news = told.len() < LINES_MAX && !told.contains_key(&gist);
        if is_news {
            told.insert(gist, now);
        }
        is_news
    }
}

/// The same trouble with another execution, or with other numbers, is the same.
fn gist(words: &str) -> String {
    let without_numbers =
        words.split(' ').filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()));
    without_numbers.collect::<Vec<_>>().join(" ")
}

#[expect(clippy::disallowed_methods, reason = "a minute of this machine, whatever the clock of flows shows")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_trouble_is_told_once_a_minute() {
        let (alarms, start) = (Alarms::default(), now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let full = |id| format!("execution {id} cannot be written: the disk has 3{id} MiB left");
        assert!(alarms.is_news(&full("1a"), at(0)));
        assert!(!alarms.is_news(&full("2b"), at(59)));
        assert!(alarms.is_news("a metric was lost", at(59)));
        assert!(alarms.is_news(&full("3c"), at(60)));
    }

    #[test]
    fn many_different_ones_do_not_fill_the_log() {
        let (alarms, start) = (Alarms::default(), now());
        let told = (0..1000).filter(|number| alarms.is_news(&"x".repeat(*number), start)).count();
        assert_eq!(told, LINES_MAX);
    }
}
