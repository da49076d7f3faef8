//! What is written is found again, and what is broken is said to be.

use kapelle_model::event::{Due, Order};
use kapelle_model::execution::Parent;
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::Write;
use kapelle_store::blobs::LocalBlobs;
use kapelle_store::codec::{Codec, Key, Seal};
use kapelle_store::contract::data::{World, index};
use kapelle_store::transaction::{OrderId, Sent, Wake};

use super::*;
use crate::columns;

fn some_writes() -> Vec<Write> {
    let mut world = World::new(12);
    let mut writes: Vec<Write> = (0..60).map(|_| world.step().into()).collect();
    let execution = world.any_id();
    let wake = Wake { at: Millis(-5), execution, due: Due::Run(index(7)) };
    let from = Parent { execution, run: index(2), iteration: 0 };
    let sent = Sent { id: OrderId(1 << 100), to: execution, order: Order::Kill { cascade: true }, from };
    writes.extend([Write::Wake(wake), Write::Woken(wake), Write::Order(sent), Write::OrderDone(OrderId(9))]);
    writes
}

fn codec() -> Codec {
    // Nothing is so large that it would be kept apart.
    let blobs = LocalBlobs::open(std::env::temp_dir().join("kapelle-record")).unwrap();
    // Always the same key, since what is written is compared.
    let key = Key::read("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=").unwrap();
    let seal = Seal::new(&key, &[]);
    Codec::new(std::sync::Arc::new(blobs), std::sync::Arc::new(seal))
}

fn record(writes: &[Write]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for one in writes {
        assert!(write(&mut bytes, one.clone(), &codec()).unwrap().is_none(), "{one:?}");
    }
    bytes
}

/// Everything that is in it, down to the last part.
fn read(bytes: &[u8]) -> kapelle_store::error::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut reader = Reader::from(bytes, 0);
    while !reader.is_over() {
        let entry = reader.entry()?;
        if let Entry::Execution(change) = &entry {
            let mut labels = Reader::part(bytes, change.labels);
            while !labels.is_over() {
                labels.label()?;
            }
            let mut runs = Reader::part(bytes, change.runs);
            while !runs.is_over() {
                runs.run()?;
            }
            let mut children = Reader::part(bytes, change.children);
            while !children.is_over() {
                children.child()?;
            }
        }
        entries.push(entry);
    }
    Ok(entries)
}

#[test]
fn what_is_written_is_found_again() {
    let writes = some_writes();
    let bytes = record(&writes);
    let entries = read(&bytes).unwrap();
    assert_eq!(entries.len(), writes.len());
    for (write, entry) in writes.iter().zip(&entries) {
        match (write, entry) {
            (Write::Execution(delta), Entry::Execution(change)) => {
                let codec = codec();
                let head = &delta.head;
                assert_eq!((change.id, change.version), (delta.id, head.version));
                assert_eq!(change.state, columns::of_state(head.history.current()));
                assert_eq!((change.started, change.ended), (head.history.started().0, columns::ended(head)));
                assert_eq!(change.print, columns::print(&head.labels));
                assert_eq!(change.head.of(&bytes), codec.head(delta.id, head).unwrap());
                assert_eq!(change.birth.is_some(), delta.birth.is_some());
                if let (Some(found), Some(birth)) = (&change.birth, &delta.birth) {
                    assert_eq!(found.namespace.text(&bytes), Ok(&*birth.namespace));
                    assert_eq!(found.flow.text(&bytes), Ok(&*birth.flow));
                    assert_eq!(found.parent, birth.parent.map(|parent| columns::key(parent.execution)));
                }
                let mut runs = Reader::part(&bytes, change.runs);
                for run in &delta.runs {
                    let (number, data) = runs.run().unwrap();
                    assert_eq!(number, run.index.0.get());
                    assert_eq!(data.of(&bytes), codec.run(delta.id, run).unwrap());
                }
                assert!(runs.is_over());
                let mut removed = Reader::part(&bytes, change.removed);
                for run in &delta.removed {
                    assert_eq!(removed.count().unwrap(), run.0.get());
                }
                assert!(removed.is_over());
            }
            (Write::Wake(_), Entry::Moment { at, due, is_awaited, .. }) => {
                assert_eq!((*at, *due, *is_awaited), (-5, (1, 8), true));
            }
            (Write::Woken(_), Entry::Moment { is_awaited, .. }) => assert!(!is_awaited),
            (Write::Order(sent), Entry::Order { id, to, data }) => {
                assert_eq!((*id, *to), (sent.id.0, sent.to));
                assert_eq!(data.of(&bytes), codec().sent(sent).unwrap());
            }
            (Write::OrderDone(order), Entry::OrderDone(id)) => assert_eq!(*id, order.0),
            (write, entry) => panic!("{write:?} became {entry:?}"),
        }
    }
}

#[test]
fn other_writes_are_given_back() {
    let purge = Write::Purge(vec![ExecutionId(1)]);
    let mut bytes = Vec::new();
    assert_eq!(write(&mut bytes, purge.clone(), &codec()).unwrap(), Some(purge));
    assert!(bytes.is_empty());
}

#[test]
fn what_is_cut_off_or_changed_is_an_error_or_something_else_but_never_a_panic() {
    let bytes = record(&some_writes()[55..]);
    let whole = read(&bytes).unwrap().len();
    for length in 0..bytes.len() {
        match read(&bytes[..length]) {
            Ok(entries) => assert!(entries.len() < whole, "it was cut between two entries"),
            Err(error) => assert!(error.to_string().contains("cannot be read"), "{error}"),
        }
    }
    for place in 0..bytes.len() {
        let mut broken = bytes.clone();
        broken[place] ^= 0x80;
        let _whatever = read(&broken);
    }
}
