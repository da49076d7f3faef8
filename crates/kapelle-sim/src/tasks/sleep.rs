//! `flow.Sleep`.

use kapelle_core::time::duration;
use kapelle_model::Failure;
use kapelle_model::effect::Level;

use super::properties::missing;
use super::{Done, Work};

/// Tells how long it sleeps; the host lets the time pass.
pub(super) fn sleep(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    done.sleep = work.duration("duration")?.ok_or_else(|| missing("duration"))?;
    done.log(Level::Info, format!("Waiting for {}", duration::format(done.sleep)));
    Ok(())
}
