//! Files of executions that are deleted by their age.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::{ExecutionId, State};
use kapelle_plugin::{Executions, OldFiles};

use super::world::World;
use crate::executions::TenantExecutions;
use crate::storage::{LocalStorage, execution_folder};
use crate::testing::Folder;

const OLD: &str = "2026-03-01T00:00:00Z";
const NEW: &str = "2026-04-01T00:00:00Z";
const BETWEEN: &str = "2026-03-15T00:00:00Z";

struct Files {
    world: World,
    folder: Folder,
}

impl Files {
    fn new() -> Self {
        Self { world: World::new(), folder: Folder::new() }
    }

    /// Puts a file into the folder of an execution.
    fn put(&self, (namespace, flow): (&str, &str), id: ExecutionId, name: &str, changed: &str) -> PathBuf {
        let folder = execution_folder(namespace, flow, &id.to_string());
        self.put_at(&format!("{folder}/{name}"), changed)
    }

    fn put_at(&self, path: &str, changed: &str) -> PathBuf {
        let path = self.folder.path().join("main").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = File::create(&path).unwrap();
        file.set_modified(changed.parse::<Timestamp>().unwrap().into()).unwrap();
        path
    }

    /// Scanned executions, those with such files, deleted files.
    fn purge(&self, of: &OldFiles) -> [u64; 3] {
        let storage = Arc::new(LocalStorage::open(self.folder.path()).unwrap());
        let executions = TenantExecutions::new(Arc::from("main"), self.world.runtime().grips(), storage);
        let purged = executions.purge_files(of).unwrap();
        [purged.scanned, purged.executions, purged.files]
    }
}

/// What is old in a namespace, or in one of its flows.
fn old(namespace: Option<&str>, flow: Option<&str>) -> OldFiles {
    OldFiles {
        namespace: namespace.map(str::to_owned),
        flow: flow.map(str::to_owned),
        from: None,
        until: BETWEEN.parse().unwrap(),
        is_dry: false,
    }
}

#[test]
fn files_go_by_their_own_age_also_where_nobody_knows_the_execution() {
    let files = Files::new();
    let flow = ("team.a", "my_flow");
    let one = files.put(flow, ExecutionId(1), "tasks/one/r/a", OLD);
    let new = files.put(flow, ExecutionId(1), "tasks/two/r/b", NEW);
    let only_old = files.put(flow, ExecutionId(2), "inputs/c", OLD);
    let only_new = files.put(flow, ExecutionId(3), "inputs/d", NEW);
    let of = old(Some("team.a"), Some("my_flow"));
    assert_eq!(files.purge(&OldFiles { is_dry: true, ..of.clone() }), [3, 2, 0]);
    assert!(one.exists() && only_old.exists());
    assert_eq!(files.purge(&of), [3, 2, 2]);
    assert!(!one.exists() && new.exists() && only_new.exists());
    // An execution that has none left leaves no folder behind.
    assert!(!only_old.parent().unwrap().parent().unwrap().exists());
}

#[test]
fn what_is_older_than_the_start_stays() {
    let files = Files::new();
    files.put(("team", "f"), ExecutionId(1), "inputs/a", OLD);
    files.put(("team", "f"), ExecutionId(2), "inputs/a", NEW);
    let of = old(Some("team"), Some("f"));
    let later =
        OldFiles { from: Some(of.until), until: "2026-05-01T00:00:00Z".parse().unwrap(), ..of.clone() };
    assert_eq!(files.purge(&later), [2, 1, 1]);
    assert_eq!(files.purge(&of), [1, 1, 1]);
}

#[test]
fn a_namespace_has_all_below_it_and_nothing_beside_it() {
    let files = Files::new();
    files.put(("team.a", "f"), ExecutionId(1), "inputs/a", OLD);
    files.put(("team.a.b", "f"), ExecutionId(2), "inputs/a", OLD);
    // The folder of this flow is that of the namespace.
    let above = files.put(("team", "a"), ExecutionId(3), "inputs/a", OLD);
    let beside = files.put(("team.ab", "f"), ExecutionId(4), "inputs/a", OLD);
    assert_eq!(files.purge(&old(Some("team.a"), None)), [2, 2, 2]);
    assert!(above.exists() && beside.exists());
    assert_eq!(files.purge(&old(None, None)), [2, 2, 2]);
    assert!(!above.exists() && !beside.exists());
}

#[test]
fn a_flow_or_namespace_may_be_called_executions() {
    let files = Files::new();
    files.put(("team", "executions"), ExecutionId(1), "inputs/a", OLD);
    files.put(("team.executions", "f"), ExecutionId(2), "inputs/a", OLD);
    assert_eq!(files.purge(&old(Some("team"), None)), [2, 2, 2]);
}

#[test]
fn files_of_namespaces_and_caches_are_no_files_of_executions() {
    let files = Files::new();
    let kept = [
        files.put_at(&format!("team/_files/f/executions/{}/a", ExecutionId(1)), OLD),
        files.put_at("team/f/cache/executions/cache.zip", OLD),
    ];
    assert_eq!(files.purge(&old(Some("team"), None)), [0, 0, 0]);
    assert!(kept.iter().all(|file| file.exists()));
}

#[test]
fn who_still_works_keeps_its_files() {
    let files = Files::new();
    let source = "
id: one
namespace: team
tasks:
- {id: wait, type: io.kestra.plugin.core.flow.Pause, delay: PT1H}
";
    let id = files.world.start(source, &[]);
    let input = files.put(("team", "one"), id, "inputs/a", OLD);
    assert_eq!(files.purge(&old(Some("team"), None)), [1, 0, 0]);
    assert!(input.exists());
    assert_eq!(files.world.finish(id), State::Success);
    assert_eq!(files.purge(&old(Some("team"), None)), [1, 1, 1]);
}
