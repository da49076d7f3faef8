use super::*;

fn claim(id: u128, limits: &[(&str, u32)], priority: i32) -> Claim {
    let limits = limits.iter().map(|(name, size)| Limit { name: Arc::from(*name), size: *size }).collect();
    Claim { id: ExecutionId(id), limits, priority, queues: true }
}

fn ids(admitted: &[ExecutionId]) -> Vec<u128> {
    admitted.iter().map(|id| id.0).collect()
}

/// Limits of which the first executions hold places and the rest wait.
fn asked(claims: &[Claim]) -> (Limits, Vec<bool>) {
    let mut limits = Limits::default();
    let granted = claims.iter().map(|claim| limits.ask(claim) == Admission::Granted).collect();
    (limits, granted)
}

#[test]
fn no_more_than_the_limit_run_and_the_oldest_is_next() {
    let claims = [1, 2, 3, 4].map(|id| claim(id, &[("a", 2)], 0));
    let (mut limits, granted) = asked(&claims);
    assert_eq!(granted, [true, true, false, false]);
    assert_eq!((limits.before(ExecutionId(3)), limits.before(ExecutionId(4))), (Some(0), Some(1)));
    assert_eq!(ids(&limits.release(ExecutionId(2))), [3]);
    assert_eq!(limits.running("a"), 2);
}

#[test]
fn who_asks_twice_gets_the_same_answer_and_one_place() {
    let claims = [1, 1, 2, 2].map(|id| claim(id, &[("a", 1)], 0));
    let (mut limits, granted) = asked(&claims);
    assert_eq!(granted, [true, true, false, false]);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [2]);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [0u128; 0]);
    assert_eq!(limits.running("a"), 1);
}

#[test]
fn higher_priorities_leave_the_queue_first_and_equal_ones_in_their_order() {
    let claims = [
        claim(1, &[("a", 1)], 0),
        claim(2, &[("a", 1)], 0),
        claim(3, &[("a", 1)], 5),
        claim(4, &[("a", 1)], 5),
    ];
    let (mut limits, _) = asked(&claims);
    let mut order = Vec::new();
    for id in [1, 3, 4] {
        order.extend(ids(&limits.release(ExecutionId(id))));
    }
    assert_eq!(order, [3, 4, 2]);
}

#[test]
fn a_newcomer_does_not_overtake_those_who_wait() {
    let (mut limits, _) = asked(&[1, 2].map(|id| claim(id, &[("a", 1)], 0)));
    limits.resize("a", Some(1));
    assert_eq!(
        limits.ask(&claim(3, &[("a", 2)], 0)),
        Admission::Full { limit: "a".into(), size: 2, running: 1 }
    );
}

#[test]
fn raising_a_limit_lets_the_next_ones_start_at_once() {
    let (mut limits, _) = asked(&[1, 2, 3, 4].map(|id| claim(id, &[("a", 1)], 0)));
    assert_eq!(ids(&limits.resize("a", Some(3))), [2, 3]);
    assert_eq!(ids(&limits.resize("a", None)), [4]);
}

#[test]
fn lowering_a_limit_ends_nobody_and_grants_nothing_until_there_is_room() {
    let (mut limits, _) = asked(&[1, 2, 3].map(|id| claim(id, &[("a", 2)], 0)));
    assert_eq!(ids(&limits.resize("a", Some(1))), [0u128; 0]);
    assert_eq!(limits.running("a"), 2);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [0u128; 0]);
    assert_eq!(ids(&limits.release(ExecutionId(2))), [3]);
}

#[test]
fn a_forced_place_counts_though_there_is_none() {
    let (mut limits, _) = asked(&[1, 2, 3].map(|id| claim(id, &[("a", 1)], 0)));
    limits.force(&claim(3, &[("a", 1)], 0));
    assert_eq!((limits.running("a"), limits.before(ExecutionId(3))), (2, None));
    assert_eq!(ids(&limits.release(ExecutionId(1))), [0u128; 0]);
    assert_eq!(ids(&limits.release(ExecutionId(3))), [2]);
}

#[test]
fn who_needs_two_limits_gets_both_or_none_and_keeps_nobody_back() {
    let both: &[(&str, u32)] = &[("a", 1), ("b", 1)];
    let (mut limits, granted) = asked(&[
        claim(1, &[("a", 1)], 0),
        claim(2, &[("b", 1)], 0),
        claim(3, both, 0),
        claim(4, &[("a", 1)], 0),
    ]);
    assert_eq!(granted, [true, true, false, false]);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [4], "b is still taken, so 3 has to wait");
    assert_eq!(ids(&limits.release(ExecutionId(4))), [0u128; 0]);
    assert_eq!(ids(&limits.release(ExecutionId(2))), [3]);
    assert_eq!((limits.running("a"), limits.running("b")), (1, 1));
}

#[test]
fn leaving_the_queue_gives_nothing_back_but_the_place_in_it() {
    let (mut limits, _) = asked(&[1, 2, 3].map(|id| claim(id, &[("a", 1)], 0)));
    assert_eq!(ids(&limits.release(ExecutionId(2))), [0u128; 0]);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [3]);
}

#[test]
fn without_a_queue_a_refusal_leaves_nothing_behind() {
    let (mut limits, _) = asked(&[claim(1, &[("a", 1)], 0)]);
    let before = limits.clone();
    assert!(matches!(
        limits.ask(&Claim { queues: false, ..claim(2, &[("a", 1)], 0) }),
        Admission::Full { .. }
    ));
    assert_eq!(limits, before);
}

#[test]
fn a_new_owner_comes_to_the_same_limits() {
    let claims = [1, 2, 3].map(|id| claim(id, &[("a", 1)], 0));
    let (limits, _) = asked(&claims);
    let mut restored = Limits::default();
    for (claim, holds) in claims.iter().zip([true, false, false]) {
        restored.restore(claim, holds);
    }
    assert_eq!(restored, limits);
}
