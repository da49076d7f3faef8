use super::super::testing::World;

fn world(context: &str) -> World {
    World::new(
        r#"{"flows": {"a/child": {"input_default": {"region": "eu"}, "output": {"x": "plain"}},
                      "a/bad": {"state": "FAILED"}, "a/soso": {"state": "WARNING"}},
            "logs": [{"level": "INFO", "message": "i"}, {"level": "ERROR", "message": "one"},
                     {"level": "ERROR", "message": "two"}]}"#,
        context,
    )
}

#[test]
fn a_flow_is_run() {
    let child = |rest: &str| format!(r#"{{"namespace": "a", "id": "child"{rest}}}"#);
    world(r#"{"flow": {"namespace": "a"}, "trigger": null}"#).check(&[
        (
            "subflow",
            &child(r#", "labels": {"team": "data", "n": 5, "z": null, "system.correlationId": "c"}"#),
            concat!(
                r#"{"id":"execution-of-child","state":"SUCCESS","outputs":{"x":"plain"},"#,
                r#""labels":{"team":"data","n":"5","system.correlationId":"c","system.from":"subflow"}}"#
            ),
        ),
        ("subflow", &child(r#", "labels": [{"key": "a", "value": "b"}]"#), "{…"),
        ("subflow", &child(r#", "labels": {"system.test": "x"}"#), "argument: …"),
        ("subflow", &child(r#", "labels": ["a"]"#), "argument: …"),
        ("subflow", &child(r#", "labels": "a""#), "argument: …"),
        ("subflow", &child(r#", "inputs": [1]"#), "argument: …"),
        ("subflow", &child(r#", "revision": "1""#), "argument: …"),
        ("subflow", &child(r#", "timeout": "PT5M""#), "{…"),
        ("subflow", &child(r#", "timeout": "PT10M""#), "argument: …"),
        ("subflow", &child(r#", "timeout": "PT0S""#), "argument: …"),
        ("subflow", &child(r#", "timeout": "soon""#), "argument: …"),
        ("subflow", r#"{"namespace": "a"}"#, "argument: The 'subflow' function expects an argument 'id'."),
        ("subflow", r#"["a", "no"]"#, "not_found: …"),
        ("subflow", r#"["a", "bad"]"#, "io: the flow `bad` of the namespace `a` ended as FAILED"),
        ("subflow", r#"["a", "soso"]"#, r#"{"id":"execution-of-soso","state":"WARNING",…"#),
    ]);
    for context in [r#"{"taskrun": {"id": "x"}}"#, r#"{"trigger": {"id": "s"}}"#] {
        world(context).check(&[("subflow", r#"["a", "child"]"#, "forbidden: …")]);
    }
    let worker = World::new(r#"{"server_type": "WORKER"}"#, "{}");
    worker.check(&[("subflow", r#"["a", "child"]"#, "unknown_function: …")]);
}

#[test]
fn error_logs_are_read_on_a_worker() {
    world("{}").check(&[(
        "errorLogs",
        "[]",
        r#"[{"level":"ERROR","message":"one"},{"level":"ERROR","message":"two"}]"#,
    )]);
    World::new(r#"{"server_type": "EXECUTOR"}"#, "{}").check(&[("errorLogs", "[]", "forbidden: …")]);
}
