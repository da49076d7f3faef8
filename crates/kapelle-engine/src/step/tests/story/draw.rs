//! Stories as text.

use std::fmt::Write;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::cause::Waiting;
use kapelle_model::effect::Effect;
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{History, Map, State, Value};

use super::Story;

impl Story {
    pub(in super::super) fn state(&self) -> State {
        self.live.execution.state()
    }

    /// The newest task run of a task.
    #[track_caller]
    pub(in super::super) fn find(&self, task: &str) -> RunIndex {
        self.newest(task).unwrap_or_else(|| panic!("`{task}` has no task run:\n{}", self.tree())).index
    }

    /// The task run of a task for a value.
    #[track_caller]
    pub(in super::super) fn find_value(&self, task: &str, value: &str) -> RunIndex {
        let mut runs = self.live.execution.runs.iter().rev();
        let found = runs.find(|run| &*run.task == task && run.value.as_deref() == Some(value));
        found.expect("there is such a task run").index
    }

    fn newest(&self, task: &str) -> Option<&TaskRun> {
        self.live.execution.runs.iter().rev().find(|run| &*run.task == task)
    }

    pub(super) fn plan_of(&self, run: &TaskRun) -> &crate::plan::Task {
        self.plan.task(self.live.node(run.index).task)
    }

    pub(in super::super) fn state_of(&self, task: &str) -> Option<State> {
        self.newest(task).map(TaskRun::state)
    }

    pub(in super::super) fn outputs(&self, task: &str) -> String {
        json(self.live.run(self.find(task)).outputs.as_ref())
    }

    pub(in super::super) fn flow_outputs(&self) -> String {
        json(self.live.execution.head.outputs.as_ref())
    }

    pub(in super::super) fn vars(&self) -> String {
        json(Some(&self.live.execution.head.variables))
    }

    pub(in super::super) fn labels(&self) -> String {
        let labels = self.live.execution.head.labels.iter();
        labels.map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
    }

    /// The execution with its task runs, as a tree.
    pub(in super::super) fn tree(&self) -> String {
        let execution = &self.live.execution;
        let mut text = format!("{}\n", execution.state().name());
        for run in execution.runs.iter().filter(|run| run.parent.is_none()) {
            self.write(run.index, 1, &mut text);
        }
        text
    }

    fn write(&self, index: RunIndex, depth: usize, text: &mut String) {
        let run = self.live.run(index);
        let value = run.value.as_ref().map(|value| format!("[{value}]")).unwrap_or_default();
        let attempts =
            if run.attempts.len() > 1 { format!(" x{}", run.attempts.len()) } else { String::new() };
        let state = run.state().name();
        writeln!(text, "{}{}{value} {state}{attempts}", "  ".repeat(depth), run.task).unwrap();
        for child in self.live.children(index) {
            self.write(child, depth + 1, text);
        }
    }

    /// The states that the execution went through.
    pub(in super::super) fn histories(&self) -> String {
        states(&self.live.execution.head.history)
    }

    /// The states that a task run went through.
    pub(in super::super) fn history_of(&self, task: &str) -> String {
        states(&self.live.run(self.find(task)).history)
    }

    /// The states that the attempts of a task run went through.
    pub(in super::super) fn attempts_of(&self, task: &str) -> String {
        let attempts = self.live.run(self.find(task)).attempts.iter();
        attempts.map(states).collect::<Vec<_>>().join(", ")
    }

    /// The last states of the attempts of a task run.
    pub(in super::super) fn ends_of(&self, task: &str) -> String {
        let attempts = self.live.run(self.find(task)).attempts.iter();
        attempts.map(|attempt| attempt.current().name()).collect::<Vec<_>>().join(", ")
    }

    /// The lines of the log.
    pub(in super::super) fn log(&self) -> String {
        self.lines.join("\n")
    }

    /// The effects from a place on, one word each, without lines of the log and changes of state.
    pub(in super::super) fn effects_since(&self, place: usize) -> String {
        self.effect_words(&self.effects[place..])
    }

    /// What somebody who takes over would do, one word for each effect.
    pub(in super::super) fn outstanding(&self) -> String {
        self.effect_words(&crate::outstanding::outstanding(&self.plan, &self.live))
    }

    fn effect_words(&self, effects: &[Effect]) -> String {
        let words = effects.iter().filter_map(|effect| {
            Some(match effect {
                Effect::Log(_) | Effect::Changed { .. } => return None,
                Effect::Dispatch(dispatch) => {
                    let task = self.live.execution.run(dispatch.run).map_or("?", |run| &*run.task);
                    format!("{:?} {task}", dispatch.work)
                }
                Effect::Stop { run, .. } => {
                    format!("Stop {}", self.live.execution.run(*run).map_or("?", |run| &*run.task))
                }
                Effect::TellParent { state, .. } => format!("TellParent {}", state.name()),
                other => {
                    let text = format!("{other:?}");
                    text.split([' ', '(']).next().unwrap_or_default().to_owned()
                }
            })
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// Why the execution stands still, the task run that it is about, and the second since when.
    pub(in super::super) fn why(&self) -> String {
        let waiting = self.live.execution.head.waiting.as_ref();
        waiting.map_or_else(|| "-".to_owned(), |waiting| self.said(waiting))
    }

    /// Why the newest task run of a task stands still.
    pub(in super::super) fn why_of(&self, task: &str) -> String {
        let waiting = crate::why::of_run(&self.plan, &self.live, self.find(task));
        waiting.map_or_else(|| "-".to_owned(), |waiting| self.said(&waiting))
    }

    /// What is still to come in a group, or at the top.
    pub(in super::super) fn to_come(&self, group: Option<&str>) -> String {
        let group = group.map(|task| self.find(task));
        let to_come = crate::why::to_come(&self.plan, &self.live, group).into_iter();
        let told = to_come.map(|item| format!("{}: {}", item.task, self.said(&item.waiting)));
        told.collect::<Vec<_>>().join("\n")
    }

    fn said(&self, waiting: &Waiting) -> String {
        let Waiting { cause, since, run } = waiting;
        let of = run.map_or_else(String::new, |run| format!(" of {}", self.live.run(run).task));
        format!("{}{of} since {} s, {cause:?}", cause.word(), since.0 / 1_000)
    }
}

pub(super) fn states(history: &History) -> String {
    history.entries().map(|(state, _)| state.name()).collect::<Vec<_>>().join(" ")
}

pub(in super::super) fn json(map: Option<&Arc<Map>>) -> String {
    let value = map.map_or(Value::Null, |map| Value::Map(Arc::clone(map)));
    let text = plain::to_json(&value, &jiff::tz::TimeZone::UTC, true, 10_000);
    text.unwrap().expose().to_owned()
}
