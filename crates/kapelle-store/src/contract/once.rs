//! What may happen only once.

use kapelle_model::time::Millis;

use super::data::World;
use super::{Snapshot, Subject, commit, refused};
use crate::error::{Conflict, StoreError};
use crate::transaction::{Once, OnceKind, Write};

fn once(kind: OnceKind, key: &str, result: u8, until: i64) -> Once {
    Once { kind, key: key.to_owned(), result: vec![result], until: Millis(until) }
}

pub fn the_second_time_gets_the_result_of_the_first(subject: impl Subject) {
    let first = once(OnceKind::Request, "key", 1, 10);
    commit(subject.store(), [Write::Once(first.clone())]);
    let subject = subject.reopen();
    let store = subject.store();
    let mut world = World::new(70);
    let before = Snapshot::of(store);
    let again = [world.birth().into(), Write::Once(once(OnceKind::Request, "key", 2, 99))];
    let happened = StoreError::Conflict(Conflict::Happened { result: vec![1] });
    assert_eq!(refused(store, again), happened);
    assert_eq!(Snapshot::of(store), before, "what stands beside it is not written either");
    assert_eq!(store.once(OnceKind::Request, "key"), Ok(Some(first)));
    assert_eq!(store.once(OnceKind::Request, "Key"), Ok(None));
    let other = once(OnceKind::Occurrence, "key", 3, 10);
    commit(store, [Write::Once(other.clone())]);
    assert_eq!(store.once(OnceKind::Occurrence, "key"), Ok(Some(other)), "each kind has keys of its own");
}

pub fn only_cleaning_forgets_and_only_what_is_over(subject: impl Subject) {
    let requests: Vec<_> =
        (0..20).map(|number| once(OnceKind::Request, &number.to_string(), 1, number)).collect();
    let occurrence = once(OnceKind::Occurrence, "5", 2, 5);
    commit(subject.store(), requests.iter().cloned().map(Write::Once));
    commit(subject.store(), [Write::Once(occurrence.clone())]);
    let (kind, until) = (OnceKind::Request, Millis(10));
    commit(subject.store(), [Write::ForgetOnce { kind, until }]);
    let subject = subject.reopen();
    for request in requests {
        let is_over = request.until < until;
        let kept = subject.store().once(kind, &request.key).unwrap();
        assert_eq!(kept, (!is_over).then_some(request));
    }
    assert_eq!(subject.store().once(OnceKind::Occurrence, "5"), Ok(Some(occurrence)));
    let again = once(OnceKind::Request, "3", 9, 30);
    commit(subject.store(), [Write::Once(again.clone())]);
    assert_eq!(subject.store().once(kind, "3"), Ok(Some(again)));
}
