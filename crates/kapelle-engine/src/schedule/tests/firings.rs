//! What a schedule gives its execution.

use super::*;

#[test]
fn variables_have_the_offsets_of_the_zone_and_respect_conditions() {
    let variables = |written: &str, at: &str| {
        let firing = Play::new(written).next(at).turn(at).firing.unwrap();
        json(&firing.variables)
    };
    let told = [
        variables("cron: '0 12 * * *'", "2026-06-05T12:00"),
        variables("cron: '0 12 * * *', timezone: Europe/Berlin", "2026-03-28T11:00"),
        variables(
            "cron: '0 12 * * *', conditions: [{type: io.kestra.plugin.core.condition.DayWeek, dayOfWeek: FRIDAY}]",
            "2026-06-05T12:00",
        ),
        variables("cron: '30 2 * * *', timezone: Europe/Berlin", "2026-03-29T01:00"),
        variables("cron: '30 2 * * *', timezone: Europe/Berlin, dst: both", "2026-10-25T00:30"),
        variables("cron: '* * * * * *', withSeconds: true", "2026-06-05T12:00"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn the_ends_of_a_list_have_no_neighbours() {
    let trigger = "{id: t, type: io.kestra.plugin.core.trigger.ScheduleOnDates, timezone: Asia/Tokyo, dates: ['2026-06-01T10:00:00Z', '2026-06-02T10:00:00Z']}";
    let mut play = Play::of(trigger).created("2026-06-01T09:00");
    let told =
        ["2026-06-01T10:00", "2026-06-02T10:00"].map(|at| json(&play.turn(at).firing.unwrap().variables));
    insta::assert_snapshot!(told.join("\n"), @"");
    assert_eq!(play.state.next, None);
}

#[test]
fn inputs_and_labels_are_rendered_and_those_of_the_platform_dropped() {
    let written = "cron: '0 12 * * *', inputs: {day: \"{{ trigger.date | date('yyyy-MM-dd') }}\", n: 1, old: '{{ schedule.next }}'}, \
                   labels: {who: '{{ trigger.id }} of {{ flow.id }}', system.from: me}";
    let firing = Play::new(written).next("2026-06-05T12:00").turn("2026-06-05T12:00").firing.unwrap();
    insta::assert_snapshot!(json(&firing.inputs), @"");
    insta::assert_snapshot!(format!("{:?}", firing.labels), @"");
    assert_eq!((firing.date, firing.failure), (Some(millis("2026-06-05T12:00")), None));
}

#[test]
fn what_cannot_be_rendered_gives_an_execution_that_fails() {
    let failure = |written: &str| {
        let firing = Play::new(&format!("cron: '0 12 * * *', {written}"))
            .next("2026-06-05T12:00")
            .turn("2026-06-05T12:00")
            .firing;
        firing.unwrap().failure.unwrap().to_string()
    };
    let told = ["inputs: {a: '{{ nothing }}'}", "labels: {a: '{{ nothing }}'}", "inputs: [1]"].map(failure);
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn the_state_says_what_was_dealt_with_and_when() {
    let mut play = Play::new("cron: '0 * * * *'").next("2026-06-05T12:00");
    let state = play.turn("2026-06-05T12:00:05").state;
    let moments = [state.date, state.next, state.evaluated, state.fired].map(|moment| moment.unwrap().0);
    let expected = ["2026-06-05T12:00", "2026-06-05T13:00", "2026-06-05T12:00:05", "2026-06-05T12:00:05"];
    assert_eq!(moments, expected.map(|at| millis(at).0));
}
