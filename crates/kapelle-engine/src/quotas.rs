//! How many executions of a flow may be created within a rolling time.

use std::collections::VecDeque;

use kapelle_core::time::duration;
use kapelle_model::{Failure, Millis, Node, State};

/// The quotas of a flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quotas(Vec<Quota>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Quota {
    millis: i64,
    limit: u32,
    /// What an execution beyond the limit becomes.
    state: State,
}

/// When the last executions of a flow were created, as far back as its quotas look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Created(VecDeque<Millis>);

impl Quotas {
    /// Reads `quotas` of a flow. What is wrong is told by the checks and left out here.
    pub fn read(node: Option<&Node>) -> Self {
        let nodes = node.map_or(&[][..], Node::items).iter();
        Self(nodes.filter_map(Quota::read).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts an execution that is created now. One beyond a limit is told its end; it does not count.
    pub fn count(&self, created: &mut Created, now: Millis) -> Result<(), (State, Failure)> {
        let longest = self.0.iter().map(|quota| quota.millis).max().unwrap_or(0);
        while created.0.front().is_some_and(|at| now.since(*at) >= longest) {
            created.0.pop_front();
        }
        for quota in &self.0 {
            let recent = created.0.iter().rev().take_while(|at| now.since(**at) < quota.millis).count();
            if recent >= quota.limit as usize {
                let span = duration::format(jiff::SignedDuration::from_millis(quota.millis));
                let message = format!(
                    "{recent} executions of the flow were created within {span}, which is its quota",
                );
                return Err((quota.state, Failure::new(message)));
            }
        }
        if !self.0.is_empty() {
            created.0.push_back(now);
        }
        Ok(())
    }
}

impl Quota {
    fn read(node: &Node) -> Option<Self> {
        let text = |name: &str| node.get(name).and_then(Node::scalar_text);
        let span = duration::parse(&text("duration")?).ok()?;
        let cancels = text("behavior").as_deref() == Some("CANCEL");
        Some(Self {
            millis: i64::try_from(span.as_millis()).ok()?,
            limit: text("limit")?.parse().ok()?,
            state: if cancels { State::Cancelled } else { State::Failed },
        })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Span;

    use super::*;

    fn quotas(yaml: &str) -> Quotas {
        Quotas::read(kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.as_ref())
    }

    /// Which of the executions created at these minutes are counted.
    fn counted(quotas: &Quotas, minutes: &[i64]) -> Vec<bool> {
        let mut created = Created::default();
        minutes.iter().map(|minute| quotas.count(&mut created, Millis(minute * 60_000)).is_ok()).collect()
    }

    #[test]
    fn no_more_than_the_limit_are_created_within_the_time_and_refused_ones_do_not_count() {
        let quotas = quotas("[{duration: PT10M, limit: 2, behavior: FAIL}]");
        assert_eq!(
            counted(&quotas, &[0, 1, 2, 9, 10, 10, 11]),
            [true, true, false, false, true, false, true]
        );
    }

    #[test]
    fn every_quota_has_to_hold_and_says_what_becomes_of_the_execution() {
        let quotas = quotas(
            "[{duration: PT1M, limit: 1, behavior: CANCEL}, {duration: PT1H, limit: 2, behavior: FAIL}]",
        );
        let mut created = Created::default();
        let mut state =
            |minute: i64| quotas.count(&mut created, Millis(minute * 60_000)).err().map(|(state, _)| state);
        assert_eq!([0, 0, 1, 2].map(&mut state), [None, Some(State::Cancelled), None, Some(State::Failed)]);
    }

    #[test]
    fn without_quotas_nothing_is_remembered() {
        let mut created = Created::default();
        assert!(Quotas::default().count(&mut created, Millis(0)).is_ok());
        assert_eq!(created, Created::default());
    }

    #[test]
    fn a_clock_that_goes_back_refuses_nothing_that_it_would_not_have_refused() {
        let quotas = quotas("[{duration: PT10M, limit: 2, behavior: FAIL}]");
        assert_eq!(counted(&quotas, &[20, 5, 6]), [true, true, false]);
    }
}
