//! What a schedule gives its execution.

use super::*;

/// Variables that are dates, with their offsets.
fn shown(variables: &Map) -> String {
    let shown = variables.iter().map(|(name, value)| match value {
        Value::Zoned(moment) => format!("{name} {}", moment.strftime("%m-%d %H:%M:%S%:z")),
        _ => panic!("{name} is no date"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn variables_have_the_offsets_of_the_zone_and_respect_conditions() {
    let variables = |written: &str, at: &str| {
        let firing = Play::new(written).next(at).turn(at).firing.unwrap();
        shown(&firing.variables)
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
    insta::assert_snapshot!(told.join("\n"), @"
    date 06-05 12:00:00+00:00, next 06-06 12:00:00+00:00, previous 06-04 12:00:00+00:00
    date 03-28 12:00:00+01:00, next 03-29 12:00:00+02:00, previous 03-27 12:00:00+01:00
    date 06-05 12:00:00+00:00, next 06-12 12:00:00+00:00, previous 05-29 12:00:00+00:00
    date 03-29 03:00:00+02:00, next 03-30 02:30:00+02:00, previous 03-28 02:30:00+01:00
    date 10-25 02:30:00+02:00, next 10-25 02:30:00+01:00, previous 10-24 02:30:00+02:00
    date 06-05 12:00:00+00:00, next 06-05 12:00:01+00:00, previous 06-05 11:59:59+00:00
    ");
}

#[test]
fn the_ends_of_a_list_have_no_neighbours() {
    let trigger = "{id: t, type: io.kestra.plugin.core.trigger.ScheduleOnDates, timezone: Asia/Tokyo, dates: ['2026-06-01T10:00:00Z', '2026-06-02T10:00:00Z']}";
    let mut play = Play::of(trigger).created("2026-06-01T09:00");
    let told =
        ["2026-06-01T10:00", "2026-06-02T10:00"].map(|at| shown(&play.turn(at).firing.unwrap().variables));
    insta::assert_snapshot!(told.join("\n"), @"
    date 06-01 19:00:00+09:00, next 06-02 19:00:00+09:00
    date 06-02 19:00:00+09:00, previous 06-01 19:00:00+09:00
    ");
    assert_eq!(play.state.next, None);
}

#[test]
fn inputs_and_labels_are_rendered_and_those_of_the_platform_dropped() {
    let written = "cron: '0 12 * * *', inputs: {day: \"{{ trigger.date | date('yyyy-MM-dd') }}\", n: 1, old: '{{ schedule.next }}'}, \
                   labels: {who: '{{ trigger.id }} of {{ flow.id }}', system.from: me}";
    let firing = Play::new(written).next("2026-06-05T12:00").turn("2026-06-05T12:00").firing.unwrap();
    insta::assert_snapshot!(json(&firing.inputs), @r#"{"day":"2026-06-05","n":1,"old":"2026-06-06T12:00Z"}"#);
    insta::assert_snapshot!(format!("{:?}", firing.labels), @r#"[("who", "t of f")]"#);
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
    insta::assert_snapshot!(told.join("\n"), @"
    trigger `t` at 2026-06-05T12:00:00+00:00: its inputs could not be rendered: Unable to find `nothing` used in the expression `{{ nothing }}` at line 1, column 4; there are these variables: `flow`, `vars`, `trigger`, `schedule`
    trigger `t` at 2026-06-05T12:00:00+00:00: its label `a` could not be rendered: Unable to find `nothing` used in the expression `{{ nothing }}` at line 1, column 4; there are these variables: `flow`, `vars`, `trigger`, `schedule`
    trigger `t` at 2026-06-05T12:00:00+00:00: its `inputs` are no map
    ");
}

#[test]
fn the_state_says_what_was_dealt_with_and_when() {
    let mut play = Play::new("cron: '0 * * * *'").next("2026-06-05T12:00");
    let state = play.turn("2026-06-05T12:00:05").state;
    let moments = [state.date, state.next, state.evaluated, state.fired].map(|moment| moment.unwrap().0);
    let expected = ["2026-06-05T12:00", "2026-06-05T13:00", "2026-06-05T12:00:05", "2026-06-05T12:00:05"];
    assert_eq!(moments, expected.map(|at| millis(at).0));
}
