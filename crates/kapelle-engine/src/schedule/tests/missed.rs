//! Occurrences at whose time nobody was there.

use super::*;

/// What follows at half past ten, for each policy, when nobody was there from `next` on.
fn table(properties: &str, next: &str) -> String {
    let policies = ["ALL", "LAST", "NONE"].map(|policy| {
        let written = format!("cron: '0 * * * *', recoverMissedSchedules: {policy}, {properties}");
        let story = Play::new(&written).next(next).story("2026-06-01T10:30");
        format!("{policy}\n{story}")
    });
    policies.join("\n")
}

#[test]
fn when_nothing_was_missed_nothing_follows() {
    insta::assert_snapshot!(table("", "2026-06-01T11:00"), @"
    ALL
    next 06-01 11:00
    LAST
    next 06-01 11:00
    NONE
    next 06-01 11:00
    ");
}

#[test]
fn one_missed_occurrence_starts_unless_the_policy_is_none() {
    insta::assert_snapshot!(table("", "2026-06-01T10:00"), @"
    ALL
    fires 06-01 10:00
    next 06-01 11:00
    LAST
    fires 06-01 10:00
    next 06-01 11:00
    NONE
    skips 1 06-01 10:00, MISSED
    next 06-01 11:00
    ");
}

#[test]
fn of_several_all_start_or_the_last_or_none() {
    insta::assert_snapshot!(table("", "2026-06-01T07:00"), @"
    ALL
    fires 06-01 07:00
    fires 06-01 08:00
    fires 06-01 09:00
    fires 06-01 10:00
    next 06-01 11:00
    LAST
    skips 3 06-01 07:00 to 06-01 09:00, MISSED
    fires 06-01 10:00
    next 06-01 11:00
    NONE
    skips 4 06-01 07:00 to 06-01 10:00, MISSED
    next 06-01 11:00
    ");
}

#[test]
fn what_is_later_than_it_may_be_does_not_start() {
    insta::assert_snapshot!(table("lateMaximumDelay: PT2H", "2026-06-01T06:00"), @"
    ALL
    skips 3 06-01 06:00 to 06-01 08:00, LATE
    fires 06-01 09:00
    fires 06-01 10:00
    next 06-01 11:00
    LAST
    skips 3 06-01 06:00 to 06-01 08:00, LATE
    skips 1 06-01 09:00, MISSED
    fires 06-01 10:00
    next 06-01 11:00
    NONE
    skips 5 06-01 06:00 to 06-01 10:00, MISSED
    next 06-01 11:00
    ");
    insta::assert_snapshot!(table("lateMaximumDelay: PT10M", "2026-06-01T08:00"), @"
    ALL
    skips 3 06-01 08:00 to 06-01 10:00, LATE
    next 06-01 11:00
    LAST
    skips 3 06-01 08:00 to 06-01 10:00, LATE
    next 06-01 11:00
    NONE
    skips 3 06-01 08:00 to 06-01 10:00, MISSED
    next 06-01 11:00
    ");
}

#[test]
fn an_occurrence_on_time_is_not_missed_whatever_the_policy() {
    for policy in ["ALL", "LAST", "NONE"] {
        let written = format!("cron: '0 * * * *', recoverMissedSchedules: {policy}");
        let mut play = Play::new(&written).next("2026-06-01T10:00").since("2026-06-01T08:00");
        assert_eq!(play.story("2026-06-01T10:00:59"), "fires 06-01 10:00\nnext 06-01 11:00", "{policy}");
    }
}

#[test]
fn with_last_the_ordinary_one_follows_the_missed_one() {
    let mut play = Play::new("cron: '* * * * *', recoverMissedSchedules: LAST").next("2026-06-01T09:00");
    play.since = Some(millis("2026-06-01T10:00"));
    insta::assert_snapshot!(play.story("2026-06-01T10:00:02"), @"
    skips 59 06-01 09:00 to 06-01 09:58, MISSED
    fires 06-01 09:59
    fires 06-01 10:00
    next 06-01 10:01
    ");
}

#[test]
fn a_sleep_of_the_machine_is_an_absence() {
    let mut play = Play::new("cron: '0 * * * *', recoverMissedSchedules: NONE").next("2026-06-01T08:00");
    play.since = Some(millis("2026-06-01T07:00"));
    insta::assert_snapshot!(play.story("2026-06-01T10:30"), @"
    skips 3 06-01 08:00 to 06-01 10:00, MISSED
    next 06-01 11:00
    ");
}

#[test]
fn occurrences_during_a_lock_are_missed() {
    for (policy, expected) in [
        ("ALL", "fires 06-01 10:01\nfires 06-01 10:02\nnext 06-01 10:03"),
        ("LAST", "skips 1 06-01 10:01, MISSED\nfires 06-01 10:02\nnext 06-01 10:03"),
        ("NONE", "skips 2 06-01 10:01 to 06-01 10:02, MISSED\nnext 06-01 10:03"),
    ] {
        let written = format!("cron: '* * * * *', recoverMissedSchedules: {policy}");
        let mut play = Play::new(&written).next("2026-06-01T10:00").since("2026-06-01T09:00");
        assert_eq!(short(play.turn("2026-06-01T10:00").firing.unwrap().date.unwrap()), "06-01 10:00");
        let play = play.since("2026-06-01T10:02:20");
        assert_eq!({ play }.story("2026-06-01T10:02:20"), expected, "{policy}");
    }
}

#[test]
fn the_installation_says_what_the_trigger_does_not() {
    for (recover, expected) in
        [(Recover::All, "fires 06-01 10:00\n"), (Recover::None, "skips 1 06-01 10:00, MISSED\n")]
    {
        let mut play = Play::new("cron: '0 * * * *'").next("2026-06-01T10:00");
        play.recover = recover;
        assert_eq!(play.story("2026-06-01T10:30"), format!("{expected}next 06-01 11:00"));
    }
}

#[test]
fn the_reason_is_told_in_words() {
    let words = |properties: &str| {
        let mut play = Play::new(&format!("cron: '0 * * * *', {properties}")).next("2026-06-01T08:00");
        play.turn("2026-06-01T10:30").skipped[0].words.clone()
    };
    let told = ["recoverMissedSchedules: NONE", "recoverMissedSchedules: LAST", "lateMaximumDelay: PT1H"];
    insta::assert_snapshot!(told.map(words).join("\n"), @"
    nobody was there at its time, and missed ones are left out (recoverMissedSchedules: NONE)
    nobody was there at its time, and only the last missed one starts (recoverMissedSchedules: LAST)
    it came later than lateMaximumDelay allows: PT1H
    ");
}

#[test]
fn dates_of_a_list_follow_the_same_rules() {
    let story = |policy: &str| {
        let trigger = format!(
            "{{id: t, type: io.kestra.plugin.core.trigger.ScheduleOnDates, recoverMissedSchedules: {policy}, timezone: Europe/Berlin, \
             dates: ['2026-06-01T11:00:00', '2026-06-01T08:00:00Z', '2026-06-01T11:00:00+02:00', '2026-06-01T09:30:00Z']}}"
        );
        Play::of(&trigger).created("2026-06-01T07:00").story("2026-06-01T10:30")
    };
    insta::assert_snapshot!(["ALL", "LAST", "NONE"].map(story).join("\n"), @"
    fires 06-01 08:00
    fires 06-01 09:00
    fires 06-01 09:30
    next never
    skips 2 06-01 08:00 to 06-01 09:00, MISSED
    fires 06-01 09:30
    next never
    skips 3 06-01 08:00 to 06-01 09:30, MISSED
    next never
    ");
}
