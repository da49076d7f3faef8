use kapelle_store::filter::Range;
use kapelle_store::metrics::MetricKind;

use super::*;

pub(super) fn metric(at: i64, execution: u128, number: u32) -> Metric {
    let LogLine { at, tenant, namespace, flow, run, attempt, .. } = line(at, execution, number, "");
    let tags = [("zone", "eu"), ("größe", "")].map(|(key, value)| (key.into(), value.into()));
    Metric {
        at,
        tenant,
        namespace,
        flow,
        execution: ExecutionId(execution),
        run: run.unwrap(),
        attempt,
        number,
        task: "load".into(),
        name: "rows".into(),
        kind: MetricKind::Counter,
        value: f64::from(number) / 3.0,
        tags: Arc::from(tags),
    }
}

fn by_chance(chance: &mut Chance, number: u32) -> Metric {
    let of = chance.below(6);
    let at = MARCH + chance.below(30) as i64 * 3 * DAY;
    Metric {
        tenant: ["main", "other"][of as usize % 2].into(),
        namespace: ["team", "team.a", "shop"][of as usize % 3].into(),
        flow: ["daily", "weekly"][of as usize % 2].into(),
        run: RunIndex((chance.below(2) as u32 + 1).try_into().unwrap()),
        attempt: chance.below(2) as u32,
        task: chance.one(&["load", "clean"]).into(),
        name: chance.one(&["rows", "bytes"]).into(),
        kind: *chance.one(&[&MetricKind::Counter, &MetricKind::Timer, &MetricKind::Gauge]),
        ..metric(at, u128::from(of), number)
    }
}

fn filter_by_chance(chance: &mut Chance) -> MetricFilter {
    let moment = |chance: &mut Chance| Millis(MARCH + chance.below(90) as i64 * DAY);
    MetricFilter {
        execution: chance.maybe(|chance| ExecutionId(u128::from(chance.below(7)))),
        run: chance.maybe(|chance| RunIndex((chance.below(2) as u32 + 1).try_into().unwrap())),
        namespace: chance.maybe(|chance| chance.one(&["team", "shop", "team.a"]).into()),
        flow: chance.maybe(|chance| chance.one(&["daily", "weekly"]).into()),
        task: chance.maybe(|chance| chance.one(&["load", "clean"]).into()),
        name: chance.maybe(|chance| chance.one(&["rows", "bytes", "none"]).into()),
        at: Range { from: chance.maybe(moment), until: chance.maybe(moment) },
    }
}

fn order(metric: &Metric) -> (Millis, u128, u32, u32, u32) {
    (metric.at, metric.execution.0, metric.run.0.get(), metric.attempt, metric.number)
}

#[test]
fn every_list_of_metrics_is_what_its_filter_means() {
    let (folder, mut chance) = (Folder::new(), Chance(11));
    let files = folder.open();
    let mut all: Vec<_> = (0..800).map(|number| by_chance(&mut chance, number)).collect();
    files.append_metrics(all.clone()).unwrap();
    files.append_metrics(all.clone()).unwrap();
    all.sort_by_key(order);
    for round in 0..500 {
        let filter = filter_by_chance(&mut chance);
        let permit = &permits()[chance.below(4) as usize];
        let limit = chance.below(60) as usize;
        let is_meant =
            |metric: &&Metric| permit.covers(&metric.tenant, &metric.namespace) && filter.matches(metric);
        let expected: Vec<_> = all.iter().filter(is_meant).take(limit).cloned().collect();
        assert_eq!(
            files.metrics(permit, &filter, limit).unwrap(),
            expected,
            "round {round}: {filter:?} {limit}"
        );
    }
}

#[test]
fn any_number_reads_back() {
    let folder = Folder::new();
    let files = folder.open();
    let values = [0.0, -0.5, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    let metrics = values.iter().zip(0..).map(|(value, n)| Metric { value: *value, ..metric(MARCH, 1, n) });
    files.append_metrics(metrics.collect()).unwrap();
    let read = files.metrics(&system(), &MetricFilter::default(), 9).unwrap();
    for (metric, value) in read.iter().zip(values) {
        assert_eq!(metric.value.total_cmp(&value), std::cmp::Ordering::Equal, "{value}");
    }
    assert_eq!(read.len(), values.len());
}
