//! `log.Log`.

use kapelle_core::property::text_of;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Value};

use super::properties::{failed, missing, unfit};
use super::{Done, Work};

/// Logs one text, or a list of them line by line.
pub(super) fn log(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let level = level(work)?;
    match work.value("message")?.ok_or_else(|| missing("message"))? {
        Value::List(items) => {
            for item in items.iter() {
                done.log(level, text_of(item).map_err(failed)?);
            }
        }
        message => done.log(level, text_of(&message).map_err(failed)?),
    }
    Ok(())
}

/// The property `level`.
pub(super) fn level(work: &Work<'_>) -> Result<Level, Failure> {
    let Some(text) = work.text("level")? else { return Ok(Level::Info) };
    Level::from_name(text.expose())
        .ok_or_else(|| unfit("level", &text, &format!("there are {}", Level::NAMES.join(", "))))
}
