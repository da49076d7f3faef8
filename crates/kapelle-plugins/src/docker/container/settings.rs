//! How a container begins and ends.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::Failure;
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

/// A worker that is told to stop waits no longer than half a minute; the container has to be gone before.
const GRACE_MAX: Duration = Duration::from_secs(20);

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LifeProperties {
    /// How files come into the container and back.
    file_handling_strategy: Option<Expr<FileHandling>>,
    /// Whether the container goes away at its end; it does unless this says `false`.
    delete: Option<Expr<bool>>,
    /// Whether the task waits for the end of the container; it does unless this says `false`.
    wait: Option<Expr<bool>>,
    /// How long a container that is killed may take to end by itself, up to 20 seconds.
    kill_grace_period: Option<Expr<SignedDuration>>,
    /// Whether a container that an attempt left behind is used further, when the server died; it is unless this says
    /// `false`.
    resume: Option<Expr<bool>>,
}

/// How files come into a container and back.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum FileHandling {
    /// They are copied, wherever the engine is.
    #[default]
    Volume,
    /// The directory itself is mounted: it has to be at the same place for the engine.
    Mount,
}

impl Word for FileHandling {}

/// How a container begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(super) handling: FileHandling,
    pub(super) deletes: bool,
    pub(crate) waits: bool,
    pub(super) grace: Duration,
    pub(super) resumes: bool,
}

impl Life {
    pub(super) fn is_mounted(&self) -> bool {
        self.handling == FileHandling::Mount
    }

    /// What is left behind belongs to nobody: a later attempt may use it, or it is to be removed.
    pub(super) fn is_bound(&self) -> bool {
        self.waits && self.deletes
    }
}

impl LifeProperties {
    pub(crate) fn read(&self, cx: &RunContext) -> Result<Life, Failure> {
        let truth =
            |property: &Option<Expr<bool>>| Ok::<_, Failure>(cx.filled(property.as_ref())?.unwrap_or(true));
        let grace = cx.filled(self.kill_grace_period.as_ref())?.unwrap_or_default();
        Ok(Life {
            handling: cx.filled(self.file_handling_strategy.as_ref())?.unwrap_or_default(),
            deletes: truth(&self.delete)?,
            waits: truth(&self.wait)?,
            grace: Duration::try_from(grace).unwrap_or_default().min(GRACE_MAX),
            resumes: truth(&self.resume)?,
        })
    }
}
