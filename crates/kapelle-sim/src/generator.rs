//! Random flows: small ones mostly, with everything that the engine knows in any nesting.
//!
//! A flow is JSON, which is easy to take parts away from when a failure is made smaller, and is written as YAML for the
//! engine and for people. The last flow is the one to start with; the others are there to be called by it.

mod calls;
mod groups;
mod text;
mod work;

use std::cell::Cell;

use serde_json::{Map, Value as Json, json};

use crate::dice::Dice;
pub use text::yaml;

/// The namespace of all generated flows.
pub const NAMESPACE: &str = "sim";

/// A file of this many lines lies under this name; executions can be started for each of its lines.
pub const ITEMS_URI: &str = "kestra:///items.txt";

/// What flows may have in them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taste {
    /// What only a person ends, and what depends on the time that something takes.
    pub needs_people: bool,
}

/// Lists within lists, at most.
const DEPTH_MAX: u32 = 4;

/// Flows that call each other only downwards, so that every call comes to an end.
pub fn flows(dice: &Dice, taste: Taste) -> Vec<Json> {
    let names = &["leaf", "middle"][..dice.place(3)];
    let mut flows: Vec<Json> = Vec::new();
    for name in names {
        let mut flow = Maker::new(dice.fork(), taste, &flows, 5).flow(name);
        if dice.percent(5) {
            flow["disabled"] = json!(true);
        }
        flows.push(flow);
    }
    let size = dice.weighted(&[(50, 6), (30, 14), (15, 28), (5, 60)]);
    let main = Maker::new(dice.fork(), taste, &flows, size).flow("main");
    flows.push(main);
    flows
}

/// What a task is told by where it stands.
#[derive(Clone, Copy)]
struct Spot<'a> {
    depth: u32,
    /// The values of the loop that it stands directly in.
    values: &'a [String],
    /// No loop over values is around it, so that outputs have simple names.
    is_simple: bool,
    /// A worker has to run it.
    is_plain: bool,
    /// It comes after the end of the execution.
    is_after: bool,
}

struct Maker<'a> {
    dice: Dice,
    taste: Taste,
    callable: &'a [Json],
    /// Tasks that may still be made.
    left: Cell<u32>,
    named: Cell<u32>,
}

impl<'a> Maker<'a> {
    fn new(dice: Dice, taste: Taste, callable: &'a [Json], size: u32) -> Self {
        Self { dice, taste, callable, left: Cell::new(size), named: Cell::new(0) }
    }

    fn flow(&self, name: &str) -> Json {
        let spot = Spot { depth: 0, values: &[], is_simple: true, is_plain: false, is_after: false };
        let mut flow = Map::from_iter([("id".into(), json!(name)), ("namespace".into(), json!(NAMESPACE))]);
        if self.dice.percent(25) {
            flow.insert("concurrency".into(), self.concurrency());
        }
        if self.dice.percent(12) {
            flow.insert("retry".into(), self.retry());
        }
        // Nobody frees what waits after the end.
        let after = Spot { is_after: true, ..spot };
        let tasks = self.list(spot, 1, 5);
        flow.insert("tasks".into(), tasks);
        self.put_list(&mut flow, "errors", spot, 25);
        self.put_list(&mut flow, "finally", spot, 20);
        self.put_list(&mut flow, "afterExecution", after, 15);
        if self.dice.percent(5) {
            flow.insert("listeners".into(), json!([{"tasks": self.list(after, 1, 2)}]));
        }
        if self.dice.percent(12) {
            flow.insert("outputs".into(), self.outputs());
        }
        if self.taste.needs_people && self.dice.percent(12) {
            flow.insert("sla".into(), self.agreements());
        }
        flow.into()
    }

    /// Outputs that render; now and then one that does not.
    fn outputs(&self) -> Json {
        let broken = self.taste.needs_people && self.dice.percent(20);
        let value = if broken { "{{ nobody.knows }}" } else { "{{ flow.id }}" };
        json!([{"id": "name", "type": "STRING", "value": value}])
    }

    fn agreements(&self) -> Json {
        let behavior = *self.dice.pick(&["FAIL", "CANCEL", "NONE"]);
        if self.dice.percent(60) {
            let duration = *self.dice.pick(&["PT5S", "PT1M", "PT2H"]);
            return json!([{"id": "soon", "type": "MAX_DURATION", "duration": duration, "behavior": behavior}]);
        }
        let assert = "{{ vars.seen ?? 1 == 1 }}";
        json!([{"id": "unseen", "type": "EXECUTION_ASSERTION", "assert": assert, "behavior": behavior}])
    }

    fn concurrency(&self) -> Json {
        let behavior = if self.taste.needs_people {
            *self.dice.pick(&["QUEUE", "QUEUE", "CANCEL", "FAIL"])
        } else {
            "QUEUE"
        };
        json!({"limit": self.dice.between(1, 3), "behavior": behavior})
    }

    /// Tasks until the list is long enough or no more may be made; there is always one.
    fn list(&self, spot: Spot<'_>, least: u64, most: u64) -> Json {
        let wanted = self.dice.between(least, most);
        let mut tasks = vec![self.task(spot)];
        while (tasks.len() as u64) < wanted && self.left.get() > 0 {
            tasks.push(self.task(spot));
        }
        tasks.into()
    }

    /// Puts a list of tasks into a flow or a group in so many cases of a hundred.
    fn put_list(&self, into: &mut Map<String, Json>, name: &str, spot: Spot<'_>, share: u64) {
        if self.dice.percent(share) {
            let spot = Spot { depth: spot.depth.max(DEPTH_MAX - 1), values: &[], is_plain: false, ..spot };
            into.insert(name.into(), self.list(spot, 1, 2));
        }
    }

    fn task(&self, spot: Spot<'_>) -> Json {
        self.left.set(self.left.get().saturating_sub(1));
        let is_group = !spot.is_plain
            && spot.depth < DEPTH_MAX
            && self.left.get() > 0
            && self.dice.percent(if spot.depth == 0 { 55 } else { 40 });
        let mut task = if is_group {
            self.group(spot)
        } else if !spot.is_plain && self.dice.percent(20) {
            self.call_or_update(spot)
        } else {
            self.work()
        };
        self.put_common(&mut task, spot);
        task.into()
    }

    /// A task of a type with an id of its own.
    fn typed(&self, prefix: &str, type_name: &str) -> Map<String, Json> {
        self.named.set(self.named.get() + 1);
        let id = format!("{prefix}{}", self.named.get());
        Map::from_iter([
            ("id".into(), json!(id)),
            ("type".into(), json!(format!("io.kestra.plugin.core.{type_name}"))),
        ])
    }

    /// What every task may have.
    fn put_common(&self, task: &mut Map<String, Json>, spot: Spot<'_>) {
        let dice = &self.dice;
        if dice.percent(7) {
            let mut conditions = vec!["false", "{{ 1 == 1 }}", "{{ 0 }}", "{{ nobody.knows }}"];
            let by_value =
                format!("{{{{ taskrun.value == '{}' }}}}", spot.values.first().map_or("", |value| value));
            if !spot.values.is_empty() {
                conditions.push(&by_value);
            }
            task.insert("runIf".into(), json!(dice.pick(&conditions)));
        }
        for (name, share) in [("disabled", 3), ("allowFailure", 8), ("allowWarning", 5)] {
            if dice.percent(share) {
                task.insert(name.into(), json!(true));
            }
        }
        if dice.percent(12) && !task.contains_key("maxAttempts") {
            task.insert("retry".into(), self.retry());
        }
    }

    fn retry(&self) -> Json {
        let dice = &self.dice;
        let mut retry = match dice.below(3) {
            0 => json!({"type": "constant", "interval": "PT5S"}),
            1 => json!({"type": "exponential", "interval": "PT2S", "maxInterval": "PT1M", "delayFactor": 3}),
            _ => json!({"type": "random", "minInterval": "PT1S", "maxInterval": "PT30S"}),
        };
        retry["maxAttempts"] = json!(dice.between(1, 3));
        if dice.percent(25) {
            retry["warningOnRetry"] = json!(true);
        }
        if dice.percent(15) {
            retry["behavior"] = json!("CREATE_NEW_EXECUTION");
        }
        if self.taste.needs_people && dice.percent(20) {
            retry["maxDuration"] = json!("PT1H");
        }
        retry
    }
}

#[cfg(test)]
mod tests;
