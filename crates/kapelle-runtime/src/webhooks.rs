//! Webhooks: requests from outside that start executions, and what they are answered.
//!
//! Who calls is nobody's user; the key of the trigger is all that it shows. So strangers hear the same whether there is
//! no flow, no webhook or another key. Nothing here knows HTTP beyond a request and an answer: the server mounts it.

mod told;

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_engine::creation::Rejected;
use kapelle_engine::overlay::Overlay;
use kapelle_engine::variables::Variables;
use kapelle_engine::webhook::{Decision, Ended, Webhook, WebhookAnswer, WebhookRequest};
use kapelle_model::effect::Request;
use kapelle_model::execution::{Execution, Origin};
use kapelle_model::trigger::Firing;
use kapelle_model::{ExecutionId, Map, Value};
use kapelle_store::error::{Conflict, Result as Stored};
use kapelle_store::transaction::{Once, OnceKind};
use kapelle_store::{StoreError, Write};

use crate::births::{Asker, Unborn, adopted, make};
use crate::definitions::Definition;
use crate::message::Newborn;
use crate::runtime::Runtime;
use crate::shared::News;
use crate::triggers::environment::with_flow;
use told::{message, refused};

/// How long a delivery is remembered.
const REMEMBERED_MILLIS: i64 = 24 * 3_600_000;

/// A webhook of a flow as it is now.
#[derive(Clone)]
struct Found {
    definition: Arc<Definition>,
    place: usize,
}

impl Found {
    fn webhook(&self) -> &Webhook {
        &self.definition.plan.webhooks[self.place]
    }

    /// What a person calls it.
    fn name(&self) -> String {
        let plan = &self.definition.plan;
        format!("webhook `{}` of `{}.{}`", self.webhook().id, plan.namespace, plan.flow)
    }

    /// Under which name a delivery is remembered. No part but the last one can hold a slash.
    fn occurrence(&self, tenant: &str, identity: &str) -> String {
        let plan = &self.definition.plan;
        format!("webhook/{tenant}/{}/{}/{}/{identity}", plan.namespace, plan.flow, self.webhook().id)
    }
}

impl Runtime {
    /// Answers a request to the webhook of a flow that has this key.
    pub async fn webhook(
        &self,
        tenant: &Arc<str>,
        namespace: &str,
        flow: &str,
        key: &str,
        request: &WebhookRequest,
    ) -> WebhookAnswer {
        let reception = Reception { runtime: self, tenant };
        let found = self.definition(tenant, namespace, flow, None);
        match found.map(|found| found.and_then(|definition| reception.keyed(&definition, key).next())) {
            Ok(Some(found)) => reception.called(&found, request).await,
            Ok(None) => told::stranger(),
            Err(error) => told::unavailable(&error),
        }
    }

    /// Answers a request to the webhook that has this key, if there is only one in the tenant.
    pub async fn webhook_by_key(
        &self,
        tenant: &Arc<str>,
        key: &str,
        request: &WebhookRequest,
    ) -> WebhookAnswer {
        let reception = Reception { runtime: self, tenant };
        let all = match self.shared.definitions.with_webhooks(tenant) {
            Ok(all) => all,
            Err(error) => return told::unavailable(&error),
        };
        let found: Vec<_> =
            all.iter().flat_map(|definition| reception.keyed(definition, key)).take(2).collect();
        match found.as_slice() {
            [] => told::stranger(),
            [found] => reception.called(found, request).await,
            _ => message(409, "Several webhooks have this key: call the address with namespace and flow"),
        }
    }
}

/// Where requests to the webhooks of a tenant are dealt with.
struct Reception<'r> {
    runtime: &'r Runtime,
    tenant: &'r Arc<str>,
}

impl Reception<'_> {
    /// The webhooks of a flow with this key that are switched on.
    fn keyed(&self, definition: &Arc<Definition>, key: &str) -> std::vec::IntoIter<Found> {
        let all = definition.plan.webhooks.iter().enumerate().filter(|(_, webhook)| !webhook.is_disabled);
        let mut found = Vec::new();
        for (place, webhook) in all {
            let candidate = Found { definition: Arc::clone(definition), place };
            let has_key = with_flow(&self.runtime.shared, definition, |all| webhook.has_key(key, all));
            match has_key {
                Ok(true) => found.push(candidate),
                Ok(false) => {}
                Err(reason) => self.alarm(&candidate, &reason),
            }
        }
        found.into_iter()
    }

    /// Answers somebody who has the key.
    async fn called(&self, found: &Found, request: &WebhookRequest) -> WebhookAnswer {
        let plan = &found.definition.plan;
        if plan.disabled {
            return message(409, "Cannot execute a disabled flow");
        }
        if let Some(reason) = plan.failures.first() {
            return message(409, &format!("Cannot execute an invalid flow: {reason}"));
        }
        let decision = with_flow(&self.runtime.shared, &found.definition, |environment| {
            found.webhook().evaluate(request, self.runtime.now(), environment)
        });
        match decision {
            Decision::Starts(firing) => self.start(found, *firing).await,
            Decision::Held(_) => WebhookAnswer::empty(204),
            Decision::Answered(answer) => answer,
            Decision::Unsigned(_) => message(401, "The signature is missing, wrong or too old"),
            Decision::Unready(reason) => {
                self.alarm(found, &reason);
                message(500, "The webhook cannot check who calls it")
            }
        }
    }

    /// Starts an execution, unless this delivery has started one before.
    async fn start(&self, found: &Found, firing: Firing) -> WebhookAnswer {
        let key = (!firing.identity.is_empty()).then(|| found.occurrence(self.tenant, &firing.identity));
        if let Some(key) = &key {
            match self.runtime.shared.store.once(OnceKind::Occurrence, key) {
                Ok(None) => {}
                Ok(Some(once)) => return self.again(found, &once.result).await,
                Err(error) => return told::unavailable(&error),
            }
        }
        let request = self.request(found, &firing);
        let has_failed = firing.failure.is_some();
        let newborn = make(&self.runtime.shared, self.tenant, &request, &Asker::Trigger(firing.failure));
        let mut newborn = match newborn {
            Ok(newborn) => newborn,
            Err(unborn) => return unborn_answer(&unborn),
        };
        newborn.with.extend(key.map(|key| {
            Write::Once(Once {
                kind: OnceKind::Occurrence,
                key,
                result: request.id.to_string().into_bytes(),
                until: self.runtime.now().plus(REMEMBERED_MILLIS),
            })
        }));
        let waits = found.webhook().waits && !has_failed;
        let early = (!waits).then(|| self.early(found, &newborn, has_failed));
        match adopted(&self.runtime.shared, newborn).await {
            Ok(()) => match early {
                Some(answer) => answer,
                None => self.late(found, request.id).await,
            },
            Err(Unborn::Store(StoreError::Conflict(Conflict::Happened { result }))) => {
                self.again(found, &result).await
            }
            Err(unborn) => unborn_answer(&unborn),
        }
    }

    fn request(&self, found: &Found, firing: &Firing) -> Request {
        let (plan, webhook) = (&found.definition.plan, found.webhook());
        Request {
            revision: Some(plan.revision),
            inputs: Arc::new(firing.inputs.clone()),
            // What failed is shown as it was, whatever its flow asks for.
            resolves: firing.failure.is_none(),
            labels: firing.labels.clone().into(),
            priority: plan.trigger(&webhook.id).map_or(0, |trigger| trigger.priority),
            origin: Some(Origin {
                id: webhook.id.as_str().into(),
                type_name: webhook.type_name.as_str().into(),
                variables: Arc::new(firing.variables.clone()),
            }),
            ..Request::new(self.runtime.fresh_id(), Arc::clone(&plan.namespace), Arc::clone(&plan.flow))
        }
    }

    /// The answer to a delivery that came before: that of the first time.
    async fn again(&self, found: &Found, result: &[u8]) -> WebhookAnswer {
        match std::str::from_utf8(result).ok().and_then(ExecutionId::parse) {
            Some(first) => self.late(found, first).await,
            None => message(500, "What this delivery started cannot be told"),
        }
    }

    /// The answer of an execution that was created just now.
    fn early(&self, found: &Found, newborn: &Newborn, has_failed: bool) -> WebhookAnswer {
        let execution = newborn.live.execution();
        if has_failed {
            return WebhookAnswer::json(500, self.told(execution));
        }
        self.runtime.shared.with_world(&execution.birth, |world| {
            let variables = Variables::new(&found.definition.plan, &newborn.live, None, world, &[]);
            self.answer(found, &told::created(execution), &variables)
        })
    }

    /// The answer of an execution as it is on the disk; after its end, if the trigger waits.
    async fn late(&self, found: &Found, id: ExecutionId) -> WebhookAnswer {
        if found.webhook().waits {
            match self.runtime.end_of(id).await {
                Ok(_) => {}
                Err(error) => return told::unavailable(&error),
            }
        }
        let answer = || -> Stored<Option<WebhookAnswer>> {
            let Some(execution) = self.runtime.execution(id)? else { return Ok(None) };
            self.runtime.with_variables(id, None, |variables| self.answer(found, &execution, variables))
        };
        match answer() {
            Ok(Some(answer)) => answer,
            // It was deleted meanwhile.
            Ok(None) => WebhookAnswer::json(200, told::only_id(id)),
            Err(error) => told::unavailable(&error),
        }
    }

    /// The answer that the trigger makes of an execution.
    fn answer(&self, found: &Found, execution: &Execution, variables: &Variables<'_>) -> WebhookAnswer {
        let none = Arc::default();
        let outputs: &Arc<Map> = execution.head.outputs.as_ref().unwrap_or(&none);
        let environment = variables.environment();
        let mut all = match environment.context.get("outputs") {
            Some(Value::Map(outputs)) => Map::clone(outputs),
            _ => Map::new(),
        };
        all.extend(outputs.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        let over = Map::from_iter([("outputs".into(), Value::Map(all.into()))]);
        let context = Overlay { over: &over, under: environment.context };
        let environment = Environment { context: &context, ..environment };
        let told = self.told(execution);
        let of = Ended { state: execution.state(), outputs, told: &told };
        found.webhook().answer(&of, environment).unwrap_or_else(|reason| {
            self.alarm(found, &reason);
            message(
                500,
                &format!("Execution {} has no answer: its `respond` cannot be used", execution.birth.id),
            )
        })
    }

    fn told(&self, execution: &Execution) -> String {
        told::execution(execution, self.runtime.shared.reach.setting("kestra.url").as_deref())
    }

    fn alarm(&self, found: &Found, reason: &str) {
        self.runtime.shared.news(&News::Alarm(&format!("{}: {reason}", found.name())));
    }
}

/// Why nothing was started, for whoever called.
fn unborn_answer(unborn: &Unborn) -> WebhookAnswer {
    match unborn {
        Unborn::NoFlow => told::stranger(),
        Unborn::Rejected(rejected @ Rejected::Disabled) => refused(409, rejected),
        Unborn::Rejected(rejected @ Rejected::Inputs(_)) => refused(422, rejected),
        Unborn::Store(error) => told::unavailable(error),
        Unborn::Check(words) => message(422, words),
        Unborn::Missing | Unborn::Refused(_) => message(500, "The execution could not be created"),
    }
}
