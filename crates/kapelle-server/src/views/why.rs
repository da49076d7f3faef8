//! Why something does not move, as people read it: a word for programs, a sentence, and the facts behind both.

use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::task_run::RunIndex;
use kapelle_model::trigger::{Skip, SkipReason};
use kapelle_model::{Millis, State};
use kapelle_runtime::TriggerRow;
use serde_json::{Value as Json, json};

use super::moment;

/// What an execution or a task run in a state waits for; nothing, if it is over or somebody works for it.
pub(crate) fn waiting(state: State, waiting: Option<&Waiting>, name: &dyn Fn(RunIndex) -> String) -> Json {
    let mut json = json!({"state": state.name(), "cause": null});
    let Some(waiting) = waiting else { return json };
    json["cause"] = waiting.cause.word().into();
    json["words"] = words(&waiting.cause).into();
    json["since"] = moment(waiting.since).into();
    json["facts"] = facts(&waiting.cause, name);
    if let Some(run) = waiting.run {
        json["taskRunId"] = name(run).into();
    }
    json
}

/// The same for a row of a list: no facts, only what is waited for.
pub(crate) fn row(waiting: &Waiting, name: &dyn Fn(RunIndex) -> String) -> Json {
    let cause = &waiting.cause;
    let mut json = json!({"code": cause.word(), "words": words(cause), "since": moment(waiting.since)});
    if let Some(run) = waiting.run {
        json["taskRunId"] = name(run).into();
    }
    json
}

/// A moment that may be unknown: then nobody has set one.
fn date(at: Millis) -> Json {
    if at.0 == i64::MAX { Json::Null } else { moment(at).into() }
}

fn facts(cause: &Cause, name: &dyn Fn(RunIndex) -> String) -> Json {
    match cause {
        Cause::Concurrency { limit, size } => json!({"limit": &**limit, "size": size}),
        Cause::Scheduled { at } => json!({"at": date(*at)}),
        Cause::Paused { until } => json!({"until": until.map(date)}),
        Cause::Delay { until, last } => json!({"until": date(*until), "last": last.as_deref()}),
        Cause::RetryWait { attempt, attempts_max, until, error } => json!({
            "attempt": attempt, "maxAttempts": attempts_max, "until": date(*until), "error": error.as_deref()
        }),
        Cause::Subflow { open, total, execution } => {
            json!({"open": open, "total": total, "executionId": execution.map(|id| id.to_string())})
        }
        Cause::Children { open, done, oldest } => {
            json!({"open": open, "done": done, "oldest": oldest.map(name)})
        }
        Cause::DependsOn { tasks } => json!({"tasks": tasks.iter().map(|task| &**task).collect::<Vec<_>>()}),
        Cause::LoopLimit { running, left } => json!({"running": running, "left": left}),
        Cause::Killing { alive } => json!({"alive": alive}),
        Cause::NoWorker { group } => json!({"group": group.as_deref()}),
        Cause::Runner { state } => json!({"state": &**state}),
        Cause::PausedByHand
        | Cause::Breakpoint
        | Cause::Worker
        | Cause::WorkersBusy
        | Cause::Disk
        | Cause::Database
        | Cause::Maintenance
        | Cause::Unknown => json!({}),
    }
}

fn words(cause: &Cause) -> String {
    let at = |at: &Millis| if at.0 == i64::MAX { "a moment that is not set".to_owned() } else { moment(*at) };
    match cause {
        Cause::Concurrency { limit, size } => {
            format!("waits for a place in the limit of `{limit}`, which has {size}")
        }
        Cause::Scheduled { at: date } => format!("starts at {}", at(date)),
        Cause::Paused { until: Some(until) } => {
            format!("is paused until somebody resumes it, or {}", at(until))
        }
        Cause::Paused { until: None } => "is paused until somebody resumes it".to_owned(),
        Cause::PausedByHand => "somebody paused the whole execution".to_owned(),
        Cause::Delay { until, .. } => format!("looks at its condition again at {}", at(until)),
        Cause::Breakpoint => "stands at a breakpoint until somebody lets it go on".to_owned(),
        Cause::RetryWait { attempt, attempts_max, until, .. } => {
            let most = attempts_max.map(|most| format!(" of {most}")).unwrap_or_default();
            format!("is tried again at {}, after attempt {attempt}{most}", at(until))
        }
        Cause::Subflow { open, total, .. } => {
            format!("waits for executions that it started: {open} of {total} are open")
        }
        Cause::Children { open, done, .. } => {
            format!("waits for its tasks: {open} are open, {done} are done")
        }
        Cause::DependsOn { tasks } => format!("waits for {}", tasks.join(", ")),
        Cause::LoopLimit { running, left } => {
            format!("{running} run at the same time, which is the limit; {left} are still to come")
        }
        Cause::Killing { alive } => format!("is being stopped; {alive} have not confirmed yet"),
        Cause::Worker => "is with the workers, or queued in front of them".to_owned(),
        Cause::WorkersBusy => "all workers are busy".to_owned(),
        Cause::NoWorker { .. } => "no worker takes such tasks".to_owned(),
        Cause::Runner { state } => format!("its runner is {state}"),
        Cause::Disk => "waits for the disk".to_owned(),
        Cause::Database => "waits for the database".to_owned(),
        Cause::Maintenance => "waits for the end of the maintenance".to_owned(),
        Cause::Unknown => "no decision is recorded: this is a defect, please report it".to_owned(),
    }
}

/// Why a trigger starts nothing now, and when it is looked at next. The last occurrence that started nothing says more
/// about a condition than its name does.
pub(crate) fn of_trigger(row: &TriggerRow, last: Option<&Skip>) -> Json {
    let state = &row.state;
    let mut json = json!({"cause": null, "next": row.due.map(date)});
    let skipping = state.skipping.map(|(since, why)| (since, why, trigger_cause(why)));
    let open: Vec<String> = state.open.iter().map(ToString::to_string).collect();
    let (cause, words) = if state.is_disabled {
        ("DISABLED", "the trigger is switched off".to_owned())
    } else if state.backfill.as_ref().is_some_and(|backfill| backfill.is_paused) {
        ("PAUSED", "its backfill is paused, and ordinary occurrences wait for it".to_owned())
    } else if let Some(first) = open.first() {
        ("TRIGGER_LOCKED", format!("execution {first} that it started is still open"))
    } else if let Some((_, why, cause)) = skipping {
        let words = last.map(|skip| skip.words.clone()).filter(|words| !words.is_empty());
        (cause, words.unwrap_or_else(|| format!("the last occurrence started nothing: {}", why.name())))
    } else if let Some(due) = row.due {
        ("SCHEDULED", format!("is looked at again at {}", moment(due)))
    } else {
        return json;
    };
    json["cause"] = cause.into();
    json["words"] = words.into();
    json["facts"] = json!({
        "open": open,
        "stoppedBy": state.stopped_by.map(|id| id.to_string()),
        "skippingSince": skipping.map(|(since, ..)| moment(since)),
    });
    json
}

const fn trigger_cause(why: SkipReason) -> &'static str {
    match why {
        SkipReason::Condition => "TRIGGER_CONDITION",
        SkipReason::Locked => "TRIGGER_LOCKED",
        SkipReason::Disabled => "DISABLED",
        SkipReason::Failed => "FAILED",
        SkipReason::Missed | SkipReason::Late | SkipReason::Happened => "SKIPPED",
    }
}

/// Occurrences that started nothing, as one record for those in a row.
pub(crate) fn skip(skip: &Skip) -> Json {
    json!({
        "from": moment(skip.from), "until": moment(skip.until), "count": skip.count,
        "reason": skip.why.name(), "words": &*skip.words,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cause: Cause) -> Json {
        let waits = Waiting { cause, since: Millis(0), run: None };
        waiting(State::Running, Some(&waits), &|_| "run".to_owned())
    }

    #[test]
    fn a_cause_has_a_word_a_sentence_and_its_facts() {
        let limit = shown(Cause::Concurrency { limit: "team.a".into(), size: 2 });
        assert_eq!(limit["cause"], "CONCURRENCY");
        assert_eq!(limit["words"], "waits for a place in the limit of `team.a`, which has 2");
        assert_eq!(limit["facts"], json!({"limit": "team.a", "size": 2}));
        assert_eq!(limit["since"], "1970-01-01T00:00:00.000Z");
        let error = Some("boom".into());
        let retry = shown(Cause::RetryWait { attempt: 1, attempts_max: Some(3), until: Millis(0), error });
        assert_eq!(retry["words"], "is tried again at 1970-01-01T00:00:00.000Z, after attempt 1 of 3");
        assert_eq!(retry["facts"]["error"], "boom");
    }

    #[test]
    fn a_moment_that_nobody_set_is_no_date() {
        let delay = shown(Cause::Delay { until: Millis(i64::MAX), last: None });
        assert_eq!(delay["facts"], json!({"until": null, "last": null}));
    }

    #[test]
    fn what_moves_has_no_cause() {
        let json = waiting(State::Success, None, &|_| String::new());
        assert_eq!(json, json!({"state": "SUCCESS", "cause": null}));
    }
}
