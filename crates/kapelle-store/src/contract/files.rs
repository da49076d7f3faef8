//! The index of namespace files: versions numbered by the store.

use std::collections::BTreeMap;

use kapelle_model::time::Millis;

use super::data::{NAMESPACES, TENANTS};
use super::{Dice, Subject, commit};
use crate::namespace_file::{FileName, FileVersion};
use crate::store::Store;
use crate::transaction::Write;

const PATHS: [&str; 5] = ["a.txt", "scripts", "scripts/a.sh", "scripts/ä.sh", "Scripts"];

/// Tenant, namespace and path.
type Name = (&'static str, &'static str, &'static str);

pub(super) fn file(tenant: &str, namespace: &str, path: &str, size: u64) -> FileVersion {
    FileVersion {
        tenant: tenant.into(),
        namespace: namespace.into(),
        path: path.into(),
        version: 0,
        is_folder: false,
        is_deleted: false,
        size,
        place: Some(format!("files/{size}").into()),
        created: Millis(size as i64),
    }
}

pub fn versions_of_files_are_numbered_by_the_store(subject: impl Subject) {
    for size in 1..=3 {
        let version = FileVersion { version: 77, ..file("main", "shop", "a.txt", size) };
        commit(subject.store(), [Write::File(Box::new(version))]);
    }
    let subject = subject.reopen();
    let kept = subject.store().file_versions("main", "shop", "a.txt").unwrap();
    let expected: Vec<_> = (1..=3u32)
        .map(|number| FileVersion { version: number, ..file("main", "shop", "a.txt", number.into()) })
        .collect();
    assert_eq!(kept, expected);
    assert_eq!(subject.store().files("main", "shop").unwrap(), expected[2..]);
}

pub fn files_are_listed_by_path_unless_they_ended(subject: impl Subject) {
    let mut dice = Dice::new(71);
    let mut expected: BTreeMap<Name, Vec<FileVersion>> = BTreeMap::new();
    for size in 0..200 {
        let name = (*dice.pick(&TENANTS), *dice.pick(&NAMESPACES), *dice.pick(&PATHS));
        let known = expected.entry(name).or_default();
        let mut next = file(name.0, name.1, name.2, size);
        next.version = known.len() as u32 + 1;
        next.is_deleted = !known.is_empty() && dice.percent(30);
        next.is_folder = name.2 == "scripts";
        if next.is_deleted || next.is_folder {
            next.place = None;
        }
        known.push(next.clone());
        commit(subject.store(), [Write::File(Box::new(next))]);
    }
    check_files(subject.store(), &expected);
    check_files(subject.reopen().store(), &expected);
}

pub fn a_version_that_is_forgotten_is_gone_and_its_number_too(subject: impl Subject) {
    let put = |size| Write::File(Box::new(file("main", "shop", "a.txt", size)));
    let forget = |version| {
        let path = "a.txt".into();
        Write::ForgetFile(FileName { tenant: "main".into(), namespace: "shop".into(), path, version })
    };
    let numbers = |store: &dyn Store| {
        let versions = store.file_versions("main", "shop", "a.txt").unwrap();
        let listed = store.files("main", "shop").unwrap();
        assert!(listed.iter().eq(versions.last()), "what is left of it is what it is now");
        versions.iter().map(|version| (version.version, version.size)).collect::<Vec<_>>()
    };
    commit(subject.store(), [put(1), put(2), put(3), forget(1)]);
    assert_eq!(numbers(subject.store()), [(2, 2), (3, 3)]);
    commit(subject.store(), [forget(3), forget(3), forget(7)]);
    assert_eq!(numbers(subject.store()), [(2, 2)]);
    let subject = subject.reopen();
    commit(subject.store(), [put(4)]);
    assert_eq!(numbers(subject.store()), [(2, 2), (4, 4)]);
    commit(subject.store(), [forget(2), forget(4)]);
    assert_eq!(numbers(subject.store()), []);
    commit(subject.store(), [put(5)]);
    assert_eq!(numbers(subject.store()), [(5, 5)]);
}

fn check_files(store: &dyn Store, expected: &BTreeMap<Name, Vec<FileVersion>>) {
    for ((tenant, namespace, path), versions) in expected {
        assert_eq!(store.file_versions(tenant, namespace, path).unwrap(), *versions);
        let of_namespace = expected.iter().filter(|(name, _)| (name.0, name.1) == (*tenant, *namespace));
        let latest: Vec<_> = of_namespace
            .filter_map(|(_, versions)| versions.last())
            .filter(|last| !last.is_deleted)
            .cloned()
            .collect();
        assert_eq!(store.files(tenant, namespace).unwrap(), latest, "{tenant} {namespace}");
    }
}
