//! The checks of a flow that decide whether a client may create an execution.

use kapelle_engine::checks::judge;
use kapelle_engine::step::Creation;
use kapelle_model::Failure;

use super::{Definition, Host, Refusal};

impl Host {
    /// Whether the checks of a flow let an execution come to be; if they want it to fail, why.
    pub(super) fn check(
        &self,
        definition: &Definition,
        creation: &Creation,
    ) -> Result<Option<Failure>, Refusal> {
        judge(&definition.plan, creation, &self.world(&self.shelf))
            .map_err(|refusal| Refusal::new(422, format!("Illegal argument: {refusal}")))
    }
}
