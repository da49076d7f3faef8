//! What many changes come to, worked in at once, is what they come to one after the other.

use kapelle_model::event::{Due, Order as Sending};
use kapelle_model::execution::Parent;
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::contract::Snapshot;
use kapelle_store::contract::data::{World, index};
use kapelle_store::transaction::{OrderId, Sent, Wake};
use kapelle_store::{Store, Transaction, Write};

use crate::SqliteStore;
use crate::tests::{open, scratch};

const ONE: ExecutionId = ExecutionId(1 << 64 | 5);

fn wake(at: i64) -> Wake {
    Wake { at: Millis(at), execution: ONE, due: Due::Start }
}

fn sent(id: u128) -> Sent {
    let from = Parent { execution: ONE, run: index(2), iteration: 1 };
    Sent { id: OrderId(id), to: ONE, order: Sending::Kill { cascade: true }, from }
}

/// Writes transactions, and has what is pending worked in after so many of them.
fn write(store: &SqliteStore, writes: &[Write], between_folds: usize) {
    let all: &dyn Store = store;
    for (number, write) in writes.iter().enumerate() {
        all.commit(Transaction::of([write.clone()])).unwrap();
        if number % between_folds == between_folds - 1 {
            // Whoever looks at executions has the journal worked in.
            assert!(all.unfinished(None, 1).is_ok());
        }
    }
}

/// Both ways in folders of their own.
fn check(name: &str, writes: &[Write]) -> Snapshot {
    let snapshots = [1, 3, 17, usize::MAX].map(|between_folds| {
        let folder = scratch(name);
        let store = open(&folder);
        write(&store, writes, between_folds);
        let snapshot = Snapshot::of(&store);
        drop(store);
        std::fs::remove_dir_all(&folder).unwrap();
        snapshot
    });
    let first = snapshots[0].clone();
    for snapshot in &snapshots {
        assert_eq!(*snapshot, first, "{name}");
    }
    first
}

#[test]
fn histories_of_executions_come_to_the_same_however_many_changes_are_worked_in_at_once() {
    for seed in [21, 22, 23] {
        let mut world = World::new(seed);
        let writes: Vec<Write> = (0..150).map(|_| world.step().into()).collect();
        let snapshot = check("merged", &writes);
        assert_eq!(snapshot.executions.len(), world.executions.len());
    }
}

#[test]
fn a_moment_is_awaited_if_the_last_word_says_so() {
    let writes = [
        Write::Wake(wake(1)),
        Write::Wake(wake(2)),
        Write::Woken(wake(1)),
        Write::Wake(wake(3)),
        Write::Wake(wake(2)),
        Write::Woken(wake(3)),
        Write::Wake(wake(1)),
        Write::Woken(wake(9)),
    ];
    assert_eq!(check("moments", &writes).wakes, [wake(1), wake(2)]);
}

#[test]
fn an_order_keeps_its_place_until_it_is_carried_out() {
    let writes = [
        Write::Order(sent(7)),
        Write::Order(sent(3)),
        Write::Order(sent(7)),
        Write::Order(sent(5)),
        Write::OrderDone(OrderId(3)),
        Write::Order(sent(1)),
        Write::Order(sent(3)),
        Write::OrderDone(OrderId(8)),
        Write::OrderDone(OrderId(5)),
    ];
    assert_eq!(check("orders", &writes).orders, [sent(7), sent(1), sent(3)]);
}

#[test]
fn what_is_pending_when_a_store_ends_is_there_when_it_is_opened() {
    let folder = scratch("pending");
    let mut world = World::new(31);
    let store = open(&folder);
    let birth = world.birth();
    let id = birth.id;
    write(&store, &[birth.into(), world.change_to(id, State::Running).into()], usize::MAX);
    let last = store.last_commit();
    drop(store);
    let store = open(&folder);
    assert_eq!(store.last_commit(), last);
    assert_eq!(store.header(id).unwrap().unwrap().head, world.executions[&id].head);
    drop(store);
    std::fs::remove_dir_all(&folder).unwrap();
}
