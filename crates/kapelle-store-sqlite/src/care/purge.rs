//! Deleting old executions, and old logs.
//!
//! It goes in parts of a hundred, each one transaction that gives way to what is urgent. Stopped at any moment, what was
//! deleted is deleted, and the next time goes on with the rest. The record of what was done tells of it: of the rule, in
//! the transaction that deletes the first ones, and in the end of their number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_model::permit::{Actor, Permit};
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::audit::AuditEntry;
use kapelle_store::error::Result;
use kapelle_store::filter::{Condition, Range, Test};
use kapelle_store::listing::{By, Sort};
use kapelle_store::{Conflict, Filter, Header, Page, Store, StoreError, Transaction, Write};

use super::{Progress, Step};
use crate::SqliteStore;
use crate::columns;
use crate::log_files::DroppedMonths;
use crate::read::InOurWords;

/// What the record says when a purge begins, and when it is over.
const ACTION: &str = "execution.purge";
const ACTION_END: &str = "execution.purge.end";

/// Executions in one transaction: more would hold up those that run.
const CHUNK: u32 = 100;

/// What is deleted of what matches a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purge {
    /// When it is done, for the record.
    pub at: Millis,
    /// Executions that ended in these states; in any, if there are none. What has not ended always stays.
    pub states: BTreeSet<State>,
    /// Only those that ended before.
    pub ended_before: Option<Millis>,
    /// The last ones of each flow stay, whatever became of them.
    pub keep_last: Option<u32>,
    /// What they logged goes with them.
    pub takes_logs: bool,
    /// Only tells how many there are.
    pub is_dry_run: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Deleted, or found, if nothing was to be deleted.
    pub purged: u64,
    /// They stay because they are the last ones of their flow.
    pub kept: u64,
    /// They stay because something needs them, by the reason.
    pub held: BTreeMap<&'static str, u64>,
    /// It was stopped before its end.
    pub is_stopped: bool,
}

impl SqliteStore {
    /// Deletes executions that match and may be seen.
    pub fn purge_matching(
        &self,
        permit: &Permit,
        filter: &Filter,
        purge: &Purge,
        progress: &mut Progress<'_>,
    ) -> Result<PurgeReport> {
        let filter = purge.narrow(filter.clone());
        let mut report = PurgeReport::default();
        let result = self.purge_parts(permit, &filter, purge, &mut report, progress);
        if report.purged > 0 && !purge.is_dry_run {
            let detail = format!("{} executions were deleted", report.purged);
            let entry = entry(permit, purge.at, ACTION_END, detail);
            (self as &dyn Store).commit(Transaction::of([Write::Audit(entry)]))?;
        }
        result.map(|()| report)
    }

    fn purge_parts(
        &self,
        permit: &Permit,
        filter: &Filter,
        purge: &Purge,
        report: &mut PurgeReport,
        progress: &mut Progress<'_>,
    ) -> Result<()> {
        let mut lasts = Lasts { store: self, permit, number: purge.keep_last, first_kept: BTreeMap::new() };
        let mut after = None;
        loop {
            let headers = self.executions(permit, filter, &Page::oldest(CHUNK, after))?.rows;
            let Some(last) = headers.last() else { return Ok(()) };
            after = Some(last.birth.id);
            let mut doomed = Vec::with_capacity(headers.len());
            for header in &headers {
                if lasts.keeps(header)? {
                    report.kept += 1;
                } else {
                    doomed.push(header.birth.id);
                }
            }
            if purge.is_dry_run {
                report.purged += doomed.len() as u64;
            } else {
                let first = (report.purged == 0).then(|| entry(permit, purge.at, ACTION, purge.told(filter)));
                self.purge_part(doomed, first.as_ref(), purge.takes_logs, report)?;
            }
            if !progress(Step { what: "executions", done: report.purged, all: None }) {
                report.is_stopped = true;
                return Ok(());
            }
        }
    }

    /// Deletes those that nothing holds.
    fn purge_part(
        &self,
        mut ids: Vec<ExecutionId>,
        entry: Option<&AuditEntry>,
        takes_logs: bool,
        report: &mut PurgeReport,
    ) -> Result<()> {
        while !ids.is_empty() {
            let store: &dyn Store = self;
            let entry = entry.cloned().map(Write::Audit);
            match store.commit(Transaction::of([Write::Purge(ids.clone())].into_iter().chain(entry))) {
                Ok(_) => break,
                Err(StoreError::Conflict(Conflict::Held { execution, why })) => {
                    ids.retain(|id| *id != execution);
                    *report.held.entry(why).or_default() += 1;
                }
                Err(error) => return Err(error),
            }
        }
        report.purged += ids.len() as u64;
        if takes_logs && !ids.is_empty() {
            self.logs.forget(&ids)?;
        }
        Ok(())
    }

    /// Deletes the logs of the months before that of a moment, but for those with lines of executions that are not over.
    pub fn purge_logs(&self, before: Millis) -> Result<DroppedMonths> {
        self.logs.drop_months(before, &|id| self.is_open(id).unwrap_or(true))
    }

    fn is_open(&self, id: ExecutionId) -> Result<bool> {
        let query = "SELECT 1 FROM exec WHERE id = ? AND check64 = ? AND rest = 0";
        self.readers.read(|connection| {
            let mut query = connection.prepare_cached(query).ours()?;
            query.exists((columns::key(id), columns::check(id))).ours()
        })
    }
}

impl Purge {
    /// The rule in words.
    fn told(&self, filter: &Filter) -> String {
        let mut words = Vec::new();
        if let Some(Millis(before)) = self.ended_before {
            words.push(format!("ended before {before}"));
        }
        if !self.states.is_empty() {
            let states: Vec<&str> = self.states.iter().map(|state| state.name()).collect();
            words.push(format!("in state {}", states.join(", ")));
        }
        for condition in &filter.all {
            match condition {
                Condition::Namespace(test) => words.push(format!("namespace {}", in_words(test))),
                Condition::Flow(test) => words.push(format!("flow {}", in_words(test))),
                _ => {}
            }
        }
        if let Some(number) = self.keep_last {
            words.push(format!("but for the last {number} of each flow"));
        }
        if words.is_empty() { "all that ended".to_owned() } else { words.join("; ") }
    }

    fn narrow(&self, mut filter: Filter) -> Filter {
        let states = if self.states.is_empty() { ends() } else { self.states.clone() };
        filter.all.push(Condition::State(states.into_iter().filter(|state| state.is_terminal()).collect()));
        if self.ended_before.is_some() {
            let range = Range { from: None, until: self.ended_before };
            // What ended before began before, which is found by its key.
            filter.all.extend([Condition::Ended(range), Condition::Started(range)]);
        }
        filter
    }
}

fn in_words(test: &Test) -> String {
    match test {
        Test::Is(name) => name.clone(),
        Test::Under(root) => format!("{root} and all below"),
        _ => "by a rule".to_owned(),
    }
}

fn entry(permit: &Permit, at: Millis, action: &str, detail: String) -> AuditEntry {
    let actor: Arc<str> = match permit.actor() {
        Actor::Named(name) => Arc::clone(name),
        Actor::System(reason) => format!("system: {reason}").into(),
    };
    let tenant = permit.tenant().unwrap_or_default().into();
    AuditEntry {
        at,
        tenant,
        actor,
        action: action.into(),
        subject: "executions".into(),
        detail: detail.into(),
    }
}

fn ends() -> BTreeSet<State> {
    (0..State::NAMES.len()).filter_map(State::from_index).filter(|state| state.is_terminal()).collect()
}

/// The last executions of each flow.
struct Lasts<'l> {
    store: &'l SqliteStore,
    permit: &'l Permit,
    number: Option<u32>,
    /// The oldest one that stays; of a flow with fewer, none goes.
    first_kept: BTreeMap<FlowName, Option<ExecutionId>>,
}

type FlowName = (Arc<str>, Arc<str>, Arc<str>);

impl Lasts<'_> {
    fn keeps(&mut self, header: &Header) -> Result<bool> {
        let number = match self.number {
            None | Some(0) => return Ok(false),
            Some(number) => number,
        };
        let birth = &header.birth;
        let name = (Arc::clone(&birth.tenant), Arc::clone(&birth.namespace), Arc::clone(&birth.flow));
        let known = self.first_kept.get(&name).copied();
        let first = known.map_or_else(|| self.first_kept(&name, number), Ok)?;
        self.first_kept.insert(name, first);
        Ok(first.is_none_or(|first| first <= birth.id))
    }

    fn first_kept(&self, (tenant, namespace, flow): &FlowName, number: u32) -> Result<Option<ExecutionId>> {
        let filter = Filter::of([
            Condition::Namespace(Test::Is(namespace.to_string())),
            Condition::Flow(Test::Is(flow.to_string())),
        ]);
        let sort = Sort { by: By::Age, is_descending: true };
        let page = Page { offset: u64::from(number - 1), size: 1, sort, after: None, is_counted: false };
        let permit = self.permit.clone().within(Arc::clone(tenant));
        let found = self.store.executions(&permit, &filter, &page)?;
        Ok(found.rows.first().map(|header| header.birth.id))
    }
}
