//! Owners: an older one writes nothing any more.

use kapelle_model::permit::Permit;

use super::commits::check_executions;
use super::data::World;
use super::documents::{document, put};
use super::{Snapshot, Subject, commit};
use crate::document::Kind;
use crate::error::StoreError;
use crate::logs::LogFilter;
use crate::transaction::{Over, Transaction, Write};

pub fn an_older_owner_writes_nothing(subject: impl Subject) {
    let mut world = World::filled(96, subject.store(), 10);
    let Some(next) = subject.succeed() else { return };
    let older = subject.store();
    assert!(next.epoch() > older.epoch(), "{:?} {:?}", next.epoch(), older.epoch());
    let before = Snapshot::of(&*next);
    let fenced = StoreError::Fenced { own: older.epoch(), current: next.epoch() };
    let one = document(Kind::Value, "shop", "one", None);
    let change = world.step();
    for write in [change.clone().into(), put(&one, Over::Any), Write::Purge(Vec::new())] {
        assert_eq!(older.commit(Transaction::of([write])), Err(fenced.clone()));
        assert_eq!(older.commit(Transaction::default().urgent()), Err(fenced.clone()));
    }
    assert!(matches!(
        older.delete_logs(&Permit::system("contract"), &LogFilter::default()),
        Err(StoreError::Fenced { .. })
    ));
    assert_eq!(Snapshot::of(&*next), before);
    commit(&*next, [change.into()]);
    check_executions(&*next, &world);
    check_executions(older, &world);
}

pub fn each_opening_is_a_later_owner(subject: impl Subject) {
    let first = subject.store().epoch();
    let subject = subject.reopen();
    let second = subject.store().epoch();
    assert!(first < second, "{first:?} {second:?}");
    let subject = subject.reopen();
    assert!(second < subject.store().epoch());
}
