//! What people ask about executions and flows without changing anything.

use std::sync::Arc;

use kapelle_core::expression::Template;
use kapelle_engine::checks::{CheckOutcome, look};
use kapelle_engine::creation::{prepare, resolve};
use kapelle_engine::inputs::Resolved;
use kapelle_engine::live::Live;
use kapelle_engine::variables::Variables;
use kapelle_model::effect::Request;
use kapelle_model::execution::{Birth, Kind};
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Text};
use kapelle_store::StoreError;
use kapelle_store::error::Result as Stored;
use kapelle_store::store::Values;

use crate::births::{Unborn, provisional};
use crate::runtime::Runtime;

/// What would become of the inputs of an execution.
#[derive(Debug)]
pub struct Tried {
    pub inputs: Resolved,
    /// What the checks of the flow say, once the inputs fit and the flow runs.
    pub checks: Option<CheckOutcome>,
}

impl Runtime {
    /// Looks at what is given for the inputs of a flow as if an execution were created.
    pub fn try_inputs(&self, tenant: &Arc<str>, request: &Request) -> Result<Tried, Unborn> {
        let shared = &self.shared;
        let found = shared.definitions.find(tenant, &request.namespace, &request.flow, request.revision)?;
        let definition = found.ok_or(Unborn::NoFlow)?;
        let services = shared.reach.desk(&provisional(tenant, request, &definition));
        Ok(shared.with_services(shared.clock.now(), &*services, |world| {
            let inputs = resolve(&definition.plan, tenant, request, world);
            let prepared = prepare(&definition.plan, tenant, request, world).ok();
            let checks = prepared.map(|prepared| look(&definition.plan, &prepared.creation, world));
            Tried { inputs, checks }
        }))
    }

    /// Whether flows of a namespace can read a secret. Nothing of it leaves this function.
    pub fn has_secret(&self, tenant: &Arc<str>, namespace: &str, name: &str) -> Option<bool> {
        let id = self.fresh_id();
        let birth = Birth {
            id,
            tenant: Arc::clone(tenant),
            namespace: namespace.into(),
            flow: "".into(),
            revision: 1,
            inputs: Arc::default(),
            origin: None,
            parent: None,
            replay_of: None,
            original: id,
            original_created: self.now(),
            start: None,
            kind: Kind::Test,
            priority: 0,
            depth: 0,
            scope: None,
        };
        let found = self.shared.reach.desk(&birth).secret(namespace, name).ok()?;
        Some(found.is_some())
    }

    /// Renders a text as an execution sees it, or one of its task runs. Nothing if there is no such execution; `Err`
    /// inside says what is wrong with the text.
    pub fn eval(
        &self,
        id: ExecutionId,
        run: Option<RunIndex>,
        text: &str,
    ) -> Stored<Option<Result<Option<Text>, String>>> {
        let shared = &self.shared;
        let Some(execution) = shared.store.execution(id, Values::Fetched)? else { return Ok(None) };
        let birth = Arc::clone(&execution.birth);
        let revision = Some(birth.revision);
        let found = shared.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
        let Some(definition) = found else { return Ok(None) };
        let live = Live::restore(&definition.plan, execution)
            .map_err(|why| StoreError::Corrupt { what: format!("execution {id}"), why })?;
        let template = match Template::compile(text, definition.plan.language) {
            Ok(template) => template,
            Err(problems) => {
                let words = problems.first().map(|problem| problem.message.clone());
                return Ok(Some(Err(words.unwrap_or_else(|| "it is no expression".to_owned()))));
            }
        };
        Ok(Some(shared.with_world(&birth, |world| {
            let variables = Variables::new(&definition.plan, &live, run, world, &[]);
            template.render(variables.environment()).map_err(|error| error.text())
        })))
    }
}
