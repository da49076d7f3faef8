//! `debug.Return` and `debug.Echo`.

use kapelle_model::{Failure, Value};

use super::log::level;
use super::{Done, Work};

/// Gives a text.
pub(super) fn give(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    if let Some(text) = work.text("format")? {
        done.count("length", text.expose().encode_utf16().count() as u32);
        done.output("value", Value::Str(text));
    }
    Ok(())
}

/// Logs a text.
pub(super) fn echo(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let level = level(work)?;
    done.log(level, work.required("format")?);
    Ok(())
}
