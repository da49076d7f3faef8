//! Files that are kept from one execution to the next.

use std::path::Path;

use jiff::SignedDuration;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::hash::short_hash;
use super::archive::{Listed, Packed, list, unpack};
use kapelle_plugin::files::{Found, Globs, files_below};

/// What is kept for the next execution of the flow.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CacheProperties {
    /// Patterns of the files that are kept.
    patterns: Expr<Vec<String>>,
    /// How old they may be to be used again; any age if nothing is said.
    ttl: Option<Expr<SignedDuration>>,
}

impl CacheProperties {
    /// Puts the files of the last execution into the directory. What goes wrong is only logged, unless the attempt has to
    /// end.
    pub(super) fn restore(&self, cx: &RunContext, directory: &Path) -> Result<(), Broken> {
        tolerate(cx, "restored", self.try_restore(cx, directory))
    }

    /// Keeps the files for the next execution, if one of them is new. What goes wrong is only logged.
    pub(super) fn save(&self, cx: &RunContext, directory: &Path) -> Result<(), Broken> {
        tolerate(cx, "saved", self.try_save(cx, directory))
    }

    fn try_restore(&self, cx: &RunContext, directory: &Path) -> Result<(), Broken> {
        let age_max = cx.filled(self.ttl.as_ref())?;
        match cx.host.files().cached(&name(cx), age_max)? {
            Some(mut archive) => unpack(cx, &mut archive, directory),
            None => Ok(()),
        }
    }

    fn try_save(&self, cx: &RunContext, directory: &Path) -> Result<(), Broken> {
        let globs = Globs::of_directory(&cx.render(&self.patterns)?)?;
        let mut files = Vec::new();
        for file in files_below(directory)? {
            if globs.fit(&file.path)? {
                files.push(file);
            }
        }
        let before = match cx.host.files().cached(&name(cx), None)? {
            // One that cannot be read is written anew.
            Some(mut archive) => list(cx, &mut archive).unwrap_or_default(),
            None => Vec::new(),
        };
        if files.iter().all(|file| is_there(&before, file)) {
            return Ok(());
        }
        Ok(cx.host.files().cache(&name(cx), &mut Packed::new(cx, files))?)
    }
}

/// Restoring sets the times of files, so that one that was not touched is known by its time.
fn is_there(before: &[Listed], file: &Found) -> bool {
    before.iter().any(|listed| listed.is_same(file))
}

/// The name under which a task keeps its files, for each value of a loop another.
fn name(cx: &RunContext) -> String {
    match &cx.place.value {
        Some(value) => format!("{}-{}", cx.place.task, short_hash(value)),
        None => cx.place.task.to_string(),
    }
}

fn tolerate(cx: &RunContext, what: &str, outcome: Result<(), Broken>) -> Result<(), Broken> {
    match outcome {
        Err(broken) if !broken.is_killed => {
            let reason: Failure = broken.failure;
            cx.log(Level::Warn, format!("the cache cannot be {what}: {reason}"));
            Ok(())
        }
        other => other,
    }
}
