//! A folder that this version, or an earlier one, left behind opens in all later ones, and says the same.
//!
//! `tests/data/N.db.zst` is a database as version N of the schema wrote it, `N.txt` what was in it. To add those of a
//! new schema: `cargo test -p kapelle-store-sqlite keep -- --ignored`. Those that are there are never written again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kapelle_model::permit::Permit;
use kapelle_store::contract::Snapshot;
use kapelle_store::contract::data::World;
use kapelle_store::flow::FlowRevision;
use kapelle_store::{Filter, Page, Store, Transaction, Write};

use super::{open, scratch};

/// Packed, a database is a tenth of its size.
const UNPACKED_MAX: usize = 16 << 20;

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// What is in a store, in words that do not change with the types that hold it.
fn facts(store: &dyn Store) -> String {
    let Snapshot {
        executions,
        unfinished,
        slots,
        wakes,
        orders,
        counters,
        flows,
        documents,
        files,
        audit,
        ..
    } = Snapshot::of(store);
    let mut words = String::new();
    for execution in executions.iter().flatten() {
        let (birth, head) = (&execution.birth, &execution.head);
        writeln!(
            words,
            "execution {} of {}/{}/{} revision {}: {} version {}, {} inputs, {} labels, {} task runs, {} children",
            birth.id,
            birth.tenant,
            birth.namespace,
            birth.flow,
            birth.revision,
            execution.state().name(),
            head.version,
            birth.inputs.len(),
            head.labels.len(),
            execution.runs.len(),
            execution.children.len(),
        )
        .unwrap();
        for run in &execution.runs {
            let outputs = run.outputs.as_ref().map_or(0, |outputs| outputs.len());
            let (state, attempts) = (run.state().name(), run.attempts.len());
            writeln!(
                words,
                "  {} `{}` {state}: {attempts} attempts, {outputs} outputs",
                run.index.0, run.task
            )
            .unwrap();
        }
    }
    writeln!(words, "unfinished {}, with a share of limits {}", unfinished.len(), slots.len()).unwrap();
    writeln!(words, "wakes {}, orders {}, counted {}", wakes.len(), orders.len(), counters.len()).unwrap();
    for flow in flows {
        writeln!(words, "flow {} {} revision {}: {:?}", flow.namespace, flow.id, flow.revision, flow.source)
            .unwrap();
    }
    for document in documents {
        writeln!(words, "{} version {}: {} bytes", document.key, document.version, document.data.len())
            .unwrap();
    }
    for file in files {
        writeln!(words, "file {} version {}", file.path, file.version).unwrap();
    }
    for record in audit {
        writeln!(words, "record {}: {} {}", record.number, record.entry.actor, record.entry.action).unwrap();
    }
    words
}

#[test]
fn every_database_that_was_kept_opens_and_says_the_same() {
    for version in 1..=crate::schema::LATEST {
        let packed = std::fs::read(kept(&format!("{version}.db.zst"))).unwrap();
        let folder = scratch("kept");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("kapelle.db"), zstd::bulk::decompress(&packed, UNPACKED_MAX).unwrap())
            .unwrap();
        let store = open(&folder);
        let expected = std::fs::read_to_string(kept(&format!("{version}.txt"))).unwrap();
        assert_eq!(facts(&store), expected, "schema {version}");
        let page = Page::newest(1).counted();
        let all = store.executions(&Permit::system("test"), &Filter::default(), &page).unwrap();
        assert!(!all.rows.is_empty());
        drop(store);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
#[ignore = "it writes the data of a new schema, once"]
fn keep_the_data_of_a_new_schema() {
    let packed = kept(&format!("{}.db.zst", crate::schema::LATEST));
    assert!(!packed.exists(), "what is kept is never written again");
    let folder = scratch("keep");
    let store = open(&folder);
    World::filled(1, &store, 40);
    let all: &dyn Store = &store;
    let flow = FlowRevision {
        tenant: "main".into(),
        namespace: "shop".into(),
        id: "orders".into(),
        revision: 1,
        source: "id: orders\nnamespace: shop\n".into(),
        description: Some("What is ordered".into()),
        labels: [("team".into(), "shop".into())].into(),
        is_disabled: false,
        is_deleted: false,
        created: kapelle_model::Millis(1_780_000_000_000),
    };
    all.commit(Transaction::of([Write::Flow(Box::new(flow))])).unwrap();
    std::fs::create_dir_all(packed.parent().unwrap()).unwrap();
    std::fs::write(kept(&format!("{}.txt", crate::schema::LATEST)), facts(&store)).unwrap();
    drop(store);
    let database = std::fs::read(folder.join("kapelle.db")).unwrap();
    std::fs::write(packed, zstd::bulk::compress(&database, 19).unwrap()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}
