//! Flows: revisions without gaps, ends and new beginnings.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::time::Millis;

use super::data::{FLOWS, NAMESPACES, TENANTS};
use super::lists::any_permit;
use super::{Dice, Subject, commit, refused};
use crate::error::{Conflict, StoreError};
use crate::flow::{FlowRevision, RevisionName, Which};
use crate::store::Store;
use crate::transaction::Write;

type Name = (Arc<str>, Arc<str>, Arc<str>);

pub(super) fn revision(tenant: &str, namespace: &str, id: &str, revision: u32) -> Box<FlowRevision> {
    Box::new(FlowRevision {
        tenant: tenant.into(),
        namespace: namespace.into(),
        id: id.into(),
        revision,
        source: format!("id: {id}\nrevision: {revision}\n# ✓\n").into(),
        description: revision.is_multiple_of(2).then(|| "what it does".into()),
        labels: [("team".into(), "a".into()), ("env".into(), "".into())].into(),
        is_disabled: revision.is_multiple_of(3),
        is_deleted: false,
        created: Millis(i64::from(revision)),
    })
}

fn end(number: u32) -> Write {
    Write::Flow(Box::new(FlowRevision { is_deleted: true, ..*revision("main", "shop", "daily", number) }))
}

fn next(number: u32) -> Write {
    Write::Flow(revision("main", "shop", "daily", number))
}

pub fn revisions_of_a_flow_have_no_gaps(subject: impl Subject) {
    let store = subject.store();
    let check_refused = |written, kept| {
        let error = refused(store, [next(written)]);
        assert!(
            matches!(&error, StoreError::Conflict(Conflict::Revision { kept: is, written: w, .. })
                if (*is, *w) == (kept, written)),
            "{error:?}"
        );
    };
    check_refused(2, None);
    commit(store, [next(1)]);
    check_refused(1, Some(1));
    check_refused(3, Some(1));
    commit(store, [next(2), next(3)]);
    check_refused(3, Some(3));
    let kept = store.revisions("main", "shop", "daily").unwrap();
    assert_eq!(kept.iter().map(|flow| flow.revision).collect::<Vec<_>>(), [1, 2, 3]);
}

pub fn all_revisions_but_the_last_can_be_forgotten(subject: impl Subject) {
    let forget = |revision| {
        let id = "daily".into();
        Write::ForgetRevision(RevisionName { tenant: "main".into(), namespace: "shop".into(), id, revision })
    };
    let numbers = |store: &dyn Store| {
        let kept = store.revisions("main", "shop", "daily").unwrap();
        kept.iter().map(|flow| flow.revision).collect::<Vec<_>>()
    };
    commit(subject.store(), [next(1), next(2), next(3)]);
    commit(subject.store(), [forget(2), forget(2), forget(3), forget(7)]);
    assert_eq!(numbers(subject.store()), [1, 3]);
    assert!(subject.store().flow("main", "shop", "daily", Which::Exactly(2)).unwrap().is_none());
    let subject = subject.reopen();
    commit(subject.store(), [next(4)]);
    assert_eq!(numbers(subject.store()), [1, 3, 4]);
}

pub fn a_flow_that_ended_begins_again_with_its_next_revision(subject: impl Subject) {
    commit(subject.store(), [next(1), end(2)]);
    let subject = subject.reopen();
    let store = subject.store();
    let number = |which| {
        store.flow("main", "shop", "daily", which).unwrap().map(|flow| (flow.revision, flow.is_deleted))
    };
    assert_eq!(number(Which::Latest), None);
    assert_eq!(number(Which::LatestEver), Some((2, true)));
    assert_eq!(number(Which::Exactly(1)), Some((1, false)));
    assert_eq!(number(Which::Exactly(2)), Some((2, true)));
    assert_eq!(number(Which::Exactly(3)), None);
    assert!(matches!(refused(store, [next(1)]), StoreError::Conflict(Conflict::Revision { .. })));
    commit(store, [next(3)]);
    assert_eq!(number(Which::Latest), Some((3, false)));
    assert_eq!(store.flow("main", "shop.daily", "daily", Which::Latest), Ok(None));
    assert_eq!(store.flow("other", "shop", "daily", Which::Latest), Ok(None));
}

pub fn flows_are_listed_by_name_for_those_who_may_see_them(subject: impl Subject) {
    let mut dice = Dice::new(40);
    let mut expected: BTreeMap<Name, Vec<FlowRevision>> = BTreeMap::new();
    for _ in 0..200 {
        let (tenant, namespace) = (*dice.pick(&TENANTS), *dice.pick(&NAMESPACES));
        let id = *dice.pick(&FLOWS);
        let known = expected.entry((tenant.into(), namespace.into(), id.into())).or_default();
        let next = *revision(tenant, namespace, id, known.len() as u32 + 1);
        let next = FlowRevision { is_deleted: !known.is_empty() && dice.percent(30), ..next };
        known.push(next.clone());
        commit(subject.store(), [Write::Flow(Box::new(next))]);
    }
    check_flows(subject.store(), &mut dice, &expected);
    check_flows(subject.reopen().store(), &mut dice, &expected);
}

fn check_flows(store: &dyn Store, dice: &mut Dice, expected: &BTreeMap<Name, Vec<FlowRevision>>) {
    for ((tenant, namespace, id), revisions) in expected {
        let kept = store.revisions(tenant, namespace, id).unwrap();
        assert!(kept.iter().map(|flow| &**flow).eq(revisions), "{namespace}.{id}");
        let latest = store.flow(tenant, namespace, id, Which::Latest).unwrap();
        assert_eq!(latest.as_deref(), revisions.last().filter(|flow| !flow.is_deleted));
    }
    for _ in 0..30 {
        let permit = any_permit(dice);
        let mut wanted: Vec<_> = expected
            .values()
            .filter_map(|revisions| revisions.last())
            .filter(|flow| !flow.is_deleted && permit.covers(&flow.tenant, &flow.namespace))
            .collect();
        let kept = store.flows(&permit).unwrap();
        let place = |flow: &FlowRevision| (Arc::clone(&flow.namespace), Arc::clone(&flow.id));
        assert!(kept.is_sorted_by_key(|flow| place(flow)), "by namespace and id");
        // The order of tenants with the same namespace and id is free.
        let mut kept: Vec<_> = kept.iter().map(|flow| &**flow).collect();
        kept.sort_by_key(|flow| (place(flow), Arc::clone(&flow.tenant)));
        wanted.sort_by_key(|flow| (place(flow), Arc::clone(&flow.tenant)));
        assert_eq!(kept, wanted, "{permit:?}");
    }
}
