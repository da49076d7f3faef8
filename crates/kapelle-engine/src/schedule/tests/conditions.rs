//! Conditions of schedules.

use super::*;

/// The first five firings of a schedule that is due every six hours, from Monday on.
fn fires(condition: &str) -> String {
    let written = format!("cron: '0 */6 * * *', timezone: Europe/Berlin, {condition}");
    let play = Play::new(&written).created("2026-05-31T22:30");
    let mut play = play.since("2026-05-01T00:00");
    let mut found = Vec::new();
    while found.len() < 5 {
        let Some(next) = play.state.next.filter(|next| *next < millis("2027-07-01T00:00")) else { break };
        let at = Timestamp::from_millisecond(next.0).unwrap().strftime("%Y-%m-%dT%H:%M").to_string();
        found.extend(play.turn(&at).firing.map(|_| short(next)));
    }
    found.join(", ")
}

#[test]
fn each_kind_of_condition_decides_which_occurrences_fire() {
    let condition = |name: &str, properties: &str| {
        fires(&format!("conditions: [{{type: io.kestra.plugin.core.condition.{name}, {properties}}}]"))
    };
    let told = [
        condition(
            "DateTimeBetween",
            "after: '2026-06-03T00:00:00+02:00', before: '2026-06-03T18:00:00+02:00'",
        ),
        condition("TimeBetween", "after: '05:00:00+02:00', before: '07:00:00+02:00'"),
        condition("DayWeek", "dayOfWeek: WEDNESDAY"),
        condition("DayWeekInMonth", "dayOfWeek: TUESDAY, dayInMonth: SECOND"),
        condition("Weekend", "date: '{{ trigger.date }}'"),
        condition("PublicHoliday", "country: DE"),
        condition("Not", "conditions: [{type: io.kestra.plugin.core.condition.Weekend}]"),
        condition(
            "Or",
            "conditions: [{type: io.kestra.plugin.core.condition.Weekend}, {type: io.kestra.plugin.core.condition.DayWeek, dayOfWeek: TUESDAY}]",
        ),
        condition("Expression", "expression: \"{{ trigger.date | date('H') == '12' }}\""),
        fires("when: \"{{ schedule.date | date('H') == '18' }}\""),
        fires("scheduleConditions: [{type: io.kestra.core.models.conditions.types.WeekendCondition}]"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    06-03 04:00, 06-03 10:00
    06-01 04:00, 06-02 04:00, 06-03 04:00, 06-04 04:00, 06-05 04:00
    06-02 22:00, 06-03 04:00, 06-03 10:00, 06-03 16:00, 06-09 22:00
    06-08 22:00, 06-09 04:00, 06-09 10:00, 06-09 16:00, 07-13 22:00
    06-05 22:00, 06-06 04:00, 06-06 10:00, 06-06 16:00, 06-06 22:00
    10-02 22:00, 10-03 04:00, 10-03 10:00, 10-03 16:00, 12-24 23:00
    06-01 04:00, 06-01 10:00, 06-01 16:00, 06-01 22:00, 06-02 04:00
    06-01 22:00, 06-02 04:00, 06-02 10:00, 06-02 16:00, 06-05 22:00


    06-05 22:00, 06-06 04:00, 06-06 10:00, 06-06 16:00, 06-06 22:00
    ");
}

#[test]
fn what_no_condition_wants_is_told_when_its_time_is_over() {
    let written = "cron: '0 12 * * *', conditions: [{type: io.kestra.plugin.core.condition.DayWeek, dayOfWeek: MONDAY}]";
    let mut play = Play::new(written).created("2026-05-31T13:00").since("2026-05-01T00:00");
    insta::assert_snapshot!(play.story("2026-06-01T12:00"), @"
    fires 06-01 12:00
    next 06-08 12:00
    ");
    insta::assert_snapshot!(play.story("2026-06-08T12:00"), @"
    skips 6 06-02 12:00 to 06-07 12:00, CONDITION
    fires 06-08 12:00
    next 06-15 12:00
    ");
    let skipped = play.story("2026-06-15T12:00");
    assert!(skipped.starts_with("skips 6"), "{skipped}");
}

#[test]
fn what_cannot_be_foretold_is_asked_in_its_time() {
    let written = "cron: '0 12 * * *', when: \"{{ vars.open == 'yes' }}\"";
    let mut play = Play::new(written).created("2026-06-01T08:00").since("2026-05-01T00:00");
    insta::assert_snapshot!(play.story("2026-06-01T12:00"), @"
    skips 1 06-01 12:00, CONDITION
    next 06-02 12:00
    ");
    play.context = map(r#"{"flow": {"id": "f", "namespace": "a"}, "vars": {"open": "yes"}}"#);
    insta::assert_snapshot!(play.story("2026-06-02T12:00"), @"
    fires 06-02 12:00
    next 06-03 12:00
    ");
}

#[test]
fn a_condition_that_cannot_be_evaluated_gives_an_execution_that_fails() {
    let written = "cron: '0 12 * * *', conditions: [{type: io.kestra.plugin.core.condition.DayWeek, dayOfWeek: FUNDAY}]";
    let mut play = Play::new(written).created("2026-06-01T08:00").since("2026-05-01T00:00");
    insta::assert_snapshot!(play.story("2026-06-01T12:00"), @"
    fires 06-01 12:00: trigger `t` at 2026-06-01T12:00:00+00:00: its conditions cannot be evaluated: DayWeek: `dayOfWeek` is `FUNDAY`: write one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY
    next 06-02 12:00
    ");
}

#[test]
fn a_schedule_whose_conditions_never_hold_again_has_no_next_occurrence() {
    let written = "cron: '0 12 * * *', conditions: [{type: io.kestra.plugin.core.condition.DateTimeBetween, before: '2026-06-03T00:00:00Z'}]";
    let mut play = Play::new(written).created("2026-06-01T08:00").since("2026-05-01T00:00");
    assert_eq!(play.story("2026-06-02T12:00"), "fires 06-01 12:00\nfires 06-02 12:00\nnext never");
}

#[test]
fn of_missed_ones_the_last_is_the_last_whose_conditions_hold() {
    let written = "cron: '0 12 * * *', recoverMissedSchedules: LAST, \
                   conditions: [{type: io.kestra.plugin.core.condition.Weekend}]";
    let mut play = Play::new(written).next("2026-06-06T12:00");
    insta::assert_snapshot!(play.story("2026-06-17T13:00"), @"
    skips 8 06-06 12:00 to 06-13 12:00, MISSED
    fires 06-14 12:00
    next 06-20 12:00
    ");
}
