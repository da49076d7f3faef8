//! Where a task stands when it runs.

use kapelle_model::Node;
use kapelle_model::flow::Task;

use crate::oracle;

/// The surroundings of a task run.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    /// The path of the task run around it.
    pub(super) around: String,
    /// Its value and the place of that, directly in a loop over values.
    pub(super) value: Option<(u32, String)>,
    /// Which pass it is, directly in a group that runs more than once.
    pub(super) pass: Option<u32>,
    /// The retry of the nearest around it that has one.
    pub(super) retry: Option<&'a Node>,
    /// The execution has ended.
    pub(super) is_after: bool,
}

impl<'a> Spot<'a> {
    pub(super) fn root(retry: Option<&'a Node>) -> Self {
        Self { around: String::new(), value: None, pass: None, retry, is_after: false }
    }

    pub(super) fn path(&self, task: &Task) -> String {
        self.path_of(&task.id.value)
    }

    pub(super) fn path_of(&self, id: &str) -> String {
        let value = self.value.as_ref().map(|(_, value)| value.as_str());
        oracle::path(&self.around, id, value, self.pass)
    }

    /// The surroundings of what is directly below a task that stands here.
    pub(super) fn below(&self, task: &'a Task) -> Self {
        Self {
            around: self.path(task),
            value: None,
            pass: None,
            retry: task.property("retry").or(self.retry),
            is_after: self.is_after,
        }
    }

    /// The same for one value of a loop.
    pub(super) fn with_value(&self, place: usize, value: &str) -> Self {
        Self { value: Some((place as u32, value.to_owned())), ..self.clone() }
    }

    /// The same for one pass.
    pub(super) fn with_pass(&self, pass: u32) -> Self {
        Self { pass: Some(pass), ..self.clone() }
    }
}
