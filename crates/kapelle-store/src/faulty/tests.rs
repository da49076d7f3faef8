//! Each fault is what it says, and the contract holds behind all of them for who is patient.

use std::sync::mpsc;

use super::{FaultyStore, Plan};
use crate::contract::data::World;
use crate::contract::{Patient, Subject};
use crate::memory::MemoryStore;
use crate::store::{Store, Values};
use crate::{StoreError, Transaction};

type Faulty = FaultyStore<MemoryStore>;

impl Subject for Patient<Faulty> {
    fn store(&self) -> &dyn Store {
        self
    }

    fn reopen(self) -> Self {
        next_of(&self)
    }

    fn succeed(&self) -> Option<Box<dyn Store>> {
        Some(Box::new(next_of(self)))
    }
}

fn next_of(patient: &Patient<Faulty>) -> Patient<Faulty> {
    let next = patient.store.behind().succeed();
    let plan = Plan::of(next.epoch().0);
    Patient::new(FaultyStore::new(next, plan))
}

mod contract {
    use super::{FaultyStore, MemoryStore, Patient, Plan};

    crate::store_contract!(|| Patient::new(FaultyStore::new(MemoryStore::new(), Plan::of(1))));
}

#[test]
fn a_transaction_is_written_or_not_as_its_fault_says() {
    let none = Plan::default();
    for (plan, is_written, is_said) in [
        (none, true, "written"),
        (Plan { refused: 100, ..none }, false, "unavailable"),
        (Plan { unheard: 100, ..none }, true, "unknown"),
        (Plan { lost: 100, ..none }, false, "unknown"),
        (Plan { late: 100, ..none }, true, "written"),
    ] {
        let store = FaultyStore::new(MemoryStore::new(), plan);
        let birth = World::new(1).birth();
        let id = birth.id;
        let answer = (&store as &dyn Store).commit(Transaction::of([birth.into()]));
        let said = match answer {
            Ok(_) => "written",
            Err(StoreError::Unavailable(_)) => "unavailable",
            Err(StoreError::Unknown(_)) => "unknown",
            Err(other) => panic!("{other}"),
        };
        assert_eq!(said, is_said, "{plan:?}");
        let kept = store.behind().execution(id, Values::Fetched).unwrap();
        assert_eq!(kept.is_some(), is_written, "{plan:?}");
    }
}

#[test]
fn late_answers_come_in_another_order_and_all_of_them() {
    let store = FaultyStore::new(MemoryStore::new(), Plan { late: 50, ..Plan::default() });
    let (told, hears) = mpsc::channel();
    let mut world = World::new(2);
    for number in 0..100 {
        let told = told.clone();
        let transaction = Transaction::of([world.birth().into()]);
        store.submit(transaction, Box::new(move |result| told.send((number, result.is_ok())).unwrap()));
    }
    drop((told, store));
    let mut numbers: Vec<_> =
        hears.iter().filter(|(_, is_written)| *is_written).map(|(number, _)| number).collect();
    assert!(!numbers.is_sorted());
    numbers.sort_unstable();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

#[test]
fn reads_fail_without_a_word_of_what_is_there() {
    let store = FaultyStore::new(MemoryStore::new(), Plan { unread: 100, ..Plan::default() });
    assert!(matches!(store.unfinished(None, 1), Err(StoreError::Unavailable(_))));
    assert!(matches!(store.append_logs(Vec::new()), Err(StoreError::Unavailable(_))));
    assert_eq!(store.behind().unfinished(None, 1), Ok(Vec::new()));
}
