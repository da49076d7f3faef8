use super::super::testing::World;

const OWN: &str = "kestra:///a/b/flow/executions/e1/tasks/t/r/1.ion";

fn world() -> World {
    World::new(
        r#"{"namespace_files": {"a.b": {"file.txt": "Hello World", "dir/sub.txt": "sub", "empty.txt": "", "x.v3": "x"}},
            "namespace_file_versions": {"a.b": {"f.txt": ["Version 1", "Version 2"]}},
            "internal_storage": {"kestra:///a/b/flow/executions/e1/tasks/t/r/1.ion": "output"},
            "local_files": {"/data/x.txt": "local", "/database/x.txt": "no"},
            "config": {"allowed-paths": ["/data"]}}"#,
        r#"{"flow": {"id": "flow", "namespace": "a.b"}, "execution": {"id": "e1"}}"#,
    )
}

#[test]
fn files_are_read() {
    let own = format!("[\"{OWN}\"]");
    world().check(&[
        ("read", r#"["file.txt"]"#, "Hello World"),
        ("read", r#"["/dir/sub.txt"]"#, "sub"),
        ("read", r#"["nsfile:///file.txt"]"#, "Hello World"),
        ("read", r#"["nsfile://a.b/file.txt"]"#, "Hello World"),
        ("read", r#"["nsfile://a.b/file.txt", "a.b"]"#, "argument: …"),
        (
            "read",
            r#"["file.txt", "c"]"#,
            "not_found: the file `file.txt` of the namespace `c` does not exist",
        ),
        ("read", r#"["f.txt"]"#, "Version 2"),
        ("read", r#"{"path": "f.txt", "version": 1}"#, "Version 1"),
        ("read", r#"{"path": "f.txt", "version": "1"}"#, "Version 1"),
        ("read", r#"{"path": "f.txt", "version": 9}"#, "not_found: version 9 of the file `f.txt` …"),
        ("read", r#"{"path": "f.txt", "version": -1}"#, "not_found: …"),
        ("read", r#"{"path": "f.txt", "version": 1.5}"#, "argument: …"),
        ("read", &own, "output"),
        ("read", r#"["kestra:///some/where.txt"]"#, "forbidden: …"),
        ("read", r#"["file:///data/x.txt"]"#, "local"),
        ("read", r#"["file:///data/y.txt"]"#, "not_found: …"),
        ("read", r#"["file:///database/x.txt"]"#, "forbidden: …"),
        ("read", r#"["kestra:///a/b/_files/f.txt"]"#, "Version 2"),
        ("read", r#"["kestra:///a/b/_files/x.v3"]"#, "x"),
        ("read", "[]", "argument: The 'read' function expects an argument 'path'."),
        ("read", "[5]", "argument: …"),
        ("fileSize", &own, "6"),
        ("fileSize", r#"["file.txt"]"#, "11"),
        ("fileSize", r#"["nope.txt"]"#, "not_found: …"),
        ("fileExists", r#"["file.txt"]"#, "true"),
        ("fileExists", r#"["nope.txt"]"#, "false"),
        ("fileExists", r#"["unsupported://x/y"]"#, "argument: …"),
        ("isFileEmpty", r#"["empty.txt"]"#, "true"),
        ("isFileEmpty", r#"["file.txt"]"#, "false"),
        ("isFileEmpty", r#"["nope.txt"]"#, "not_found: …"),
        ("isFileEmpty", r#"["file:///opt/x.txt"]"#, "forbidden: …"),
    ]);
}

#[test]
fn a_namespace_file_has_a_uri_that_can_be_read() {
    world().check(&[
        ("fileURI", r#"["dir/x.txt"]"#, "kestra:///a/b/_files/dir/x.txt"),
        ("fileURI", r#"["/x.txt", "other.one"]"#, "kestra:///other/one/_files/x.txt"),
        ("fileURI", r#"["f.txt"]"#, "kestra:///a/b/_files/f.txt.v2"),
        ("fileURI", r#"["nsfile:///f.txt"]"#, "kestra:///a/b/_files/f.txt.v2"),
        ("fileURI", r#"{"path": "f.txt", "version": 1}"#, "kestra:///a/b/_files/f.txt"),
        ("fileURI", r#"{"path": "f.txt", "version": 3}"#, "not_found: …"),
        ("fileURI", r#"{"path": "f.txt", "version": 0}"#, "not_found: …"),
        ("fileURI", r#"{"path": "f.txt", "version": "x"}"#, "argument: …"),
        ("fileURI", r#"["../test"]"#, "argument: Path must not contain '../'…"),
        ("fileURI", r#"["file:///data/x.txt"]"#, "argument: …"),
        ("read", r#"["kestra:///a/b/_files/f.txt.v2"]"#, "Version 2"),
        ("read", r#"["kestra:///a/b/_files/f.txt.v7"]"#, "not_found: …"),
    ]);
}

#[test]
fn a_file_larger_than_the_budget_is_not_loaded() {
    let mut world = world();
    world.settings.limits.memory_bytes = 5;
    world.check(&[("read", r#"["file.txt"]"#, "limit: …"), ("read", r#"["dir/sub.txt"]"#, "sub")]);
}
