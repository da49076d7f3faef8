//! An execution as it was at one moment of its life. It goes on while it is answered for; clients compare what they are
//! answered with what they asked for.

use kapelle_model::execution::{Execution, Head};
use kapelle_model::{History, Millis, State};

/// As it was when it was created.
pub(crate) fn newborn(execution: Execution) -> Execution {
    let history = &execution.head.history;
    let history = History::new(State::Created, history.started());
    let head = Head { history, outputs: None, ..execution.head };
    Execution { head, runs: Vec::new(), ..execution }
}

/// As it was when it was opened again, which it had not been `before`. Groups are shown as running: they wait for nobody
/// who would begin them.
pub(crate) fn reopened(
    before: &Execution,
    execution: Execution,
    is_group: &dyn Fn(&str) -> bool,
) -> Execution {
    let history = until_restarted(&before.head.history, &execution.head.history);
    let mut runs = execution.runs;
    runs.retain(|run| before.run(run.index).is_some());
    for run in &mut runs {
        if let Some(old) = before.run(run.index) {
            run.history = until_restarted(&old.history, &run.history);
            if is_group(&run.task) {
                run.history = as_running(&run.history);
            }
            run.attempts.truncate(old.attempts.len());
        }
    }
    Execution { head: Head { history, ..execution.head }, runs, ..execution }
}

/// The same with RUNNING in place of RESTARTED at its end.
fn as_running(history: &History) -> History {
    let entries: Vec<_> = history.entries().collect();
    match entries.split_last() {
        Some(((State::Restarted, at), before)) => of_entries(before.iter().chain([&(State::Running, *at)])),
        _ => history.clone(),
    }
}

/// The states until something was started again, after what is known of it.
fn until_restarted(known: &History, now: &History) -> History {
    let length = known.entries().count();
    let entries: Vec<_> = now.entries().collect();
    let behind = entries.iter().skip(length).position(|(state, _)| *state == State::Restarted);
    let kept = behind.map_or(entries.len(), |behind| length + behind + 1);
    of_entries(entries[..kept].iter())
}

/// A history has a beginning.
fn of_entries<'e>(mut entries: impl Iterator<Item = &'e (State, Millis)>) -> History {
    let (state, at) = entries.next().expect("what is known of a history has its beginning");
    let mut history = History::new(*state, *at);
    for (state, at) in entries {
        history.push(*state, *at);
    }
    history
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(states: &[State]) -> History {
        let mut history = History::new(states[0], Millis(0));
        for (at, state) in states.iter().enumerate().skip(1) {
            history.push(*state, Millis(at as i64));
        }
        history
    }

    #[test]
    fn a_history_ends_where_it_was_started_again() {
        use State::{Created, Failed, Restarted, Running};
        let known = history(&[Created, Restarted, Running, Failed]);
        let cut =
            until_restarted(&known, &history(&[Created, Restarted, Running, Failed, Restarted, Running]));
        assert_eq!(cut.entries().count(), 5);
        assert_eq!(as_running(&cut).current(), Running);
        assert_eq!(as_running(&cut).entries().count(), 5);
        assert_eq!(until_restarted(&known, &known).entries().count(), 4);
    }
}
