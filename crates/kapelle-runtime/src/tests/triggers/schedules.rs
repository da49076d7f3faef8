//! Schedules. It is 07:08:09 when a world begins.

use kapelle_engine::schedule::Wanted;
use kapelle_model::trigger::SkipReason;

use super::*;
use crate::NoTrigger;

fn time_of_day(value: &Value) -> String {
    match value {
        Value::Zoned(moment) => moment.strftime("%H:%M").to_string(),
        other => panic!("{other:?}"),
    }
}

const EACH_MINUTE: &str = "- {id: tick, type: io.kestra.plugin.core.trigger.Schedule, cron: '* * * * *'}";

#[test]
fn each_date_starts_one_execution_that_knows_it() {
    let world = with_all();
    world.put(&source(
        "daily",
        "- {id: tick, type: io.kestra.plugin.core.trigger.Schedule, cron: '*/10 * * * *', inputs: {n: 5}, labels: {of: \
         '{{ trigger.date | date(\"HH:mm\") }}'}}",
        "PT1S",
    ));
    assert_eq!(world.states("daily"), []);
    world.pass(25 * 60);
    let executions = world.executions("daily");
    assert_eq!(world.dates("daily"), [111, 711, 1311], "07:10, 07:20, 07:30");
    let one = &executions[1];
    assert_eq!(label(one, "of").as_deref(), Some("07:20"));
    assert_eq!(label(one, "system.from").as_deref(), Some("trigger"));
    assert_eq!(label(one, "system.correlationId"), Some(one.birth.id.to_string()));
    assert_eq!(one.birth.inputs.get("n"), Some(&Value::Int(5)));
    let times: Vec<_> =
        ["previous", "date", "next"].map(|name| time_of_day(&variable(one, name).unwrap())).into();
    assert_eq!(times, ["07:10", "07:20", "07:30"]);
    assert_eq!(world.state("daily", "tick").next.map(|next| next.since(NOW)), Some(1_911_000));
}

#[test]
fn while_an_execution_runs_no_other_starts_and_missed_dates_follow_one_by_one() {
    let world = with_all();
    world.put(&source("slow", EACH_MINUTE, "PT150S"));
    world.pass(60);
    assert_eq!((world.states("slow"), world.state("slow", "tick").open.len()), (vec![State::Running], 1));
    world.pass(120);
    assert_eq!(world.states("slow"), [State::Running], "07:10 and 07:11 wait");
    world.pass(400);
    assert_eq!(world.dates("slow"), [51, 111, 171, 231], "one after the other, each 150 s long");
}

#[test]
fn a_trigger_that_may_be_concurrent_waits_for_nothing() {
    let world = with_all();
    world.put(&source("many", &EACH_MINUTE.replace("cron", "allowConcurrent: true, cron"), "PT1H"));
    world.pass(200);
    assert_eq!(world.states("many"), [State::Running; 3]);
}

#[test]
fn dates_that_nobody_was_there_for_are_made_up_for_as_the_trigger_says() {
    for (policy, dates, skipped) in
        [("ALL", vec![51, 111, 171], 0), ("LAST", vec![171], 2), ("NONE", vec![], 3)]
    {
        let mut world = with_all();
        let trigger = EACH_MINUTE.replace("cron", &format!("recoverMissedSchedules: {policy}, cron"));
        world.put(&source("missed", &trigger, "PT0.1S"));
        world.die_and_begin(200_000);
        world.pass(1);
        assert_eq!(world.dates("missed"), dates, "{policy}");
        let skips = world.skips("missed", "tick");
        assert!(skips.iter().all(|skip| skip.why == SkipReason::Missed), "{skips:?}");
        assert_eq!(skips.iter().map(|skip| skip.count).sum::<u32>(), skipped, "{policy}");
        world.pass(60);
        assert_eq!(world.dates("missed").last(), Some(&231), "then it goes on as ever");
    }
}

#[test]
fn occurrences_that_start_nothing_leave_one_record_with_their_reason() {
    let world = with_all();
    let trigger = EACH_MINUTE.replace(
        "cron",
        "conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: '{{ vars.go | default(false) }}'}], cron",
    );
    world.put(&source("held", &trigger, "PT0.1S"));
    world.pass(300);
    assert_eq!(world.states("held"), []);
    let skips = world.skips("held", "tick");
    assert_eq!(skips.len(), 1, "{skips:?}");
    assert_eq!((skips[0].count, skips[0].why), (5, SkipReason::Condition));
    assert_eq!(skips[0].from.since(NOW), 51_000);
}

#[test]
fn an_end_in_a_state_that_it_stops_after_switches_it_off_until_another_end() {
    let world = with_all();
    let trigger = EACH_MINUTE.replace("cron", "stopAfter: [SUCCESS], cron");
    world.put(&source("stops", &trigger, "PT0.1S"));
    world.pass(300);
    assert_eq!(world.states("stops"), [State::Success]);
    assert!(world.state("stops", "tick").is_disabled);
    world.order(world.executions("stops")[0].birth.id, Order::ChangeStatus(State::Failed));
    assert_eq!(world.states("stops"), [State::Failed]);
    world.pass(1);
    assert!(!world.state("stops", "tick").is_disabled, "a new end in another state switches it on");
    world.pass(60);
    assert_eq!(world.dates("stops"), [51, 351], "what was due meanwhile is not made up for");
}

#[test]
fn switched_off_it_starts_nothing_and_switched_on_it_goes_on_from_then() {
    let world = with_all();
    world.put(&source("switch", EACH_MINUTE, "PT0.1S"));
    world.runtime().switch_trigger(&key("switch", "tick"), false).unwrap();
    world.pass(180);
    assert_eq!((world.states("switch"), world.row("switch", "tick").due), (vec![], None));
    world.runtime().switch_trigger(&key("switch", "tick"), true).unwrap();
    world.pass(60);
    assert_eq!(world.dates("switch"), [231]);
    let skips = world.skips("switch", "tick");
    assert_eq!(skips.iter().map(|skip| skip.why).collect::<Vec<_>>(), [SkipReason::Disabled]);
    assert_eq!(world.runtime().switch_trigger(&key("switch", "none"), true), Err(NoTrigger::Missing));
}

#[test]
fn a_flow_that_is_changed_disabled_or_deleted_reacts_at_once() {
    let world = with_all();
    world.put(&source("flow", EACH_MINUTE, "PT0.1S"));
    world.put(&source("flow", &EACH_MINUTE.replace("* * * * *", "*/5 * * * *"), "PT0.1S"));
    world.pass(180);
    assert_eq!(world.dates("flow"), [111], "07:10 by the new schedule");
    let disabled = source("flow", &EACH_MINUTE.replace("* * * * *", "*/5 * * * *"), "PT0.1S");
    world.put(&format!("{disabled}disabled: true\n"));
    world.pass(600);
    assert_eq!((world.dates("flow"), world.row("flow", "tick").due), (vec![111], None));
    world.put(&source("flow", EACH_MINUTE, "PT0.1S"));
    world.pass(60);
    assert_eq!(world.dates("flow"), [111, 831], "what was due while it was disabled is not made up for");
    assert_eq!(world.runtime().delete_flow(&"main".into(), "team", "flow"), Ok(true));
    world.pass(600);
    assert_eq!(world.dates("flow"), [111, 831]);
    assert_eq!(world.runtime().trigger(&key("flow", "tick")), Ok(None));
}

#[test]
fn what_is_wrong_with_the_inputs_is_an_execution_that_failed() {
    let world = with_all();
    world.put(&source("wrong", &EACH_MINUTE.replace("cron", "inputs: {n: 'many'}, cron"), "PT0.1S"));
    world.pass(60);
    assert_eq!(world.states("wrong"), [State::Failed]);
    world.pass(60);
    assert_eq!(world.states("wrong"), [State::Failed; 2], "it goes on");
}

#[test]
fn a_backfill_starts_the_occurrences_of_the_past_and_then_the_trigger_goes_on() {
    let world = with_all();
    world.put(&source("back", EACH_MINUTE, "PT0.1S"));
    let wanted = Wanted {
        start: NOW.plus(-5 * MINUTE),
        end: None,
        is_paused: false,
        inputs: Arc::new([(Arc::from("n"), Value::Int(9))].into_iter().collect()),
        labels: vec![("of".into(), "past".into())],
    };
    world.runtime().backfill(&key("back", "tick"), &wanted).unwrap();
    assert!(matches!(world.runtime().backfill(&key("back", "tick"), &wanted), Err(NoTrigger::Refused(_))));
    world.pass(20);
    assert_eq!(world.dates("back"), [-249, -189, -129, -69, -9]);
    let first = &world.executions("back")[0];
    assert_eq!(
        (first.birth.inputs.get("n"), label(first, "of").as_deref()),
        (Some(&Value::Int(9)), Some("past"))
    );
    world.pass(60);
    assert_eq!(world.dates("back").last(), Some(&51));
    assert_eq!(world.state("back", "tick").backfill, None);
    assert!(matches!(world.runtime().cancel_backfill(&key("back", "tick")), Err(NoTrigger::Refused(_))));
}

#[test]
fn a_backfill_of_a_trigger_that_may_be_concurrent_has_a_hundred_executions_at_a_time() {
    let world = with_all();
    let flow = source("wide", &EACH_MINUTE.replace("cron", "allowConcurrent: true, cron"), "PT1H");
    // A pause holds no worker.
    world.put(&flow.replace("flow.Sleep, duration", "flow.Pause, pauseDuration"));
    let start = NOW.plus(-250 * MINUTE);
    let wanted = Wanted { start, end: None, is_paused: false, inputs: Arc::default(), labels: Vec::new() };
    world.runtime().backfill(&key("wide", "tick"), &wanted).unwrap();
    world.pass(30);
    assert_eq!(world.executions("wide").len(), 100);
    world.pass(3 * 3_600);
    let past = world.dates("wide").iter().filter(|date| **date < 0).count();
    assert_eq!(past, 250, "all of them in the end");
}

#[test]
fn a_process_that_dies_and_comes_again_starts_nothing_twice() {
    let mut world = with_all();
    world.put(&source("twice", EACH_MINUTE, "PT20S"));
    for _ in 0..5 {
        world.pass(37);
        world.die_and_begin(3_000);
    }
    world.pass(120);
    let dates = world.dates("twice");
    let expected: Vec<i64> = (0..dates.len() as i64).map(|place| 51 + 60 * place).collect();
    assert_eq!(dates, expected);
    assert!(dates.len() >= 5);
}

#[test]
fn a_clock_that_goes_back_starts_nothing_twice() {
    let world = with_all();
    world.put(&source("clock", EACH_MINUTE, "PT0.1S"));
    world.pass(200);
    assert_eq!(world.dates("clock"), [51, 111, 171]);
    world.runtime().set_hands(NOW.plus(30_000));
    world.pass(300);
    let mut dates = world.dates("clock");
    dates.sort_unstable();
    assert_eq!(dates, [51, 111, 171, 231, 291]);
}
