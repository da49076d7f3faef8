//! `kapelle configs …`, and what a configuration does to runs and tests.

use crate::Folder;

const CONFIGURATION: &str = "\
kestra:
  variables:
    globals: {team: 'the ${WORD:blue} team'}
  plugins:
    defaults:
      - type: io.kestra.plugin.core.debug.Return
        values: {format: 'from the defaults of {{ globals.team }}'}
kapelle: {variables: {env-names: [PAGER_*]}}
";

const FLOW: &str = "\
id: shows
namespace: demo
tasks:
  - {id: given, type: io.kestra.plugin.core.debug.Return}
outputs:
  - {id: given, type: STRING, value: '{{ outputs.given.value }}'}
  - {id: env, type: STRING, value: '{{ envs.PAGER_TEAM ?? 0 }} {{ envs.town ?? 0 }}'}
";

const TEST: &str = "\
id: shows-test
namespace: demo
flowId: shows
testCases:
  - id: sees
    type: io.kestra.core.tests.flow.UnitTest
    assertions:
      - {value: '{{ outputs.given.value }}', equalTo: 'from the defaults of the blue team'}
";

fn folder(name: &str) -> Folder {
    Folder::new(name, &[("kestra.yml", CONFIGURATION), ("shows.yaml", FLOW), ("shows.test.yaml", TEST)])
}

#[test]
fn globals_plugin_defaults_and_variables_reach_a_run() {
    let folder = folder("configs-run");
    let mut command = folder.command("kapelle");
    command.env("PAGER_TEAM", "night").env("ENV_TOWN", "Graz");
    command.args(["run", "shows.yaml", "--memory", "--quiet", "--config", "kestra.yml"]);
    let ran = command.output().unwrap();
    insta::assert_snapshot!(String::from_utf8(ran.stdout).unwrap(), @r#"
    {
      "given": "from the defaults of the blue team",
      "env": "night Graz"
    }
    "#);
    let mut command = folder.command("kapelle");
    command.env("KESTRA_CONFIGURATION", CONFIGURATION).env("WORD", "red").env("PAGER_TEAM", "day");
    let ran = command.args(["run", "shows.yaml", "--memory", "--quiet"]).output().unwrap();
    assert!(String::from_utf8(ran.stdout).unwrap().contains("the red team"));
}

#[test]
fn they_reach_tests_of_flows_too() {
    let folder = folder("configs-test");
    let ran = folder.run(&["test", "shows.test.yaml", "--config", "kestra.yml"]);
    assert!(ran.starts_with("exit 0"), "{ran}");
    assert!(folder.run(&["test", "shows.test.yaml"]).starts_with("exit 1"));
}

#[test]
fn a_configuration_with_mistakes_runs_nothing() {
    let folder = folder("configs-wrong");
    folder.write("wrong.yml", b"kestra:\n  variables: {globals: x}\n  urll: a\n");
    let ran = folder.run(&["run", "shows.yaml", "--memory", "--config", "wrong.yml"]);
    insta::assert_snapshot!(ran, @"
    exit 2
    --- stderr
    warning: wrong.yml:3:3: there is no key `kestra.urll`; did you mean `kestra.url`?
    error: wrong.yml:2:24: `kestra.variables.globals` is `x`: it has to be a map of names and values
    error: the configuration has mistakes; nothing was done
    ");
    assert!(folder.run(&["run", "shows.yaml", "--config", "none.yml"]).contains("none.yml"));
}

#[test]
fn validate_says_what_is_wrong_or_what_a_server_would_do() {
    let folder = folder("configs-validate");
    insta::assert_snapshot!(folder.run(&["configs", "validate", "kestra.yml"]), @"
    exit 0
    --- stdout
    address     port 8080 on this machine, or on all addresses of a container, management on port 8081
    sign-in     the account that the first start asks for
    data        in the folder of the data
    encryption  with a key of the folder of the data
    globals     team
    defaults    io.kestra.plugin.core.debug.Return
    language    1
    schedules   missed ones: All
    lost tasks  begin again
    stopping    tasks have PT5M
    tutorial    never
    answers     profile default
    log         INFO
    ");
    folder.write("postgres.yml", b"kestra:\n  repository: {type: postgres}\n  queue: {type: postgres}\n");
    insta::assert_snapshot!(folder.run(&["configs", "validate", "kestra.yml", "postgres.yml"]), @"
    exit 1
    --- stderr
    error: postgres.yml:2:22: `kestra.repository.type` is `postgres`: this version keeps everything in a folder of its own. To start with that, change:
      postgres.yml:2:22  type: h2   # kestra.repository.type
      postgres.yml:3:17  type: h2   # kestra.queue.type
    ");
    // Where a server cannot start, a run still can.
    let ran =
        folder.run(&["run", "shows.yaml", "--memory", "--quiet", "-c", "kestra.yml", "-c", "postgres.yml"]);
    assert!(!ran.contains("postgres"), "{ran}");
}

#[test]
fn keys_are_listed_and_explained() {
    let folder = Folder::new("configs-keys", &[]);
    insta::assert_snapshot!(folder.run(&["configs", "explain", "KESTRA_URL"]), @"
    exit 0
    --- stdout
    kestra.url (as in Kestra)

    The address under which people reach the server, for links in messages.

    kind:      text
    variable:  KESTRA_URL
    ");
    let ran = folder.run(&["configs", "explain", "kestra.ulr"]);
    assert!(ran.starts_with("exit 1") && ran.contains("  kestra.url\n"), "{ran}");
    let ran = folder.run(&["configs", "properties", "--output", "json"]);
    let keys: serde_json::Value =
        serde_json::from_str(ran.strip_prefix("exit 0\n--- stdout\n").unwrap()).unwrap();
    let port = keys.as_array().unwrap().iter().find(|key| key["key"] == "micronaut.server.port").unwrap();
    assert_eq!((&port["default"], &port["variable"]), (&"8080".into(), &"MICRONAUT_SERVER_PORT".into()));
    assert!(folder.run(&["configs", "properties", "--output", "yaml"]).contains("key: kestra.url\n"));
    let table = folder.run_with("kestra", &["configs", "properties"], "");
    assert!(table.contains("kestra.url "), "{table}");
}
