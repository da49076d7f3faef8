use std::io::Read;

use kapelle_store::MemoryStore;

use super::*;
use crate::storage::LocalStorage;
use crate::testing::{Folder, HandClock};

struct World {
    folder: Folder,
    files: TenantFiles,
}

fn world() -> World {
    let folder = Folder::new();
    let clock = HandClock::at("2026-05-06T07:08:09Z");
    let storage = Arc::new(LocalStorage::open(folder.path()).unwrap());
    let files = TenantFiles::new("main".into(), Arc::new(MemoryStore::new()), storage, clock.clock());
    World { folder, files }
}

impl World {
    fn put(&self, path: &str, content: &str) -> u32 {
        self.files.put("team.a", path, &mut content.as_bytes()).unwrap().version
    }

    fn read(&self, path: &str, version: Option<u32>) -> Option<String> {
        let mut content = String::new();
        self.files.open("team.a", path, version).unwrap()?.read_to_string(&mut content).unwrap();
        Some(content)
    }

    fn bytes(&self, inner: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("main").join(inner)).unwrap()
    }

    fn names(&self) -> Vec<(String, u32)> {
        let files = self.files.list("team.a").unwrap();
        files.into_iter().map(|file| (file.path, file.version)).collect()
    }
}

#[test]
fn each_put_is_a_version_and_all_of_them_stay() {
    let world = world();
    assert_eq!([world.put("d/a.txt", "one"), world.put("/d/a.txt", "three")], [1, 2]);
    assert_eq!(world.read("d/a.txt", None).as_deref(), Some("three"));
    assert_eq!(world.read("/d/a.txt", Some(1)).as_deref(), Some("one"));
    assert_eq!(world.read("d/a.txt", Some(3)), None);
    assert_eq!(world.files.size("team.a", "d/a.txt", None).unwrap(), Some(5));
    assert_eq!(world.names(), [("d/a.txt".to_owned(), 2)]);
    let versions = world.files.versions("team.a", "d/a.txt").unwrap();
    assert_eq!(versions.iter().map(|file| (file.version, file.size)).collect::<Vec<_>>(), [(1, 3), (2, 5)]);
}

#[test]
fn a_version_goes_with_its_bytes_and_the_rest_is_what_the_file_is() {
    let world = world();
    for content in ["one", "two", "three"] {
        world.put("d/a.txt", content);
    }
    assert!(world.files.delete_version("team.a", "/d/a.txt", 1).unwrap());
    assert!(!world.files.delete_version("team.a", "d/a.txt", 1).unwrap());
    assert!(!world.folder.path().join("main/team/a/_files/d/a.txt").exists());
    assert!(world.files.delete_version("team.a", "d/a.txt", 3).unwrap());
    assert_eq!((world.read("d/a.txt", None).as_deref(), world.put("d/a.txt", "four")), (Some("two"), 4));
    for version in [2, 4] {
        assert!(world.files.delete_version("team.a", "d/a.txt", version).unwrap());
    }
    assert_eq!((world.read("d/a.txt", None), world.names()), (None, Vec::new()));
    assert!(world.files.delete_version("team.a", "../x", 1).is_err());
}

#[test]
fn bytes_are_where_clients_look_for_them() {
    let world = world();
    world.put("d/a.txt", "one");
    world.put("d/a.txt", "two");
    assert_eq!(world.bytes("team/a/_files/d/a.txt"), "one");
    assert_eq!(world.bytes("team/a/_files/d/a.txt.v2"), "two");
}

#[test]
fn a_name_that_looks_like_a_version_does_not_spoil_one() {
    let world = world();
    world.put("a.txt", "one");
    world.put("a.txt", "two");
    world.put("a.txt.v2", "other");
    world.put("b.v2", "first");
    world.put("b", "1");
    world.put("b", "2");
    assert_eq!(world.read("a.txt", Some(2)).as_deref(), Some("two"));
    assert_eq!(world.read("a.txt.v2", None).as_deref(), Some("other"));
    assert_eq!(world.read("b.v2", None).as_deref(), Some("first"));
    assert_eq!(world.read("b", None).as_deref(), Some("2"));
}

#[test]
fn a_deleted_file_is_gone_until_it_is_put_again() {
    let world = world();
    world.put("a", "one");
    assert_eq!(
        [world.files.delete("team.a", "a").unwrap(), world.files.delete("team.a", "a").unwrap()],
        [true, false]
    );
    assert_eq!((world.read("a", None), world.names()), (None, vec![]));
    assert_eq!(
        (world.read("a", Some(1)).as_deref(), world.files.latest("team.a", "a").unwrap()),
        (Some("one"), 0)
    );
    assert_eq!(world.put("a", "two"), 3);
    assert_eq!(
        (world.read("a", None).as_deref(), world.files.latest("team.a", "a").unwrap()),
        (Some("two"), 3)
    );
    let versions = world.files.versions("team.a", "a").unwrap();
    assert_eq!(versions.iter().map(|file| file.version).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_path_with_the_number_of_a_version_means_it_if_it_is_there() {
    let world = world();
    world.put("a", "one");
    world.put("a", "two");
    for (path, means) in [
        ("a", ("a", None)),
        ("a.v2", ("a", Some(2))),
        ("a.v1", ("a.v1", None)),
        ("a.v3", ("a.v3", None)),
        ("a.v02", ("a.v02", None)),
        ("a.vx", ("a.vx", None)),
    ] {
        assert_eq!(world.files.named("team.a", path).unwrap(), means, "{path}");
    }
}

#[test]
fn namespaces_with_files_are_found_at_every_depth() {
    let world = world();
    for namespace in ["b", "a.b.c", "a"] {
        world.files.put(namespace, "executions/x", &mut &b"x"[..]).unwrap();
    }
    world.files.put("gone", "x", &mut &b"x"[..]).unwrap();
    world.files.delete("gone", "x").unwrap();
    assert_eq!(world.files.namespaces().unwrap(), ["a", "a.b.c", "b"]);
}

#[test]
fn paths_stay_inside() {
    let world = world();
    for path in ["", "/", "../x", "a/../x", "a//b", "a/", "a\0b", "//a", "."] {
        let put = world.files.put("team.a", path, &mut &b"x"[..]);
        assert!(put.is_err(), "{path:?}");
        assert!(world.files.open("team.a", path, None).is_err(), "{path:?}");
    }
    let escape = world.files.put("..", "x", &mut &b"x"[..]);
    assert!(escape.is_err());
}

#[test]
fn puts_at_the_same_time_do_not_spoil_each_other() {
    let world = world();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let files = &world.files;
            scope.spawn(move || files.put("team.a", "a", &mut format!("{number}").as_bytes()).unwrap());
        }
    });
    let contents = (1..=8).map(|version| world.read("a", Some(version)).unwrap());
    let contents: std::collections::BTreeSet<String> = contents.collect();
    assert_eq!(contents.len(), 8);
}
