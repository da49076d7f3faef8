//! Occurrences of the past that somebody asks for.

use super::*;

fn hourly() -> Play {
    Play::new("cron: '0 * * * *', inputs: {a: '1', b: '2'}, labels: {x: trigger, y: trigger}")
        .created("2026-06-01T10:30")
        .since("2026-06-01T00:00")
}

#[test]
fn it_runs_its_occurrences_and_then_the_ordinary_ones_go_on() {
    let mut play = hourly();
    play.change(play.begin("2026-06-01T10:45", "2026-05-31T22:00", Some("2026-06-01T00:30")));
    insta::assert_snapshot!(play.story("2026-06-01T10:45"), @"
    fires 05-31 22:00
    fires 05-31 23:00
    fires 06-01 00:00
    next 06-01 11:00
    ");
    insta::assert_snapshot!(play.story("2026-06-01T11:00"), @"
    fires 06-01 11:00
    next 06-01 12:00
    ");
}

#[test]
fn ordinary_occurrences_wait_until_it_is_over() {
    let mut play = hourly();
    play.change(play.begin("2026-06-01T10:45", "2026-06-01T09:00", None));
    play.change(pause(&play.state));
    assert_eq!(play.story("2026-06-01T11:30"), "next 06-01 09:00");
    play.change(unpause(&play.state));
    insta::assert_snapshot!(play.story("2026-06-01T11:30"), @"
    fires 06-01 09:00
    fires 06-01 10:00
    fires 06-01 11:00
    next 06-01 12:00
    ");
}

#[test]
fn when_the_flow_disables_its_trigger_it_pauses() {
    let mut play = hourly();
    play.change(play.begin("2026-06-01T10:45", "2026-06-01T09:00", None));
    play.schedule.is_disabled = true;
    let turn = play.turn("2026-06-01T10:45");
    assert_eq!(turn.warnings, ["the backfill of trigger `t` pauses: the flow disables it"]);
    assert_eq!((turn.firing, due(&turn.state)), (None, None));
}

#[test]
fn it_never_reaches_into_the_future() {
    let mut play = hourly();
    play.change(play.begin("2026-06-01T10:45", "2026-06-01T09:00", Some("2027-01-01T00:00")));
    assert_eq!(play.state.backfill.as_ref().unwrap().end, millis("2026-06-01T10:45"));
}

#[test]
fn one_without_any_occurrence_is_over_at_once() {
    let mut play = hourly();
    play.change(play.begin("2026-06-01T10:45", "2026-06-01T09:10", Some("2026-06-01T09:20")));
    assert_eq!((play.state.backfill, play.state.next.map(short)), (None, Some("06-01 11:00".to_owned())));
}

#[test]
fn its_inputs_and_labels_hold_over_those_of_the_trigger() {
    let mut play = hourly();
    play.change(play.begin("2026-06-01T10:45", "2026-06-01T09:00", None));
    let backfill = play.state.backfill.as_mut().unwrap();
    backfill.inputs = Arc::new(map(r#"{"b": "two", "c": 3}"#));
    backfill.labels = vec![("x".into(), "backfill".into()), ("system.from".into(), "me".into())];
    let firing = play.turn("2026-06-01T10:45").firing.unwrap();
    assert_eq!(json(&firing.inputs), r#"{"a":"1","b":"two","c":3}"#);
    let labels: Vec<_> = firing.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(labels.join(" "), "y=trigger x=backfill");
}

#[test]
fn its_occurrences_are_none_of_the_ordinary_ones_and_none_of_another_backfill() {
    let mut play = hourly();
    let mut identities = Vec::new();
    for at in ["2026-06-01T10:45", "2026-06-01T10:46"] {
        play.change(play.begin(at, "2026-06-01T10:00", None));
        identities.push(play.turn(at).firing.unwrap().identity);
    }
    let mut ordinary = hourly().next("2026-06-01T10:00");
    identities.push(ordinary.turn("2026-06-01T10:45").firing.unwrap().identity);
    assert_eq!(
        identities.join(" "),
        "backfill-1780310700000-1780308000000 backfill-1780310760000-1780308000000 1780308000000"
    );
}

#[test]
fn its_conditions_are_asked() {
    let mut play =
        Play::new("cron: '0 12 * * *', conditions: [{type: io.kestra.plugin.core.condition.Weekend}]")
            .created("2026-06-17T13:00");
    play.change(play.begin("2026-06-17T13:00", "2026-06-05T00:00", None));
    insta::assert_snapshot!(play.story("2026-06-17T13:00"), @"
    skips 1 06-05 12:00, CONDITION
    fires 06-06 12:00
    fires 06-07 12:00
    skips 5 06-08 12:00 to 06-12 12:00, CONDITION
    fires 06-13 12:00
    fires 06-14 12:00
    skips 3 06-15 12:00 to 06-17 12:00, CONDITION
    next 06-20 12:00
    ");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut play = hourly();
    let begin =
        |play: &Play, start: &str, end: Option<&str>| play.begin("2026-06-01T10:45", start, end).unwrap_err();
    let mut told = vec![
        begin(&play, "2026-06-01T10:00", Some("2026-06-01T09:00")),
        begin(&play, "2026-06-01T11:00", None),
        unpause(&play.state).unwrap_err(),
        cancel(&play.state).unwrap_err(),
    ];
    play.change(play.begin("2026-06-01T10:45", "2026-06-01T09:00", None));
    told.push(begin(&play, "2026-06-01T09:00", None));
    told.push(unpause(&play.state).unwrap_err());
    play.change(pause(&play.state));
    told.push(pause(&play.state).unwrap_err());
    play.change(cancel(&play.state));
    assert_eq!(play.state.next.map(short).as_deref(), Some("06-01 11:00"));
    play.state.is_disabled = true;
    told.push(begin(&play, "2026-06-01T09:00", None));
    insta::assert_snapshot!(told.join("\n"), @"
    the end of the backfill lies before its start
    the start of a backfill lies in the future: it is for the past
    the trigger has no backfill
    the trigger has no backfill
    trigger `t` has a backfill already: wait for its end, or delete it first
    the backfill is not paused
    the backfill is paused already
    trigger `t` is disabled: enable it before a backfill
    ");
}

#[test]
fn a_preview_counts_what_it_would_start() {
    let preview = |properties: &str, start: &str| {
        let play = Play::new(properties);
        let end = millis("2027-01-01T00:00");
        let found = play.ask("2026-06-01T10:45", |schedule, now, environment| {
            schedule.preview(millis(start), end, now, environment).unwrap()
        });
        let date =
            |date: Option<jiff::Zoned>| date.map_or("-".to_owned(), |date| date.datetime().to_string());
        format!(
            "{}{} {} {}",
            found.count,
            if found.is_more { "+" } else { "" },
            date(found.first),
            date(found.last)
        )
    };
    let told = [
        preview("cron: '0 * * * *'", "2026-06-01T00:00"),
        preview(
            "cron: '0 12 * * *', conditions: [{type: io.kestra.plugin.core.condition.Weekend}]",
            "2026-05-01T00:00",
        ),
        preview("cron: '* * * * *'", "2020-01-01T00:00"),
        preview("cron: '0 12 * * *'", "2026-06-01T10:00"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    11 2026-06-01T00:00:00 2026-06-01T10:00:00
    10 2026-05-02T12:00:00 2026-05-31T12:00:00
    10000+ 2020-01-01T00:00:00 2026-06-01T10:45:00
    0 - -
    ");
}
