use super::{Folder, REST};

const TRIGGERS: &str = "
triggers:
  - {id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: '30 2 * * SUN', timezone: Europe/Berlin, dst: both}
  - {id: fridays, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 9 * * *', when: \"{{ dayOfWeek(trigger.date) == 'FRIDAY' }}\", disabled: true}
  - {id: dates, type: io.kestra.plugin.core.trigger.ScheduleOnDates, dates: ['2026-01-01T00:00:00Z']}
  - {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: k}
  - {id: after, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, flows: [{namespace: demo, flowId: load}]}}
  - {id: page, type: io.kestra.plugin.core.http.Trigger, uri: 'https://x.example', interval: PT5M}
";

fn folder(name: &str) -> Folder {
    let flow = format!("id: report\n{REST}{TRIGGERS}");
    let bad = format!(
        "id: bad\n{REST}triggers: [{{id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: '61 * * * *'}}]\n"
    );
    Folder::new(
        name,
        &[("flows/report.yaml", &flow), ("bad.yaml", &bad), ("none.yaml", &format!("id: none\n{REST}"))],
    )
}

#[test]
fn schedules_tell_their_next_times_and_others_what_they_wait_for() {
    let folder = folder("triggers-next");
    insta::assert_snapshot!(folder.run(&["triggers", "next", "flows", "--from", "2026-10-20", "--count", "3"]), @"
    exit 0
    --- stdout
    demo.report  flows/report.yaml
      nightly (Schedule)
        Sun 2026-10-25 02:30:00 +02:00  the first of two such times
        Sun 2026-10-25 02:30:00 +01:00  the second of two such times
        Sun 2026-11-01 02:30:00 +01:00
      fridays (Schedule, disabled)
        Fri 2026-10-23 09:00:00 +00:00
        Fri 2026-10-30 09:00:00 +00:00
        Fri 2026-11-06 09:00:00 +00:00
      dates (ScheduleOnDates) does not fire any more
      hook (Webhook) waits for a request to its webhook
      after (Flow) waits for `demo.load`
      page (Trigger) waits for something new at its source (it looks every PT5M)
    ");
    insta::assert_snapshot!(folder.run(&["triggers", "next", "flows", "--from", "2026-03-28T00:00:00Z", "--count", "1", "--zone", "Asia/Tokyo"]), @"
    exit 0
    --- stdout
    demo.report  flows/report.yaml
      nightly (Schedule)
        Sun 2026-03-29 03:00:00 +02:00  in place of 02:30, which the clock skips
      fridays (Schedule, disabled)
        Fri 2026-04-03 09:00:00 +09:00
      dates (ScheduleOnDates) does not fire any more
      hook (Webhook) waits for a request to its webhook
      after (Flow) waits for `demo.load`
      page (Trigger) waits for something new at its source (it looks every PT5M)
    ");
}

#[test]
fn programs_get_json() {
    let folder = folder("triggers-json");
    let shown = folder.run(&[
        "triggers",
        "next",
        "flows",
        "--from",
        "2026-03-28",
        "--count",
        "2",
        "--format",
        "json",
    ]);
    insta::assert_snapshot!(shown.lines().take(24).collect::<Vec<_>>().join("\n"), @r#"
    exit 0
    --- stdout
    [
      {
        "file": "flows/report.yaml",
        "namespace": "demo",
        "flow": "report",
        "trigger": "nightly",
        "type": "io.kestra.plugin.core.trigger.Schedule",
        "disabled": false,
        "next": [
          {
            "date": "2026-03-29T03:00:00+02:00",
            "clockChange": "MOVED",
            "from": "2026-03-29T02:30:00"
          },
          {
            "date": "2026-04-05T02:30:00+02:00"
          }
        ]
      },
      {
        "file": "flows/report.yaml",
        "namespace": "demo",
    "#);
}

#[test]
fn a_schedule_that_cannot_fire_is_told() {
    let folder = folder("triggers-broken");
    insta::assert_snapshot!(folder.run(&["triggers", "next", "bad.yaml", "none.yaml"]), @"
    exit 1
    --- stdout
    demo.bad  bad.yaml
      t (Schedule) cannot fire: its `cron` is `61 * * * *`: minute: 61 is out of range, allowed are 0 to 59
    ");
    insta::assert_snapshot!(folder.run(&["triggers", "next", "none.yaml"]), @"
    exit 0
    --- stdout
    no triggers
    ");
    insta::assert_snapshot!(folder.run(&["triggers", "next", "flows", "--from", "soon"]), @"
    exit 2
    --- stderr
    error: `--from soon` is no date: write 2026-01-31, 2026-01-31T10:00 or 2026-01-31T10:00:00Z
    ");
    insta::assert_snapshot!(folder.run(&["triggers", "next", "flows", "--zone", "Europe/Berln"]), @"
    exit 2
    --- stderr
    error: invalid value 'Europe/Berln' for '--zone <ZONE>': there is no such zone; did you mean `Europe/Berlin`?

    For more information, try '--help'.
    ");
}
