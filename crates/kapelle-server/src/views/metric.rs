//! Numbers that tasks reported, and what becomes of many of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_model::Millis;
use kapelle_store::metrics::{Metric, MetricKind};
use serde_json::{Value as Json, json};

use super::moment;

/// How many numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregation {
    Sum,
    Average,
    Least,
    Most,
}

/// How long the stretches are that have one number each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

pub(crate) fn entry(metric: &Metric, run: &str) -> Json {
    let tags = metric.tags.iter().map(|(key, value)| (key.to_string(), Json::from(&**value)));
    let kind = match metric.kind {
        MetricKind::Counter => "counter",
        MetricKind::Timer => "timer",
        MetricKind::Gauge => "gauge",
    };
    json!({
        "tenantId": &*metric.tenant,
        "namespace": &*metric.namespace,
        "flowId": &*metric.flow,
        "taskId": &*metric.task,
        "executionId": metric.execution.to_string(),
        "taskRunId": run,
        "type": kind,
        "name": &*metric.name,
        "value": metric.value,
        "timestamp": moment(metric.at),
        "tags": tags.collect::<serde_json::Map<_, _>>(),
    })
}

impl Aggregation {
    pub(crate) fn read(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "sum" => Self::Sum,
            "avg" => Self::Average,
            "min" => Self::Least,
            "max" => Self::Most,
            _ => return None,
        })
    }

    fn of(self, values: &[f64]) -> f64 {
        match self {
            Self::Sum => values.iter().sum(),
            Self::Average => mean(values),
            Self::Least => values.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Most => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no answer looks at so many numbers")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Step {
    /// One that gives a picture of a stretch of time.
    pub(crate) fn for_length(length_ms: i64) -> Self {
        const HOUR: i64 = 3_600_000;
        const DAY: i64 = 24 * HOUR;
        match length_ms {
            length if length > 365 * DAY => Self::Month,
            length if length > 180 * DAY => Self::Week,
            length if length > DAY => Self::Day,
            length if length > 6 * HOUR => Self::Hour,
            _ => Self::Minute,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The beginning of the stretch that contains a moment.
    fn begin(self, at: Millis) -> Millis {
        let whole = |length: i64| Millis(at.0.div_euclid(length) * length);
        match self {
            Self::Minute => whole(60_000),
            Self::Hour => whole(3_600_000),
            Self::Day => whole(86_400_000),
            Self::Week => {
                // 1970 began on a Thursday, weeks on Mondays.
                let (week, shift) = (7 * 86_400_000, 3 * 86_400_000);
                Millis((at.0 + shift).div_euclid(week) * week - shift)
            }
            Self::Month => {
                let date =
                    Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::UTC).date();
                let first = date.first_of_month().to_zoned(TimeZone::UTC);
                Millis(first.map_or(at.0, |first| first.timestamp().as_millisecond()))
            }
        }
    }

    /// The beginning of the next stretch.
    fn next(self, begin: Millis) -> Millis {
        let day = 86_400_000;
        let length = match self {
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => day,
            Self::Week => 7 * day,
            Self::Month => 32 * day,
        };
        self.begin(Millis(begin.0 + length))
    }
}

/// One number for each stretch from a moment to another; none where nothing was reported.
pub(crate) fn aggregates(
    metrics: &[Metric],
    name: &str,
    how: Aggregation,
    from: Millis,
    until: Millis,
) -> Json {
    let step = Step::for_length(until.since(from));
    let mut values: BTreeMap<Millis, Vec<f64>> = BTreeMap::new();
    let mut begin = step.begin(from);
    while begin <= until {
        values.insert(begin, Vec::new());
        begin = step.next(begin);
    }
    for metric in metrics {
        values.entry(step.begin(metric.at)).or_default().push(metric.value);
    }
    let rows = values.iter().map(|(begin, values)| {
        let mut row = json!({"name": name, "date": moment(*begin)});
        if !values.is_empty() {
            row["value"] = how.of(values).into();
        }
        row
    });
    json!({"groupBy": step.name(), "aggregations": rows.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_begin_where_calendars_say() {
        // 2026-05-06T07:08:09Z, a Wednesday.
        let at = Millis(1_778_051_289_000);
        for (step, begin) in [
            (Step::Minute, "2026-05-06T07:08:00.000Z"),
            (Step::Hour, "2026-05-06T07:00:00.000Z"),
            (Step::Day, "2026-05-06T00:00:00.000Z"),
            (Step::Week, "2026-05-04T00:00:00.000Z"),
            (Step::Month, "2026-05-01T00:00:00.000Z"),
        ] {
            assert_eq!(moment(step.begin(at)), begin, "{step:?}");
            assert!(step.next(step.begin(at)) > at, "{step:?}");
        }
    }

    #[test]
    fn many_numbers_become_one() {
        for (name, value) in [("sum", 6.0), ("avg", 2.0), ("min", 1.0), ("max", 3.0)] {
            assert!((Aggregation::read(name).unwrap().of(&[1.0, 2.0, 3.0]) - value).abs() < 1e-9, "{name}");
        }
        assert_eq!(Aggregation::read("median"), None);
    }

    #[test]
    fn there_is_a_row_for_every_stretch() {
        let day = 86_400_000;
        let all = aggregates(&[], "n", Aggregation::Sum, Millis(0), Millis(2 * day));
        assert_eq!((&all["groupBy"], all["aggregations"].as_array().unwrap().len()), (&json!("day"), 3));
    }
}
