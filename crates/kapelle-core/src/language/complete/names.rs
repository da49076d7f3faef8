//! Names that a flow gives to its parts.

use kapelle_model::flow::Task;

use super::super::outline::Level;
use super::Place;
use crate::check::references::order::Order;

impl Place<'_> {
    /// Ids of the tasks beside the one at the cursor: those that it may wait for.
    pub(super) fn other_tasks(&self) -> Vec<String> {
        let mut siblings: &[Task] = &[];
        self.draft().flow.walk_tasks(&mut |task| {
            let is_around = task.span.start as usize <= self.at && self.at <= task.span.end as usize + 1;
            if is_around && task.type_name.canonical.ends_with(".flow.Dag") {
                siblings = task.branches.first().map_or(&[], |branch| &branch.tasks);
            }
        });
        let own = siblings.iter().rposition(|task| task.span.start as usize <= self.at);
        let others = siblings.iter().enumerate().filter(|(at, _)| Some(*at) != own);
        others.map(|(_, task)| task.id.value.clone()).collect()
    }

    /// Ids of the inputs beside the one at the cursor.
    pub(super) fn other_inputs(&self) -> Vec<String> {
        let inputs = &self.draft().flow.inputs;
        let own = inputs.iter().rposition(|input| input.node.span.start as usize <= self.at);
        let others = inputs.iter().enumerate().filter(|(at, _)| Some(*at) != own);
        others.map(|(_, input)| input.id.value.clone()).collect()
    }

    /// Whether the cursor stands in what an input depends on.
    pub(super) fn is_dependency(&self) -> bool {
        let mut maps = self.outline.open_maps().rev();
        let around = maps.nth(1);
        around.is_some_and(|(map, entry)| {
            entry.is_some_and(|entry| self.outline.key(self.text, map, entry) == "dependsOn")
        })
    }

    /// The task whose property the cursor stands in, with the name of that property.
    pub(super) fn reader(&self) -> Option<(&Task, &str)> {
        let mut found = None;
        for (map, entry) in self.outline.open_maps() {
            let start = self.outline.maps[map].start;
            let property = entry.map_or("", |entry| self.outline.key(self.text, map, entry));
            self.draft().flow.walk_tasks(&mut |task| {
                if task.span.start as usize == start {
                    found = Some((task, property));
                }
            });
        }
        found.or_else(|| self.nearest_task().map(|task| (task, "")))
    }

    /// The last task that begins before the cursor, if the cursor stands in a list of them.
    fn nearest_task(&self) -> Option<&Task> {
        if !self.outline.way.contains(&Level::Item) {
            return None;
        }
        let mut nearest = None;
        self.draft().flow.walk_tasks(&mut |task| {
            if task.span.start as usize <= self.at {
                nearest = Some(task);
            }
        });
        nearest
    }

    /// The property of the flow that the cursor stands below.
    pub(super) fn section(&self) -> &str {
        let first = self.outline.open_maps().next();
        first.and_then(|(map, entry)| Some(self.outline.key(self.text, map, entry?))).unwrap_or_default()
    }

    /// Tasks whose outputs can be there, each with whether it runs once for each value of a loop.
    pub(super) fn reachable(&self) -> Vec<(&Task, bool)> {
        let flow = &self.draft().flow;
        let order = Order::of(flow);
        let found: Vec<&Task> = match self.section() {
            "outputs" | "variables" => order.tasks().collect(),
            "triggers" | "inputs" | "checks" | "labels" | "sla" => Vec::new(),
            _ => match self.reader() {
                Some((task, property)) => order.reachable(task, property),
                None => Vec::new(),
            },
        };
        found.into_iter().map(|task| (task, order.is_in_loop(&task.id))).collect()
    }
}
