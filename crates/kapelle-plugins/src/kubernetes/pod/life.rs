//! How a pod begins and ends.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::{Failure, Map};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::kubernetes::data::{amounts, merge, object};

/// A worker that is told to stop waits no longer than half a minute; the pod has to be gone before.
const GRACE_MAX: Duration = Duration::from_secs(20);

/// A pod that is killed at once is one whose end nobody sees.
const GRACE_MIN: Duration = Duration::from_secs(1);

/// What the containers for files run.
const IMAGE: &str = "busybox";

/// The containers that carry files.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SideCarProperties {
    /// Their image, which has to have `sh`, `tar`, `dd` and `sleep`; `busybox` without it.
    image: Option<Expr<String>>,
    /// What they need and may use: `requests` and `limits`.
    resources: Option<Expr<Map>>,
    /// What else their containers are to have, as a manifest says it.
    default_spec: Option<Expr<Map>>,
}

/// The containers that carry files.
#[derive(Clone, Debug)]
pub(crate) struct SideCar {
    pub(super) image: String,
    /// What is put under what we need of them.
    pub(super) spec: Json,
}

/// How a pod begins and ends.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) deletes: bool,
    pub(crate) resumes: bool,
    /// How long it may take until it runs, and which property says so.
    pub(crate) until_running: (Duration, &'static str),
    /// How long it may run, and which property says so.
    pub(crate) until_ended: (Duration, &'static str),
    /// How long late lines are waited for.
    pub(crate) late: Duration,
    /// How long a pod that is killed may take to end by itself.
    pub(crate) grace: Duration,
}

impl SideCarProperties {
    pub(crate) fn read(&self, cx: &RunContext) -> Result<SideCar, Failure> {
        let mut spec = manifest(cx, self.default_spec.as_ref())?;
        if let Some(resources) = cx.filled(self.resources.as_ref())? {
            merge(&mut spec, &serde_json::json!({"resources": self::resources(&object(resources)?)}));
        }
        let image = cx.filled(self.image.as_ref())?.unwrap_or_else(|| IMAGE.to_owned());
        Ok(SideCar { image, spec })
    }
}

/// What a container needs and may use: by the words of Kubernetes, or without their `s`, as older flows have it.
pub(crate) fn resources(written: &Json) -> Json {
    let mut resources = serde_json::Map::new();
    for (name, amounts) in written.as_object().into_iter().flatten() {
        let name = match name.as_str() {
            "request" => "requests",
            "limit" => "limits",
            other => other,
        };
        resources.insert(name.to_owned(), self::amounts(amounts));
    }
    Json::Object(resources)
}

/// Reads a duration; the default stands beside it.
pub(crate) fn lasting(
    cx: &RunContext,
    property: Option<&Expr<SignedDuration>>,
    default: Duration,
) -> Result<Duration, Failure> {
    let written = cx.filled(property)?;
    Ok(written.map_or(default, |written| Duration::try_from(written).unwrap_or_default()))
}

/// The grace that a manifest asks for, within what is possible.
pub(crate) fn grace(spec: &Json) -> Duration {
    let written = spec.get("terminationGracePeriodSeconds").and_then(Json::as_u64).unwrap_or_default();
    Duration::from_secs(written).clamp(GRACE_MIN, GRACE_MAX)
}

/// What a map of a flow says, as JSON; an empty map without it.
pub(crate) fn manifest(cx: &RunContext, property: Option<&Expr<Map>>) -> Result<Json, Failure> {
    cx.filled(property)?.map_or_else(|| Ok(Json::Object(serde_json::Map::new())), object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn resources_may_be_named_the_older_way() {
        let written = json!({"request": {"cpu": 1}, "limits": {"nvidia.com/gpu": 1, "memory": "1Gi"}});
        let wanted = json!({"requests": {"cpu": "1"}, "limits": {"nvidia.com/gpu": "1", "memory": "1Gi"}});
        assert_eq!(resources(&written), wanted);
    }

    #[test]
    fn a_grace_is_long_enough_to_be_seen_and_short_enough_to_be_waited_for() {
        for (spec, seconds) in [
            (json!({}), 1),
            (json!({"terminationGracePeriodSeconds": 5}), 5),
            (json!({"terminationGracePeriodSeconds": 600}), 20),
        ] {
            assert_eq!(grace(&spec).as_secs(), seconds);
        }
    }
}
