//! Documents: versions and what they guard, moments, lists.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;

use super::data::{NAMESPACES, TENANTS};
use super::lists::any_permit;
use super::{Dice, Subject, commit, refused};
use crate::document::{Document, DocumentKey, Kind};
use crate::error::{Conflict, StoreError};
use crate::store::Store;
use crate::transaction::{Over, Write};

pub(super) fn document(kind: Kind, namespace: &str, name: &str, due: Option<Millis>) -> Document {
    let key = DocumentKey { kind, tenant: "main".into(), namespace: namespace.into(), name: name.into() };
    Document::new(key, Millis(5), due, name.as_bytes().to_vec())
}

pub(super) fn put(document: &Document, over: Over) -> Write {
    Write::Put { document: Box::new(document.clone()), over }
}

pub fn versions_of_documents_count_from_one(subject: impl Subject) {
    let one = document(Kind::Value, "shop", "one", None);
    for version in 1..=3 {
        commit(subject.store(), [put(&Document { version: 99, ..one.clone() }, Over::Any)]);
        assert_eq!(subject.store().document(&one.key), Ok(Some(Document { version, ..one.clone() })));
    }
    let other = DocumentKey { kind: Kind::Secret, ..one.key.clone() };
    assert_eq!(subject.store().document(&other), Ok(None), "each kind has names of its own");
    assert_eq!(subject.reopen().store().document(&one.key), Ok(Some(Document { version: 3, ..one })));
}

pub fn a_document_changes_only_over_what_was_seen(subject: impl Subject) {
    let store = subject.store();
    let one = document(Kind::Trigger, "shop", "one", None);
    let key = || one.key.clone();
    let conflict = |kept| StoreError::Conflict(Conflict::Document { key: one.key.clone(), kept });
    assert_eq!(refused(store, [put(&one, Over::Version(1))]), conflict(None));
    assert_eq!(refused(store, [Write::Remove { key: key(), over: Over::Version(1) }]), conflict(None));
    commit(store, [Write::Remove { key: key(), over: Over::Any }]);
    commit(store, [put(&one, Over::Nothing)]);
    assert_eq!(refused(store, [put(&one, Over::Nothing)]), conflict(Some(1)));
    assert_eq!(refused(store, [put(&one, Over::Version(2))]), conflict(Some(1)));
    assert_eq!(refused(store, [Write::Remove { key: key(), over: Over::Nothing }]), conflict(Some(1)));
    assert_eq!(refused(store, [Write::Remove { key: key(), over: Over::Version(3) }]), conflict(Some(1)));
    commit(store, [put(&one, Over::Version(1))]);
    commit(store, [Write::Remove { key: key(), over: Over::Version(2) }]);
    assert_eq!(store.document(&one.key), Ok(None));
}

pub fn a_document_that_comes_again_has_a_version_that_it_never_had(subject: impl Subject) {
    let one = document(Kind::Value, "shop", "one", None);
    commit(subject.store(), [put(&one, Over::Any), put(&one, Over::Any)]);
    commit(subject.store(), [Write::Remove { key: one.key.clone(), over: Over::Any }]);
    let subject = subject.reopen();
    commit(subject.store(), [put(&one, Over::Nothing)]);
    let again = subject.store().document(&one.key).unwrap().unwrap();
    assert!(again.version > 2, "{}", again.version);
}

pub fn documents_are_found_by_key_list_and_moment(subject: impl Subject) {
    let mut dice = Dice::new(30);
    let mut expected: BTreeMap<DocumentKey, Document> = BTreeMap::new();
    for _ in 0..150 {
        let writes: Vec<_> = (0..3).map(|_| any_write(&mut dice, &mut expected)).collect();
        commit(subject.store(), writes);
    }
    check_documents(subject.store(), &mut dice, &expected);
    check_documents(subject.reopen().store(), &mut dice, &expected);
}

fn any_write(dice: &mut Dice, expected: &mut BTreeMap<DocumentKey, Document>) -> Write {
    let key = any_key(dice);
    if dice.percent(25) {
        expected.remove(&key);
        return Write::Remove { key, over: Over::Any };
    }
    let due = dice.percent(50).then(|| Millis(dice.below(100) as i64 - 50));
    let data = (0..dice.below(40)).map(|_| dice.roll() as u8).collect();
    let document = Document::new(key.clone(), Millis(7), due, data).sealed_if(dice.percent(30));
    let document = Document { updated: Millis(9), ..document };
    expected.insert(key, document.clone());
    put(&document, Over::Any)
}

fn any_key(dice: &mut Dice) -> DocumentKey {
    let namespace = if dice.percent(20) { "" } else { dice.pick(&NAMESPACES) };
    let name = *dice.pick(&["a", "a.b", "b", "B", "ä"]);
    let kind = *dice.pick(&[Kind::Value, Kind::Trigger]);
    DocumentKey {
        kind,
        tenant: (*dice.pick(&TENANTS)).into(),
        namespace: namespace.into(),
        name: name.into(),
    }
}

fn check_documents(store: &dyn Store, dice: &mut Dice, expected: &BTreeMap<DocumentKey, Document>) {
    for _ in 0..100 {
        let key = any_key(dice);
        let kept = store.document(&key).unwrap().map(|document| Document { version: 0, ..document });
        assert_eq!(kept.as_ref(), expected.get(&key), "{key:?}");
        check_list(store, dice, expected, &key);
        check_due(store, expected, key.kind, Millis(dice.below(120) as i64 - 60));
    }
}

fn check_list(
    store: &dyn Store,
    dice: &mut Dice,
    expected: &BTreeMap<DocumentKey, Document>,
    key: &DocumentKey,
) {
    let permit = any_permit(dice);
    let namespace = dice.percent(50).then(|| Arc::clone(&key.namespace));
    let after = dice.percent(50).then(|| any_key(dice)).map(|after| DocumentKey { kind: key.kind, ..after });
    let limit = *dice.pick(&[1, 3, 1_000]);
    let is_meant = |document: &&Document| {
        let own = &document.key;
        own.kind == key.kind
            && namespace.as_ref().is_none_or(|namespace| own.namespace == *namespace)
            && after.as_ref().is_none_or(|after| own > after)
            && permit.covers(&own.tenant, &own.namespace)
    };
    let wanted: Vec<_> = expected.values().filter(is_meant).take(limit).cloned().collect();
    let kept = store.documents(&permit, key.kind, namespace.as_deref(), after.as_ref(), limit).unwrap();
    assert_eq!(unversioned(kept), wanted, "{permit:?} {namespace:?} {after:?} {limit}");
}

fn check_due(store: &dyn Store, expected: &BTreeMap<DocumentKey, Document>, kind: Kind, until: Millis) {
    let is_due =
        |document: &&Document| document.key.kind == kind && document.due.is_some_and(|due| due <= until);
    let mut wanted: Vec<_> = expected.values().filter(is_due).cloned().collect();
    wanted.sort_by_key(|document| document.due);
    let mut kept = unversioned(store.documents_due(kind, until, 1_000).unwrap());
    assert!(kept.is_sorted_by_key(|document| document.due), "the earliest first");
    // The order within one moment is free.
    kept.sort_by(|one, two| one.key.cmp(&two.key));
    kept.sort_by_key(|document| document.due);
    assert_eq!(kept, wanted, "{until:?}");
    let first = store.documents_due(kind, until, 2).unwrap();
    let moments = |documents: &[Document]| documents.iter().map(|one| one.due).collect::<Vec<_>>();
    assert_eq!(moments(&first), moments(&wanted[..wanted.len().min(2)]));
}

fn unversioned(documents: Vec<Document>) -> Vec<Document> {
    documents.into_iter().map(|document| Document { version: 0, ..document }).collect()
}

pub fn a_removed_document_is_in_no_list(subject: impl Subject) {
    let one = document(Kind::Window, "shop", "one", Some(Millis(1)));
    commit(subject.store(), [put(&one, Over::Any)]);
    commit(subject.store(), [Write::Remove { key: one.key.clone(), over: Over::Any }]);
    let subject = subject.reopen();
    let all = Permit::system("contract");
    assert_eq!(subject.store().documents(&all, Kind::Window, None, None, 9), Ok(Vec::new()));
    assert_eq!(subject.store().documents_due(Kind::Window, Millis(9), 9), Ok(Vec::new()));
}
