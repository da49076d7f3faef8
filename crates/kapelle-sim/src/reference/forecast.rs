//! What is said of executions, and how it compares with what they became.

use std::collections::BTreeMap;

use kapelle_model::State;

/// What is said of a task run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub state: State,
    /// How often a worker tried it; nothing is said for tasks that no worker runs.
    pub tries: Option<u32>,
}

/// What is said of an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    pub state: State,
    /// By path.
    pub runs: BTreeMap<String, Told>,
    /// Nothing is said of these paths, and of what is below them.
    pub unsaid: Vec<String>,
}

/// What is said of an execution and of those that it starts, by lineage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecasts {
    by_lineage: BTreeMap<String, Forecast>,
    unsaid: Vec<String>,
}

impl Forecasts {
    pub(super) fn add(&mut self, lineage: String, forecast: Forecast) {
        self.by_lineage.insert(lineage, forecast);
    }

    /// Takes back what was said of executions that a task run and all below it started.
    pub(super) fn take_back(&mut self, origin: String) {
        self.by_lineage.retain(|lineage, _| !is_of(lineage, &origin));
        self.unsaid.push(origin);
    }

    /// What is said of other executions as well.
    pub fn extend(&mut self, other: Self) {
        self.by_lineage.extend(other.by_lineage);
        self.unsaid.extend(other.unsaid);
    }

    pub fn of(&self, lineage: &str) -> Option<&Forecast> {
        self.by_lineage.get(lineage)
    }

    /// Whether there may be an execution of this lineage of which nothing is said.
    pub fn is_unsaid(&self, lineage: &str) -> bool {
        self.unsaid.iter().any(|origin| is_of(lineage, origin))
    }

    pub fn lineages(&self) -> impl Iterator<Item = &str> {
        self.by_lineage.keys().map(String::as_str)
    }
}

impl Forecast {
    /// What differs from what an execution became, in words.
    pub fn differences(&self, state: State, runs: &BTreeMap<String, Told>) -> Vec<String> {
        let mut differences = Vec::new();
        if self.state != state {
            differences.push(format!("it is {}, and should be {}", state.name(), self.state.name()));
        }
        for (path, wanted) in self.runs.iter().filter(|(path, _)| !self.is_unsaid(path)) {
            match runs.get(path) {
                None => {
                    differences.push(format!("`{path}` should be {}, and is not there", wanted.state.name()));
                }
                Some(told) if told.state != wanted.state => {
                    let (is, should) = (told.state.name(), wanted.state.name());
                    differences.push(format!("`{path}` is {is}, and should be {should}"));
                }
                Some(Told { tries: Some(tries), .. })
                    if wanted.tries.is_some_and(|wanted| wanted != *tries) =>
                {
                    let wanted = wanted.tries.unwrap_or_default();
                    differences
                        .push(format!("`{path}` was tried {tries} times, and should be {wanted} times"));
                }
                Some(_) => {}
            }
        }
        for (path, told) in runs.iter().filter(|(path, _)| !self.is_unsaid(path)) {
            if !self.runs.contains_key(path) {
                differences.push(format!("`{path}` is {}, and should not be there", told.state.name()));
            }
        }
        differences
    }

    fn is_unsaid(&self, path: &str) -> bool {
        self.unsaid.iter().any(|unsaid| is_of(path, unsaid))
    }
}

/// Whether a name is that of a task run, of one below it, or of an execution that one of them started.
fn is_of(name: &str, run: &str) -> bool {
    name.strip_prefix(run).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '@', '>']))
}
