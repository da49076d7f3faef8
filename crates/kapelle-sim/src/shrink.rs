//! Making a failing story smaller: fewer faults, fewer turns, fewer tasks, as long as the same invariant breaks.

use serde_json::Value as Json;

use crate::case::Case;
use crate::invariants::Violation;

/// Stories that may be played in search of a smaller one.
const TRIES_MAX: u32 = 20_000;

/// Other stories of the same parts that are tried before a part is taken for needed.
const SALTS: u64 = 25;

/// What a task or a flow can do without.
const OPTIONAL: &[&str] = &[
    "runIf",
    "disabled",
    "allowFailure",
    "allowWarning",
    "retry",
    "errors",
    "finally",
    "afterExecution",
    "concurrency",
    "concurrent",
    "concurrencyLimit",
    "else",
    "defaults",
    "onPause",
    "onTimeout",
    "dependsOn",
    "wait",
    "schedule",
    "transmitFailed",
    "restartBehavior",
    "breakWhen",
    "failOnMaxReached",
    "warningOnRetry",
    "behavior",
    "maxDuration",
    "delay",
    "backoff",
    "sla",
    "outputs",
];

/// The smallest case that was found to break the same invariant.
pub fn smaller(case: &Case, violation: &Violation) -> Case {
    let mut search = Search { best: case.clone(), invariant: violation.invariant, tries: 0 };
    while search.pass() {}
    search.best
}

struct Search {
    best: Case,
    invariant: &'static str,
    tries: u32,
}

impl Search {
    /// Tries every way to make it smaller once. Whether one of them worked.
    fn pass(&mut self) -> bool {
        let mut is_better = self.attempt(|case| case.begins = 1);
        for place in 0..self.best.faults.all().len() {
            is_better |= self.attempt(|case| *case.faults.all()[place].1 = 0);
        }
        while self.attempt(|case| case.turns = case.turns * 3 / 4) {
            is_better = true;
        }
        for flow in 0..self.best.flows.len() {
            let mut place = 0;
            while place < edits(&self.best.flows[flow]).len() {
                if self.attempt(|case| {
                    if let Some(edit) = edits(&case.flows[flow]).get(place) {
                        edit.apply(&mut case.flows[flow]);
                    }
                }) {
                    is_better = true;
                } else {
                    place += 1;
                }
            }
        }
        while self.best.flows.len() > 1 && self.attempt(|case| drop(case.flows.remove(0))) {
            is_better = true;
        }
        is_better && self.tries < TRIES_MAX
    }

    fn attempt(&mut self, change: impl Fn(&mut Case)) -> bool {
        let mut case = self.best.clone();
        change(&mut case);
        if case.faults == self.best.faults
            && case.flows == self.best.flows
            && case.turns == self.best.turns
            && case.begins == self.best.begins
        {
            return false;
        }
        for salt in 0..SALTS {
            if self.tries >= TRIES_MAX {
                return false;
            }
            self.tries += 1;
            case.salt = self.best.salt + salt;
            let violation = case.play(false).violation;
            if violation.is_some_and(|violation| violation.invariant == self.invariant) {
                self.best = case;
                return true;
            }
        }
        false
    }
}

/// One way to make a flow smaller.
enum Edit {
    /// Takes away what stands at this place.
    Remove(String),
    /// Puts a part in the place of the whole.
    Lift { whole: String, part: String },
}

impl Edit {
    fn apply(&self, flow: &mut Json) {
        match self {
            Self::Remove(pointer) => {
                let Some((around, name)) = pointer.rsplit_once('/') else { return };
                match flow.pointer_mut(around) {
                    Some(Json::Object(map)) => drop(map.shift_remove(name)),
                    Some(Json::Array(items)) => {
                        if let Ok(place) = name.parse::<usize>() {
                            drop(items.remove(place));
                        }
                    }
                    _ => {}
                }
            }
            Self::Lift { whole, part } => {
                if let Some(part) = flow.pointer(part).cloned()
                    && let Some(whole) = flow.pointer_mut(whole)
                {
                    *whole = part;
                }
            }
        }
    }
}

/// All ways to make a flow smaller by one part, the largest parts first.
fn edits(flow: &Json) -> Vec<Edit> {
    let mut edits = Vec::new();
    gather(flow, "", &mut edits);
    edits
}

fn gather(node: &Json, pointer: &str, edits: &mut Vec<Edit>) {
    match node {
        Json::Object(map) => {
            for (key, value) in map {
                let inner = format!("{pointer}/{key}");
                if OPTIONAL.contains(&key.as_str()) {
                    edits.push(Edit::Remove(inner.clone()));
                }
                gather(value, &inner, edits);
            }
        }
        Json::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                let inner = format!("{pointer}/{place}");
                if items.len() > 1 {
                    edits.push(Edit::Remove(inner.clone()));
                }
                for list in ["tasks", "then", "else", "errors", "finally", "onTimeout"] {
                    for child in 0..item.get(list).and_then(Json::as_array).map_or(0, Vec::len) {
                        let entry = format!("{inner}/{list}/{child}");
                        let task = format!("{entry}/task");
                        let part = if item.pointer(&format!("/{list}/{child}/task")).is_some() {
                            task
                        } else {
                            entry
                        };
                        edits.push(Edit::Lift { whole: inner.clone(), part });
                    }
                }
                gather(item, &inner, edits);
            }
        }
        _ => {}
    }
}
