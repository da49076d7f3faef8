//! Large values, and what cannot be asked for.

use std::sync::Arc;

use kapelle_model::permit::Permit;
use kapelle_model::value::{Map, Text, Value};
use kapelle_model::{ExecutionId, State};

use super::data::World;
use super::documents::{document, put};
use super::{Snapshot, Subject, commit, refused};
use crate::document::Kind;
use crate::error::StoreError;
use crate::filter::Filter;
use crate::limits::{DOCUMENT_MAX, PAGE_MAX, PURGE_MAX};
use crate::listing::{By, Page, Sort};
use crate::logs::{LogFilter, LogPage};
use crate::store::Values;
use crate::transaction::{Over, Write};

/// A megabyte that hardly packs, with a secret in it.
fn large(world: &mut World) -> Arc<Map> {
    let text = (0..1 << 16).map(|_| world.dice.roll().to_string()).collect::<Vec<_>>().concat();
    let text = Text::concat(&Text::from(text), &Text::from("hunter2").into_secret());
    Arc::new(Map::from_iter([("large".into(), Value::Str(text)), ("small".into(), Value::Int(1))]))
}

pub fn large_values_come_back_whole(subject: impl Subject) {
    let mut world = World::new(97);
    let birth = world.birth_with(|birth| birth.parent = None);
    let id = birth.id;
    let mut change = world.change_to(id, State::Running);
    let mut run = world.run(0);
    run.outputs = Some(large(&mut world));
    change.runs = vec![run];
    change.removed.clear();
    change.head.outputs = Some(large(&mut world));
    let expected = change.apply(birth.apply(None));
    commit(subject.store(), [birth.into(), change.into()]);
    let subject = subject.reopen();
    let store = subject.store();
    assert!(store.execution(id, Values::Fetched).unwrap() == expected, "every byte and every secret mark");
    let named = store.execution(id, Values::Named).unwrap().unwrap();
    for outputs in [named.head.outputs.unwrap(), named.runs[0].outputs.clone().unwrap()] {
        assert_eq!(outputs.get("small"), Some(&Value::Int(1)), "what is small stays in its place");
        assert!(matches!(outputs.get("large"), Some(Value::Map(_) | Value::Str(_) | Value::Secret(_))));
    }
    let page = Page::newest(10);
    let listed = store.executions(&Permit::system("contract"), &Filter::default(), &page).unwrap();
    assert_eq!(listed.rows[0].birth.id, id);
    let end = world.end(id);
    commit(store, [end.into(), Write::Purge(vec![id])]);
    assert_eq!(store.execution(id, Values::Fetched), Ok(None));
}

pub fn a_document_as_large_as_may_be_comes_back_whole(subject: impl Subject) {
    let mut one = document(Kind::Value, "shop", "one", None);
    one.data = (0..DOCUMENT_MAX).map(|place| ((place * place) >> 7) as u8).collect();
    commit(subject.store(), [put(&one, Over::Nothing)]);
    let subject = subject.reopen();
    assert!(subject.store().document(&one.key).unwrap().unwrap().data == one.data);
}

pub fn what_is_too_large_is_refused_with_its_limit(subject: impl Subject) {
    let store = subject.store();
    let mut world = World::filled(98, store, 3);
    let mut one = document(Kind::Value, "shop", "one", None);
    one.data = vec![0; DOCUMENT_MAX + 1];
    let purged: Vec<_> = (0..=PURGE_MAX as u128).map(ExecutionId).collect();
    let mut foreign = world.birth();
    foreign.id = world.next_id();
    let before = Snapshot::of(store);
    for (write, told) in [
        (put(&one, Over::Any), DOCUMENT_MAX.to_string()),
        (Write::Purge(purged), PURGE_MAX.to_string()),
        (foreign.into(), "birth".to_owned()),
    ] {
        let error = refused(store, [put(&document(Kind::Value, "shop", "good", None), Over::Any), write]);
        assert!(matches!(&error, StoreError::Invalid(why) if why.contains(&told)), "{error:?}");
        assert_eq!(Snapshot::of(store), before);
    }
}

pub fn a_page_has_from_one_row_to_its_limit(subject: impl Subject) {
    let all = Permit::system("contract");
    let store = subject.store();
    for size in [0, PAGE_MAX + 1] {
        let listed = store.executions(&all, &Filter::default(), &Page::newest(size));
        assert!(is_told(&listed, &PAGE_MAX.to_string()), "{listed:?}");
        let page = LogPage { offset: 0, size, is_newest_first: true, is_counted: false };
        let lines = store.logs(&all, &LogFilter::default(), &page);
        assert!(is_told(&lines, &PAGE_MAX.to_string()), "{lines:?}");
    }
    let sort = Sort { by: By::State, is_descending: true };
    let listed =
        store.executions(&all, &Filter::default(), &Page { sort, ..Page::oldest(5, Some(ExecutionId(1))) });
    assert!(is_told(&listed, "age"), "{listed:?}");
    assert!(store.executions(&all, &Filter::default(), &Page::newest(PAGE_MAX)).is_ok());
}

fn is_told<T>(result: &crate::error::Result<T>, what: &str) -> bool {
    matches!(result, Err(StoreError::Invalid(why)) if why.contains(what))
}
