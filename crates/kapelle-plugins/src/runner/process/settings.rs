//! What the instance says about programs.

use std::path::PathBuf;
use std::time::Duration;

use kapelle_core::time::duration;
use kapelle_model::Failure;
use kapelle_plugin::Host;

use crate::runner::shepherd::limits::{LIMITS, Limit};

/// Between the request to end and the kill.
const GRACE: Duration = Duration::from_secs(10);

/// The same for what a program leaves behind when it ends by itself.
pub(super) const GRACE_OF_LEFT_BEHIND: Duration = Duration::from_secs(1);

pub(super) struct Settings {
    pub(super) grace: Duration,
    /// The program that is started as the shepherd.
    pub(super) shepherd: Option<PathBuf>,
    /// `best`, `strict` or `off`; the shepherd knows.
    pub(super) sandbox: String,
    pub(super) limits: Vec<Limit>,
}

impl Settings {
    pub(super) fn of(host: &dyn Host) -> Result<Self, Failure> {
        let grace = host.setting("kapelle.runner.process.grace").map(|text| grace(&text)).transpose()?;
        let limits = LIMITS.iter().filter_map(|(name, _)| {
            let setting = format!("kapelle.runner.process.limits.{name}");
            let text = host.setting(&setting)?;
            Some(Limit::read(name, &text).map_err(|reason| unreadable(&setting, &text, &reason)))
        });
        Ok(Self {
            grace: grace.unwrap_or(GRACE),
            shepherd: host.setting("kapelle.runner.process.shepherd").map(PathBuf::from),
            sandbox: host.setting("kapelle.runner.process.sandbox").unwrap_or_else(|| "best".to_owned()),
            limits: limits.collect::<Result<_, _>>()?,
        })
    }
}

fn grace(text: &str) -> Result<Duration, Failure> {
    duration::parse(text)
        .and_then(|grace| Duration::try_from(grace).map_err(|_| "it is negative".to_owned()))
        .map_err(|reason| unreadable("kapelle.runner.process.grace", text, &reason))
}

fn unreadable(setting: &str, text: &str, reason: &str) -> Failure {
    Failure::new(format!("`{text}` in the setting `{setting}` does not fit: {reason}"))
}
