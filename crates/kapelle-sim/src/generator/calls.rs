//! Tasks that start executions, or change the one they belong to.

use serde_json::{Map, Value as Json, json};

use super::{ITEMS_URI, Maker, NAMESPACE, Spot};

impl Maker<'_> {
    pub(super) fn call_or_update(&self, spot: Spot<'_>) -> Map<String, Json> {
        match self.dice.below(10) {
            0..5 if !self.callable.is_empty() => self.call(spot),
            0..7 => self.update(),
            _ => self.looped(spot),
        }
    }

    fn call(&self, spot: Spot<'_>) -> Map<String, Json> {
        let is_for_items = self.dice.percent(25);
        let mut task = if is_for_items {
            let mut task = self.typed("items", "flow.ForEachItem");
            task.insert("items".into(), json!(ITEMS_URI));
            let inner = Spot { depth: spot.depth + 1, values: &[], ..spot };
            self.put_list(&mut task, "errors", inner, 20);
            self.put_list(&mut task, "finally", inner, 15);
            task
        } else {
            self.typed("sub", "flow.Subflow")
        };
        let called =
            if self.dice.percent(4) { json!("nobody") } else { self.dice.pick(self.callable)["id"].clone() };
        task.insert("namespace".into(), json!(NAMESPACE));
        task.insert("flowId".into(), called);
        if self.dice.percent(20) {
            task.insert("wait".into(), json!(false));
        }
        if self.dice.percent(20) {
            task.insert("transmitFailed".into(), json!(false));
        }
        if self.dice.percent(8) && !is_for_items {
            task.insert("schedule".into(), json!({"in": "PT10S"}));
        }
        if self.dice.percent(20) {
            task.insert("restartBehavior".into(), json!("NEW_EXECUTION"));
        }
        task
    }

    fn looped(&self, spot: Spot<'_>) -> Map<String, Json> {
        let values = self.values();
        let mut task = self.typed("iter", "flow.Loop");
        task.insert("values".into(), self.written(&values));
        let limit = self.dice.below(3);
        task.insert("concurrencyLimit".into(), json!(limit));
        if self.dice.percent(25) {
            task.insert("transmitFailed".into(), json!(false));
        }
        if limit == 1 && self.dice.percent(30) {
            task.insert("breakWhen".into(), json!("{{ iteration.state == 'FAILED' }}"));
        }
        let inner = Spot { depth: spot.depth + 2, values: &[], ..spot };
        task.insert("tasks".into(), self.list(inner, 1, 2));
        self.put_list(&mut task, "errors", inner, 15);
        self.put_list(&mut task, "finally", inner, 15);
        task
    }

    fn update(&self) -> Map<String, Json> {
        let dice = &self.dice;
        match dice.below(8) {
            0 | 1 => {
                let mut task = self.typed("label", "execution.Labels");
                task.insert("labels".into(), json!({"color": "red"}));
                task
            }
            2 | 3 => {
                let mut task = self.typed("set", "execution.SetVariables");
                task.insert("variables".into(), json!({"seen": "{{ 1 + 1 }}"}));
                task
            }
            4 | 5 => {
                let mut task = self.typed("unset", "execution.UnsetVariables");
                task.insert("variables".into(), json!(["never"]));
                if dice.percent(60) {
                    task.insert("ignoreMissing".into(), json!(true));
                }
                task
            }
            _ => {
                let mut task = self.typed("exit", "execution.Exit");
                let state = *dice.pick(&["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"]);
                task.insert("state".into(), json!(state));
                task
            }
        }
    }
}
