use super::*;
use crate::expression::builtin::parse_json;
use crate::expression::services::{File, Untrusted};

fn services(setup: &str) -> Result<MemoryServices, String> {
    MemoryServices::from_setup(&parse_json(setup).unwrap())
}

#[test]
fn the_data_is_read_or_what_is_wrong_is_told() {
    for (setup, expected) in [
        ("[]", "the data has to be a map, not a list"),
        (r#"{"kvs": {}}"#, "`kvs` is unknown; did you mean `kv`?"),
        (r#"{"kv": {"a": 5}}"#, "`kv.a` has to be a map, not an integer"),
        (r#"{"secrets": {"a": {"K": 5}}}"#, "`secrets.a.K` has to be text, not an integer"),
        (r#"{"secret_objects": {"K": {}}}"#, "`secret_objects.K.value` is missing"),
        (r#"{"env": {"SECRET_K": "%"}}"#, "`env.SECRET_K` is not base64"),
        (
            r#"{"namespace_file_versions": {"a": {"f": ["1", 2]}}}"#,
            "`namespace_file_versions.a.f[1]` has to be text, not an integer",
        ),
        (r#"{"config": {"allowed-paths": "/"}}"#, "`config.allowed-paths` has to be a list, not text"),
        (
            r#"{"config": {"allowed-path": []}}"#,
            "`config.allowed-path` is unknown; did you mean `allowed-paths`?",
        ),
        (r#"{"http": [{"status": 200}]}"#, "`http[0].path` is missing"),
        (r#"{"http": [{"path": "/", "status": 70000}]}"#, "`http[0].status` is no status of HTTP"),
        (r#"{"now": "soon"}"#, "`now` has to be a moment such as 2026-01-01T00:00:00Z, not text"),
        (
            r#"{"server_type": "X"}"#,
            "`server_type` has to be one of WORKER, WEBSERVER, EXECUTOR, SCHEDULER, INDEXER, STANDALONE, not text",
        ),
        (r#"{"logs": [{"message": "x"}]}"#, "`logs[0].level` is missing"),
        (
            r#"{"flows": {"a/b": {"output": {"x": 1}}}}"#,
            "`flows.a/b.output.x` has to be text, not an integer",
        ),
    ] {
        assert_eq!(services(setup).err().as_deref(), Some(expected), "{setup}");
    }
    for setup in ["null", "{}", r#"{"env": {"OTHER": "%"}, "check": "log_mask", "renderer": "debug"}"#] {
        assert!(services(setup).is_ok(), "{setup}");
    }
}

#[test]
fn clock_and_chance_give_the_same_every_time() {
    let random = |setup: &str| {
        let services = services(setup).unwrap();
        let mut bytes = [0; 20];
        services.random(&mut bytes).unwrap();
        (bytes, services.free_port().unwrap(), services.now().unwrap().to_string())
    };
    assert_eq!(random("{}"), random("{}"));
    assert_ne!(random("{}").0, random(r#"{"seed": 1}"#).0);
    assert_eq!(random("{}").2, "2026-01-01T00:00:00Z");
    assert_eq!(random(r#"{"now": "2020-02-03T04:05:06Z"}"#).2, "2020-02-03T04:05:06Z");
    assert!(random("{}").1 >= 49152);
}

#[test]
fn secrets_come_from_the_nearest_place() {
    let services = services(
        r#"{"secrets": {"a": {"k": "far"}, "a.b": {"k": "near"}}, "env": {"SECRET_K": "ZW52"},
            "secret_objects": {"o": {"value": "v", "metadata": {"user": "u"}}}}"#,
    )
    .unwrap();
    let secret = |namespace, key| services.secret(namespace, key).unwrap().map(|secret| secret.value);
    for (namespace, key, expected) in
        [("a.b.c", "k", "near"), ("a.x", "k", "far"), ("x", "k", "env"), ("x", "K", "env"), ("x", "o", "v")]
    {
        let value = secret(namespace, key).unwrap();
        assert_eq!(value.expose(), expected);
        assert_eq!(value.masked(), "******");
    }
    assert!(secret("a", "none").is_none());
}

#[test]
fn texts_from_strangers_get_the_clock_and_chance_and_nothing_else() {
    let services = services(
        r#"{"secrets": {"a": {"k": "s"}}, "kv": {"a": {"k": 1}}, "namespace_files": {"a": {"f": "x"}},
            "flows": {"a/b": {}}, "http": [{"path": "/"}]}"#,
    )
    .unwrap();
    let all: [&dyn Services; 2] = [&services, &Untrusted(&services)];
    let request = Request {
        method: "GET".into(),
        uri: format!("{BASE}/").into(),
        headers: Vec::new(),
        body: None,
        options: None,
    };
    let call = Subflow {
        namespace: "a".into(),
        id: "b".into(),
        revision: None,
        inputs: Map::new(),
        labels: Map::new(),
        timeout: jiff::SignedDuration::from_secs(1),
    };
    let file = File::Namespace { namespace: "a", path: "f", version: None };
    for (services, is_trusted) in all.into_iter().zip([true, false]) {
        assert!(services.now().is_ok());
        assert!(services.random(&mut [0; 4]).is_ok());
        assert!(!services.is_late());
        assert_eq!(services.may_use_namespace("a"), is_trusted);
        let refused = [
            services.kv("a", "k").map(drop),
            services.secret("a", "k").map(drop),
            services.read(&file).map(drop),
            services.file_size(&file).map(drop),
            services.file_versions("a", "f").map(drop),
            services.free_port().map(drop),
            services.http(&request).map(drop),
            services.subflow(&call).map(drop),
            services.error_logs(1).map(drop),
        ];
        for (index, outcome) in refused.into_iter().enumerate() {
            match outcome {
                Ok(()) => assert!(is_trusted, "{index}"),
                Err(error) => {
                    assert!(!is_trusted, "{index}: {error:?}");
                    assert_eq!(error.category.word(), "forbidden", "{index}");
                }
            }
        }
    }
}
