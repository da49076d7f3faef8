//! What holds for every schedule.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const ZONES: [&str; 6] =
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"];

fn written() -> impl Strategy<Value = String> {
    let cron =
        prop_oneof!["\\*/(7|20|45) \\* \\* \\* \\*", "(0|30) 1-3 \\* \\* \\*", "0,30 \\*/5 \\* \\* 0-4"];
    let policy = prop_oneof![Just("ALL"), Just("LAST"), Just("NONE")];
    let dst = prop_oneof![Just("skip"), Just("once"), Just("both")];
    let late = prop_oneof![Just(""), Just("lateMaximumDelay: PT3H, ")];
    let condition = prop_oneof![
        Just(""),
        Just("conditions: [{type: io.kestra.plugin.core.condition.Weekend}], "),
        Just("when: \"{{ trigger.date | date('H') != '1' }}\", "),
        Just("when: \"{{ vars.open == 'no' }}\", "),
    ];
    (cron, policy, dst, late, condition, 0..ZONES.len()).prop_map(
        |(cron, policy, dst, late, condition, zone)| {
            format!(
                "cron: '{cron}', recoverMissedSchedules: {policy}, dst: {dst}, {late}{condition}timezone: {}",
                ZONES[zone]
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Somebody looks at odd moments, with absences in between; each date of the cron comes up once.
    #[test]
    fn each_occurrence_fires_or_is_skipped_exactly_once(
        written in written(),
        day in 0_i64..17_000,
        pauses in prop::collection::vec(prop_oneof![1_i64..120, 3_000_i64..30_000, 80_000_i64..400_000], 1..8),
    ) {
        let start = Millis((day + 7_300) * 86_400_000);
        let mut play = Play::new(&written);
        let text = |moment: Millis| {
            Timestamp::from_millisecond(moment.0).unwrap().strftime("%Y-%m-%dT%H:%M:%S").to_string()
        };
        play = play.created(&text(start));
        let first = play.state.next.unwrap();
        let mut seen: BTreeMap<Millis, u32> = BTreeMap::new();
        let mut skipped = 0;
        let mut now = start;
        for pause in pauses {
            now = now.plus(pause * 1000);
            let mut turns = 0;
            while due(&play.state).is_some_and(|due| due <= now) {
                let turn = play.turn(&text(now));
                for skip in turn.skipped {
                    prop_assert!(skip.from <= skip.until && skip.until <= now);
                    skipped += skip.count;
                }
                if let Some(firing) = turn.firing {
                    *seen.entry(firing.date.unwrap()).or_default() += 1;
                }
                turns += 1;
                prop_assert!(turns < 10_000, "{written}");
            }
        }
        // A bound of a minute may be left over: it is worked off before counting.
        while let Some(due) = due(&play.state).filter(|_| play.state.next.is_some_and(|next| next <= now)) {
            let turn = play.turn(&text(due.max(now)));
            skipped += turn.skipped.iter().map(|skip| skip.count).sum::<u32>();
            if let Some(firing) = turn.firing {
                *seen.entry(firing.date.unwrap()).or_default() += 1;
            }
        }
        let dates = play.ask(&text(now), |schedule, now, environment| {
            let dates = schedule.dates(now.zone, environment).unwrap();
            let all = std::iter::successors(Some(first), |date| dates.after(*date));
            let last = play.state.date.unwrap_or(first.plus(-1));
            all.take_while(|date| *date <= last).collect::<Vec<_>>()
        });
        prop_assert!(seen.values().all(|count| *count == 1), "{written}: {seen:?}");
        prop_assert!(seen.keys().all(|date| dates.contains(date)));
        prop_assert_eq!(dates.len(), seen.len() + skipped as usize, "{}", written);
    }

    #[test]
    fn going_back_gives_the_same_dates_as_going_on(written in written(), day in 0_i64..17_000) {
        let start = Millis((day + 7_300) * 86_400_000);
        let play = Play::new(&written);
        play.ask("2026-06-01T00:00", |schedule, now, environment| {
            let dates = schedule.dates(now.zone, environment).unwrap();
            let end = start.plus(5 * 86_400_000);
            let all = std::iter::successors(dates.from(start), |date| dates.after(*date));
            let mut on: Vec<_> = all.take_while(|date| *date < end).collect();
            let back: Vec<_> = dates.backwards(end).take_while(|date| *date >= start).collect();
            on.reverse();
            prop_assert_eq!(on, back);
            Ok(())
        })?;
    }
}
