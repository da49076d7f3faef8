//! `output.OutputValues`.

use kapelle_model::Failure;

use super::properties::missing;
use super::{Done, Work};

/// Gives what is written, each text rendered.
pub(super) fn values(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let values = work.value("values")?.ok_or_else(|| missing("values"))?;
    done.output("values", values);
    Ok(())
}
