//! What expressions see of an execution, for those who look at it from outside: tests, people who try expressions out.

use kapelle_engine::live::Live;
use kapelle_engine::variables::Variables;
use kapelle_model::ExecutionId;
use kapelle_model::task_run::RunIndex;
use kapelle_store::StoreError;
use kapelle_store::error::Result as Stored;
use kapelle_store::store::Values;

use crate::runtime::Runtime;

impl Runtime {
    /// Does something with the variables of an execution as it is on the disk, or of one of its task runs. Nothing, if
    /// there is no such execution.
    pub fn with_variables<T>(
        &self,
        of: ExecutionId,
        run: Option<RunIndex>,
        use_them: impl FnOnce(&Variables<'_>) -> T,
    ) -> Stored<Option<T>> {
        let shared = &self.shared;
        let Some(execution) = shared.store.execution(of, Values::Fetched)? else { return Ok(None) };
        let birth = std::sync::Arc::clone(&execution.birth);
        let revision = Some(birth.revision);
        let found = shared.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
        let Some(definition) = found else { return Ok(None) };
        let live = Live::restore(&definition.plan, execution)
            .map_err(|why| StoreError::Corrupt { what: format!("execution {of}"), why })?;
        Ok(Some(
            shared.with_world(&birth, |world| {
                use_them(&Variables::new(&definition.plan, &live, run, world, &[]))
            }),
        ))
    }
}
