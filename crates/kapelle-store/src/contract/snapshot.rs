//! Everything that a store tells, to see that something changed nothing.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Execution, Slot};
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;

use crate::audit::AuditRecord;
use crate::document::{Document, Kind};
use crate::filter::Filter;
use crate::flow::FlowRevision;
use crate::listing::{Header, Page};
use crate::namespace_file::FileVersion;
use crate::store::{Counted, CounterScope, Store, Values};
use crate::transaction::{Sent, Wake};

#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub headers: Vec<Header>,
    pub executions: Vec<Option<Execution>>,
    pub unfinished: Vec<ExecutionId>,
    pub slots: Vec<(ExecutionId, Slot)>,
    pub wakes: Vec<Wake>,
    pub orders: Vec<Sent>,
    pub counters: Vec<Counted>,
    pub flows: Vec<Arc<FlowRevision>>,
    pub documents: Vec<Document>,
    pub documents_due: Vec<Document>,
    pub files: Vec<FileVersion>,
    pub audit: Vec<AuditRecord>,
}

impl Snapshot {
    pub fn of(store: &dyn Store) -> Self {
        let (all, many) = (Permit::system("contract"), 1_000_000);
        let page = Page::oldest(10_000, None);
        let headers = store.executions(&all, &Filter::default(), &page).unwrap().rows;
        let executions = headers.iter().map(|header| {
            let id = header.birth.id;
            store.execution(id, Values::Fetched).unwrap()
        });
        let documents = |kind: &Kind| store.documents(&all, *kind, None, None, many).unwrap();
        let due = |kind: &Kind| store.documents_due(*kind, Millis(i64::MAX), many).unwrap();
        let ever = (Millis(0), Millis(i64::MAX));
        Self {
            executions: executions.collect(),
            headers,
            unfinished: store.unfinished(None, many).unwrap(),
            slots: store.slots(None, many).unwrap(),
            wakes: store.wakes(Millis(i64::MAX), many).unwrap(),
            orders: store.orders(many).unwrap(),
            counters: store.counters(&all, &CounterScope::All, ever.0, ever.1).unwrap(),
            flows: store.flows(&all).unwrap(),
            documents: Kind::ALL.iter().flat_map(documents).collect(),
            documents_due: Kind::ALL.iter().flat_map(due).collect(),
            files: store.files("main", "shop").unwrap(),
            audit: store.audit(0, many).unwrap(),
        }
    }
}
