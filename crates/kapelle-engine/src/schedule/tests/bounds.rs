//! Bounds of what one call does, and of what one minute starts.

use kapelle_model::trigger::SkipReason;

use super::*;

#[test]
fn in_a_minute_no_more_than_a_hundred_are_caught_up_on() {
    let mut play = Play::new("cron: '* * * * *'").next("2026-06-01T00:00");
    let count = |play: &mut Play, at: &str| play.story(at).matches("fires").count();
    assert_eq!(count(&mut play, "2026-06-01T10:00:01"), 100);
    assert_eq!(due(&play.state), Some(millis("2026-06-01T10:01")));
    assert_eq!(count(&mut play, "2026-06-01T10:00:59"), 0);
    assert_eq!(count(&mut play, "2026-06-01T10:01"), 100);
    for minute in 2..6 {
        assert_eq!(count(&mut play, &format!("2026-06-01T10:0{minute}")), 100);
    }
    assert_eq!(count(&mut play, "2026-06-01T10:06"), 7, "600 of ten hours, and those that came meanwhile");
}

#[test]
fn a_long_absence_is_worked_through_in_several_turns() {
    let mut play = Play::new("cron: '* * * * *', recoverMissedSchedules: NONE").next("2026-05-01T00:00");
    let turn = play.turn("2026-06-01T00:00:30");
    assert_eq!((turn.skipped.len(), turn.skipped[0].count), (1, 10_000));
    assert_eq!(play.state.next, Some(millis("2026-05-07T22:40")));
    let rest: u32 = std::iter::from_fn(|| {
        let is_due = due(&play.state).is_some_and(|due| due <= millis("2026-06-01T00:00:30"));
        is_due.then(|| play.turn("2026-06-01T00:00:30").skipped[0].count)
    })
    .sum();
    assert_eq!(rest, 31 * 1440 + 1 - 10_000);
}

#[test]
fn conditions_that_may_be_dear_are_asked_a_hundred_times_in_a_turn() {
    let mut play =
        Play::new("cron: '* * * * *', when: \"{{ vars.open == 'yes' }}\"").next("2026-05-01T00:00");
    let turn = play.turn("2026-06-01T00:00:30");
    assert_eq!((turn.skipped[0].count, turn.firing), (100, None));
    assert_eq!(due(&play.state), Some(millis("2026-05-01T01:40")));
}

#[test]
fn nothing_follows_before_its_time_or_while_it_is_switched_off() {
    let mut play = Play::new("cron: '0 * * * *'").next("2026-06-01T10:00");
    let before = play.state.clone();
    let turn = play.turn("2026-06-01T09:59:59");
    assert_eq!((turn.state, turn.firing, turn.skipped.len()), (before, None, 0));
    play.state.is_disabled = true;
    assert_eq!((due(&play.state), play.turn("2026-06-01T10:00").firing), (None, None));
}

#[test]
fn what_passes_for_another_reason_is_told() {
    let mut play = Play::new("cron: '0 * * * *', disabled: true").next("2026-06-01T08:00");
    assert_eq!(
        play.story("2026-06-01T10:30"),
        "skips 3 06-01 08:00 to 06-01 10:00, DISABLED\nnext 06-01 11:00"
    );
    let play = Play::new("cron: '0 * * * *'").next("2026-06-01T08:00");
    let turn = play.ask("2026-06-01T10:30", |schedule, now, environment| {
        schedule.pass(&play.state, now, SkipReason::Locked, "an execution was running", environment)
    });
    assert_eq!(told(&turn.skipped[0]), "skips 3 06-01 08:00 to 06-01 10:00, LOCKED");
    assert_eq!(turn.state.next.map(short).as_deref(), Some("06-01 11:00"));
}

#[test]
fn a_trigger_with_a_mistake_is_switched_off_with_the_reason() {
    let reasons = [
        "cron: '61 * * * *'",
        "cron: '0 * * * * *'",
        "timezone: UTC",
        "cron: '0 * * * *', timezone: Europe/Berln",
        "cron: '0 * * * *', timezone: \"{{ nothing }}\"",
        "cron: '0 * * * *', lateMaximumDelay: soon",
    ];
    let mut all: Vec<_> = reasons.map(|written| Play::new(written).next("2026-06-01T10:00")).into();
    let dates = |dates: &str| {
        Play::of(&format!("{{id: t, type: io.kestra.plugin.core.trigger.ScheduleOnDates, dates: {dates}}}"))
            .next("2026-06-01T10:00")
    };
    all.extend(["['2026-06-31T00:00:00Z']", "later", "\"{{ nothing }}\""].map(dates));
    let told = all.iter_mut().map(|play| {
        let turn = play.turn("2026-06-01T10:30");
        assert!(turn.state.is_disabled && turn.skipped[0].why == SkipReason::Failed && turn.firing.is_none());
        assert!(play.ask("2026-06-01T10:30", Schedule::first).is_err());
        turn.warnings.join("; ")
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    trigger `t` was switched off: its `cron` is `61 * * * *`: minute: 61 is out of range, allowed are 0 to 59
    trigger `t` was switched off: its `cron` is `0 * * * * *`: 6 fields stand here, but 5 are expected. If the first counts seconds, set withSeconds: true; if the last is a year, remove it: write `0 * * * *`
    trigger `t` was switched off: its `cron` is missing
    trigger `t` was switched off: its `timezone` is `Europe/Berln`, which is no zone
    trigger `t` was switched off: its `timezone` could not be rendered: Unable to find `nothing` used in the expression `{{ nothing }}` at line 1, column 4; there are these variables: `flow`, `vars`
    trigger `t` was switched off: its `lateMaximumDelay` is `soon`: it is not an ISO-8601 duration; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    trigger `t` was switched off: its `dates` have text "2026-06-31T00:00:00Z": there is no day 31 in 2026-06, which has 30 days
    trigger `t` was switched off: its `dates` are no list, but text "later"
    trigger `t` was switched off: its `dates` could not be rendered: Unable to find `nothing` used in the expression `{{ nothing }}` at line 1, column 4; there are these variables: `flow`, `vars`
    "#);
}

#[test]
fn a_new_trigger_never_fires_for_the_past() {
    let first =
        |written: &str, at: &str| Play::new(written).created(at).state.next.map_or("never".into(), short);
    assert_eq!(first("cron: '0 * * * *'", "2026-06-01T10:00"), "06-01 11:00");
    assert_eq!(first("cron: '0 0 30 2 *'", "2026-06-01T10:00"), "never");
    let dates = "{id: t, type: io.kestra.plugin.core.trigger.ScheduleOnDates, dates: \"{{ ['2026-06-01T10:00:00Z', '2026-06-02T10:00:00Z'] }}\"}";
    assert_eq!(
        Play::of(dates).created("2026-06-01T10:00").state.next.map(short).as_deref(),
        Some("06-02 10:00")
    );
    assert_eq!(Play::of(dates).created("2026-06-02T10:00").state.next, None);
}

#[test]
fn when_the_clock_goes_back_the_next_occurrence_is_the_next_one_of_now() {
    let mut play = Play::new("cron: '0 * * * *'").next("2026-06-01T10:00").since("2026-06-01T08:00");
    let before = play.turn("2026-06-01T10:00");
    play.state = play.ask("2026-05-31T12:30", |schedule, now, environment| {
        schedule.rewound(&play.state, now, environment)
    });
    assert_eq!(play.state.next.map(short).as_deref(), Some("05-31 13:00"));
    play.state.next = Some(millis("2026-06-01T10:00"));
    let again = play.turn("2026-06-01T10:00");
    assert_eq!(before.firing.unwrap().identity, again.firing.unwrap().identity);
    let stays = play.ask("2026-06-01T10:00:01", |schedule, now, environment| {
        schedule.rewound(&play.state, now, environment)
    });
    assert_eq!(stays, play.state);
}
