//! `I10`: what happens twice.

use kapelle_engine::step::step;
use kapelle_model::effect::Effect;
use kapelle_model::event::{Event, Order};

use super::{Change, Holds, Violation};

/// The same event again is refused, or changes nothing but the version.
pub(super) fn changes_nothing(change: &Change<'_>) -> Holds {
    let Some(event) = change.event else { return Ok(()) };
    // A person who asks twice may mean what has become of it meanwhile: the next pause, the new end.
    if let Event::Order(order) = event
        && !matches!(order, Order::Kill { .. } | Order::Pause | Order::SetLabels(_) | Order::MarkReplayed)
    {
        return Ok(());
    }
    // With a delay of nothing the next moment is the same one.
    if let Event::Due(due) = event
        && change.owed.iter().any(
            |owed| matches!(owed, Effect::Wake { at, due: next } if next == due && *at <= change.moment.now),
        )
    {
        return Ok(());
    }
    let mut again = change.live.clone();
    let Ok(outcome) = step(change.plan, &mut again, event, &change.moment) else { return Ok(()) };
    let mut after = again.execution().clone();
    after.head.version -= 1;
    if after != *change.after || !outcome.delta.removed.is_empty() {
        return Err(Violation::new("I10", format!("it changed something again: {event:?}")));
    }
    Ok(())
}
