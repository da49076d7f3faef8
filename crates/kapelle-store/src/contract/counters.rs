//! Counters: the same as counting, after any history.

use std::collections::BTreeMap;

use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;

use super::data::{BEGINNING, FLOWS, NAMESPACES, TENANTS, World};
use super::lists::any_permit;
use super::{Dice, Subject, commit};
use crate::listing::Header;
use crate::store::{Counted, CounterScope, Store};
use crate::transaction::Write;

const HOUR: i64 = 3_600_000;

pub fn counters_are_what_counting_gives(subject: impl Subject) {
    let mut world = World::new(60);
    for _ in 0..40 {
        let writes: Vec<_> = (0..10).map(|_| Write::from(world.step())).collect();
        commit(subject.store(), writes);
        check_everything(subject.store(), &world);
    }
    check_scopes(subject.store(), &mut world);
    let subject = subject.reopen();
    check_everything(subject.store(), &world);
    check_scopes(subject.store(), &mut world);
}

pub fn what_is_deleted_is_not_counted_any_more(subject: impl Subject) {
    let mut world = World::new(61);
    for _ in 0..30 {
        let birth = world.birth_with(|birth| birth.parent = None);
        let end = world.end(birth.id);
        commit(subject.store(), [birth.into(), end.into()]);
    }
    while !world.executions.is_empty() {
        let ids = world.ids();
        let some = world.dice.some(&ids);
        commit(subject.store(), [Write::Purge(some.clone())]);
        world.forget(&some);
        check_everything(subject.store(), &world);
    }
}

fn check_everything(store: &dyn Store, world: &World) {
    let all = Permit::system("contract");
    check(store, &world.headers(), &all, &CounterScope::All, BEGINNING, Millis(i64::MAX));
}

fn check_scopes(store: &dyn Store, world: &mut World) {
    let headers = world.headers();
    for _ in 0..150 {
        let dice = &mut world.dice;
        let (permit, scope) = (any_permit(dice), any_scope(dice));
        let from = Counted::hour_of(BEGINNING).plus(HOUR * dice.below(9) as i64);
        let until = from.plus(HOUR * dice.below(20) as i64);
        check(store, &headers, &permit, &scope, from, until);
    }
}

fn any_scope(dice: &mut Dice) -> CounterScope {
    let (tenant, namespace) = ((*dice.pick(&TENANTS)).into(), (*dice.pick(&NAMESPACES)).into());
    match dice.below(3) {
        0 => CounterScope::All,
        1 => CounterScope::Namespace { tenant, namespace },
        _ => CounterScope::Flow { tenant, namespace, flow: (*dice.pick(&FLOWS)).into() },
    }
}

fn check(
    store: &dyn Store,
    headers: &[Header],
    permit: &Permit,
    scope: &CounterScope,
    from: Millis,
    until: Millis,
) {
    let from = Counted::hour_of(from);
    let mut sums = BTreeMap::new();
    for Header { birth, head } in headers {
        let hour = Counted::hour_of(head.history.started());
        let is_meant = permit.covers(&birth.tenant, &birth.namespace)
            && scope.contains(&birth.tenant, &birth.namespace, &birth.flow)
            && (from..until).contains(&hour);
        if is_meant {
            *sums.entry((hour, head.history.current())).or_insert(0) += 1;
        }
    }
    let expected: Vec<_> =
        sums.into_iter().map(|((hour, state), number)| Counted { hour, state, number }).collect();
    let counted = store.counters(permit, scope, from, until).unwrap();
    assert_eq!(counted, expected, "{permit:?} {scope:?} {from:?} {until:?}");
}
