//! Triggers and their future as text and as JSON.

use std::fmt::Write;

use jiff::civil::DateTime;
use kapelle_core::time::cron::ClockChange;
use kapelle_engine::schedule::Upcoming;
use serde_json::{Value, json};

use super::next::{Future, Told};
use crate::report::printable;

/// A block for each flow, a paragraph for each trigger.
pub(super) fn pretty(all: &[Told]) -> String {
    let mut text = String::new();
    let mut last = None;
    for told in all {
        let flow = (&told.file, &told.namespace, &told.flow);
        if last != Some(flow) {
            let gap = if text.is_empty() { "" } else { "\n" };
            line(&mut text, &format!("{gap}{}.{}  {}", told.namespace, told.flow, told.file));
            last = Some(flow);
        }
        let disabled = if told.is_disabled { ", disabled" } else { "" };
        let kind = told.type_name.rsplit('.').next().unwrap_or_default();
        let name = format!("  {} ({kind}{disabled})", told.trigger);
        match &told.future {
            Future::Waits(what) => line(&mut text, &format!("{name} waits for {what}")),
            Future::Broken(why) => line(&mut text, &format!("{name} cannot fire: {why}")),
            Future::Times(times) if times.is_empty() => {
                line(&mut text, &format!("{name} does not fire any more"));
            }
            Future::Times(times) => {
                line(&mut text, &name);
                for time in times {
                    line(&mut text, &format!("    {}", moment(time)));
                }
            }
        }
    }
    if all.is_empty() { "no triggers\n".to_owned() } else { text }
}

/// Names come from files, so they may hold anything.
fn line(text: &mut String, line: &str) {
    let (gap, line) = line.strip_prefix('\n').map_or(("", line), |line| ("\n", line));
    writeln!(text, "{gap}{}", printable(line)).ok();
}

fn moment(upcoming: &Upcoming) -> String {
    let shown = upcoming.at.strftime("%a %Y-%m-%d %H:%M:%S %:z");
    let mark = match upcoming.change {
        None => String::new(),
        Some(ClockChange::Moved { from }) => {
            format!("  in place of {}, which the clock skips", day_time(from))
        }
        Some(ClockChange::First) => "  the first of two such times".to_owned(),
        Some(ClockChange::Second) => "  the second of two such times".to_owned(),
    };
    format!("{shown}{mark}")
}

fn day_time(local: DateTime) -> String {
    local.strftime(if local.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

/// An object for each trigger.
pub(super) fn objects(all: &[Told]) -> Vec<Value> {
    all.iter().map(object).collect()
}

fn object(told: &Told) -> Value {
    let mut object = json!({
        "file": told.file,
        "namespace": told.namespace,
        "flow": told.flow,
        "trigger": told.trigger,
        "type": told.type_name,
        "disabled": told.is_disabled,
    });
    let (key, value) = match &told.future {
        Future::Waits(what) => ("waitsFor", what.as_str().into()),
        Future::Broken(why) => ("error", why.as_str().into()),
        Future::Times(times) => ("next", times.iter().map(time).collect()),
    };
    object[key] = value;
    object
}

fn time(upcoming: &Upcoming) -> Value {
    let at = upcoming.at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    match upcoming.change {
        None => json!({ "date": at }),
        Some(ClockChange::Moved { from }) => {
            json!({ "date": at, "clockChange": "MOVED", "from": from.to_string() })
        }
        Some(ClockChange::First) => json!({ "date": at, "clockChange": "FIRST" }),
        Some(ClockChange::Second) => json!({ "date": at, "clockChange": "SECOND" }),
    }
}
