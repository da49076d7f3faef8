//! What saving a flow does to its triggers, in the transaction that saves it.

use std::sync::Arc;

use kapelle_engine::schedule::Now;
use kapelle_engine::triggers::{Kind, Trigger};
use kapelle_model::Millis;
use kapelle_model::trigger::{Skip, SkipReason, TriggerKey, TriggerState};
use kapelle_store::Write;
use kapelle_store::document::{Document, DocumentKey, Kind as Documents};
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;

use super::environment::with_environment;
use super::kept::{self, Kept, document_key, put_new};
use super::ticks;
use crate::definitions::Definition;
use crate::shared::Shared;

/// What is written, and whose triggers the scheduler has to look at afterwards.
#[derive(Default)]
pub(crate) struct Saved {
    pub(crate) writes: Vec<Write>,
    pub(crate) changed: Vec<TriggerKey>,
}

/// A flow gets a new revision: new triggers begin, changed ones begin anew, others stay as they are or go.
pub(crate) fn saved(shared: &Shared, definition: &Definition, now: Millis) -> Result<Saved> {
    let flow = &definition.flow;
    let mut before = kept::of_flow(&*shared.store, &flow.tenant, &flow.namespace, &flow.id)?;
    let mut saved = Saved::default();
    for trigger in definition.plan.triggers.iter().filter(|trigger| trigger.has_state()) {
        let key = TriggerKey {
            tenant: Arc::clone(&flow.tenant),
            namespace: Arc::clone(&flow.namespace),
            flow: Arc::clone(&flow.id),
            trigger: Arc::clone(&trigger.id),
        };
        let kept = before.iter().position(|kept| kept.key == key).map(|place| before.swap_remove(place));
        let old = kept.as_ref().map(|kept| (&kept.state, kept.due));
        let (mut state, skipped) = state(shared, definition, trigger, old.map(|(state, _)| state), now);
        saved.writes.extend(ticks::record(&*shared.store, &key, &mut state, &skipped, now)?);
        let due = match &kept {
            Some(kept) if trigger.is_locked(&state) => kept.due,
            _ => trigger.due(&state, definition.plan.disabled),
        };
        if old == Some((&state, due)) {
            continue;
        }
        saved.writes.push(match &kept {
            Some(kept) => kept.put(&state, due, now)?,
            None => put_new(&key, &state, due, now)?,
        });
        saved.changed.push(key);
    }
    for gone in before {
        saved.writes.push(Write::Remove { key: document_key(&gone.key), over: Over::Any });
        saved.changed.push(gone.key);
    }
    saved.writes.extend(listener(shared, definition, now)?);
    Ok(saved)
}

/// A flow ends, and its triggers with it.
pub(crate) fn ended(shared: &Shared, definition: &Definition) -> Result<Saved> {
    let flow = &definition.flow;
    let before = kept::of_flow(&*shared.store, &flow.tenant, &flow.namespace, &flow.id)?;
    let mut saved = Saved::default();
    for gone in before {
        saved.writes.push(Write::Remove { key: document_key(&gone.key), over: Over::Any });
        saved.changed.push(gone.key);
    }
    saved.writes.push(Write::Remove { key: listener_key(definition), over: Over::Any });
    Ok(saved)
}

/// Where a trigger stands from now on.
fn state(
    shared: &Shared,
    definition: &Definition,
    trigger: &Trigger,
    old: Option<&TriggerState>,
    now: Millis,
) -> (TriggerState, Vec<Skip>) {
    let mut state = old.cloned().unwrap_or_default();
    let is_same = old.is_some() && state.definition == trigger.definition;
    state.definition = trigger.definition;
    if trigger.is_off(&state, definition.plan.disabled) {
        state.next = None;
        return (state, Vec::new());
    }
    if is_same && (state.next.is_some() || state.backfill.is_some()) {
        return (state, Vec::new());
    }
    match next(shared, definition, trigger, now) {
        Ok(next) => state.next = next,
        Err(words) => {
            state.next = None;
            let failed = Skip { from: now, until: now, count: 1, why: SkipReason::Failed, words };
            return (state, vec![failed]);
        }
    }
    (state, Vec::new())
}

/// The first occurrence of a trigger that begins now, or what is wrong with it.
pub(super) fn next(
    shared: &Shared,
    definition: &Definition,
    trigger: &Trigger,
    now: Millis,
) -> std::result::Result<Option<Millis>, String> {
    let place = match trigger.kind {
        Kind::Schedule(place) => place,
        Kind::Flow(place) => {
            let next = definition.plan.flow_triggers[place].next_end(now, &shared.settings.zone);
            return Ok(next.map(|stretch| stretch.end.plus(1)));
        }
        Kind::Plugin | Kind::Webhook | Kind::Tool => return Ok(Some(now)),
    };
    let moment = moment(shared, now, now);
    with_environment(shared, definition, trigger, |environment| {
        definition.plan.schedules[place].first(moment, environment)
    })
}

/// How a schedule sees a moment.
pub(super) fn moment(shared: &Shared, now: Millis, since: Millis) -> Now<'_> {
    Now { moment: now, since, zone: &shared.settings.zone, recover: shared.triggers.recover }
}

/// Flows that listen to others are known by a document, so that they are found without reading all flows.
fn listener(shared: &Shared, definition: &Definition, now: Millis) -> Result<Option<Write>> {
    let key = listener_key(definition);
    let listens = !definition.plan.disabled && !definition.plan.flow_triggers.is_empty();
    let is_known = shared.store.document(&key)?.is_some();
    Ok(match (listens, is_known) {
        (true, false) => {
            let document = Box::new(Document::new(key, now, None, Vec::new()));
            Some(Write::Put { document, over: Over::Any })
        }
        (false, true) => Some(Write::Remove { key, over: Over::Any }),
        _ => None,
    })
}

fn listener_key(definition: &Definition) -> DocumentKey {
    let flow = &definition.flow;
    DocumentKey {
        kind: Documents::Listener,
        tenant: Arc::clone(&flow.tenant),
        namespace: Arc::clone(&flow.namespace),
        name: Arc::clone(&flow.id),
    }
}

/// What the scheduler keeps of a trigger, as it was read.
impl Kept {
    /// From when on somebody could have looked at the trigger.
    pub(super) fn since(&self, shared: &Shared) -> Millis {
        // It is written a moment before its time, at times.
        const TOLERANCE_MILLIS: i64 = -1_000;
        shared.triggers.began.max(self.updated.plus(TOLERANCE_MILLIS))
    }
}
