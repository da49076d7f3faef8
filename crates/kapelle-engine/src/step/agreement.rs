//! Service level agreements: what becomes of an execution that breaks one.

use kapelle_model::effect::Level;

use super::{Refused, Step};
use crate::labels::merged;
use crate::outstanding::{bit, deadlines, promised_from};
use crate::sla::{Agreement, Behavior, Violation};

impl Step<'_> {
    /// Asks for the moments at which the execution has to be over.
    pub(super) fn set_agreements(&mut self) {
        if !self.plan.agreements.is_empty() {
            self.effects.extend(deadlines(self.plan, self.live));
        }
    }

    pub(super) fn agreement_due(&mut self, place: u32) -> Result<(), Refused> {
        let agreement = self.plan.agreements.at(place).ok_or(Refused::Late)?;
        let head = &self.live.execution.head;
        let from = promised_from(&self.live.execution);
        let is_due = agreement.deadline(from).is_some_and(|deadline| deadline <= self.world.now);
        if self.state().is_terminal() || head.violated & bit(place) != 0 || !is_due {
            return Err(Refused::Late);
        }
        if let Some(violation) = agreement.overdue() {
            self.tell(&violation);
            self.act(agreement);
        }
        Ok(())
    }

    /// Looks at all assertions, once in a step. Whether that changed anything.
    pub(super) fn watch_agreements(&mut self) -> bool {
        if self.is_watched || self.plan.agreements.is_empty() || self.state().is_terminal() {
            return false;
        }
        self.is_watched = true;
        let agreements = &self.plan.agreements;
        let watched = self.with_variables(None, &[], |all| agreements.watch(all.environment()));
        for message in watched.ignored {
            self.log(None, Level::Warn, message);
        }
        let violated = self.live.execution.head.violated;
        let new =
            watched.violations.iter().filter(|violation| violated & bit(violation.agreement.place) == 0);
        let new: Vec<&Violation<'_>> = new.collect();
        for violation in &new {
            self.tell(violation);
        }
        if let Some(first) = new.first() {
            self.act(first.agreement);
        }
        !new.is_empty()
    }

    fn tell(&mut self, violation: &Violation<'_>) {
        self.log(None, Level::Warn, violation.message());
        self.live.execution.head.violated |= bit(violation.agreement.place);
    }

    fn act(&mut self, agreement: &Agreement) {
        let head = &mut self.live.execution.head;
        head.labels = merged(&head.labels, &agreement.labels);
        let Some(state) = agreement.behavior.state() else { return };
        if agreement.behavior == Behavior::Fail {
            let message = format!("the execution fails since it broke the SLA '{}'", agreement.id);
            self.log(None, Level::Error, message);
        }
        self.stop_all();
        self.kill_children();
        self.abort(state);
    }
}
