//! What is new waits for room; what runs does not.

use std::sync::Arc;

use kapelle_model::{Map, State, Value};
use kapelle_store::contract::data::World;
use kapelle_store::{Store, StoreError, Transaction, Write};

use super::{Scratch, all, commit, ended, noise};
use crate::care::purge::Purge;
use crate::care::space::Size;
use crate::{Options, SqliteStore};

fn open(folder: &Scratch, budget: Option<u64>, reserve: u64) -> SqliteStore {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    SqliteStore::open(&folder.0, Options { budget, reserve, ..Options::new(fatal) }).unwrap()
}

fn try_birth(store: &SqliteStore, world: &mut World, text: &str) -> Result<(), StoreError> {
    let birth = world.birth_with(|birth| {
        birth.parent = None;
        birth.inputs = Arc::new(Map::from_iter([("large".into(), Value::from(text))]));
    });
    let id = birth.id;
    let store: &dyn Store = store;
    let result = store.commit(Transaction::of([birth.into()]));
    if result.is_err() {
        world.forget(&[id]);
    }
    result.map(drop)
}

fn wait() {
    std::thread::sleep(super::super::space::BETWEEN * 2);
}

#[test]
fn at_nine_tenths_of_the_budget_only_what_runs_goes_on_until_there_is_room() {
    let folder = Scratch::new("budget");
    let store = open(&folder, Some(8 << 20), 0);
    let mut world = World::new(1);
    let running = ended(&store, &mut world, |_| ());
    let text = noise(&mut world, 1 << 20);
    let mut refused = None;
    for number in 0..40 {
        wait();
        // Other bytes each time: what is the same is kept once.
        if let Err(error) = try_birth(&store, &mut world, &format!("{number}{text}")) {
            refused = Some(error);
            break;
        }
    }
    let Some(StoreError::Full(why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("of its budget of 8.0 MiB") && why.contains("kapelle store purge"), "{why}");
    let files = super::super::files::below(&folder.0.join("files")).unwrap().len();
    assert!((2..16).contains(&files), "{files} values, and none of one that was refused");
    // What runs goes on, and so does what is urgent.
    commit(&store, [world.change_to(running, State::Running).into()]);
    let urgent = Transaction::of([world.birth().into()]).urgent();
    (&store as &dyn Store).commit(urgent).unwrap();
    // Once old ones are gone, new ones are taken again.
    let old: Vec<_> = world.ids().into_iter().filter(|id| *id != running).collect();
    for id in &old {
        commit(&store, [world.end(*id).into()]);
    }
    let everyone = kapelle_model::permit::Permit::system("test");
    store.purge_matching(&everyone, &kapelle_store::Filter::default(), &Purge::default(), &mut all).unwrap();
    world.forget(&old);
    wait();
    try_birth(&store, &mut world, &text).unwrap();
}

#[test]
fn what_was_there_before_counts() {
    let folder = Scratch::new("before");
    let mut world = World::new(2);
    let store = open(&folder, None, 0);
    for number in 0..4 {
        let text = noise(&mut world, 1 << 20);
        try_birth(&store, &mut world, &format!("{number}{text}")).unwrap();
    }
    drop(store);
    let store = open(&folder, Some(2 << 20), 0);
    wait();
    assert!(matches!(try_birth(&store, &mut world, ""), Err(StoreError::Full(_))));
}

#[test]
fn a_disk_with_less_than_the_reserve_takes_nothing_new() {
    let folder = Scratch::new("reserve");
    let store = open(&folder, None, u64::MAX);
    let mut world = World::new(3);
    let Err(StoreError::Full(why)) = try_birth(&store, &mut world, "") else { panic!("it was taken") };
    assert!(why.contains("are kept for what runs"), "{why}");
    let write = Write::Audit(kapelle_store::audit::AuditEntry {
        at: world.now,
        tenant: "main".into(),
        actor: "ann".into(),
        action: "a".into(),
        subject: "b".into(),
        detail: "c".into(),
    });
    commit(&store, [write]);
}

#[test]
fn sizes_are_written_for_people() {
    for (bytes, text) in [
        (0, "0 bytes"),
        (1_023, "1023 bytes"),
        (1_536, "1.5 KiB"),
        (20 << 20, "20.0 MiB"),
        (5 << 40, "5.0 TiB"),
        (u64::MAX, "16777215.9 TiB"),
    ] {
        assert_eq!(Size(bytes).to_string(), text);
    }
}
