//! The comparable form of an execution. Keys beginning with `~` are soft.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value as Json, json};

use super::marks::{Files, Marks};
use crate::seen::{Seen, SeenRun};

/// Parents above a task run that are named.
const DEPTH_MAX: usize = 30;

/// Labels that every run gives other values.
const OWN_LABELS: [&str; 2] = ["system.correlationId", "system.username"];

impl Seen {
    /// Tells the marks all ids that are in it.
    pub fn tell_ids(&self, marks: &mut Marks) {
        marks.know(&self.id);
        self.runs.iter().for_each(|run| marks.know(&run.id));
    }

    pub fn form(&self, marks: &Marks, files: Files<'_>) -> Json {
        let mut form = Map::new();
        form.insert("state".into(), Json::from(self.state.as_str()));
        for (name, value) in
            [("inputs", &self.inputs), ("outputs", &self.outputs), ("variables", &self.variables)]
        {
            add(&mut form, name, marks.value(value, files));
        }
        let labels = self.labels.iter().filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()));
        add(
            &mut form,
            "labels",
            labels.map(|(key, value)| (key.clone(), Json::from(marks.text(value)))).collect(),
        );
        let names = self.names(marks);
        let runs = self.runs.iter().zip(&names).map(|(run, name)| (name.clone(), run.form(marks, files)));
        add(&mut form, "tasks", runs.collect());
        add(&mut form, "~logs", self.log_form(&names, marks));
        add(&mut form, "children", Json::Array(self.children.clone()));
        Json::Object(form)
    }

    /// The way to each task run from the root, by tasks and values.
    fn names(&self, marks: &Marks) -> Vec<String> {
        let by_id: HashMap<&str, &SeenRun> = self.runs.iter().map(|run| (run.id.as_str(), run)).collect();
        let mut seen = BTreeMap::new();
        let name = |run: &SeenRun| {
            let parent = |run: &&SeenRun| by_id.get(run.parent.as_deref()?).copied();
            let way: Vec<String> = std::iter::successors(Some(run), parent)
                .take(DEPTH_MAX + 1)
                .map(|run| run.own_name(marks))
                .collect();
            way.into_iter().rev().collect::<Vec<_>>().join(" > ")
        };
        self.runs
            .iter()
            .map(|run| {
                let name = name(run);
                let count: &mut u32 = seen.entry(name.clone()).or_default();
                *count += 1;
                if *count > 1 { format!("{name} ({count})") } else { name }
            })
            .collect()
    }

    fn log_form(&self, names: &[String], marks: &Marks) -> Json {
        let by_id: HashMap<&str, &String> = self.runs.iter().map(|run| run.id.as_str()).zip(names).collect();
        let mut logs: BTreeMap<&str, BTreeSet<(String, usize)>> = BTreeMap::new();
        for (place, line) in self.logs.iter().enumerate() {
            let run = line.run.as_deref().and_then(|id| by_id.get(id)).map_or("-", |name| name.as_str());
            let text = format!("{} {}", line.level, marks.log(&line.message));
            logs.entry(run).or_default().insert((text, place));
        }
        let sorted =
            |lines: BTreeSet<(String, usize)>| lines.into_iter().map(|(line, _)| line).collect::<Json>();
        logs.into_iter().map(|(run, lines)| (run.to_owned(), sorted(lines))).collect()
    }
}

impl SeenRun {
    fn own_name(&self, marks: &Marks) -> String {
        let Some(value) = &self.value else { return self.task.clone() };
        let marked = marks.text(value);
        let name = format!("{}[{marked}]", self.task);
        match self.iteration {
            Some(iteration) if marked != *value => format!("{name}#{iteration}"),
            _ => name,
        }
    }

    fn form(&self, marks: &Marks, files: Files<'_>) -> Json {
        let mut form = Map::new();
        form.insert("state".into(), Json::from(self.state.as_str()));
        form.extend(self.iteration.map(|iteration| ("iteration".to_owned(), Json::from(iteration))));
        add(&mut form, "outputs", marks.value(&self.outputs, files));
        form.insert("~attempts".into(), json!(self.attempts));
        Json::Object(form)
    }
}

/// Adds what is not empty.
fn add(form: &mut Map<String, Json>, name: &str, value: Json) {
    let is_empty = match &value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => false,
    };
    if !is_empty {
        form.insert(name.to_owned(), value);
    }
}
