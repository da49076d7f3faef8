//! Places in the limits of flows, as the latest revisions have them.
//!
//! A claim is made of the latest revision before the limits are held, since its key may take its time. If that revision is
//! not the latest one any more when they are, the claim is made anew: so nobody asks by an old rule after [`changed`] told
//! the limits of the new one.

use std::sync::Arc;

use kapelle_engine::limits::{Claim, LimitedFlow, Limits, Rule, claim, key};
use kapelle_engine::live::Live;
use kapelle_model::ExecutionId;
use kapelle_model::event::Admission;
use kapelle_store::error::Result as Stored;
use kapelle_store::flow::FlowRevision;

use crate::definitions::Definition;
use crate::message::Message;
use crate::shared::{News, Shared};

/// Does something with the limits and with what an execution asks of them.
pub(crate) fn with_claim<T>(
    shared: &Shared,
    own: &Arc<Definition>,
    live: &Live,
    use_it: impl FnOnce(&mut Limits, &Claim) -> T,
) -> T {
    let birth = &live.execution().birth;
    let flow = LimitedFlow::of(birth);
    // Where the latest one cannot be read, the own one has to do.
    let latest = || latest(shared, &flow).unwrap_or_else(|_| Some(Arc::clone(own)));
    let revision = |definition: &Option<Arc<Definition>>| Some(definition.as_ref()?.plan.revision);
    loop {
        let rules = latest();
        let plan = rules.as_ref().map(|definition| &definition.plan);
        let claim = shared.with_world(birth, |world| claim(&own.plan, plan, live, world));
        let mut limits = shared.limits();
        if revision(&latest()) == revision(&rules) {
            return use_it(&mut limits, &claim);
        }
    }
}

/// A flow was saved, or has ended: its limits change with it, and whoever may start now is told so.
pub(crate) fn changed(shared: &Shared, flow: &FlowRevision) {
    let flow = LimitedFlow {
        tenant: Arc::clone(&flow.tenant),
        namespace: Arc::clone(&flow.namespace),
        flow: Arc::clone(&flow.id),
    };
    // All change together, or somebody would start beside others who are not counted yet.
    let mut limits = shared.limits();
    let latest = match latest(shared, &flow) {
        Ok(latest) => latest,
        Err(error) => {
            let name = format!("{}.{}", flow.namespace, flow.flow);
            return shared
                .news(&News::Alarm(&format!("the limit of flow `{name}` stays as it was: {error}")));
        }
    };
    let rule = Rule::of(latest.as_ref().map(|definition| &definition.plan));
    let admitted = limits.change(&flow, rule, |id| key_of(shared, id, latest.as_deref()));
    drop(limits);
    for to in admitted {
        shared.tell(Message::Admit { to, answer: Admission::Granted });
    }
}

fn latest(shared: &Shared, flow: &LimitedFlow) -> Stored<Option<Arc<Definition>>> {
    shared.definitions.find(&flow.tenant, &flow.namespace, &flow.flow, None)
}

/// The key of an execution as it is on the disk.
fn key_of(shared: &Shared, id: ExecutionId, latest: Option<&Definition>) -> Option<Arc<str>> {
    let (own, live) = shared.kept(id)?;
    let birth = &live.execution().birth;
    shared.with_world(birth, |world| key(&own.plan, latest.map(|latest| &latest.plan), &live, world))
}
