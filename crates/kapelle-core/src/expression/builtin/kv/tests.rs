use super::super::testing::World;

#[test]
fn keys_are_inherited_unless_a_namespace_is_named() {
    let world = World::new(
        r#"{"kv": {"my.company": {"k": {"field": "near"}, "n": 5, "t": "{{ x }}"}, "my": {"k": "far", "far": [1, 2]},
            "other": {"k": true}}, "kv_expired": {"my.company.team": ["old"]}, "forbidden_namespaces": ["closed"]}"#,
        r#"{"flow": {"id": "f", "namespace": "my.company.team"}}"#,
    );
    world.check(&[
        ("kv", r#"["k"]"#, r#"{"field":"near"}"#),
        ("kv", r#"["n"]"#, "5"),
        ("kv", r#"["far"]"#, "[1,2]"),
        ("kv", r#"["t"]"#, "{{ x }}"),
        ("kv", r#"["k", "other"]"#, "true"),
        ("kv", r#"["k", null]"#, r#"{"field":"near"}"#),
        (
            "kv",
            r#"["k", "other.below"]"#,
            "not_found: The key 'k' does not exist in the namespace 'other.below'.",
        ),
        ("kv", r#"["x"]"#, "not_found: The key 'x' does not exist in the namespace 'my.company.team'."),
        ("kv", r#"["x", null, true]"#, "not_found: …"),
        ("kv", r#"["x", null, null]"#, "not_found: …"),
        ("kv", r#"["x", null, false]"#, ""),
        ("kv", r#"["old"]"#, "not_found: The requested value has expired"),
        ("kv", r#"["old", null, false]"#, ""),
        ("kv", r#"["k", "closed", false]"#, "forbidden: Namespace closed is not allowed."),
        ("kv", "[]", "argument: The 'kv' function expects an argument 'key'."),
        ("kv", "[null]", "argument: …"),
        ("kv", "[5]", "argument: …"),
        ("kv", r#"["k", 5]"#, "argument: …"),
        ("kv", r#"["k", null, "no"]"#, "argument: …"),
    ]);
}

#[test]
fn without_a_flow_the_namespace_has_to_be_named() {
    let world = World::new(r#"{"kv": {"a": {"k": 1}}}"#, "{}");
    world.check(&[
        (
            "kv",
            r#"["k"]"#,
            "argument: the function `kv` needs a namespace, and there is no `flow.namespace` here",
        ),
        ("kv", r#"["k", "a"]"#, "1"),
    ]);
}
