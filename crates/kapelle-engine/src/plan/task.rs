//! One task of a plan.

use std::sync::Arc;

use super::flowable::{Dag, Each, GroupRetry, Loop, Pause, Template, Until};
use super::retry::Retry;
use super::subflow::{Batch, Subflow};
use super::{Lists, TaskIndex};
use kapelle_core::property::Property;

#[derive(Debug)]
pub struct Task {
    pub id: Arc<str>,
    /// The full current name of its type.
    pub type_name: Arc<str>,
    pub parent: Option<TaskIndex>,
    pub place: Place,
    pub kind: Kind,
    pub lists: Lists,
    pub run_if: Option<Property>,
    /// Its own retry, or the nearest around it.
    pub retry: Option<Arc<Retry>>,
    pub timeout: Option<Property>,
    /// Its own, or the nearest around it; else that of the installation holds.
    pub on_worker_lost: Option<OnLost>,
    pub allow_failure: bool,
    pub allow_warning: bool,
    /// What its plugin reads, with the defaults.
    pub properties: Box<[(Arc<str>, Property)]>,
}

/// What becomes of a task whose worker is gone while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLost {
    /// It begins anew, which costs no try: its work may be done twice.
    #[default]
    Retry,
    /// It failed: what began never begins again.
    Fail,
}

impl OnLost {
    /// What is written at a task.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "retry" => Some(Self::Retry),
            "fail" => Some(Self::Fail),
            _ => None,
        }
    }

    /// What is set as `kestra.server.workerTaskRestartStrategy`.
    pub fn from_strategy(name: &str) -> Option<Self> {
        match name {
            "NEVER" => Some(Self::Fail),
            "IMMEDIATELY" | "AFTER_TERMINATION_GRACE_PERIOD" => Some(Self::Retry),
            _ => None,
        }
    }
}

/// Which list a task stands in, and where, counted among those that are not disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Main(u32),
    Errors(u32),
    Finally(u32),
    /// After the end of the execution: listeners, `afterExecution`.
    After,
    /// Beside everything: `onPause`.
    Aside,
}

/// Who runs a task, and how.
#[derive(Debug)]
pub enum Kind {
    /// A worker, with a plugin.
    Runnable,
    Sequential,
    AllowFailure,
    Template(Box<Template>),
    Parallel {
        concurrent: Option<Property>,
    },
    Dag {
        concurrent: Option<Property>,
        dag: Dag,
    },
    If {
        condition: Property,
    },
    Switch {
        value: Property,
    },
    Each(Each),
    Until(Box<Until>),
    Retry(Box<GroupRetry>),
    Pause(Box<Pause>),
    Directory,
    Subflow(Box<Subflow>),
    /// The second of the three tasks that a `ForEachItem` consists of: an execution for each part of a file.
    Items(Box<Subflow>, Batch),
    Loop(Box<Loop>),
    Update(Update),
}

/// Tasks that change the execution they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    Labels,
    SetVariables,
    UnsetVariables,
    Exit,
}

impl Kind {
    /// Whether it decides over tasks of its own.
    pub const fn is_group(&self) -> bool {
        !matches!(self, Self::Runnable | Self::Subflow(_) | Self::Items(..) | Self::Update(_) | Self::Loop(_))
    }

    /// Whether it starts other executions.
    pub const fn is_executable(&self) -> bool {
        matches!(self, Self::Subflow(_) | Self::Items(..) | Self::Loop(_))
    }
}

impl Task {
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }
}
