//! From a document to tests, with everything that is wrong with it.

mod reader;

use std::collections::BTreeSet;

use kapelle_core::diagnostic::{Code, Diagnostic};
use kapelle_core::suggest::nearest;
use kapelle_core::time::date;
use kapelle_model::{Data, Millis, Node, Spanned, State};

use self::reader::{Reader, Spot};
use super::document::{Assertion, Case, Fixtures, Suite, TaskFixture, TriggerFixture, UNIT_TEST};
use super::operators::Operator;

const OF_SUITE: [&str; 6] = ["id", "namespace", "flowId", "description", "disabled", "testCases"];
const OF_CASE: [&str; 7] =
    ["id", "type", "description", "disabled", "fixtures", "assertions", "expectedState"];
const OF_FIXTURES: [&str; 5] = ["inputs", "files", "tasks", "trigger", "now"];
const OF_TASK: [&str; 6] = ["id", "value", "state", "outputs", "description", "assets"];
const OF_TRIGGER: [&str; 3] = ["id", "type", "variables"];
const OF_ASSERTION: [&str; 4] = ["value", "taskId", "description", "errorMessage"];

/// States that an attempt may end in.
const ENDS: [State; 6] =
    [State::Success, State::Warning, State::Failed, State::Killed, State::Cancelled, State::Skipped];

/// A date with time, of UTC unless it says otherwise.
pub(super) fn moment(text: &str) -> Result<Millis, String> {
    date::date_time_with_zone(text).map(|moment| Millis(moment.timestamp().as_millisecond()))
}

/// Reads a document. Of use only if nothing is wrong with it.
pub(super) fn read(root: &Node) -> (Option<Suite>, Vec<Diagnostic>) {
    let mut reader = Reader::default();
    let suite = reader.suite(&Spot::root(root));
    (suite, reader.found)
}

impl Reader {
    fn suite(&mut self, spot: &Spot<'_>) -> Option<Suite> {
        if !self.map(spot, "a test document", &OF_SUITE) {
            return None;
        }
        let id = self.required(spot, "id", "give the tests a name");
        let namespace = self.required(spot, "namespace", "name the namespace of the flow");
        let flow = self.required(spot, "flowId", "name the flow that is tested");
        let _described = self.text(spot, "description");
        let is_disabled = self.flag(spot, "disabled");
        let cases = self.cases(spot);
        let (id, namespace, flow) = (id?, namespace?, flow?);
        Some(Suite {
            id: id.value,
            namespace: namespace.value,
            flow: flow.value,
            flow_span: flow.span,
            is_disabled,
            cases,
        })
    }

    fn cases(&mut self, spot: &Spot<'_>) -> Vec<Case> {
        let spots = self.list(spot, "testCases");
        let is_list = spot.child("testCases").is_none_or(|cases| matches!(cases.node.data, Data::List(_)));
        if spots.is_empty() && is_list {
            self.missing(spot, "testCases", "list at least one case");
        }
        let mut ids = BTreeSet::new();
        let mut cases = Vec::with_capacity(spots.len());
        for spot in &spots {
            let Some(case) = self.case(spot) else { continue };
            if !ids.insert(case.id.clone()) {
                let message = format!("there are several cases called `{}`", case.id);
                self.report(
                    Code::IdDuplicate,
                    case.span,
                    spot,
                    message,
                    "give each a name of its own".into(),
                );
            }
            cases.push(case);
        }
        cases
    }

    fn case(&mut self, spot: &Spot<'_>) -> Option<Case> {
        if !self.map(spot, "a test case", &OF_CASE) {
            return None;
        }
        let id = self.required(spot, "id", "give the case a name");
        let help = format!("write `type: {UNIT_TEST}`");
        if let Some(written) = self.required(spot, "type", &help)
            && written.value != UNIT_TEST
        {
            let message = format!("there is no test type `{}`", written.value);
            self.report(Code::TypeUnknown, written.span, spot, message, help);
        }
        let description = self.text(spot, "description").map(|text| text.value);
        let is_disabled = self.flag(spot, "disabled");
        let expected_state = self.state(spot, "expectedState").map(|state| state.value);
        let fixtures = spot.child("fixtures").map(|spot| self.fixtures(&spot)).unwrap_or_default();
        let assertions = self.list(spot, "assertions");
        if assertions.is_empty() && expected_state.is_none() && spot.child("assertions").is_none() {
            self.missing(spot, "assertions", "say what must hold when the execution is over");
        }
        let assertions = assertions.iter().filter_map(|spot| self.assertion(spot)).collect();
        let Spanned { value: id, span } = id?;
        Some(Case { id, span, description, is_disabled, fixtures, assertions, expected_state })
    }

    fn state(&mut self, spot: &Spot<'_>, key: &str) -> Option<Spanned<State>> {
        let written = self.text(spot, key)?;
        let state = State::from_name(&written.value).filter(|state| ENDS.contains(state));
        if state.is_none() {
            let names = ENDS.map(State::name);
            let help = match nearest(&written.value, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", names.join(", ")),
            };
            let message = format!("nothing ends in the state `{}`", written.value);
            self.report(Code::ValueEnum, written.span, spot, message, help);
        }
        state.map(|value| Spanned { value, span: written.span })
    }

    fn fixtures(&mut self, spot: &Spot<'_>) -> Fixtures {
        if !self.map(spot, "`fixtures`", &OF_FIXTURES) {
            return Fixtures::default();
        }
        Fixtures {
            inputs: self.free_map(spot, "inputs").cloned(),
            files: self.files(spot),
            tasks: self.list(spot, "tasks").iter().filter_map(|spot| self.task(spot)).collect(),
            trigger: spot.child("trigger").and_then(|spot| self.trigger(&spot)),
            now: self.now(spot),
        }
    }

    fn now(&mut self, spot: &Spot<'_>) -> Option<Millis> {
        let written = self.text(spot, "now")?;
        match moment(&written.value) {
            Ok(now) => Some(now),
            Err(reason) => {
                let message = format!("`{}` is no moment: {reason}", written.value);
                let help = "write it as 2026-01-31T09:30:00Z".to_owned();
                self.report(Code::ValueDate, written.span, spot, message, help);
                None
            }
        }
    }

    fn files(&mut self, spot: &Spot<'_>) -> Vec<(String, String)> {
        let Some(files) = self.free_map(spot, "files") else { return Vec::new() };
        let mut read = Vec::with_capacity(files.entries().len());
        for entry in files.entries() {
            if let Some(content) = entry.value.scalar_text() {
                read.push((entry.key.clone(), content));
            } else {
                let message = format!("the file `{}` has to be a text", entry.key);
                let help = "write its content behind `|` on lines of their own".to_owned();
                self.report(Code::ValueType, entry.value.span, spot, message, help);
            }
        }
        read
    }

    fn task(&mut self, spot: &Spot<'_>) -> Option<TaskFixture> {
        if !self.map(spot, "a fixture of a task", &OF_TASK) {
            return None;
        }
        if let Some(assets) = spot.child("assets") {
            let message = "`assets` are not supported".to_owned();
            self.report(Code::AssetsUnsupported, assets.node.span, &assets, message, "leave them out".into());
        }
        let _described = self.text(spot, "description");
        let state = self.state(spot, "state");
        let value = self.text(spot, "value").map(|value| value.value);
        let outputs = self.free_map(spot, "outputs").cloned();
        let id = self.required(spot, "id", "name the task that it stands in for")?;
        Some(TaskFixture {
            state_span: state.as_ref().map_or(id.span, |state| state.span),
            state: state.map_or(State::Success, |state| state.value),
            span: id.span,
            id: id.value,
            value,
            outputs,
        })
    }

    fn trigger(&mut self, spot: &Spot<'_>) -> Option<TriggerFixture> {
        if !self.map(spot, "the fixture of the trigger", &OF_TRIGGER) {
            return None;
        }
        let id = self.required(spot, "id", "name the trigger that starts the execution");
        let type_name = self.required(spot, "type", "name the type of the trigger");
        let variables = self.free_map(spot, "variables").cloned();
        Some(TriggerFixture { id: id?.value, type_name: type_name?.value, variables })
    }

    fn assertion(&mut self, spot: &Spot<'_>) -> Option<Assertion> {
        let operators = Operator::ALL.map(Operator::name);
        let known: Vec<&str> = OF_ASSERTION.into_iter().chain(operators).collect();
        if !self.map(spot, "an assertion", &known) {
            return None;
        }
        let entries = spot.node.entries().iter();
        let tests: Vec<(Operator, Node)> = entries
            .filter_map(|entry| Some((Operator::from_name(&entry.key)?, entry.value.clone())))
            .collect();
        if tests.is_empty() {
            let message = "the value is compared with nothing".to_owned();
            let help = format!("add one of {}", operators.join(", "));
            self.report(Code::PropertyMissing, spot.node.span, spot, message, help);
        }
        let task = self.text(spot, "taskId");
        if spot.node.get("value").is_none() {
            self.missing(spot, "value", "write an expression such as `\"{{ outputs.task.name }}\"`");
        }
        let value = spot.node.get("value")?.clone();
        let text = |key: &str| spot.child(key).map(|child| child.node.clone());
        Some(Assertion {
            span: value.span,
            task_span: task.as_ref().map_or(value.span, |task| task.span),
            task: task.map(|task| task.value),
            description: text("description"),
            error_message: text("errorMessage"),
            value,
            tests,
        })
    }
}

#[cfg(test)]
mod tests;
