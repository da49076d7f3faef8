//! Whole rows with anything in them.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::event::Order;
use kapelle_model::execution::{
    Birth, Breakpoint, Child, Head, Kind, Labels, Origin, Parent, Scope, Slot, Start, StartReason,
};
use kapelle_model::task_run::{Detail, Fence, Hold, Phase, RunIndex, TaskRun, Turn};
use kapelle_model::trigger::{Backfill, SkipReason, TriggerState};
use kapelle_model::window::{Contribution, Met, StateChange, Window};
use kapelle_model::{ExecutionId, Failure, History, Map, Millis, State, Text, Value};
use num_bigint::BigInt;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::transaction::{OrderId, Sent};

fn word() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        4 => "[a-z]{0,8}",
        1 => any::<String>(),
        1 => Just("\u{0}\u{1f}\"\\/\n\r\t\u{7f}ü\u{2028}🎼".to_owned()),
    ]
    .prop_map(Arc::from)
}

fn id() -> impl Strategy<Value = ExecutionId> {
    any::<u128>().prop_map(ExecutionId)
}

fn run_index() -> impl Strategy<Value = RunIndex> {
    any::<std::num::NonZeroU32>().prop_map(RunIndex)
}

fn counter() -> impl Strategy<Value = u32> {
    prop_oneof![0..3u32, any::<u32>()]
}

fn moment() -> impl Strategy<Value = Millis> {
    prop_oneof![(1_700_000_000_000..1_900_000_000_000i64), any::<i64>(), Just(i64::MIN)].prop_map(Millis)
}

fn state() -> impl Strategy<Value = State> {
    (0..State::NAMES.len()).prop_map(|index| State::from_index(index).unwrap())
}

fn history() -> impl Strategy<Value = History> {
    // Milliseconds of a history have 55 bits.
    let from = prop_oneof![1_700_000_000_000..1_900_000_000_000i64, -(1i64 << 53)..(1 << 53)];
    (from, state(), vec((state(), 0..1_000_000i64), 0..7)).prop_map(|(from, first, rest)| {
        let mut at = Millis(from);
        let mut history = History::new(first, at);
        for (state, later) in rest {
            at = at.plus(later);
            history.push(state, at);
        }
        history
    })
}

pub(super) fn text() -> impl Strategy<Value = Text> {
    (word(), vec(any::<prop::sample::Index>(), 0..4)).prop_map(|(text, places)| {
        let borders: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut places: Vec<_> = places.iter().map(|place| *place.get(&borders)).collect();
        places.sort_unstable();
        let secrets = places.chunks_exact(2).map(|pair| pair[0]..pair[1]).collect();
        Text::with_secrets(text, secrets)
    })
}

fn zone() -> impl Strategy<Value = TimeZone> {
    prop_oneof![
        select(vec!["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
            .prop_map(|name| TimeZone::get(name).unwrap()),
        (-93_599..93_599i32).prop_map(|seconds| TimeZone::fixed(Offset::from_seconds(seconds).unwrap())),
        Just(TimeZone::unknown()),
    ]
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    let seconds = Timestamp::MIN.as_second() + 1..Timestamp::MAX.as_second();
    (seconds, 0..1_000_000_000i32).prop_map(|(seconds, nanos)| Timestamp::new(seconds, nanos).unwrap())
}

fn scalar() -> impl Strategy<Value = Value> {
    let civil = (timestamp(), zone()).prop_map(|(at, zone)| at.to_zoned(zone)).boxed();
    let big = vec(any::<u8>(), 0..20).prop_map(|bytes| BigInt::from_signed_bytes_be(&bytes)).boxed();
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
        any::<f64>().prop_map(Value::Float),
        any::<u32>().prop_map(|bits| Value::Float32(f32::from_bits(bits))),
        big.clone().prop_map(|number| Value::BigInt(Arc::new(number))),
        (big, any::<i64>())
            .prop_map(|(digits, scale)| Value::Decimal(Arc::new(BigDecimal::new(digits, scale)))),
        text().prop_map(Value::Str),
        timestamp().prop_map(Value::Instant),
        civil.clone().prop_map(|at| Value::Zoned(Arc::new(at))),
        civil.clone().prop_map(|at| Value::LocalDateTime(at.datetime())),
        civil.clone().prop_map(|at| Value::LocalDate(at.date())),
        civil.prop_map(|at| Value::LocalTime(at.time())),
        (any::<i64>(), 0..1_000_000_000i32).prop_map(|(seconds, nanos)| {
            let nanos = if seconds < 0 { -nanos } else { nanos };
            Value::Duration(SignedDuration::new(seconds, nanos))
        }),
        vec(any::<u8>(), 0..20).prop_map(|bytes| Value::Bytes(bytes.into())),
    ]
}

fn key() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![3 => word(), 1 => Just(Arc::from("$"))]
}

pub(super) fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| Value::List(Arc::new(items))),
            vec((key(), inner.clone()), 0..4)
                .prop_map(|entries| Value::Map(Arc::new(entries.into_iter().collect()))),
            inner.prop_map(Value::into_secret),
        ]
    })
}

fn map() -> impl Strategy<Value = Arc<Map>> {
    vec((key(), value()), 0..4).prop_map(|entries| Arc::new(entries.into_iter().collect()))
}

fn labels() -> impl Strategy<Value = Labels> {
    vec((word(), word()), 0..4).prop_map(Labels::from)
}

fn breakpoints() -> impl Strategy<Value = Arc<[Breakpoint]>> {
    let one = (word(), of(word())).prop_map(|(task, value)| Breakpoint { task, value });
    vec(one, 0..3).prop_map(Arc::from)
}

fn parent() -> impl Strategy<Value = Parent> {
    (id(), run_index(), any::<u32>()).prop_map(|(execution, run, iteration)| Parent {
        execution,
        run,
        iteration,
    })
}

pub(super) fn birth() -> impl Strategy<Value = Birth> {
    let origin =
        (word(), word(), map()).prop_map(|(id, type_name, variables)| Origin { id, type_name, variables });
    let reason = select(vec![StartReason::Scheduled, StartReason::Retry]);
    let start = (moment(), reason).prop_map(|(at, reason)| Start { at, reason });
    let scope =
        (word(), map(), map()).prop_map(|(task, item, outputs)| Arc::new(Scope { task, item, outputs }));
    let kind = select(vec![Kind::Normal, Kind::Test, Kind::Playground, Kind::Loop]);
    let first = (id(), word(), word(), word(), any::<u32>(), map(), of(origin), of(parent()));
    let second = (of(id()), of(id()), moment(), of(start), kind, any::<i32>(), any::<u32>(), of(scope));
    (first, second).prop_map(|(first, second)| {
        let (id, tenant, namespace, flow, revision, inputs, origin, parent) = first;
        let (replay_of, original, original_created, start, kind, priority, depth, scope) = second;
        Birth {
            id,
            tenant,
            namespace,
            flow,
            revision,
            inputs,
            origin,
            parent,
            replay_of,
            original: original.unwrap_or(id),
            original_created,
            start,
            kind,
            priority,
            depth,
            scope,
        }
    })
}

fn cause() -> impl Strategy<Value = Cause> {
    let bare = vec![
        Cause::PausedByHand,
        Cause::Breakpoint,
        Cause::Worker,
        Cause::WorkersBusy,
        Cause::Disk,
        Cause::Database,
        Cause::Maintenance,
        Cause::Unknown,
    ];
    prop_oneof![
        8 => select(bare),
        1 => (word(), counter()).prop_map(|(limit, size)| Cause::Concurrency { limit, size }),
        1 => moment().prop_map(|at| Cause::Scheduled { at }),
        1 => of(moment()).prop_map(|until| Cause::Paused { until }),
        1 => (moment(), of(word())).prop_map(|(until, last)| Cause::Delay { until, last }),
        1 => (counter(), of(counter()), moment(), of(word())).prop_map(
            |(attempt, attempts_max, until, error)| Cause::RetryWait { attempt, attempts_max, until, error }
        ),
        1 => (counter(), counter(), of(id())).prop_map(|(open, total, execution)| Cause::Subflow {
            open,
            total,
            execution
        }),
        1 => (counter(), counter(), of(run_index()))
            .prop_map(|(open, done, oldest)| Cause::Children { open, done, oldest }),
        1 => vec(word(), 0..3).prop_map(|tasks| Cause::DependsOn { tasks: tasks.into() }),
        1 => (counter(), counter()).prop_map(|(running, left)| Cause::LoopLimit { running, left }),
        1 => counter().prop_map(|alive| Cause::Killing { alive }),
        1 => of(word()).prop_map(|group| Cause::NoWorker { group }),
        1 => word().prop_map(|state| Cause::Runner { state }),
    ]
}

pub(super) fn head() -> impl Strategy<Value = Head> {
    let waiting =
        (cause(), moment(), of(run_index())).prop_map(|(cause, since, run)| Waiting { cause, since, run });
    let strays = vec((run_index(), any::<u32>().prop_map(Fence)), 0..3);
    let slot = select(vec![Slot::None, Slot::Asked, Slot::Held, Slot::Forced]);
    let first = (history(), any::<u64>(), counter(), of(moment()), counter(), counter(), counter(), labels());
    let second = (map(), of(map()), slot, strays, breakpoints(), of(id()), any::<u64>(), of(waiting));
    (first, second).prop_map(|(first, second)| {
        let (history, version, generation, opened, attempt, runs_made, fence, labels) = first;
        let (variables, outputs, slot, strays, breakpoints, successor, violated, waiting) = second;
        Head {
            version,
            generation,
            opened: opened.unwrap_or(history.started()),
            history,
            attempt,
            runs_made,
            fence: Fence(fence),
            labels,
            variables,
            outputs,
            slot,
            strays: strays.into(),
            breakpoints,
            successor,
            violated,
            waiting,
        }
    })
}

fn detail() -> impl Strategy<Value = Detail> {
    let texts = || of(vec(word(), 0..3).prop_map(Arc::from));
    let phase = select(vec![Phase::Outside, Phase::Opening, Phase::Inside, Phase::Closing, Phase::Closed]);
    let turn = select(vec![Turn::Waiting, Turn::Resumed, Turn::TimedOut]);
    let failure = of(text().prop_map(Failure::new));
    let children = (of(counter()), of(counter()));
    (texts(), texts(), of(moment()), of(word()), failure, children, phase, turn, of(state())).prop_map(
        |(values, keys, wake, last_check, failure, (children, begun), phase, turn, ending)| Detail {
            values,
            keys,
            wake,
            last_check,
            failure,
            children,
            begun,
            phase,
            turn,
            ending,
        },
    )
}

pub(super) fn run() -> impl Strategy<Value = TaskRun> {
    let hold = select(vec![Hold::Free, Hold::Out, Hold::Stopping]);
    let first = (run_index(), of(run_index()), word(), of(word()), counter(), of(counter()), history());
    let second =
        (vec(history(), 0..3), of(map()), counter(), hold, any::<bool>(), of(detail().prop_map(Box::new)));
    (first, second).prop_map(|(first, second)| {
        let (index, parent, task, value, place, iteration, history) = first;
        let (attempts, outputs, fence, hold, forced, detail) = second;
        TaskRun {
            index,
            parent,
            task,
            value,
            place,
            iteration,
            history,
            attempts,
            outputs,
            fence: Fence(fence),
            hold,
            forced,
            detail,
        }
    })
}

pub(super) fn child() -> impl Strategy<Value = Child> {
    (id(), of(state()), of(map()), of(counter())).prop_map(|(id, ended, outputs, generation)| Child {
        id,
        ended,
        outputs,
        generation,
    })
}

fn order() -> impl Strategy<Value = Order> {
    prop_oneof![
        4 => select(vec![Order::Pause, Order::Restart, Order::ForceRun, Order::MarkReplayed]),
        1 => any::<bool>().prop_map(|cascade| Order::Kill { cascade }),
        1 => (map(), of(word())).prop_map(|(values, by)| Order::Resume { values, by }),
        1 => (run_index(), state()).prop_map(|(run, state)| Order::ChangeTaskState { run, state }),
        1 => state().prop_map(Order::ChangeStatus),
        1 => state().prop_map(Order::Unqueue),
        1 => labels().prop_map(Order::SetLabels),
        1 => of(breakpoints()).prop_map(|next| Order::ResumeBreakpoint { next }),
    ]
}

pub(super) fn sent() -> impl Strategy<Value = Sent> {
    (any::<u128>(), id(), order(), parent()).prop_map(|(number, to, order, from)| Sent {
        id: OrderId(number),
        to,
        order,
        from,
    })
}

pub(super) fn trigger() -> impl Strategy<Value = TriggerState> {
    let backfill = (
        moment(),
        moment(),
        moment(),
        any::<bool>(),
        map(),
        vec((word(), word()), 0..3),
        of(moment()),
        moment(),
    );
    let backfill =
        backfill.prop_map(|(start, end, current, is_paused, inputs, labels, resumes_at, created)| Backfill {
            start,
            end,
            current,
            is_paused,
            inputs,
            labels,
            resumes_at,
            created,
        });
    let first = (any::<u64>(), of(moment()), of(moment()), of(backfill), any::<bool>());
    let second = (vec(id(), 0..3), of(value()), (any::<i64>(), any::<u32>()), of(moment()), of(moment()));
    let skipping = of((moment(), select(SkipReason::ALL.to_vec())));
    let third = (of(id()), skipping);
    (first, second, third).prop_map(|(first, second, third)| {
        let (stopped_by, skipping) = third;
        let (definition, date, next, backfill, is_disabled) = first;
        let (open, cursor, caught_up, evaluated, fired) = second;
        TriggerState {
            definition,
            date,
            next,
            backfill,
            is_disabled,
            open,
            cursor,
            caught_up,
            evaluated,
            fired,
            stopped_by,
            skipping,
        }
    })
}

pub(super) fn window() -> impl Strategy<Value = Window> {
    let met = (any::<u64>(), id()).prop_map(|(definition, by)| Met { definition, by });
    let cause = (any::<u32>(), moment(), word(), map());
    let cause = cause.prop_map(|(change, at, flow, outputs)| Contribution { change, at, flow, outputs });
    let seen = (id(), any::<u32>()).prop_map(|(execution, change)| StateChange { execution, change });
    let results = proptest::collection::btree_map(word(), met, 0..3);
    let causes = proptest::collection::btree_map(id(), cause, 0..3);
    let all = (word(), moment(), moment(), results, causes, vec(seen, 0..4), any::<bool>());
    all.prop_map(|(id, start, end, results, causes, seen, fired)| Window {
        id,
        start,
        end,
        results,
        causes,
        seen,
        fired,
    })
}
