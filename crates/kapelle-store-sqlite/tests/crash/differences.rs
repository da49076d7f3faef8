//! What is there of a lane, next to what has to be there.

use std::collections::BTreeSet;

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_store::Store;
use kapelle_store::document::Kind;
use kapelle_store::logs::{LogFilter, LogPage};
use kapelle_store::store::Values;
use kapelle_store::transaction::OnceKind;

use crate::judge::Lists;
use crate::lane::Lane;
use crate::lines;

/// Log lines that are read at once.
const PAGE: u32 = 10_000;

/// The lane as it is there. It is there in whole transactions, or this does not return.
pub fn found(store: &dyn Store, lists: &Lists, number: u64) -> Lane {
    let mark = store.document(&Lane::new(number).key("mark")).expect("documents are read");
    let length = mark.map_or(0, |mark| u64::from_be_bytes(mark.data.try_into().expect("it is a number")));
    let mut lane = Lane::after(number, length);
    let Some(wrong) = difference(store, lists, &lane) else { return lane };
    // The last transaction may be one that leaves no mark.
    drop(lane.next());
    match difference(store, lists, &lane) {
        None if !lane.is_marked => lane,
        _ => panic!("lane {number} is not what it was after {length} transactions: {wrong}"),
    }
}

/// What is not as it has to be.
pub fn difference(store: &dyn Store, lists: &Lists, lane: &Lane) -> Option<String> {
    executions(store, lists, lane)
        .or_else(|| documents(store, lane))
        .or_else(|| once(store, lane))
        .or_else(|| queues(lists, lane))
}

fn executions(store: &dyn Store, lists: &Lists, lane: &Lane) -> Option<String> {
    for (id, expected) in &lane.world.executions {
        let kept = store.execution(*id, Values::Fetched).expect("executions are read");
        if kept.as_ref() != Some(expected) {
            let version = kept.map(|kept| kept.head.version);
            return Some(format!("execution {id} has version {version:?}, not {}", expected.head.version));
        }
    }
    let is_own = |id: &&ExecutionId| lane.issued(**id);
    if !lists.executions.iter().filter(is_own).eq(lane.world.executions.keys()) {
        return Some("there are other executions".to_owned());
    }
    let open = lane.world.executions.keys().filter(|id| !lane.world.at_rest.contains(id));
    (!lists.unfinished.iter().filter(is_own).eq(open)).then(|| "other executions are open".to_owned())
}

fn documents(store: &dyn Store, lane: &Lane) -> Option<String> {
    let (all, namespace) = (Permit::system("crash"), lane.namespace());
    let kept = store.documents(&all, Kind::Value, Some(&namespace), None, 1_000).expect("documents are read");
    let expected: Vec<_> = lane.documents.values().filter(|kept| !kept.is_removed).collect();
    if kept.len() != expected.len() {
        return Some(format!("{} documents, not {}", kept.len(), expected.len()));
    }
    for (kept, expected) in kept.iter().zip(expected) {
        if *kept != expected.document {
            let (key, now, then) = (&kept.key, kept.version, expected.document.version);
            return Some(format!("{key} has version {now}, not {then}, or other bytes"));
        }
    }
    let revisions = store.revisions("main", &namespace, "flow").expect("flows are read");
    let is_same = revisions.iter().map(|revision| &**revision).eq(&lane.flow);
    (!is_same).then(|| format!("{} revisions of the flow, not {}", revisions.len(), lane.flow.len()))
}

fn once(store: &dyn Store, lane: &Lane) -> Option<String> {
    let kept = |kind, key: &str| store.once(kind, key).expect("what happens once is read");
    let missing = lane.once.iter().find(|once| kept(once.kind, &once.key).as_ref() != Some(once));
    if let Some(missing) = missing {
        return Some(format!("`{}` did not happen", missing.key));
    }
    let next = lane.once_key();
    let is_early =
        [OnceKind::Occurrence, OnceKind::Request].into_iter().any(|kind| kept(kind, &next).is_some());
    is_early.then(|| format!("`{next}` happened already"))
}

fn queues(lists: &Lists, lane: &Lane) -> Option<String> {
    let orders = lists.orders.iter().filter(|sent| lane.owns(sent.id.0));
    if !orders.eq(&lane.orders) {
        return Some("other orders wait".to_owned());
    }
    let wakes: BTreeSet<_> = lists.wakes.iter().copied().filter(|wake| lane.owns(wake.execution.0)).collect();
    if wakes != lane.wakes {
        return Some(format!("{} moments are waited for, not {}", wakes.len(), lane.wakes.len()));
    }
    let name = lane.name();
    let entries = lists.audit.iter().map(|record| &record.entry).filter(|entry| *entry.actor == *name);
    (!entries.eq(&lane.audit)).then(|| "other entries in the record".to_owned())
}

/// Log lines of a lane: at least those that were flushed, each once, none with a gap before it.
pub fn check_lines(store: &dyn Store, lane: u64, flushed: u32) {
    let (permit, filter) = (Permit::system("crash"), LogFilter::of(lines::execution(lane)));
    let mut number = 0;
    loop {
        let page = LogPage { offset: number.into(), size: PAGE, is_newest_first: false, is_counted: false };
        let rows = store.logs(&permit, &filter, &page).expect("logs are read").rows;
        for line in &rows {
            assert_eq!(*line, lines::line(lane, number), "lane {lane}");
            number += 1;
        }
        if rows.len() < PAGE as usize {
            break;
        }
    }
    assert!(number >= flushed, "of lane {lane} {flushed} log lines were flushed, and {number} are there");
}
