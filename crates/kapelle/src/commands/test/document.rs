//! A test document, as it was written: cases for one flow, each with what stands in for the world and what must hold.

use kapelle_model::{Millis, Node, Span, State};

use super::operators::Operator;

/// The type of a test of a flow, the only one there is.
pub(super) const UNIT_TEST: &str = "io.kestra.core.tests.flow.UnitTest";

/// Tests of one flow.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) id: String,
    pub(super) namespace: String,
    pub(super) flow: String,
    /// Where the flow is named.
    pub(super) flow_span: Span,
    pub(super) is_disabled: bool,
    pub(super) cases: Vec<Case>,
}

/// One execution of the flow, and what must be true of it.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) id: String,
    /// Where the case is named.
    pub(super) span: Span,
    pub(super) description: Option<String>,
    pub(super) is_disabled: bool,
    pub(super) fixtures: Fixtures,
    pub(super) assertions: Vec<Assertion>,
    /// How the execution has to end.
    pub(super) expected_state: Option<State>,
}

/// What an execution starts with, and what stands in for its tasks.
#[derive(Debug, Default)]
pub(super) struct Fixtures {
    /// The map as it was written, with expressions.
    pub(super) inputs: Option<Node>,
    /// Names of files with what is in them.
    pub(super) files: Vec<(String, String)>,
    pub(super) tasks: Vec<TaskFixture>,
    pub(super) trigger: Option<TriggerFixture>,
    /// Where the clock stands when the execution starts.
    pub(super) now: Option<Millis>,
}

/// What is reported instead of running a task.
#[derive(Debug)]
pub(super) struct TaskFixture {
    pub(super) id: String,
    /// Where the task is named.
    pub(super) span: Span,
    /// Only for the iteration with this value.
    pub(super) value: Option<String>,
    pub(super) state: State,
    /// Where the state is written, else the task.
    pub(super) state_span: Span,
    pub(super) outputs: Option<Node>,
}

/// What started the execution.
#[derive(Debug)]
pub(super) struct TriggerFixture {
    pub(super) id: String,
    pub(super) type_name: String,
    pub(super) variables: Option<Node>,
}

/// Something that must hold when the execution is over.
#[derive(Debug)]
pub(super) struct Assertion {
    pub(super) span: Span,
    pub(super) value: Node,
    pub(super) task: Option<String>,
    /// Where the task is named, else the assertion.
    pub(super) task_span: Span,
    pub(super) description: Option<Node>,
    pub(super) error_message: Option<Node>,
    /// Each has to hold.
    pub(super) tests: Vec<(Operator, Node)>,
}
