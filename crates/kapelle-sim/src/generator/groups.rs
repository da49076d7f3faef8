//! Flowables.

use serde_json::{Map, Value as Json, json};

use super::{Maker, Spot};

/// What a loop runs over, and how often a value comes that was there before.
const WIDE: u64 = 40;

impl Maker<'_> {
    pub(super) fn group(&self, spot: Spot<'_>) -> Map<String, Json> {
        let inner = Spot { depth: spot.depth + 1, values: &[], ..spot };
        let make: fn(&Self, Spot<'_>) -> Map<String, Json> = self.dice.weighted(&[
            (12, Self::sequential as fn(&Self, Spot<'_>) -> Map<String, Json>),
            (14, Self::parallel),
            (8, Self::dag),
            (8, Self::allow_failure),
            (9, Self::either),
            (7, Self::switch),
            (14, Self::each),
            (8, Self::until),
            (3, Self::wait_for),
            (9, Self::again),
            (10, Self::pause),
            (10, Self::directory),
        ]);
        let mut group = make(self, inner);
        // Inside a group that runs again, its own lists would only run at the very end.
        self.put_list(&mut group, "errors", inner, 18);
        self.put_list(&mut group, "finally", inner, 14);
        group
    }

    fn with_tasks(&self, mut group: Map<String, Json>, spot: Spot<'_>, most: u64) -> Map<String, Json> {
        group.insert("tasks".into(), self.list(spot, 1, most));
        group
    }

    fn sequential(&self, spot: Spot<'_>) -> Map<String, Json> {
        self.with_tasks(self.typed("seq", "flow.Sequential"), spot, 4)
    }

    fn allow_failure(&self, spot: Spot<'_>) -> Map<String, Json> {
        self.with_tasks(self.typed("allow", "flow.AllowFailure"), spot, 3)
    }

    fn parallel(&self, spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("par", "flow.Parallel");
        if self.dice.percent(40) {
            group.insert("concurrent".into(), json!(self.dice.below(3)));
        }
        self.with_tasks(group, spot, if self.dice.percent(5) { WIDE } else { 4 })
    }

    fn dag(&self, spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("dag", "flow.Dag");
        if self.dice.percent(30) {
            group.insert("concurrent".into(), json!(self.dice.below(3)));
        }
        let Json::Array(tasks) = self.list(spot, 1, 5) else { return group };
        let mut ids: Vec<Json> = Vec::new();
        let mut entries = Vec::new();
        for task in tasks {
            let needs: Vec<Json> = ids.iter().filter(|_| self.dice.percent(35)).cloned().collect();
            ids.push(task["id"].clone());
            entries.push(if needs.is_empty() {
                json!({"task": task})
            } else {
                json!({"task": task, "dependsOn": needs})
            });
        }
        group.insert("tasks".into(), entries.into());
        group
    }

    fn either(&self, spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("if", "flow.If");
        let conditions = ["true", "false", "{{ 1 == 1 }}", "{{ 1 == 2 }}", "{{ nobody.knows }}"];
        let condition = conditions[self.dice.weighted(&[(30, 0), (30, 1), (20, 2), (20, 3), (5, 4)])];
        group.insert("condition".into(), json!(condition));
        group.insert("then".into(), self.list(spot, 1, 3));
        if self.dice.percent(50) {
            group.insert("else".into(), self.list(spot, 1, 2));
        }
        group
    }

    fn switch(&self, spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("switch", "flow.Switch");
        let value = *self.dice.pick(&["a", "{{ 'b' }}", "c", "{{ nobody.knows }}"]);
        group.insert("value".into(), json!(value));
        group.insert("cases".into(), json!({"a": self.list(spot, 1, 2), "b": self.list(spot, 1, 2)}));
        if self.dice.percent(60) {
            group.insert("defaults".into(), self.list(spot, 1, 2));
        }
        group
    }

    fn each(&self, spot: Spot<'_>) -> Map<String, Json> {
        let values = self.values();
        let inner = Spot { values: &values, is_simple: false, ..spot };
        let written = self.written(&values);
        let (mut group, name) = match self.dice.below(10) {
            0..6 => {
                let mut group = self.typed("each", "flow.ForEach");
                if self.dice.percent(50) {
                    group.insert("concurrencyLimit".into(), json!(self.dice.below(4)));
                }
                (group, *self.dice.pick(&["values", "items"]))
            }
            6..8 => (self.typed("eachs", "flow.EachSequential"), "value"),
            _ => {
                let mut group = self.typed("eachp", "flow.EachParallel");
                if self.dice.percent(40) {
                    group.insert("concurrent".into(), json!(self.dice.below(4)));
                }
                (group, "value")
            }
        };
        group.insert(name.into(), written);
        self.with_tasks(group, inner, 3)
    }

    /// Values of a loop; some come twice.
    pub(super) fn values(&self) -> Vec<String> {
        let count = if self.dice.percent(4) { WIDE } else { self.dice.below(4) };
        (0..count).map(|_| format!("v{}", self.dice.below(count + 1))).collect()
    }

    /// Values as a list, as a text, or broken.
    pub(super) fn written(&self, values: &[String]) -> Json {
        match self.dice.below(20) {
            0 => json!("{{ nobody.knows }}"),
            1..8 => json!(json!(values).to_string()),
            _ => json!(values),
        }
    }

    /// A loop that ends after some passes: by its condition, or because it may have no more.
    fn until(&self, spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("loop", "flow.LoopUntil");
        let mut most = self.dice.between(1, 3);
        let mut tasks = self.list(spot, 1, 2);
        let mut condition = (*self.dice.pick(&["{{ 1 == 2 }}", "{{ 1 == 2 }}", "true"])).to_owned();
        if spot.is_simple && self.dice.percent(40) {
            let told = self.bare_work();
            condition =
                format!("{{{{ outputs.{}.pass >= {most} }}}}", told["id"].as_str().unwrap_or_default());
            most += 2;
            if let Json::Array(tasks) = &mut tasks {
                tasks.push(told);
            }
        }
        group.insert("condition".into(), json!(condition));
        group.insert("checkFrequency".into(), json!({"interval": "PT10S", "maxIterations": most}));
        if self.dice.percent(25) {
            group.insert("failOnMaxReached".into(), json!(true));
        }
        group.insert("tasks".into(), tasks);
        group
    }

    fn wait_for(&self, _spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("wait", "flow.WaitFor");
        group.insert("condition".into(), json!(*self.dice.pick(&["true", "{{ 1 == 2 }}"])));
        group.insert(
            "checkFrequency".into(),
            json!({"interval": "PT10S", "maxIterations": self.dice.between(1, 3)}),
        );
        group
    }

    fn again(&self, spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("again", "flow.Retry");
        group.insert("maxAttempts".into(), json!(self.dice.between(1, 3)));
        if self.dice.percent(70) {
            group.insert("delay".into(), json!("PT10S"));
            group.insert("backoff".into(), json!(*self.dice.pick(&["CONSTANT", "EXPONENTIAL", "RANDOM"])));
        }
        self.with_tasks(group, spot, 3)
    }

    fn pause(&self, spot: Spot<'_>) -> Map<String, Json> {
        let mut group = self.typed("pause", "flow.Pause");
        if self.dice.percent(15) {
            group.insert("onPause".into(), self.bare_work());
        }
        match self.dice.below(if self.taste.needs_people && !spot.is_after { 5 } else { 4 }) {
            0 => {
                group.insert("pauseDuration".into(), json!("PT30S"));
                let behavior = *self.dice.pick(&["RESUME", "WARN", "FAIL", "CANCEL"]);
                group.insert("behavior".into(), json!(behavior));
            }
            1 => {
                group.insert("pauseDuration".into(), json!("PT30S"));
                if self.dice.percent(30) {
                    group.insert("tasks".into(), self.list(spot, 1, 2));
                }
            }
            2 => {
                group.insert("timeout".into(), json!("PT20S"));
            }
            3 => {
                group.insert("timeout".into(), json!("PT20S"));
                group.insert("onTimeout".into(), self.list(spot, 1, 2));
            }
            _ => {}
        }
        group
    }

    fn directory(&self, spot: Spot<'_>) -> Map<String, Json> {
        let inner = Spot { is_plain: true, ..spot };
        self.with_tasks(self.typed("dir", "flow.WorkingDirectory"), inner, 3)
    }
}
