//! `I1` and `restored`.

use kapelle_engine::live::Live;
use kapelle_engine::plan::Plan;
use kapelle_model::event::Event;
use kapelle_model::execution::Execution;

use super::{Change, Holds, Violation};

pub(super) fn are_whole(change: &Change<'_>) -> Holds {
    let version = change.before.map_or(0, |before| before.head.version);
    if change.after.head.version != version + 1 {
        return Err(Violation::new("I1", format!("version {} follows {version}", change.after.head.version)));
    }
    if change.before.is_some_and(|before| before.birth != change.after.birth) {
        return Err(Violation::new("I1", "an execution was born anew"));
    }
    if change.live.execution() != change.after {
        let difference = difference(change.after, change.live.execution());
        return Err(Violation::new("I1", format!("the changes do not say all that happened: {difference}")));
    }
    Ok(())
}

pub(super) fn are_restored(change: &Change<'_>) -> Holds {
    is_restored(change.plan, change.after, change.live)
}

fn is_restored(plan: &Plan, kept: &Execution, live: &Live) -> Holds {
    let restored = Live::restore(plan, kept.clone()).map_err(|words| Violation::new("restored", words))?;
    if restored == *live {
        return Ok(());
    }
    let (restored, live) = (format!("{restored:?}"), format!("{live:?}"));
    let at = restored.bytes().zip(live.bytes()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| text.chars().skip(at.saturating_sub(60)).take(160).collect::<String>();
    let words = format!("what is derived is …{}…, and was …{}…", around(&restored), around(&live));
    Err(Violation::new("restored", words))
}

/// A refused event leaves an execution as it was.
pub(super) fn are_untouched(plan: &Plan, before: &Execution, live: &Live, event: &Event) -> Holds {
    if live.execution() != before {
        let words =
            format!("a refused event changed something: {event:?}: {}", difference(before, live.execution()));
        return Err(Violation::new("I1", words));
    }
    is_restored(plan, before, live)
}

fn difference(kept: &Execution, live: &Execution) -> String {
    if kept.head != live.head {
        return format!("{:?} is kept, and it is {:?}", kept.head, live.head);
    }
    for (kept, live) in kept.runs.iter().zip(&live.runs) {
        if kept != live {
            return format!("{kept:?} is kept, and it is {live:?}");
        }
    }
    format!("{} and {} task runs, or the children", kept.runs.len(), live.runs.len())
}
