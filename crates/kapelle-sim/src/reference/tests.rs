use super::*;
use crate::dice::Dice;

/// An oracle that lets everything succeed: none of these stories has to depend on who fails by chance.
fn kind() -> Oracle {
    (0..1_000).map(|seed| Oracle::new(&Dice::new(seed))).find(Oracle::is_kind).expect("some seeds are kind")
}

/// What is said of a flow, as lines of path and state; a disabled or missing flow is called in vain.
fn told(yaml: &str) -> String {
    let long = yaml
        .replace("type: flow.", "type: io.kestra.plugin.core.flow.")
        .replace("type: execution.", "type: io.kestra.plugin.core.execution.")
        .replace("type: ok", "type: io.kestra.plugin.core.debug.Return");
    let known = Known::read(&format!("id: main\nnamespace: sim\n{long}"));
    let flows = BTreeMap::from([("main".to_owned(), known)]);
    let Ok(forecasts) = foretell(&flows, kind(), "main", "top") else { return "unclear".to_owned() };
    let forecast = forecasts.of("top").expect("it is foretold");
    let runs = forecast.runs.iter().map(|(path, told)| format!(", {path} {}", told.state.name()));
    format!("{}{}", forecast.state.name(), runs.collect::<String>())
}

#[test]
fn what_the_language_says_of_groups() {
    let table = [
        ("tasks: [{id: a, type: ok}, {id: b, type: ok, runIf: 'false'}]", "SUCCESS, a SUCCESS, b SKIPPED"),
        ("tasks: [{id: a, type: ok, runIf: '{{ no.such }}', allowFailure: true}]", "FAILED, a FAILED"),
        (
            "tasks: [{id: i, type: flow.If, condition: 'false', then: [{id: a, type: ok}]}]",
            "SUCCESS, i SUCCESS",
        ),
        (
            "tasks: [{id: s, type: flow.Switch, value: x, cases: {y: [{id: a, type: ok}]}}]",
            "FAILED, s FAILED",
        ),
        (
            "tasks: [{id: e, type: flow.ForEach, values: [], tasks: [{id: a, type: ok}]}]",
            "SUCCESS, e SUCCESS",
        ),
        (
            "tasks: [{id: e, type: flow.ForEach, values: [x, y, x], tasks: [{id: a, type: ok}]}]",
            "SUCCESS, e SUCCESS, e/a[x] SUCCESS, e/a[y] SUCCESS",
        ),
        (
            "tasks: [{id: s, type: flow.Subflow, namespace: sim, flowId: nobody}, {id: b, type: ok}]\n\
             errors: [{id: c, type: ok}]\nfinally: [{id: d, type: ok}]",
            "FAILED, c SUCCESS, d SUCCESS, s FAILED",
        ),
        (
            "tasks: [{id: l, type: flow.LoopUntil, condition: 'false', checkFrequency: {maxIterations: 3}, tasks: [{id: a, type: ok}]}]",
            "SUCCESS, l SUCCESS, l/a%2 SUCCESS",
        ),
    ];
    for (yaml, wanted) in table {
        assert_eq!(told(yaml), wanted, "{yaml}");
    }
}

#[test]
fn an_exit_takes_what_is_around_it_along_and_leaves_errors_and_finally_out() {
    let yaml = "
tasks:
- {id: s, type: flow.Sequential, tasks: [{id: x, type: execution.Exit, state: WARNING}], finally: [{id: f, type: ok}]}
- {id: b, type: ok}
finally: [{id: g, type: ok}]
afterExecution: [{id: h, type: ok}]";
    assert_eq!(told(yaml), "WARNING, h SUCCESS, s WARNING, s/x WARNING");
}

#[test]
fn nothing_is_said_where_it_depends_on_who_is_faster() {
    let two_ends = "
tasks:
- id: p
  type: flow.Parallel
  tasks: [{id: x, type: execution.Exit, state: WARNING}, {id: y, type: execution.Exit, state: FAILED}]";
    assert_eq!(told(two_ends), "unclear");
    assert_eq!(told("tasks: [{id: p, type: flow.Pause}]"), "unclear");
}

#[test]
fn of_the_brothers_of_a_failed_task_anything_may_have_become() {
    let yaml = "
tasks:
- id: p
  type: flow.Parallel
  tasks: [{id: a, type: ok, runIf: '{{ no.such }}'}, {id: b, type: ok}]";
    let known = Known::read(&format!(
        "id: main\nnamespace: sim\n{}",
        yaml.replace("type: flow.", "type: io.kestra.plugin.core.flow.")
            .replace("type: ok", "type: io.kestra.plugin.core.debug.Return")
    ));
    let flows = BTreeMap::from([("main".to_owned(), known)]);
    let forecasts = foretell(&flows, kind(), "main", "top").ok().unwrap();
    let forecast = forecasts.of("top").unwrap();
    let mut runs = forecast.runs.clone();
    for state in [State::Success, State::Failed] {
        runs.insert("p/b".to_owned(), Told { state, tries: None });
        assert_eq!(forecast.differences(State::Failed, &runs), Vec::<String>::new());
    }
    runs.insert("p/a".to_owned(), Told { state: State::Success, tries: None });
    assert_eq!(forecast.differences(State::Failed, &runs), ["`p/a` is SUCCESS, and should be FAILED"]);
}
