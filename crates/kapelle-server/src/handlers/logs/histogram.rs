//! How many lines of each level there are, over time.

use kapelle_model::Millis;
use kapelle_store::outline::{LEVELS, OutlineOf};
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters;
use crate::views::moment;

/// Lines that are counted, the newest first.
const LINES_MAX: u64 = 2_000_000;

/// The stretch of time where nobody says it.
const DAY: i64 = 24 * 3_600_000;

/// Bars of a histogram, about.
const BARS: i64 = 60;

/// Milliseconds that a bar may stand for.
const STEPS: [i64; 16] = [
    1_000,
    5_000,
    15_000,
    30_000,
    60_000,
    300_000,
    900_000,
    1_800_000,
    3_600_000,
    3 * 3_600_000,
    6 * 3_600_000,
    12 * 3_600_000,
    DAY,
    7 * DAY,
    30 * DAY,
    365 * DAY,
];

pub(crate) fn histogram(call: &Call) -> Outcome<Answer> {
    let now = call.runtime().now();
    let wanted = filters::logs::read(&call.query, now)?;
    if wanted.rest.is_some() {
        let why = "a histogram has no filter by task run, attempt, negated text or several stretches of time";
        return Err(ApiError::bad_filter(why));
    }
    let mut filter = wanted.stored;
    let until = filter.at.until.unwrap_or(now.plus(1));
    let from = filter.at.from.unwrap_or(until.plus(-DAY));
    if from >= until {
        return Err(ApiError::bad_filter("the stretch of time is empty"));
    }
    (filter.at.from, filter.at.until) = (Some(from), Some(until));
    let step = step(until.since(from));
    let of = OutlineOf { every: None, step: Some(step), looked_at_max: LINES_MAX, is_newest_first: true };
    let outline = call.store().outline(&call.permit, &filter, of)?;
    let bars = outline.levels.iter().map(|(at, counts)| bar(*at, counts));
    Ok(Answer::json(&json!({
        "from": moment(from),
        "until": moment(until),
        "stepMs": step,
        "total": outline.total,
        // Where lines are missing, they are older than this.
        "countedFrom": if outline.is_cut { outline.last.map(moment) } else { Some(moment(from)) },
        "isWhole": !outline.is_cut,
        "bars": bars.collect::<Vec<Json>>(),
    })))
}

fn bar(at: Millis, counts: &[u64; 5]) -> Json {
    let mut bar = json!({"at": moment(at)});
    for (level, count) in LEVELS.iter().zip(counts) {
        bar[level.name()] = (*count).into();
    }
    bar
}

/// The shortest step by which a stretch of time has not too many bars.
fn step(length: i64) -> i64 {
    let fits = |step: &&i64| length / **step <= BARS;
    STEPS.iter().find(fits).copied().unwrap_or(length / BARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_has_some_dozens_of_bars() {
        for (length, expected) in [
            (10_000, 1_000),
            (3_600_000, 300_000 / 5),
            (DAY, 1_800_000),
            (30 * DAY, 12 * 3_600_000),
            (365 * DAY, 7 * DAY),
        ] {
            assert_eq!(step(length), expected, "{length}");
        }
        assert_eq!(step(365 * DAY * 6_000), 365 * DAY * 100);
    }
}
