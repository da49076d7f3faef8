use super::*;

fn flow(name: &str) -> LimitedFlow {
    LimitedFlow { tenant: "main".into(), namespace: "ns".into(), flow: name.into() }
}

fn name(flow_name: &str) -> LimitName {
    LimitName { flow: flow(flow_name), key: None }
}

const fn of_size(size: u32) -> Rule {
    Rule { size: Some(size), key: None }
}

const NO_LIMIT: Rule = Rule { size: None, key: None };

fn claim(id: u128, limits: &[(&str, u32)], priority: i32) -> Claim {
    let limits = limits.iter().map(|(flow, size)| Limit { name: name(flow), rule: of_size(*size) }).collect();
    Claim { id: ExecutionId(id), limits, priority, queues: true }
}

/// A claim for one place, with the key of this execution.
fn keyed(id: u128, key: &str) -> Claim {
    let name = LimitName { key: Some(key.into()), ..name("a") };
    let rule = Rule { size: Some(1), key: Some("{{ inputs.key }}".into()) };
    Claim { id: ExecutionId(id), limits: vec![Limit { name, rule }], priority: 0, queues: true }
}

fn change(limits: &mut Limits, rule: Rule) -> Vec<u128> {
    let admitted = limits.change(&flow("a"), rule, |id| panic!("nobody needs the key of {id}"));
    ids(&admitted)
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
    assert_eq!(limits.running(&name("a")), 2);
}

#[test]
fn who_asks_twice_gets_the_same_answer_and_one_place() {
    let claims = [1, 1, 2, 2].map(|id| claim(id, &[("a", 1)], 0));
    let (mut limits, granted) = asked(&claims);
    assert_eq!(granted, [true, true, false, false]);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [2]);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [0u128; 0]);
    assert_eq!(limits.running(&name("a")), 1);
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
    let both: &[(&str, u32)] = &[("a", 1), ("b", 1)];
    let (mut limits, _) = asked(&[claim(1, &[("b", 1)], 0), claim(2, both, 0)]);
    assert_eq!(
        limits.ask(&claim(3, &[("a", 1)], 0)),
        Admission::Full { limit: "ns.a".into(), size: 1, running: 0 }
    );
}

#[test]
fn raising_a_limit_lets_the_next_ones_start_at_once() {
    let (mut limits, _) = asked(&[1, 2, 3, 4].map(|id| claim(id, &[("a", 1)], 0)));
    assert_eq!(change(&mut limits, of_size(3)), [2, 3]);
    assert_eq!(change(&mut limits, NO_LIMIT), [4]);
    assert_eq!(change(&mut limits, of_size(3)), [0u128; 0]);
    assert_eq!(limits.running(&name("a")), 4, "a limit that comes back counts those who began without it");
}

#[test]
fn lowering_a_limit_ends_nobody_and_grants_nothing_until_there_is_room() {
    let (mut limits, _) = asked(&[1, 2, 3].map(|id| claim(id, &[("a", 2)], 0)));
    assert_eq!(change(&mut limits, of_size(1)), [0u128; 0]);
    assert_eq!(limits.running(&name("a")), 2);
    assert_eq!(ids(&limits.release(ExecutionId(1))), [0u128; 0]);
    assert_eq!(ids(&limits.release(ExecutionId(2))), [3]);
}

#[test]
fn who_asks_with_an_older_rule_does_not_bring_it_back() {
    let (mut limits, _) = asked(&[1, 2].map(|id| claim(id, &[("a", 1)], 0)));
    change(&mut limits, of_size(2));
    limits.ask(&claim(3, &[("a", 1)], 0));
    assert_eq!(limits.size(&name("a")), Some(2));
}

#[test]
fn a_change_of_the_limit_reaches_all_its_keys() {
    let (mut limits, granted) = asked(&[keyed(1, "x"), keyed(2, "y"), keyed(3, "x"), keyed(4, "y")]);
    assert_eq!(granted, [true, true, false, false]);
    let rule = keyed(1, "x").limits[0].rule.clone();
    assert_eq!(change(&mut limits, Rule { size: Some(2), ..rule }), [3, 4]);
}

#[test]
fn other_keys_put_everybody_together_anew() {
    let (mut limits, _) = asked(&[keyed(1, "x"), keyed(2, "y"), keyed(3, "y"), keyed(4, "x")]);
    let by_others = Rule { size: Some(1), key: Some("{{ inputs.other }}".into()) };
    assert_eq!(ids(&limits.renamed_by(&flow("a"), &by_others)), [1, 4, 2, 3]);
    for same in [keyed(1, "x").limits[0].rule.clone(), of_size(2)] {
        assert_eq!(limits.renamed_by(&flow("a"), &same), []);
    }
    let admitted = limits.change(&flow("a"), by_others, |id| Some(if id.0 == 3 { "p" } else { "q" }.into()));
    assert_eq!(ids(&admitted), [3], "it is alone now, and the other three are together");
    assert_eq!(limits.waited_for(ExecutionId(4))[0].to_string(), "ns.a:q");
    assert_eq!(change(&mut limits, of_size(1)), [0u128; 0]);
    assert_eq!((limits.running(&name("a")), limits.before(ExecutionId(4))), (3, Some(0)));
    for id in [1, 2] {
        assert_eq!(ids(&limits.release(ExecutionId(id))), [0u128; 0]);
    }
    assert_eq!(ids(&limits.release(ExecutionId(3))), [4], "without keys it waits for all of them");
}

#[test]
fn tenants_do_not_share_the_places_of_flows_with_the_same_name() {
    let mut other = claim(2, &[("a", 1)], 0);
    other.limits[0].name.flow.tenant = "other".into();
    assert_eq!(asked(&[claim(1, &[("a", 1)], 0), other]).1, [true, true]);
}

#[test]
fn what_nobody_uses_is_forgotten() {
    let (mut limits, _) = asked(&[keyed(1, "x"), keyed(2, "x"), keyed(3, "y")]);
    for id in [1, 3, 2] {
        limits.release(ExecutionId(id));
    }
    assert_eq!(limits, Limits { asked: 1, ..Limits::default() });
    assert_eq!(change(&mut limits, of_size(3)), [0u128; 0]);
}

#[test]
fn a_forced_place_counts_though_there_is_none() {
    let (mut limits, _) = asked(&[1, 2, 3].map(|id| claim(id, &[("a", 1)], 0)));
    limits.force(&claim(3, &[("a", 1)], 0));
    assert_eq!((limits.running(&name("a")), limits.before(ExecutionId(3))), (2, None));
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
    assert_eq!((limits.running(&name("a")), limits.running(&name("b"))), (1, 1));
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
