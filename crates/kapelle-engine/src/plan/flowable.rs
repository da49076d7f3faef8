//! What the flowables are told in their properties.

use crate::inputs::Inputs;
use crate::outputs::Outputs;
use kapelle_core::property::Property;

/// The order of a Dag, by places in its list of tasks.
#[derive(Debug, Default)]
pub struct Dag {
    /// What each task waits for. Dependencies on disabled tasks are left out: nobody can wait for those.
    pub needs: Box<[Box<[u32]>]>,
    /// Who waits for each task.
    pub wanted_by: Box<[Box<[u32]>]>,
}

/// A loop over values.
#[derive(Debug)]
pub struct Each {
    pub values: Property,
    pub spread: Spread,
}

/// How many tasks of a loop over values run at the same time.
#[derive(Debug)]
pub enum Spread {
    /// One value after the other in as many chains; 0 is no limit.
    Chains(u32),
    /// All tasks of all values, as far as the number allows.
    All(Option<Property>),
}

/// The tasks of a template, in the place of a task that wants them.
#[derive(Debug)]
pub struct Template {
    /// What the tasks of the template see as `parent.outputs.args`.
    pub args: Option<Property>,
    /// Why there are no tasks.
    pub missing: Option<String>,
}

/// A loop until a condition holds.
#[derive(Debug)]
pub struct Until {
    pub condition: Property,
    pub fail_on_max: Option<Property>,
    pub iterations_max: Option<Property>,
    pub duration_max: Option<Property>,
    pub interval: Option<Property>,
    /// How long it waits at most, if it has no tasks and only waits.
    pub timeout: Option<Property>,
}

/// A group that runs again as a whole.
#[derive(Debug)]
pub struct GroupRetry {
    pub attempts_max: Option<Property>,
    pub delay: Option<Property>,
    pub duration_max: Option<Property>,
    pub backoff: Backoff,
}

/// How the delay between the runs of a group grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backoff {
    #[default]
    Constant,
    /// It doubles.
    Exponential,
    /// Anything up to the delay.
    Random,
}

/// A pause.
#[derive(Debug)]
pub struct Pause {
    pub duration: Option<Property>,
    pub timeout: Option<Property>,
    pub behavior: Option<Property>,
    /// What is asked for when it is resumed.
    pub inputs: Inputs,
    /// There is a list `onTimeout`.
    pub has_turn: bool,
}

/// What happens when the time of a pause is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PauseEnd {
    #[default]
    Resume,
    Warn,
    Fail,
    Cancel,
}

impl PauseEnd {
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "RESUME" => Self::Resume,
            "WARN" => Self::Warn,
            "FAIL" => Self::Fail,
            "CANCEL" => Self::Cancel,
            _ => return None,
        })
    }
}

/// A loop whose iterations are executions.
#[derive(Debug)]
pub struct Loop {
    pub values: Property,
    pub limit: Option<Property>,
    pub transmit_failed: bool,
    pub break_when: Option<Property>,
    /// What each iteration gives back.
    pub outputs: Outputs,
}
