//! Metrics: written once, found by every filter.

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;

use super::data::{BEGINNING, FLOWS, NAMESPACES, TENANTS, index};
use super::lists::{any_permit, any_range};
use super::{Dice, Subject};
use crate::filter::Range;
use crate::metrics::{Metric, MetricFilter, MetricKind};
use crate::store::Store;

const KINDS: [MetricKind; 3] = [MetricKind::Counter, MetricKind::Timer, MetricKind::Gauge];

fn any_metric(dice: &mut Dice, number: u32) -> Metric {
    let place = dice.below(5);
    Metric {
        at: BEGINNING.plus(i64::from(number) * 7_200_000),
        tenant: TENANTS[place % TENANTS.len()].into(),
        namespace: NAMESPACES[place].into(),
        flow: FLOWS[place % FLOWS.len()].into(),
        execution: ExecutionId((1 << 90) + ((place as u128) << 64)),
        run: index(dice.below(3) as u32),
        attempt: dice.below(2) as u32,
        number,
        task: (*dice.pick(&["hello", "shop"])).into(),
        name: (*dice.pick(&["rows", "Rows", "duration"])).into(),
        kind: *dice.pick(&KINDS),
        value: *dice.pick(&[0.0, -1.5, 1e300, 0.1, 1e-300]),
        tags: dice.some(&[("a".into(), "b".into()), ("c".into(), "".into())]).into(),
    }
}

fn filled(store: &dyn Store, dice: &mut Dice) -> Vec<Metric> {
    let metrics: Vec<_> = (0..300).map(|number| any_metric(dice, number)).collect();
    for part in metrics.chunks(41) {
        store.append_metrics(part.to_vec()).unwrap();
    }
    store.flush_logs().unwrap();
    metrics
}

fn all_of(store: &dyn Store) -> Vec<Metric> {
    store.metrics(&Permit::system("contract"), &MetricFilter::default(), 1_000).unwrap()
}

pub fn every_metric_filter_is_what_it_says(subject: impl Subject) {
    let mut dice = Dice::new(85);
    let metrics = filled(subject.store(), &mut dice);
    let subject = subject.reopen();
    assert_eq!(all_of(subject.store()), metrics);
    for _ in 0..300 {
        let (permit, filter) = (any_permit(&mut dice), any_filter(&mut dice, &metrics));
        let limit = *dice.pick(&[1, 10, 1_000]);
        let is_meant =
            |metric: &&Metric| permit.covers(&metric.tenant, &metric.namespace) && filter.matches(metric);
        let expected: Vec<_> = metrics.iter().filter(is_meant).take(limit).cloned().collect();
        assert_eq!(
            subject.store().metrics(&permit, &filter, limit).unwrap(),
            expected,
            "{permit:?} {filter:?}"
        );
    }
}

fn any_filter(dice: &mut Dice, metrics: &[Metric]) -> MetricFilter {
    let metric = dice.pick(metrics).clone();
    let at = if dice.percent(40) { any_range(dice, metric.at) } else { Range::default() };
    MetricFilter {
        execution: dice.percent(30).then_some(metric.execution),
        run: dice.percent(20).then_some(metric.run),
        namespace: dice.percent(30).then_some(metric.namespace),
        flow: dice.percent(20).then_some(metric.flow),
        task: dice.percent(20).then_some(metric.task),
        name: dice.percent(30).then_some(metric.name),
        at,
    }
}

pub fn a_metric_that_is_written_twice_is_there_once(subject: impl Subject) {
    let mut dice = Dice::new(86);
    let metrics = filled(subject.store(), &mut dice);
    let changed = metrics.iter().map(|metric| Metric { value: 42.0, ..metric.clone() }).collect();
    subject.store().append_metrics(changed).unwrap();
    subject.store().flush_logs().unwrap();
    assert_eq!(all_of(subject.store()), metrics);
}
