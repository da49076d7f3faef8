//! Forgetting where triggers stand. Only what no flow declares any more can go: a schedule without a state would never
//! come due again.

use kapelle_model::trigger::TriggerKey;
use kapelle_runtime::NoTrigger;

use super::{counted, done, of_path};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::profile::Profile;

pub(crate) fn one(call: &Call) -> Outcome<Answer> {
    let key = of_path(call)?;
    match call.runtime().forget_trigger(&key) {
        Ok(()) => Ok(Answer::no_content()),
        // There it is forgotten and made anew, which is what a new beginning is.
        Err(NoTrigger::Refused(_)) if call.app.profile == Profile::First => {
            call.runtime().restart_trigger(&key)?;
            Ok(Answer::no_content())
        }
        Err(NoTrigger::Refused(why)) => Err(ApiError::conflict(why)),
        Err(other) => Err(other.into()),
    }
}

pub(crate) fn listed(call: &Call) -> Outcome<Answer> {
    forget(call, &super::listed(call, &call.json()?)?)
}

pub(crate) fn matching(call: &Call) -> Outcome<Answer> {
    let rows = super::matching::found(call)?;
    forget(call, &rows.into_iter().map(|row| row.key).collect::<Vec<_>>())
}

/// What is declared is passed over, and not counted.
fn forget(call: &Call, keys: &[TriggerKey]) -> Outcome<Answer> {
    let count = done(call, keys, kapelle_runtime::Runtime::forget_trigger)?;
    Ok(counted(count, count))
}
