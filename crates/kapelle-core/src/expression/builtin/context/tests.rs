use super::super::testing::{World, value};
use super::*;

fn world(context: &str) -> World {
    World::new("{}", context)
}

#[test]
fn outputs_are_found_by_the_values_of_the_loops() {
    let make = |outputs: &str, parents: &str| {
        let context = format!(r#"{{"taskrun": {{"value": "c"}}, "parents": {parents}}}"#);
        world(&context).show("currentEachOutput", &format!("[{outputs}]"))
    };
    assert_eq!(make(r#"{"c": {"d": 7}}"#, "[]"), r#"{"d":7}"#);
    assert_eq!(make(r#"{"p": {"c": 9}}"#, r#"[{"taskrun": {"value": "p"}}]"#), "9");
    let two = r#"[{"taskrun": {"value": "p"}}, {"taskrun": {"value": "g"}}]"#;
    assert_eq!(make(r#"{"g": {"p": {"c": 7}}}"#, two), "7");
    assert_eq!(make(r#"{"c": 7}"#, r#"[{"outputs": {}}]"#), "7");
    assert_eq!(make(r#"{"g": {"x": {"c": 7}}}"#, two), "");
    assert_eq!(make(r#"{"x": 7}"#, "[]"), "");
    assert!(make(r#"{"g": 1}"#, two).starts_with("type: "));
    assert!(make("\"x\"", "[]").starts_with("argument: "));
    assert!(world("{}").show("currentEachOutput", "[]").starts_with("argument: "));
    // A task in a working directory has the value of the directory, which counts once.
    let inside = r#"{"taskrun": {"value": "c"}, "workerTaskrun": {"value": "c"}, "parents": [{"taskrun": {"value": "c"}}]}"#;
    assert_eq!(world(inside).show("currentEachOutput", r#"[{"c": {"d": 7}}]"#), r#"{"d":7}"#);
    // Without a loop nothing is looked for.
    assert_eq!(world("{}").show("currentEachOutput", r#"[{"a": 1}]"#), r#"{"a":1}"#);
}

#[test]
fn outputs_of_secrets_are_secret() {
    let mut world = world(r#"{"taskrun": {"value": "c"}}"#);
    let outputs = Map::from_iter([("c".into(), Value::Int(7))]);
    let outputs = Value::List(Arc::new(vec![Value::Map(Arc::new(outputs)).into_secret()]));
    assert_eq!(world.call("currentEachOutput", &outputs).unwrap(), Value::Int(7).into_secret());
    world.context.insert("envs".into(), value(r#"{"c": "x", "e": ""}"#));
    let name = Value::List(Arc::new(vec![Value::from("c").into_secret()]));
    assert!(world.call("env", &name).unwrap().has_secret());
}

#[test]
fn environment_variables_have_defaults() {
    let world = world(r#"{"envs": {"host": "h", "empty": ""}}"#);
    world.check(&[
        ("env", r#"["host"]"#, "h"),
        ("env", r#"["nope", "d"]"#, "d"),
        ("env", r#"["empty", "d"]"#, "d"),
        ("env", r#"["empty"]"#, ""),
        ("env", r#"{"name": "nope", "default": [1]}"#, "[1]"),
        ("env", "[]", "argument: The 'env' function expects an argument 'name'."),
    ]);
}

#[test]
fn tasks_are_found_by_state() {
    let world = world(
        r#"{"tasks": {"ok": {"state": "SUCCESS"}, "ko": {"state": "FAILED"}, "none": null,
            "loop": {"a": {"state": "FAILED"}, "state": {"state": "SUCCESS"}}}}"#,
    );
    world.check(&[
        (
            "tasksWithState",
            r#"["FAILED"]"#,
            r#"[{"taskId":"ko","state":"FAILED"},{"taskId":"loop","state":"FAILED","value":"a"}]"#,
        ),
        (
            "tasksWithState",
            r#"["success"]"#,
            r#"[{"taskId":"ok","state":"SUCCESS"},{"taskId":"loop","state":"SUCCESS","value":"state"}]"#,
        ),
        ("tasksWithState", r#"["KILLED"]"#, "[]"),
        ("tasksWithState", "[]", "argument: …"),
    ]);
    super::tests::world("{}").check(&[("tasksWithState", r#"["KILLED"]"#, "[]")]);
}

#[test]
fn all_variables_are_there() {
    let context = r#"{"test":"value","array":["a","b"]}"#;
    for name in ["fetchContext", "printContext"] {
        assert_eq!(world(context).show(name, "[]"), context);
    }
}
