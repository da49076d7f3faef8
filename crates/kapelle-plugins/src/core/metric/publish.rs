//! `io.kestra.plugin.core.metric.Publish`: records numbers.

use std::collections::BTreeMap;

use kapelle_core::property::text_of;
use kapelle_core::time::duration;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, Expr, FromRendered, Metric, MetricKind, RunContext, Task, unfit};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Record metrics
///
/// Records numbers of the task run: counters, which add up, timers and gauges.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Publish {
    /// The metrics: each a map with `type` (`counter`, `timer` or `gauge`), `name`, `value`, and if need be `tags`. The
    /// value of a timer is a duration or a number of seconds. It has to be there.
    metrics: Option<Expr<Vec<Map>>>,
}

impl Task for Publish {
    const TYPE: &'static str = "io.kestra.plugin.core.metric.Publish";
    const HAS_EFFECTS: bool = false;
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let metrics = cx.optional(self.metrics.as_ref())?;
        let metrics = metrics.ok_or_else(|| Failure::new("the property `metrics` is missing"))?;
        let metrics: Vec<Metric> = metrics.iter().map(metric).collect::<Result<_, _>>()?;
        for metric in metrics {
            cx.metric(metric);
        }
        Ok(())
    }
}

fn metric(written: &Map) -> Result<Metric, Failure> {
    let field = |name: &str| written.get(name).unwrap_or(&Value::Null);
    let text = |name: &str| String::from_rendered(field(name).clone());
    let wrong =
        |name: &'static str| move |reason: String| Failure::new(unfit(field(name), Some(name), &reason));
    let kind = kind(text("type").map_err(wrong("type"))?.trim()).map_err(wrong("type"))?;
    let name = text("name").map_err(wrong("name"))?;
    let number = number(field("value")).map_err(wrong("value"))?;
    let tags = BTreeMap::from_rendered(field("tags").clone()).map_err(wrong("tags"))?;
    let value = if kind == MetricKind::Timer { number * 1000.0 } else { number };
    Ok(Metric { name, kind, value, tags })
}

fn kind(word: &str) -> Result<MetricKind, String> {
    match word {
        "counter" | "" => Ok(MetricKind::Counter),
        "timer" => Ok(MetricKind::Timer),
        "gauge" => Ok(MetricKind::Gauge),
        _ => Err("there are counter, timer, gauge".to_owned()),
    }
}

/// A number, or the seconds of a duration.
fn number(value: &Value) -> Result<f64, String> {
    let text = text_of(value).map_err(|error| error.text())?;
    let written = text.expose().trim();
    let seconds = || duration::parse(written).ok().map(|duration| duration.as_secs_f64());
    let number = written.parse().ok().filter(|number: &f64| number.is_finite());
    number.or_else(seconds).ok_or_else(|| "it is neither a number nor a duration".to_owned())
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn metrics_are_numbers_or_durations() {
        let stage = Stage::new();
        let written = "metrics: [{type: counter, name: '{{ flow.id }}', value: 2, tags: {a: '{{ 1 }}'}}, \
                       {type: timer, name: t, value: PT1M}, {type: timer, name: s, value: 1.5}, \
                       {type: gauge, name: g, value: '{{ 3 + 4 }}'}]";
        stage.run::<Publish>(written).await.unwrap();
        let gauge = Metric { kind: MetricKind::Gauge, ..Metric::counter("g", 7.0) };
        assert_eq!(
            stage.metrics(),
            [
                Metric::counter("f", 2.0).tag("a", "1"),
                Metric::timer("t", 60_000.0),
                Metric::timer("s", 1500.0),
                gauge
            ]
        );
    }

    #[tokio::test]
    async fn nothing_is_recorded_if_one_is_wrong() {
        for (metric, reason) in [
            (
                "{name: n, value: x}",
                "`x` in the property `value` does not fit: it is neither a number nor a duration",
            ),
            (
                "{type: sum, name: n, value: 1}",
                "`sum` in the property `type` does not fit: there are counter, timer, gauge",
            ),
        ] {
            let stage = Stage::new();
            let written = format!("metrics: [{{name: a, value: 1}}, {metric}]");
            let broken = stage.run::<Publish>(&written).await.unwrap_err();
            assert_eq!(broken.failure.to_string(), reason);
            assert!(stage.metrics().is_empty());
        }
    }
}
