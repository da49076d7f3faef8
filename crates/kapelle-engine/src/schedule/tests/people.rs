//! What people are shown.

use super::*;

fn upcoming(trigger: &str, from: &str, count: usize) -> String {
    let play = Play::of(trigger);
    let environment =
        Environment { context: &play.context, services: &play.services, settings: &play.settings };
    let found = play.schedule.upcoming(&from.parse().unwrap(), count, environment).unwrap();
    let told = found.iter().map(|found| {
        let change = found.change.map_or(String::new(), |change| format!(" {change:?}"));
        format!("{}{change}", found.at.strftime("%a %Y-%m-%d %H:%M%:z"))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_next_moments_are_told_with_what_clock_changes_do_to_them() {
    let nightly = "{id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: '30 2 * * SUN', dst: both}";
    insta::assert_snapshot!(upcoming(nightly, "2026-03-20T00:00[Europe/Berlin]", 3), @"
    Sun 2026-03-22 02:30+01:00
    Sun 2026-03-29 03:00+02:00 Moved { from: 2026-03-29T02:30:00 }
    Sun 2026-04-05 02:30+02:00
    ");
    insta::assert_snapshot!(upcoming(nightly, "2026-10-20T00:00[Europe/Berlin]", 3), @"
    Sun 2026-10-25 02:30+02:00 First
    Sun 2026-10-25 02:30+01:00 Second
    Sun 2026-11-01 02:30+01:00
    ");
    let dates = "{id: t, type: io.kestra.plugin.core.trigger.ScheduleOnDates, timezone: Asia/Tokyo, dates: ['2026-06-01T10:00:00', '2026-06-02T10:00:00Z']}";
    insta::assert_snapshot!(upcoming(dates, "2026-03-20T00:00[Europe/Berlin]", 3), @"
    Mon 2026-06-01 10:00+09:00
    Tue 2026-06-02 19:00+09:00
    ");
}
