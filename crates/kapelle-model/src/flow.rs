//! The flow tree: what a user wrote, typed, with the position of everything that can be wrong.
//!
//! Properties of a task or trigger that only its plugin understands stay as they were written
//! ([`Entry`]); the engine's plan and the plugins give them their types.

use crate::node::{Entry, Node};
use crate::span::{Span, Spanned};

/// A whole flow document.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub span: Span,
    pub id: Spanned<String>,
    pub namespace: Spanned<String>,
    pub disabled: bool,
    pub labels: Vec<Label>,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
    pub variables: Vec<Entry>,
    /// The lists of tasks of the flow itself: `tasks`, `errors`, `finally`, `afterExecution`, `listeners`.
    pub branches: Vec<Branch>,
    pub triggers: Vec<Trigger>,
    pub plugin_defaults: Vec<PluginDefault>,
}

/// One label of a flow, a trigger or a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub key: Spanned<String>,
    pub value: Spanned<String>,
}

/// An input of a flow, a form or a pause. A form is given by its own entry and one for each child,
/// whose id is the dotted path.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub id: Spanned<String>,
    pub kind: String,
    pub depends_on: Vec<Spanned<String>>,
    /// What stands in the entry, for expressions in `defaults`, `expression` and conditions.
    pub node: Node,
}

/// An output of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub id: Spanned<String>,
    pub node: Node,
}

/// A task with everything below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub span: Span,
    pub id: Spanned<String>,
    pub type_name: TypeName,
    pub disabled: bool,
    /// Names of the siblings that a child of a Dag waits for.
    pub depends_on: Vec<Spanned<String>>,
    /// All properties as written, but for those that became `branches`.
    pub properties: Vec<Entry>,
    pub branches: Vec<Branch>,
}

/// A list of tasks below a flow or a task, under the name of its property.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    pub kind: BranchKind,
    pub span: Span,
    pub tasks: Vec<Task>,
}

/// What a list of tasks is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BranchKind {
    Tasks,
    Then,
    Else,
    /// A case of a Switch, with its key.
    Case(String),
    Defaults,
    Errors,
    Finally,
    AfterExecution,
    /// The tasks of a listener, with its place in `listeners`.
    Listener(usize),
    OnPause,
    OnTimeout,
    OnWait,
    OnApprove,
    OnDeny,
}

/// A type as it was written and as it is called today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    pub written: Spanned<String>,
    /// The full current name; equal to `written` for a type that is not known.
    pub canonical: String,
}

/// A trigger of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    pub span: Span,
    pub id: Spanned<String>,
    pub type_name: TypeName,
    pub disabled: bool,
    pub properties: Vec<Entry>,
}

/// Values for all plugins of a type, or of a prefix of types.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginDefault {
    pub type_name: Spanned<String>,
    pub reference: Option<Spanned<String>>,
    pub forced: bool,
    pub values: Vec<Entry>,
}

impl Flow {
    /// Every task of the flow, parents before their children.
    pub fn walk_tasks<'a>(&'a self, visit: &mut impl FnMut(&'a Task)) {
        for branch in &self.branches {
            branch.walk_tasks(visit);
        }
    }
}

impl Branch {
    fn walk_tasks<'a>(&'a self, visit: &mut impl FnMut(&'a Task)) {
        for task in &self.tasks {
            visit(task);
            for branch in &task.branches {
                branch.walk_tasks(visit);
            }
        }
    }
}

impl Task {
    pub fn property(&self, name: &str) -> Option<&Node> {
        property(&self.properties, name)
    }
}

impl Trigger {
    pub fn property(&self, name: &str) -> Option<&Node> {
        property(&self.properties, name)
    }
}

fn property<'a>(properties: &'a [Entry], name: &str) -> Option<&'a Node> {
    properties.iter().find(|entry| entry.key == name).map(|entry| &entry.value)
}
