//! A loop of very many iterations that is over, as the engine would have left it: nearly all went well.

use std::sync::Arc;

use kapelle_model::task_run::Fence;
use kapelle_model::{Millis, State};
use kapelle_store::error::Result;
use kapelle_store::{Store, Transaction};

use super::flows::Typical;
use super::past::Maker;

/// Milliseconds before the end at which it begins.
const AGO: i64 = 3_600_000;

/// Iterations that are open at the same time.
const TOGETHER: i64 = 32;

/// One iteration of so many fails, the first at this place.
const FAILS_EVERY: u32 = 33_333;
const FIRST_FAILURE: u32 = 4_711;

pub(super) fn write(store: &dyn Store, flow: &Typical, number: u32, until: Millis) -> Result<()> {
    let mut maker = Maker::new(100_000);
    let mut delta = maker.execution(flow, until.plus(-AGO), until);
    let each = delta.runs[0].clone();
    let (from, took) = (each.history.started(), each.history.since().since(each.history.started()));
    let moment = |place: i64| from.plus(took * place / (i64::from(number) + TOGETHER));
    for place in 0..number {
        let state = if place % FAILS_EVERY == FIRST_FAILURE { State::Failed } else { State::Success };
        let times = (moment(i64::from(place)), moment(i64::from(place) + TOGETHER));
        let mut run = maker.run(place + 2, "picture", flow, state, times);
        run.parent = Some(each.index);
        run.value = Some(place.to_string().into());
        (run.place, run.iteration) = (place, Some(place));
        if state == State::Failed {
            maker.say(flow, delta.id, &run, times);
        }
        delta.runs.push(run);
    }
    let made = number + 1;
    (delta.head.runs_made, delta.head.fence) = (made, Fence(made));
    if let Some(birth) = delta.birth.as_mut().and_then(Arc::get_mut) {
        birth.revision = 1;
    }
    store.commit(Transaction::of(vec![delta.into()]))?;
    store.append_logs(maker.lines)
}
