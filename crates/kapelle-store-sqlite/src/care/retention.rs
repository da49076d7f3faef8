//! How long executions are kept, as a rule.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kapelle_model::permit::Permit;
use kapelle_model::{Millis, State};
use kapelle_store::error::Result;
use kapelle_store::filter::{Condition, Test};
use kapelle_store::{Filter, StoreError};

use super::purge::Purge;

/// A rule. Whoever has several carries them out one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Only executions of this tenant.
    pub tenant: Option<Arc<str>>,
    /// Only those of this namespace and what is under it.
    pub namespace: Option<String>,
    pub flow: Option<String>,
    /// Only those that ended in these states; in any, if there are none.
    pub states: BTreeSet<State>,
    /// Those that ended less long ago stay.
    pub age: Option<Duration>,
    /// The last ones of each flow stay.
    pub keep_last: Option<u32>,
}

impl Retention {
    pub fn permit(&self) -> Permit {
        let system = Permit::system("retention");
        match &self.tenant {
            Some(tenant) => system.within(Arc::clone(tenant)),
            None => system,
        }
    }

    pub fn filter(&self) -> Filter {
        let namespace = self.namespace.clone().map(|root| Condition::Namespace(Test::Under(root)));
        let flow = self.flow.clone().map(|flow| Condition::Flow(Test::Is(flow)));
        Filter::of(namespace.into_iter().chain(flow))
    }

    /// What it means at a moment. Refused if nothing says what stays: that is no rule, but a mistake.
    pub fn purge(&self, now: Millis) -> Result<Purge> {
        if self.age.is_none() && self.keep_last.is_none() {
            return Err(StoreError::Invalid(
                "this would delete everything: say how old what is deleted has to be, or how many of each flow stay"
                    .to_owned(),
            ));
        }
        let age = self.age.map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        Ok(Purge {
            at: now,
            states: self.states.clone(),
            ended_before: age.map(|age| Millis(now.0.saturating_sub(age))),
            keep_last: self.keep_last,
            takes_logs: true,
            is_dry_run: false,
        })
    }
}
