//! Deleting executions that are over, with what belongs to them.

use kapelle_model::Failure;
use kapelle_plugin::{PurgeOf, Purged};
use kapelle_store::filter::{Condition, Filter, Range, Test};
use kapelle_store::limits::PURGE_MAX;
use kapelle_store::listing::{Header, Page};
use kapelle_store::logs::LogFilter;
use kapelle_store::{Conflict, StoreError, Transaction, Write};

use super::{TenantExecutions, failed, millis, terminal};
use crate::storage::{StoredPath, execution_folder};

impl TenantExecutions {
    pub(super) fn purge_all(&self, of: &PurgeOf) -> Result<Purged, Failure> {
        let mut purged = Purged::default();
        self.each_page(of, |headers| {
            let gone = if of.executions { self.delete(headers)? } else { headers.iter().collect() };
            purged.executions += if of.executions { gone.len() as u64 } else { 0 };
            for header in gone {
                if of.logs {
                    let lines = LogFilter::of(header.birth.id);
                    purged.logs += self.grips.store.delete_logs(&self.permit(), &lines).map_err(failed)?;
                }
                if of.files {
                    purged.files += self.delete_files(header)?;
                }
            }
            Ok(())
        })?;
        Ok(purged)
    }

    /// Hands over what is meant, a page at a time, the oldest first.
    fn each_page(
        &self,
        of: &PurgeOf,
        mut each: impl FnMut(&[Header]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let filter = filter(of);
        let size = of.batch.clamp(1, PURGE_MAX as u32);
        let mut after = None;
        loop {
            let page = Page::oldest(size, after);
            let headers = self.grips.store.executions(&self.permit(), &filter, &page).map_err(failed)?.rows;
            let Some(last) = headers.last() else { return Ok(()) };
            after = Some(last.birth.id);
            each(&headers)?;
        }
    }

    /// Deletes executions; those that others still refer to stay.
    fn delete<'h>(&self, headers: &'h [Header]) -> Result<Vec<&'h Header>, Failure> {
        let ids = headers.iter().map(|header| header.birth.id).collect();
        match self.grips.store.commit(Transaction::of([Write::Purge(ids)])) {
            Ok(_) => return Ok(headers.iter().collect()),
            Err(StoreError::Conflict(Conflict::Held { .. })) => {}
            Err(error) => return Err(failed(error)),
        }
        let mut gone = Vec::new();
        for header in headers {
            match self.grips.store.commit(Transaction::of([Write::Purge(vec![header.birth.id])])) {
                Ok(_) => gone.push(header),
                Err(StoreError::Conflict(Conflict::Held { .. })) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(gone)
    }

    fn folder(&self, header: &Header) -> Result<StoredPath, Failure> {
        let birth = &header.birth;
        let folder = execution_folder(&birth.namespace, &birth.flow, &birth.id.to_string());
        StoredPath::new(&self.tenant, &folder).map_err(Failure::new)
    }

    fn delete_files(&self, header: &Header) -> Result<u64, Failure> {
        let deleted = self.storage.delete_below(&self.folder(header)?);
        Ok(deleted.map_err(|error| Failure::new(error.to_string()))?.len() as u64)
    }
}

fn filter(of: &PurgeOf) -> Filter {
    let states = if of.states.is_empty() { terminal() } else { of.states.iter().copied().collect() };
    let mut all = vec![
        Condition::State(states),
        Condition::Ended(Range { from: of.from.map(millis), until: Some(millis(of.until)) }),
    ];
    match (&of.namespace, &of.flow) {
        (Some(namespace), Some(_)) => all.push(Condition::Namespace(Test::Is(namespace.clone()))),
        (Some(namespace), None) => all.push(Condition::Namespace(Test::Under(namespace.clone()))),
        (None, _) => {}
    }
    all.extend(of.flow.clone().map(|flow| Condition::Flow(Test::Is(flow))));
    Filter::of(all)
}
