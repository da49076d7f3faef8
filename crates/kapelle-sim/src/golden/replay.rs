//! Drives a host through the steps of a case, and notes what is seen as it was noted of the real server.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kapelle_model::event::Order;
use kapelle_model::execution::Labels;
use kapelle_model::{ExecutionId, State, Value};
use serde_json::{Map, Value as Json, json};

use super::case::{Case, NAMESPACE};
use super::marks::Marks;
use crate::host::{Given, Host, Refusal, Until};

/// How deep executions that others started are looked at.
const DEPTH_MAX: usize = 4;

/// Bytes and number of files that are read.
const FILE_BYTES_MAX: usize = 8000;

/// Types of tasks that start executions: only for flows that name one of them is asked what they started.
const STARTING: [&str; 3] = ["Subflow", "ForEachItem", "flow.Flow"];

/// Runs a case on a host of its own.
pub fn replay(case: &Case, now: Timestamp) -> Json {
    let namespace = format!("golden.{}", case.id.replace('-', ""));
    let mut replay = Replay {
        marks: Marks::new(&namespace, now.to_zoned(jiff::tz::TimeZone::UTC).date()),
        host: Host::new(now, 1),
        namespace,
        sources: BTreeMap::new(),
        named: BTreeMap::new(),
    };
    let flows: Vec<Json> = case.flows.iter().map(|source| replay.save(source)).collect();
    let is_saved = flows.last().is_some_and(|flow| flow["status"] == 200);
    let mut steps = Vec::new();
    for step in case.steps.iter().filter(|_| is_saved) {
        let seen = replay.step(step);
        let stops = seen.get("stop").is_some();
        steps.push(seen);
        if stops {
            break;
        }
    }
    let mut seen = json!({"flows": flows, "steps": steps});
    if is_saved && replay.named.len() > 1 {
        let named: Vec<_> = replay.named.clone().into_iter().collect();
        let end: Map<String, Json> =
            named.into_iter().map(|(name, id)| (name, replay.snapshot(id, Until::Any, 0).0)).collect();
        seen["end"] = Json::Object(end);
    }
    seen
}

struct Replay {
    host: Host,
    marks: Marks,
    namespace: String,
    /// By id.
    sources: BTreeMap<String, String>,
    /// The executions that steps created, by their names.
    named: BTreeMap<String, ExecutionId>,
}

impl Replay {
    fn save(&mut self, source: &str) -> Json {
        let source = source.replace(NAMESPACE, &self.namespace);
        match self.host.save(&source) {
            Ok(flow) => {
                self.sources.insert(flow.plan.flow.to_string(), source);
                json!({"status": 200})
            }
            Err(refusal) => self.refused(&refusal),
        }
    }

    fn refused(&mut self, refusal: &Refusal) -> Json {
        self.marks.know_all(&refusal.message);
        json!({"status": refusal.status, "~error": self.marks.log(&refusal.message)})
    }

    fn step(&mut self, step: &Json) -> Json {
        let text = |key: &str| step[key].as_str();
        let name = text("as").unwrap_or("main").to_owned();
        let known = self.named.get(text("of").unwrap_or(&name)).copied();
        let done = match (text("do").unwrap_or_default(), known) {
            ("create", _) => {
                let flow = text("flow").unwrap_or_default();
                self.host.create(&self.namespace, flow, &given(step)).map(Some)
            }
            ("kv", _) => return self.put_key(step),
            (_, None) => return json!({"status": 0, "stop": true}),
            ("replay" | "state", Some(id)) => {
                let run = text("task").map(|task| self.host.find_run(id, task, text("value")));
                match (run, text("do")) {
                    (Some(None), _) => return json!({"status": 0, "stop": true}),
                    (run, Some("replay")) => self.host.replay(id, run.flatten()).map(Some),
                    (run, _) => {
                        let run = run.flatten().expect("a state is always that of a task");
                        self.order(id, &Order::ChangeTaskState { run, state: state(step) })
                    }
                }
            }
            ("resume", Some(id)) => self.host.resume(id, &given(step)).map(|()| None),
            ("kill", Some(id)) => self.order(id, &Order::Kill { cascade: true }),
            ("restart", Some(id)) => self.order(id, &Order::Restart),
            ("force-run", Some(id)) => self.order(id, &Order::ForceRun),
            ("pause", Some(id)) => self.order(id, &Order::Pause),
            ("unqueue", Some(id)) => self.order(id, &Order::Unqueue(State::Running)),
            ("change-status", Some(id)) => self.order(id, &Order::ChangeStatus(state(step))),
            ("labels", Some(id)) => self.order(id, &Order::SetLabels(labels(&step["labels"]))),
            _ => Ok(None),
        };
        let mut seen = match &done {
            Ok(_) => json!({"status": 200}),
            Err(refusal) => self.refused(refusal),
        };
        let created = done.ok().flatten();
        if let Some(id) = created {
            self.named.insert(name, id);
        }
        if let Some(id) = created.or(known) {
            let (form, is_there) = self.snapshot(id, until(step), 0);
            seen["execution"] = form;
            if !is_there {
                seen["late"] = Json::from(true);
            }
        }
        seen
    }

    fn order(&mut self, id: ExecutionId, order: &Order) -> Result<Option<ExecutionId>, Refusal> {
        self.host.order(id, order).map(|()| None)
    }

    fn put_key(&mut self, step: &Json) -> Json {
        let (key, value) =
            (step["key"].as_str().unwrap_or_default(), step["value"].as_str().unwrap_or_default());
        let value = kapelle_core::expression::plain::from_json(value).unwrap_or_else(|_| Value::from(value));
        self.host.shelf.put_key(&self.namespace, key, value, None);
        json!({"status": 200})
    }

    /// What an execution looks like when it has come to rest, and whether it has come where it should.
    fn snapshot(&mut self, id: ExecutionId, until: Until, depth: usize) -> (Json, bool) {
        let mut is_there = self.host.settle(id, until);
        let Some(mut seen) = self.host.seen(id) else { return (Json::Null, false) };
        seen.tell_ids(&mut self.marks);
        let source = self.sources.get(&seen.flow);
        let starts = source.is_some_and(|source| STARTING.iter().any(|name| source.contains(name)));
        if depth < DEPTH_MAX && starts {
            for child in self.host.started_by(id) {
                let until = if until == Until::End { Until::End } else { Until::Any };
                let flow = self.host.seen(child).map(|child| child.flow);
                let (mut form, is_child_there) = self.snapshot(child, until, depth + 1);
                form["flow"] = json!(flow);
                seen.children.push(form);
                is_there &= is_child_there;
            }
        }
        let own = id.to_string();
        let files = |uri: &str| {
            let content = self.host.shelf.file(uri).filter(|_| uri.contains(&own))?;
            Some(content[..content.len().min(FILE_BYTES_MAX)].to_vec())
        };
        (seen.form(&self.marks, &files), is_there)
    }
}

fn given(step: &Json) -> Given {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let entries = |key: &str| step[key].as_object().into_iter().flatten();
    let items = step["labels"].as_array().into_iter().flatten();
    Given {
        texts: entries("inputs").map(|(name, value)| (name.clone(), text(value))).collect(),
        files: entries("files")
            .map(|(name, file)| (name.clone(), (text(&file[0]), text(&file[1]))))
            .collect(),
        labels: items.filter_map(|label| label.as_str().map(str::to_owned)).collect(),
    }
}

fn state(step: &Json) -> State {
    step["state"].as_str().and_then(State::from_name).unwrap_or(State::Success)
}

fn labels(labels: &Json) -> Labels {
    let items = labels.as_array().into_iter().flatten();
    let pairs =
        items.filter_map(|label| Some((label["key"].as_str()?.into(), label["value"].as_str()?.into())));
    pairs.collect()
}

fn until(step: &Json) -> Until {
    match step["until"].as_str() {
        None | Some("end") => Until::End,
        Some("any") => Until::Any,
        Some(name) => State::from_name(name).map_or(Until::Any, Until::State),
    }
}
