//! What a trigger waits for, for people who look at it at any time.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_core::time::zone;
use kapelle_model::window::Window;
use kapelle_model::{ExecutionId, Millis};

use super::FlowTrigger;
use super::group::{Afterwards, Group};

/// What one group of conditions waits for: the cause `WINDOW_OPEN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Where it is written: `preconditions`, `dependsOn`, the id of a `MultipleCondition`.
    pub name: String,
    /// The window that is open, with its first and its last moment.
    pub open: Option<(Millis, Millis)>,
    /// When the next one opens, where that is known.
    pub next: Option<Millis>,
    /// Nothing more starts from the window that is open.
    pub is_done: bool,
    pub needed: usize,
    pub keys: Vec<KeyState>,
}

/// One condition of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    pub key: String,
    /// What makes it hold, in words.
    pub wanted: String,
    /// The execution that made it hold, and when.
    pub met: Option<(ExecutionId, Millis)>,
}

impl FlowTrigger {
    /// What has come together and what is missing; `windows` are those of this trigger.
    pub fn waiting(&self, windows: &[Window], now: Millis, zone: &TimeZone) -> Vec<Waiting> {
        self.groups.iter().map(|group| group.waiting(windows, now, zone)).collect()
    }
}

impl Group {
    fn waiting(&self, windows: &[Window], now: Millis, zone: &TimeZone) -> Waiting {
        let window = self.current(windows.iter().find(|window| *window.id == *self.id), now);
        let held = self.held(window.as_ref());
        let at = |execution: &ExecutionId| Some(window.as_ref()?.causes.get(execution)?.at);
        let keys = self.keys.iter().map(|key| KeyState {
            key: key.name.clone(),
            wanted: key.told(),
            met: held.get(key.name.as_str()).and_then(|execution| Some((*execution, at(execution)?))),
        });
        let next = self.period.as_ref().ok().and_then(|period| period.next(now, zone));
        Waiting {
            name: self.name.clone(),
            open: window.as_ref().map(|window| (window.start, window.end)),
            next: next.map(|next| next.start),
            is_done: self.afterwards == Afterwards::Rest
                && window.as_ref().is_some_and(|window| window.fired),
            needed: self.needed,
            keys: keys.collect(),
        }
    }
}

impl Waiting {
    /// The whole in a few lines, as clocks in `zone` show it.
    pub fn told(&self, zone: &TimeZone) -> String {
        let met = self.keys.iter().filter(|key| key.met.is_some()).count();
        let done = if self.is_done { "; it has started its execution for this window" } else { "" };
        let window = match (self.open, self.next) {
            (Some((_, end)), _) => format!("the window ends at {}", time_text(end, zone)),
            (None, Some(next)) => {
                format!("no window is open, the next begins at {}", time_text(next, zone))
            }
            (None, None) => "a window opens with the first of them".to_owned(),
        };
        let (name, all, needed) = (&self.name, self.keys.len(), self.needed);
        let keys = self.keys.iter().map(|key| {
            let state = match key.met {
                Some((execution, at)) => format!("execution {execution} at {}", time_text(at, zone)),
                None => "missing".to_owned(),
            };
            format!("\n  {}, {}: {state}", key.key, key.wanted)
        });
        format!("{name}: {met} of {all} hold, {needed} needed{done}; {window}{}", keys.collect::<String>())
    }
}

/// A moment as clocks in the zone show it.
pub(super) fn time_text(moment: Millis, zone: &TimeZone) -> String {
    match Timestamp::from_millisecond(moment.0) {
        Ok(moment) => {
            let shown = zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S");
            format!("{shown} ({})", zone::id_of(zone))
        }
        Err(_) => "the end of time".to_owned(),
    }
}
