use kapelle_model::Value;

use super::super::testing::{World, value};
use super::*;

fn world() -> World {
    World::new(
        r#"{"secrets": {"my": {"json": "{\"s\":\"v\",\"n\":42,\"b\":true,\"a\":[\"x\"],\"o\":{\"f\":1},\"z\":null}",
                               "plain": "pässword", "list": "[1]"},
                        "my.company": {"near": "here"}},
            "secret_objects": {"credential": {"value": "pw", "metadata": {"user": "me", "port": 5}}},
            "env": {"SECRET_GITHUB_TOKEN": "Z2hw\nX3g="}, "forbidden_namespaces": ["closed"]}"#,
        r#"{"flow": {"id": "f", "namespace": "my.company"}}"#,
    )
}

/// What a secret is when nobody looks.
fn exposed(world: &World, arguments: &str) -> Value {
    super::super::exposed(&world.call("secret", &value(arguments)).unwrap())
}

#[test]
fn secrets_are_found_and_marked() {
    let world = world();
    for (arguments, expected) in [
        (r#"["plain"]"#, "pässword"),
        (r#"["near"]"#, "here"),
        (r#"["github_token"]"#, "ghp_x"),
        (r#"["credential"]"#, "pw"),
        (r#"["plain", "my"]"#, "pässword"),
        (r#"{"key": "json", "subkey": "s"}"#, "v"),
        (r#"{"key": "json", "subkey": "n"}"#, "42"),
        (r#"{"key": "json", "subkey": "b"}"#, "true"),
        (r#"{"key": "json", "subkey": "a"}"#, "[\"x\"]"),
        (r#"{"key": "json", "subkey": "o"}"#, "{\"f\":1}"),
        (r#"{"key": "json", "subkey": "z"}"#, "null"),
    ] {
        assert_eq!(exposed(&world, arguments), Value::from(expected), "{arguments}");
        assert_eq!(world.show("secret", arguments), "******", "{arguments}");
    }
    assert_eq!(exposed(&world, r#"{"key": "plain", "full": true}"#), value(r#"{"value": "pässword"}"#));
    let full = r#"{"key": "credential", "full": true}"#;
    assert_eq!(exposed(&world, full), value(r#"{"value": "pw", "metadata": {"user": "me", "port": 5}}"#));
    assert_eq!(world.show("secret", full), r#"{"value":******,"metadata":{"user":******,"port":******}}"#);
}

#[test]
fn errors_say_what_is_missing_and_nothing_else() {
    world().check(&[
        ("secret", r#"["NOPE"]"#, "not_found: Cannot find secret for key 'NOPE'."),
        ("secret", r#"["near", "my"]"#, "not_found: …"),
        ("secret", r#"["near", "closed"]"#, "forbidden: …"),
        (
            "secret",
            r#"{"key": "json", "subkey": "no"}"#,
            "not_found: Cannot find secret sub-key 'no' in secret 'json'.",
        ),
        ("secret", r#"{"key": "list", "subkey": "no"}"#, "not_found: …"),
        (
            "secret",
            r#"{"key": "plain", "subkey": "x"}"#,
            "invalid_input: Failed to read secret sub-key 'x' from secret 'plain'.",
        ),
        ("secret", r#"{"key": "json", "subkey": "s", "full": true}"#, "argument: …"),
        ("secret", r#"{"key": "json", "full": "yes"}"#, "argument: …"),
        ("secret", "[]", "argument: The 'secret' function expects an argument 'key'."),
        ("secret", "[1]", "argument: …"),
    ]);
    let error = world().call("secret", &value(r#"{"key": "plain", "subkey": "x"}"#)).unwrap_err();
    assert!(!format!("{error:?}").contains("ssword"));
}

#[test]
fn where_expressions_are_looked_at_stars_come_out() {
    let mut world = world();
    world.settings.hide_secrets = true;
    for arguments in [r#"["plain"]"#, r#"{"key": "json", "subkey": "o"}"#] {
        assert_eq!(world.call("secret", &value(arguments)).unwrap(), Value::from(STARS));
    }
    assert_eq!(exposed(&world, r#"{"key": "plain", "full": true}"#), value(r#"{"value": "******"}"#));
    world.check(&[("secret", r#"["NOPE"]"#, "not_found: …")]);
}
