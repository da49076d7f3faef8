//! Old revisions of flows that somebody wants to be gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_model::State;
use kapelle_model::permit::Permit;
use kapelle_store::error::Result as Stored;
use kapelle_store::filter::{Condition, Filter, Test};
use kapelle_store::flow::RevisionName;
use kapelle_store::listing::Page;
use kapelle_store::{Transaction, Write};

use crate::runtime::Runtime;

/// Executions that are looked at together.
const PAGE: u32 = 500;

/// Why revisions stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotForgotten {
    /// There is no such flow.
    NoFlow,
    /// It is the last one, which the next one follows.
    Current(u32),
    /// An execution of it is not over.
    Used(u32),
}

impl Runtime {
    /// Forgets revisions of a flow: all of them, or none. Those that are not there are no mistake.
    pub fn forget_revisions(
        &self,
        tenant: &Arc<str>,
        namespace: &str,
        id: &str,
        revisions: &BTreeSet<u32>,
    ) -> Stored<Result<(), NotForgotten>> {
        let kept = self.shared.store.revisions(tenant, namespace, id)?;
        let Some(last) = kept.last() else { return Ok(Err(NotForgotten::NoFlow)) };
        if revisions.contains(&last.revision) {
            return Ok(Err(NotForgotten::Current(last.revision)));
        }
        if let Some(used) = self.open_revisions(tenant, namespace, id)?.intersection(revisions).next() {
            return Ok(Err(NotForgotten::Used(*used)));
        }
        let write = |revision: &u32| {
            let (namespace, id) = (namespace.into(), id.into());
            let tenant = Arc::clone(tenant);
            Write::ForgetRevision(RevisionName { tenant, namespace, id, revision: *revision })
        };
        let writes: Vec<Write> = revisions.iter().map(write).collect();
        self.shared.store.commit(Transaction::of(writes))?;
        self.shared.definitions.forget_revisions(tenant, namespace, id);
        Ok(Ok(()))
    }

    /// The revisions whose executions are not over.
    fn open_revisions(&self, tenant: &Arc<str>, namespace: &str, id: &str) -> Stored<BTreeSet<u32>> {
        let is = |text: &str| Test::Is(text.to_owned());
        let open = State::ALL.iter().copied().filter(|state| !state.is_terminal()).collect();
        let filter = Filter::of([
            Condition::Namespace(is(namespace)),
            Condition::Flow(is(id)),
            Condition::State(open),
        ]);
        let permit = Permit::system("revisions that are used").within(Arc::clone(tenant));
        let (mut used, mut offset) = (BTreeSet::new(), 0);
        loop {
            let page = Page { offset, ..Page::newest(PAGE) };
            let rows = self.shared.store.executions(&permit, &filter, &page)?.rows;
            used.extend(rows.iter().map(|header| header.birth.revision));
            if rows.len() < PAGE as usize {
                return Ok(used);
            }
            offset += u64::from(PAGE);
        }
    }
}
