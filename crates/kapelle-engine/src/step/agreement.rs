//! Service level agreements.

use super::{Refused, Step};

impl Step<'_> {
    pub(super) fn set_agreements(&mut self) {}

    pub(super) fn agreement_due(&mut self, _place: u32) -> Result<(), Refused> {
        Err(Refused::Late)
    }

    pub(super) fn watch_agreements(&mut self) -> bool {
        false
    }
}
