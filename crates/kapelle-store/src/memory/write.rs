//! What each write does, or why it is refused.

use std::sync::Arc;

use kapelle_model::time::Millis;

use super::rows::{Name, Rows};
use crate::audit::{self, AuditEntry, AuditRecord};
use crate::document::{Document, DocumentKey};
use crate::error::{Conflict, Result};
use crate::flow::{FlowRevision, RevisionName};
use crate::namespace_file::{FileName, FileVersion};
use crate::transaction::{Once, OnceKind, OrderId, Over, Sent, Wake, Write};

impl Rows {
    pub(super) fn write(&mut self, write: Write) -> Result<()> {
        match write {
            Write::Execution(delta) => self.change_execution(*delta)?,
            Write::Wake(wake) => self.add_wake(wake),
            Write::Woken(wake) => self.remove_wake(wake),
            Write::Order(sent) => self.add_order(sent),
            Write::OrderDone(id) => self.remove_order(id),
            Write::Flow(flow) => self.add_flow(*flow)?,
            Write::ForgetRevision(name) => self.forget_revision(name),
            Write::Put { document, over } => self.put_document(*document, over)?,
            Write::Remove { key, over } => self.remove_document(&key, over)?,
            Write::Once(once) => self.add_once(once)?,
            Write::ForgetOnce { kind, until } => self.forget_once(kind, until),
            Write::File(file) => self.add_file(*file),
            Write::ForgetFile(name) => self.forget_file(name),
            Write::Audit(entry) => self.add_audit(entry),
            Write::Purge(ids) => self.purge(&ids)?,
        }
        Ok(())
    }

    fn add_wake(&mut self, wake: Wake) {
        self.wakes.put(wake, ());
        self.wakes_of.put((wake.execution, wake), ());
    }

    pub(super) fn remove_wake(&mut self, wake: Wake) {
        self.wakes.remove(&wake);
        self.wakes_of.remove(&(wake.execution, wake));
    }

    fn add_order(&mut self, sent: Sent) {
        if self.order_places.contains_key(&sent.id) {
            return;
        }
        let place = self.orders.last_key_value().map_or(0, |(place, _)| place + 1);
        self.order_places.put(sent.id, place);
        self.orders_to.put((sent.to, sent.id), ());
        self.orders.put(place, sent);
    }

    pub(super) fn remove_order(&mut self, id: OrderId) {
        let Some(place) = self.order_places.get(&id).copied() else { return };
        if let Some(to) = self.orders.get(&place).map(|sent| sent.to) {
            self.orders_to.remove(&(to, id));
        }
        self.orders.remove(&place);
        self.order_places.remove(&id);
    }

    fn add_flow(&mut self, flow: FlowRevision) -> Result<()> {
        let name = (Arc::clone(&flow.tenant), Arc::clone(&flow.namespace), Arc::clone(&flow.id));
        let kept = self.last_flow(&name).map(|flow| flow.revision);
        if flow.revision != kept.unwrap_or(0) + 1 {
            let written = flow.revision;
            let flow = format!("{}.{}", flow.namespace, flow.id);
            return Err(Conflict::Revision { flow, kept, written }.into());
        }
        self.flows.put((name, flow.revision), Arc::new(flow));
        Ok(())
    }

    fn forget_revision(&mut self, RevisionName { tenant, namespace, id, revision }: RevisionName) {
        let name = (tenant, namespace, id);
        if self.last_flow(&name).is_some_and(|last| last.revision != revision) {
            self.flows.remove(&(name, revision));
        }
    }

    pub(super) fn last_flow(&self, name: &Name) -> Option<&Arc<FlowRevision>> {
        let (_, flow) = self.flows.range((name.clone(), 0)..=(name.clone(), u32::MAX)).next_back()?;
        Some(flow)
    }

    fn put_document(&mut self, document: Document, over: Over) -> Result<()> {
        self.check_document(&document.key, over)?;
        self.forget_due(&document.key);
        let key = document.key.clone();
        let version = self.document_versions.get(&key).map_or(1, |version| version + 1);
        if let Some(due) = document.due {
            self.documents_due.put((key.kind, due, key.clone()), ());
        }
        self.document_versions.put(key.clone(), version);
        self.documents.put(key, Document { version, ..document });
        Ok(())
    }

    fn remove_document(&mut self, key: &DocumentKey, over: Over) -> Result<()> {
        self.check_document(key, over)?;
        self.forget_due(key);
        self.documents.remove(key);
        Ok(())
    }

    fn check_document(&self, key: &DocumentKey, over: Over) -> Result<()> {
        let kept = self.documents.get(key).map(|document| document.version);
        let is_so = match over {
            Over::Any => true,
            Over::Nothing => kept.is_none(),
            Over::Version(version) => kept == Some(version),
        };
        if is_so { Ok(()) } else { Err(Conflict::Document { key: key.clone(), kept }.into()) }
    }

    fn forget_due(&mut self, key: &DocumentKey) {
        if let Some(due) = self.documents.get(key).and_then(|document| document.due) {
            self.documents_due.remove(&(key.kind, due, key.clone()));
        }
    }

    fn add_once(&mut self, once: Once) -> Result<()> {
        let key = (once.kind, once.key.clone());
        if let Some(first) = self.once.get(&key) {
            return Err(Conflict::Happened { result: first.result.clone() }.into());
        }
        self.once.put(key, once);
        Ok(())
    }

    fn forget_once(&mut self, kind: OnceKind, until: Millis) {
        let is_over = |once: &Once| once.kind == kind && once.until < until;
        let over: Vec<_> =
            self.once.iter().filter(|(_, once)| is_over(once)).map(|(key, _)| key.clone()).collect();
        self.once.remove_all(over);
    }

    fn add_file(&mut self, file: FileVersion) {
        let name = (Arc::clone(&file.tenant), Arc::clone(&file.namespace), Arc::clone(&file.path));
        let version = self.file_numbers.get(&name).map_or(1, |last| last + 1);
        self.file_numbers.put(name.clone(), version);
        self.files.put((name, version), FileVersion { version, ..file });
    }

    fn forget_file(&mut self, FileName { tenant, namespace, path, version }: FileName) {
        self.files.remove(&((tenant, namespace, path), version));
    }

    fn add_audit(&mut self, entry: AuditEntry) {
        let (number, before) =
            self.audit.last_key_value().map_or((1, [0; 32]), |(number, last)| (number + 1, last.hash));
        let hash = audit::hash(before, number, &entry);
        self.audit.put(number, AuditRecord { number, entry, hash });
    }
}
