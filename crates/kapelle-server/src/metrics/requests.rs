//! How many requests there were, by the route they meant, and how long they took.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::exposition::{Family, Sample, Shape};
use crate::views::count;

/// Upper ends of the buckets, in seconds.
const ENDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Method, pattern of the route, status: as many as the table has, whatever people ask for.
type Key = (String, &'static str, u16);

#[derive(Default)]
pub(crate) struct Requests {
    by_route: Mutex<BTreeMap<Key, Histogram>>,
}

#[derive(Clone, Copy, Default)]
struct Histogram {
    /// Not added up.
    buckets: [u64; ENDS.len()],
    count: u64,
    seconds: f64,
}

impl Requests {
    pub(crate) fn add(&self, method: &str, pattern: &'static str, status: u16, took: Duration) {
        let mut by_route = self.by_route.lock().unwrap_or_else(PoisonError::into_inner);
        by_route.entry((method.to_owned(), pattern, status)).or_default().add(took.as_secs_f64());
    }

    pub(crate) fn family(&self) -> Family {
        let by_route = self.by_route.lock().unwrap_or_else(PoisonError::into_inner);
        let help = "Requests by route, and how long they took until the answer began";
        Family::new("http_server_requests_seconds", Shape::Histogram, help)
            .with(by_route.iter().flat_map(|(key, histogram)| histogram.samples(key)))
    }
}

impl Histogram {
    fn add(&mut self, seconds: f64) {
        if let Some(place) = ENDS.iter().position(|end| seconds <= *end) {
            self.buckets[place] += 1;
        }
        self.count += 1;
        self.seconds += seconds;
    }

    fn samples(&self, (method, pattern, status): &Key) -> Vec<Sample> {
        let labels = || {
            vec![("method", method.clone()), ("uri", (*pattern).to_owned()), ("status", status.to_string())]
        };
        let mut sum = 0;
        let mut samples: Vec<Sample> = Vec::new();
        let mut bucket = |end: String, value: u64| {
            let labels = labels().into_iter().chain([("le", end)]).collect();
            samples.push(Sample { suffix: "_bucket", labels, value: count(value) });
        };
        for (end, number) in ENDS.iter().zip(self.buckets) {
            sum += number;
            bucket(end.to_string(), sum);
        }
        bucket("+Inf".to_owned(), self.count);
        samples.push(Sample { suffix: "_sum", labels: labels(), value: self.seconds });
        samples.push(Sample { suffix: "_count", labels: labels(), value: count(self.count) });
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let requests = Requests::default();
        for millis in [1, 7, 7, 60_000] {
            requests.add("GET", "flows/{id}", 200, Duration::from_millis(millis));
        }
        let text = super::super::text(&[requests.family()]);
        for line in [
            "_bucket{method=\"GET\",uri=\"flows/{id}\",status=\"200\",le=\"0.005\"} 1",
            "le=\"0.01\"} 3",
            "le=\"30\"} 3",
            "le=\"+Inf\"} 4",
            "_count{method=\"GET\",uri=\"flows/{id}\",status=\"200\"} 4",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
