//! `metric.Publish`.

use kapelle_core::property::text_of;
use kapelle_core::time::duration;
use kapelle_model::{Failure, Map, Value};

use super::properties::{failed, missing, unfit};
use super::{Done, Metric, Work};

/// Records numbers.
pub(super) fn publish(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let metrics = work.value("metrics")?.ok_or_else(|| missing("metrics"))?;
    let Value::List(metrics) = metrics else {
        return Err(Failure::new("the property `metrics` is a list of maps with `type`, `name` and `value`"));
    };
    for metric in metrics.iter() {
        let Value::Map(metric) = metric else { continue };
        let name = text_of(metric.get("name").unwrap_or(&Value::Null)).map_err(failed)?;
        done.metrics.push(Metric { name, value: amount(metric)? });
    }
    Ok(())
}

/// A timer has a duration, in seconds or as ISO text; everything else a number.
fn amount(metric: &Map) -> Result<f64, Failure> {
    let text = text_of(metric.get("value").unwrap_or(&Value::Null)).map_err(failed)?;
    let seconds = || duration::parse(text.expose()).ok().map(|duration| duration.as_secs_f64());
    let number = text.expose().parse().ok().or_else(seconds);
    number.ok_or_else(|| unfit("value", &text, "is neither a number nor a duration"))
}
