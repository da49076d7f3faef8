//! The record of who did what: nothing is missing, nothing is changed.

use std::thread;

use kapelle_model::time::Millis;

use super::{Subject, commit};
use crate::audit::{self, AuditEntry, AuditRecord};
use crate::store::Store;
use crate::transaction::Write;

pub(super) fn entry(actor: &str, number: i64) -> AuditEntry {
    AuditEntry {
        at: Millis(number),
        tenant: "main".into(),
        actor: actor.into(),
        action: "execution.kill".into(),
        subject: format!("subject {number}").into(),
        detail: "ü".into(),
    }
}

pub fn entries_are_numbered_and_chained_in_their_order(subject: impl Subject) {
    let entries: Vec<_> = (0..25).map(|number| entry("ann", number)).collect();
    for part in entries.chunks(4) {
        commit(subject.store(), part.iter().cloned().map(Write::Audit));
    }
    let subject = subject.reopen();
    commit(subject.store(), [Write::Audit(entry("ann", 25))]);
    let records = read_all(subject.store());
    check_chain(&records);
    let kept: Vec<_> = records.iter().map(|record| record.entry.clone()).collect();
    assert_eq!(kept, [entries, vec![entry("ann", 25)]].concat());
}

pub fn entries_of_many_threads_make_one_chain(subject: impl Subject) {
    let actors = ["ann", "ben", "cleo"];
    thread::scope(|scope| {
        for actor in actors {
            let store = subject.store();
            scope.spawn(move || {
                for number in 0..30 {
                    commit(store, [Write::Audit(entry(actor, number))]);
                }
            });
        }
    });
    let records = read_all(subject.store());
    check_chain(&records);
    for actor in actors {
        let own = records.iter().filter(|record| &*record.entry.actor == actor);
        assert!(own.map(|record| record.entry.at.0).eq(0..30), "each thread's own order is kept");
    }
}

fn read_all(store: &dyn Store) -> Vec<AuditRecord> {
    let mut records: Vec<AuditRecord> = Vec::new();
    loop {
        let after = records.last().map_or(0, |record| record.number);
        let part = store.audit(after, 10).unwrap();
        if part.is_empty() {
            return records;
        }
        records.extend(part);
    }
}

fn check_chain(records: &[AuditRecord]) {
    let mut before = [0; 32];
    for (record, number) in records.iter().zip(1..) {
        assert_eq!(record.number, number);
        assert_eq!(record.hash, audit::hash(before, number, &record.entry), "entry {number}");
        before = record.hash;
    }
}
