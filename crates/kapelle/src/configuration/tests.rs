//! What files and variables come to, and what is told about them.

use std::collections::BTreeMap;

use kapelle_core::source::Source;
use kapelle_model::Value;

use super::{Configuration, keys, name};

fn read(texts: &[&str], variables: &[(&str, &str)]) -> Configuration {
    let names = ["a.yml", "b.yml"];
    let texts = texts.iter().zip(names).map(|(text, name)| Source::new(name, *text)).collect();
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Configuration::read(texts, &variables)
}

/// The findings, a line for each.
fn told(texts: &[&str], variables: &[(&str, &str)]) -> String {
    let configuration = read(texts, variables);
    let findings = configuration.findings.iter().chain(&configuration.refusal);
    findings.map(|found| found.to_string() + "\n").collect()
}

fn variable(configuration: &Configuration, group: &str, name: &str) -> Option<Value> {
    match configuration.settings.flows.variables.get(group) {
        Some(Value::Map(map)) => map.get(name).cloned(),
        _ => None,
    }
}

/// Kestra's own file for Docker, but for where it keeps things.
const STANDALONE: &str = "\
kestra:
  server:
    basicAuth:
      enabled: true
      username: admin@kestra.io
      password: Kestra123
  repository: {type: h2}
  queue: {type: h2}
  storage:
    type: local
    local:
      base-path: /app/storage
  tasks:
    tmp-dir:
      path: /tmp/kestra-wd/tmp
  url: http://localhost:8080/
";

#[test]
fn a_file_of_kestra_is_read_as_it_is() {
    assert_eq!(told(&[STANDALONE], &[]), "");
    let settings = read(&[STANDALONE], &[]).settings;
    let account = settings.sign_in.account.unwrap();
    assert_eq!((account.username.as_str(), account.password.expose()), ("admin@kestra.io", "Kestra123"));
    assert!(!settings.sign_in.is_open);
    assert_eq!(settings.addresses.url.as_deref(), Some("http://localhost:8080/"));
    assert_eq!(settings.keeping.files.unwrap().to_str(), Some("/app/storage"));
    assert_eq!(settings.keeping.tasks.unwrap().to_str(), Some("/tmp/kestra-wd/tmp"));
}

#[test]
fn without_anything_the_defaults_of_the_table_hold() {
    let settings = read(&[], &[]).settings;
    assert_eq!((settings.addresses.port, settings.addresses.management_port), (8080, Some(8081)));
    assert_eq!(settings.grace.as_secs(), 300);
    assert_eq!((settings.profile, settings.log_level), ("default", "INFO"));
    assert!(!settings.has_tutorials && !settings.sign_in.is_open && settings.sign_in.account.is_none());
}

#[test]
fn names_are_relaxed_and_may_have_dots() {
    for text in [
        "kestra: {server: {basic-auth: {username: a@b.c, password: Secret123}}}",
        "kestra: {server: {basicAuth: {username: a@b.c, password: Secret123}}}",
        "kestra.server.basic_auth: {username: a@b.c, password: Secret123}",
        "Kestra:\n  server.BasicAuth.username: a@b.c\n  server.basicauth.password: Secret123",
    ] {
        assert_eq!(told(&[text], &[]), "", "{text}");
        assert_eq!(read(&[text], &[]).settings.sign_in.account.unwrap().username, "a@b.c", "{text}");
    }
}

#[test]
fn the_last_one_wins_and_maps_grow() {
    let first = "kestra: {url: http://a, variables: {globals: {a: 1, deep: {x: 1}}}}";
    let second = "kestra: {url: http://b, variables: {globals: {b: '2', deep: {y: 2}}}}";
    let text = ("KESTRA_CONFIGURATION", "kestra: {url: http://c}");
    let url =
        |texts: &[&str], variables: &[(&str, &str)]| read(texts, variables).settings.addresses.url.unwrap();
    assert_eq!(url(&[first, second], &[]), "http://b");
    assert_eq!(url(&[first, second], &[text]), "http://c");
    assert_eq!(url(&[first, second], &[text, ("KESTRA_URL", "http://d")]), "http://d");
    let both = read(&[first, second], &[("KESTRA_VARIABLES_GLOBALS_DATA_FOLDER", "/data")]);
    assert_eq!(variable(&both, "globals", "a"), Some(Value::Int(1)));
    assert_eq!(variable(&both, "globals", "b"), Some(Value::from("2")));
    assert_eq!(variable(&both, "globals", "data_folder"), Some(Value::from("/data")));
    let Some(Value::Map(deep)) = variable(&both, "globals", "deep") else { panic!("a map") };
    assert_eq!(deep.len(), 2);
}

#[test]
fn services_may_be_elsewhere() {
    let text = "kapelle: {services: {slack: 'http://a'}, ai: {default-provider: gpt-4o, max-tokens-per-run: 5000, providers: {openai: {base-url: 'http://b/v1'}}}}";
    let configuration = read(&[text], &[]);
    assert!(configuration.findings.is_empty(), "{:?}", configuration.findings);
    let settings = configuration.settings.flows.task_settings;
    assert_eq!(settings["kapelle.services.slack"], "http://a");
    assert_eq!(settings["kapelle.ai.providers.openai.base-url"], "http://b/v1");
    assert_eq!(settings["kapelle.ai.default-provider"], "gpt-4o");
    assert_eq!(settings["kapelle.ai.max-tokens-per-run"], "5000");
    let text = "kapelle: {ai: {max-cost-per-run: 0.50, prices: {'gpt-4.1': {input: 2, output: 8}, 'meta/Llama:8b': {input: 0.05}}}}";
    let configuration = read(&[text], &[]);
    assert!(configuration.findings.is_empty(), "{:?}", configuration.findings);
    let settings = configuration.settings.flows.task_settings;
    assert_eq!(settings["kapelle.ai.max-cost-per-run"], "0.5");
    assert_eq!(settings["kapelle.ai.prices.gpt-4.1.output"], "8");
    assert_eq!(settings["kapelle.ai.prices.meta/Llama:8b.input"], "0.05");
    let configuration = read(&["kapelle: {ai: {prices: {a: 3}}}"], &[]);
    let message = configuration.findings[0].to_string();
    assert!(message.contains("has no price for `a`: write `a: {input: 0.50, output: 1.50}`"), "{message}");
    let configuration = read(&["kapelle: {services: {slack: [a]}}"], &[]);
    let message = configuration.findings[0].to_string();
    assert!(message.contains("has no address for `slack`: write `slack` as a text"), "{message}");
}

#[test]
fn variables_set_every_kind_of_key() {
    let configuration = read(
        &[],
        &[
            ("KESTRA_SERVER_BASIC_AUTH_USERNAME", "a@b.c"),
            ("KESTRA_SERVER_BASICAUTH_PASSWORD", "Secret123"),
            ("MICRONAUT_SERVER_PORT", "9090"),
            ("ENDPOINTS_ALL_ENABLED", "false"),
            ("KESTRA_SERVER_TERMINATION_GRACE_PERIOD", "30s"),
            ("KESTRA_PLUGINS_DEFAULTS", "[{type: io.kestra.plugin.core.log.Log, values: {level: WARN}}]"),
            ("KAPELLE_FS_LOCAL_ALLOWED_PATHS", "/a, /b"),
            ("KAPELLE_DOCKER_HOST", "tcp://dind:2375"),
            ("KAPELLE_DOCKER_TLS_VERIFY", "yes"),
            ("KAPELLE_DOCKER_CERT_PATH", "/certs"),
            ("KESTRA_TUTORIAL_FLOWS_ENABLED", "true"),
        ],
    );
    assert!(configuration.findings.is_empty());
    let settings = configuration.settings;
    assert_eq!(settings.sign_in.account.unwrap().username, "a@b.c");
    assert_eq!((settings.addresses.port, settings.addresses.management_port), (9090, None));
    assert_eq!(settings.grace.as_secs(), 30);
    assert_eq!(settings.flows.defaults[0].values[0].key, "level");
    assert_eq!(settings.flows.task_settings["kapelle.fs.local.allowed-paths"], "/a,/b");
    let docker = ["host", "tls-verify", "cert-path"]
        .map(|name| &*settings.flows.task_settings[&format!("kapelle.docker.{name}")]);
    assert_eq!(docker, ["tcp://dind:2375", "true", "/certs"]);
    assert!(settings.has_tutorials);
}

#[test]
fn flows_mount_folders_where_either_name_of_the_setting_allows_it() {
    let docker = "kestra: {plugins: {configurations: [{type: io.kestra.plugin.scripts.runner.docker.Docker, values: \
                  {volume-enabled: true}}]}}";
    for (text, expected) in
        [(docker, true), ("kapelle: {docker: {volume-enabled: true}}", true), ("{}", false)]
    {
        let settings = read(&[text], &[]).settings.flows.task_settings;
        assert_eq!(settings.contains_key("kapelle.docker.volume-enabled"), expected, "{text}");
    }
}

#[test]
fn flows_use_the_configuration_of_openssh_where_either_name_of_the_setting_allows_it() {
    let ssh = "kestra: {plugins: {configurations: [{type: io.kestra.plugin.fs.ssh.Command, values: \
               {allow-open-ssh-config: true}}]}}";
    for (text, expected) in
        [(ssh, true), ("kapelle: {ssh: {allow-open-ssh-config: true}}", true), ("{}", false)]
    {
        let settings = read(&[text], &[]).settings.flows.task_settings;
        assert_eq!(settings.contains_key("kapelle.ssh.allow-open-ssh-config"), expected, "{text}");
        assert_eq!(settings["kapelle.ssh.host-key-checking"], "no", "{text}");
    }
}

#[test]
fn placeholders_are_filled_from_the_environment_and_from_other_keys() {
    let value = |text: &str| {
        let text = format!("kestra: {{url: '{text}', server: {{basic-auth: {{realm: Ours}}}}}}");
        let configuration = read(&[&text], &[("HOST_NAME", "h"), ("EMPTY", ""), ("ODD", "${HOST_NAME}")]);
        match configuration.findings.first() {
            Some(found) => found.to_string(),
            None => configuration.settings.addresses.url.unwrap(),
        }
    };
    for (text, filled) in [
        ("http://${HOST_NAME}:${PORT:8080}/", "http://h:8080/"),
        ("${URL:http://localhost:8080}", "http://localhost:8080"),
        ("${URL:`http://a`}", "http://a"),
        ("${A:${B:${HOST_NAME}}}", "h"),
        ("x${EMPTY:filled}", "x"),
        ("${kestra.server.basicAuth.realm}", "Ours"),
        ("${ODD}", "${HOST_NAME}"),
        ("{{ x }} $y", "{{ x }} $y"),
    ] {
        assert_eq!(value(text), filled, "{text}");
    }
    assert!(value("${NONE}").contains("`${NONE}` is nowhere set"));
    assert!(value("${NONE:").contains("has no `}`"));
}

#[test]
fn what_is_wrong_says_where_and_what_it_has_to_be() {
    insta::assert_snapshot!(told(
        &["\
micronaut: {server: {port: 80x}}
kestra:
  server:
    termination-grace-period: soon
    workerTaskRestartStrategy: NEVR
    basic-auth: {enabled: perhaps, password: {a: 1}}
  encryption: {secret-key: aGFsbG8=}
  plugins:
    defaults:
      - values: {a: b}
    configurations:
      - type: io.kestra.plugin.core.trigger.Schedule
        values: {recoverMissedSchedules: SOME}
  variables:
    globals: x
    env-vars-prefix: ''
kapelle: {variables: {env-names: '*'}, language: 3}
"],
        &[("ENDPOINTS_ALL_PORT", "99999")],
    ), @"
    error: variable ENDPOINTS_ALL_PORT: `endpoints.all.port` is `99999`: it has to be a port, from 0 to 65535
    error: a.yml:17:50: `kapelle.language` is `3`: it has to be one of 1, 2
    error: a.yml:10:9: `kestra.plugins.defaults`: each entry needs a `type`
    error: a.yml:6:27: `kestra.server.basic-auth.enabled` is `perhaps`: it has to be `true` or `false`
    error: a.yml:6:46: `kestra.server.basic-auth.password`: it has to be text
    error: a.yml:4:31: `kestra.server.termination-grace-period` is `soon`: it has to be a duration, such as `PT5M` or `5m`
    error: a.yml:5:32: `kestra.server.worker-task-restart-strategy` is `NEVR`: it has to be one of NEVER, IMMEDIATELY, AFTER_TERMINATION_GRACE_PERIOD; did you mean `NEVER`?
    error: a.yml:15:14: `kestra.variables.globals` is `x`: it has to be a map of names and values
    error: a.yml:1:28: `micronaut.server.port` is `80x`: it has to be a port, from 0 to 65535
    error: a.yml:13:42: `kestra.plugins.configurations` has a `recoverMissedSchedules` that is none of ALL, LAST, NONE
    error: a.yml:16:22: `kestra.variables.env-vars-prefix` is empty: then flows would see the whole environment
    error: a.yml:17:34: `kapelle.variables.env-names` names the whole environment: flows may see only parts of it
    error: a.yml:7:28: `kestra.encryption.secret-key` is no key: it has 5 bytes and needs 32: `openssl rand -base64 32` makes one
    ");
}

#[test]
fn unknown_keys_are_told_once_with_what_was_meant() {
    insta::assert_snapshot!(told(
        &["\
kestra:
  sever: {basic-auth: {username: a, password: b}}
  urll: http://a
  nonsense: {a: 1, b: 2}
  anonymous-usage-report: {enabled: false}
micronaut: {server: {prot: 1, netty: {x: 1}}, security: {a: b}}
jackson: {x: 1}
datasources: {h2: {url: '${NONE}'}}
"],
        &[("KESTRA_ULR", "x"), ("KESTRA_SERVICE_HOST", "10.0.0.1"), ("PATH", "/bin")],
    ), @"
    warning: a.yml:2:3: there is no key `kestra.sever`; did you mean `kestra.server`?
    warning: a.yml:3:3: there is no key `kestra.urll`; did you mean `kestra.url`?
    warning: a.yml:4:3: there is no key `kestra.nonsense`
    warning: a.yml:6:22: there is no key `micronaut.server.prot`; did you mean `micronaut.server.port`?
    warning: variable KESTRA_ULR: no key has this variable; did you mean KESTRA_URL?
    info: read, and without effect in Kapelle: `datasources`, `kestra.anonymous-usage-report`
    ");
}

#[test]
fn what_a_server_cannot_keep_things_in_is_told_with_the_lines_to_change() {
    insta::assert_snapshot!(told(
        &["kestra:\n  repository:\n    type: postgres\n  queue:\n    type: postgres\n"],
        &[("KESTRA_STORAGE_TYPE", "s3")],
    ), @"
    error: a.yml:3:11: `kestra.repository.type` is `postgres`: this version keeps everything in a folder of its own. To start with that, change:
      a.yml:3:11  type: h2   # kestra.repository.type
      a.yml:5:11  type: h2   # kestra.queue.type
      KESTRA_STORAGE_TYPE=local
    ");
    assert!(told(&["kestra: {repository: {type: memory}, queue: {type: h2}}"], &[]).contains("type: memory"));
    assert_eq!(told(&["kestra: {repository: {type: memory}, queue: {type: memory}}"], &[]), "");
}

#[test]
fn nobody_is_asked_only_when_that_is_written() {
    for (text, is_open) in [
        ("{}", false),
        ("kestra: {server: {basic-auth: {enabled: false}}}", true),
        ("kestra: {server: {basic-auth: {enabled: 'false'}}}", true),
        ("kestra: {server: {basic-auth: {enabled: true}}}", false),
        ("kestra: {server: {basic-auth: {enabled: perhaps}}}", false),
    ] {
        assert_eq!(read(&[text], &[]).settings.sign_in.is_open, is_open, "{text}");
    }
}

#[test]
fn weak_and_half_accounts_are_told_without_the_password() {
    let weak = told(&["kestra: {server: {basic-auth: {username: admin@kestra.io, password: kestra}}}"], &[]);
    assert!(weak.starts_with("warning: a.yml:1:") && weak.contains("weak"), "{weak}");
    let half = told(&["kestra: {server: {basic-auth: {password: hidden-word}}}"], &[]);
    assert!(half.contains("has no effect without") && !half.contains("hidden-word"), "{half}");
}

#[test]
fn flows_see_parts_of_the_environment_and_never_all_of_it() {
    let variables = [
        ("ENV_TEAM", "a"),
        ("SLACK_WEBHOOK", "https://hooks"),
        ("SLACK_NAME", "n"),
        ("HOME", "/root"),
        ("KESTRA_SERVER_BASIC_AUTH_PASSWORD", "Secret123"),
        ("KESTRA_CONFIGURATION", "kestra: {}"),
        ("KESTRA_REGION", "eu"),
    ];
    let seen = |text: &str| -> Vec<String> {
        let configuration = read(&[text], &variables);
        let Some(Value::Map(envs)) = configuration.settings.flows.variables.get("envs") else {
            panic!("a map")
        };
        let mut names: Vec<String> = envs.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(seen("{}"), ["team"]);
    assert_eq!(seen("kestra: {variables: {env-vars-prefix: KESTRA_}}"), ["region"]);
    let text = "kapelle: {variables: {env-names: [SLACK_*, NOT_THERE]}}";
    assert_eq!(seen(text), ["SLACK_NAME", "SLACK_WEBHOOK", "slack_name", "slack_webhook", "team"]);
    let configuration = read(&[text], &variables);
    assert!(variable(&configuration, "envs", "slack_webhook").unwrap().has_secret());
    assert!(!variable(&configuration, "envs", "slack_name").unwrap().has_secret());
    assert_eq!(seen("kapelle: {variables: {env-names: '*'}}"), [""; 0]);
}

#[test]
fn pages_of_other_servers_are_named_one_by_one() {
    let origins = |text: &str| read(&[text], &[]).settings.doors.origins;
    let listed = |list: &str| {
        origins(&format!(
            "micronaut: {{server: {{cors: {{enabled: true, configurations: {{web: {list}}}}}}}}}"
        ))
    };
    assert_eq!(listed("{allowed-origins: ['https://a.example.org']}"), ["https://a.example.org"]);
    assert_eq!(listed("{allowedOrigins: ['http://localhost:3000']}"), ["http://localhost:3000"]);
    assert_eq!(
        origins("micronaut: {server: {cors: {configurations: {web: {allowed-origins: ['https://a']}}}}}"),
        [""; 0]
    );
    for loose in ["'*'", "'https://*.example.org'", "'https://a.example.org/x'", "'^https'"] {
        let text = format!(
            "micronaut: {{server: {{cors: {{enabled: true, configurations: {{web: {{allowed-origins: [{loose}]}}}}}}}}}}"
        );
        assert!(told(&[&text], &[]).contains("each has to be written as `https://name`"), "{loose}");
    }
}

#[test]
fn certificates_are_files_of_pem() {
    let ssl = |rest: &str| format!("micronaut: {{server: {{ssl: {{enabled: true, {rest}}}}}}}");
    let files = |texts: &[&str]| {
        let tls = read(texts, &[]).settings.doors.tls;
        tls.map(|tls| format!("{} {} {}", tls.certificate.display(), tls.key.display(), tls.port))
    };
    let own = "kapelle: {server: {tls: {certificate: a.pem, key: b.pem}}}";
    assert_eq!(files(&[&ssl("port: 443"), own]).as_deref(), Some("a.pem b.pem 443"));
    let store = ssl("key-store: {path: 'file:c.pem', type: PEM}");
    assert_eq!(files(&[&store]).as_deref(), Some("c.pem c.pem 8443"));
    assert_eq!(files(&[own]), None);
    for (text, words) in [
        (ssl("key-store: {path: a.p12, type: PKCS12}"), "openssl pkcs12 -in FILE"),
        (ssl("port: 1"), "needs `kapelle.server.tls.certificate`"),
        (own.to_owned(), "without `micronaut.server.ssl.enabled: true`"),
    ] {
        assert!(told(&[&text], &[]).contains(words), "{text}");
    }
}

#[test]
fn rates_are_numbers_from_one() {
    let limits = |text: &str| read(&[text], &[]).settings.doors;
    assert_eq!(limits("").limits, kapelle_server::RateLimits::default());
    assert_eq!(limits("").guesses, kapelle_server::auth::Guesses::default());
    assert_eq!(limits("kapelle: {limits: {wrong-webhooks: 5, logins: 9}}").limits.wrong_webhooks, 5);
    assert!(told(&["kapelle: {limits: {webhooks: 0}}"], &[]).contains("it has to be a number, from 1"));
}

#[test]
fn nothing_secret_is_shown() {
    let text = "kestra: {server: {basic-auth: {username: a@b.c, password: canary-4711}}, \
                encryption: {secret-key: canary-0815}}";
    let configuration = read(&[text], &[]);
    let summary = configuration.summary();
    let shown = format!("{summary:?} {:?} {}", configuration.findings, told(&[text], &[]));
    let shown = shown.replace(text, "");
    assert!(!configuration.findings.iter().any(|found| found.to_string().contains("canary")));
    assert!(!format!("{summary:?}").contains("canary"), "{shown}");
}

#[test]
fn the_table_names_each_key_once_and_in_words() {
    let mut variables: Vec<String> = keys::all().map(name::variable).collect();
    variables.sort();
    let count = variables.len();
    variables.dedup();
    assert_eq!(variables.len(), count);
    for key in keys::all() {
        assert!(name::find(key.name).is_some_and(|found| found.name == key.name), "{}", key.name);
        assert!(name::find(&name::variable(key)).is_some_and(|found| found.name == key.name), "{}", key.name);
        assert!(!key.words.ends_with('.') && !key.words.starts_with(char::is_lowercase), "{}", key.name);
        if let Some(default) = key.default {
            let node = kapelle_model::Node {
                span: kapelle_model::Span::default(),
                data: kapelle_model::Data::Text(default.to_owned()),
            };
            assert!(super::value::check(key, &node).is_ok(), "{}", key.name);
        }
    }
}

#[test]
fn names_of_machines_have_addresses() {
    let hosts = "kapelle.network.hosts:\n  loki.home.example: 127.0.0.1\n  Six: ::1\n";
    let read = read(&[hosts], &[]);
    let found: Vec<_> = read.settings.flows.hosts.iter().map(|(name, at)| format!("{name} {at}")).collect();
    assert_eq!(found, ["loki.home.example 127.0.0.1", "six ::1"]);
    assert_eq!(
        told(&["kapelle:\n  network:\n    hosts: {db: nowhere}\n"], &[]),
        "error: a.yml:3:17: `kapelle.network.hosts` has no address for `db`: write one such as `10.0.0.7`\n"
    );
}
