//! Places in the limits of flows, as the latest revisions have them.
//!
//! A claim is made of the latest revision before the limits are held, since its key may take its time. If that revision is
//! not the latest one any more when they are, the claim is made anew: so nobody asks by an old rule after [`changed`] told
//! the limits of the new one.

use std::collections::HashMap;
use std::sync::Arc;

use kapelle_engine::limits::{Claim, LimitedFlow, Limits, Rule, claim, key};
use kapelle_engine::live::Live;
use kapelle_model::ExecutionId;
use kapelle_model::event::Admission;
use kapelle_store::StoreError;
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
    loop {
        let rules = latest();
        let plan = rules.as_ref().map(|definition| &definition.plan);
        let claim = shared.with_world(birth, |world| claim(&own.plan, plan, live, world));
        let mut limits = shared.limits();
        if revision(latest().as_ref()) == revision(rules.as_ref()) {
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
    let admitted = loop {
        let latest = match latest(shared, &flow) {
            Ok(latest) => latest,
            Err(error) => return stays(shared, &flow, &error),
        };
        let rule = Rule::of(latest.as_ref().map(|definition| &definition.plan));
        let key = |id| key_of(shared, id, latest.as_deref());
        // Keys may take their time, and others need the limits meanwhile. Only of those who come now one is made below.
        let renamed = shared.limits().renamed_by(&flow, &rule);
        let keys: HashMap<_, _> = renamed.into_iter().map(|id| (id, key(id))).collect();
        // All change together, or somebody would start beside others who are not counted yet.
        let mut limits = shared.limits();
        match self::latest(shared, &flow) {
            Ok(now) if revision(now.as_ref()) == revision(latest.as_ref()) => {
                break limits.change(&flow, rule, |id| keys.get(&id).cloned().unwrap_or_else(|| key(id)));
            }
            Ok(_) => {}
            Err(error) => return stays(shared, &flow, &error),
        }
    };
    for to in admitted {
        shared.tell(Message::Admit { to, answer: Admission::Granted });
    }
}

fn stays(shared: &Shared, flow: &LimitedFlow, error: &StoreError) {
    let LimitedFlow { namespace, flow, .. } = flow;
    shared.news(&News::Alarm(&format!("the limit of flow `{namespace}.{flow}` stays as it was: {error}")));
}

fn revision(definition: Option<&Arc<Definition>>) -> Option<u32> {
    Some(definition?.plan.revision)
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
