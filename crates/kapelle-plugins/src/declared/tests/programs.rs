//! Definitions that run programs, with the programs of this machine in place of images.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{Map, State, Value};
use kapelle_plugin::stage::Stage;

use super::{run, run_in, shown};

/// As processes of this machine.
const HERE: &str = "taskRunner: {type: io.kestra.plugin.core.runner.Process}\n";

/// What commands printed by way of outputs.
fn vars(given: &Map) -> String {
    let Some(Value::Map(vars)) = given.get("vars") else { return String::new() };
    shown(Arc::unwrap_or_clone(Arc::clone(vars)))
}

#[tokio::test]
async fn a_program_gets_its_environment_and_what_the_flow_says_wins() {
    for (name, properties, gives) in [
        (
            "aws.cli.AwsCLI",
            "region: eu-1\naccessKeyId: a\nsecretKeyId: b\nendpointOverride: http://e\nenv: {AWS_REGION: eu-2}\ncommands:\n  - echo '::{\"outputs\":{\"x\":\"'$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_DEFAULT_REGION $AWS_REGION $AWS_ENDPOINT_URL $AWS_DEFAULT_OUTPUT ${AWS_SESSION_TOKEN-none}'\"}}::'",
            r#"{"x":"a b eu-1 eu-2 http://e json none"}"#,
        ),
        (
            "gcp.cli.GCloudCLI",
            "serviceAccount: KEY\nprojectId: p\ncommands:\n  - echo '::{\"outputs\":{\"x\":\"'$(cat $GOOGLE_APPLICATION_CREDENTIALS) $CLOUDSDK_CORE_PROJECT'\"}}::'\noutputFiles: ['**']",
            r#"{"x":"KEY p"}"#,
        ),
        (
            "databricks.cli.DatabricksCLI",
            "databricksHost: h\ndatabricksToken: t\ncommands:\n  - echo '::{\"outputs\":{\"x\":\"'$DATABRICKS_HOST $DATABRICKS_TOKEN'\"}}::'",
            r#"{"x":"h t"}"#,
        ),
        (
            "terraform.cli.TerraformCLI",
            "beforeCommands: ['y=2']\ncommands:\n  - echo '::{\"outputs\":{\"x\":\"'$y'\"}}::'",
            r#"{"x":"2"}"#,
        ),
    ] {
        let stage = Stage::new();
        let given = run(&stage, &format!("io.kestra.plugin.{name}"), &format!("{HERE}{properties}")).await;
        let given = given.unwrap_or_else(|broken| panic!("{name}: {} {:?}", broken.failure, stage.lines()));
        assert_eq!(vars(&given), gives, "{name}");
        // Keys that were written for the program are gone before files are kept.
        if let Some(Value::Map(files)) = given.get("outputFiles") {
            assert!(!files.keys().any(|file| file.contains("google-key")), "{files:?}");
        }
    }
}

/// A program that tells its arguments, in a folder.
fn telling(folder: &Path, name: &str) {
    std::fs::create_dir_all(folder).unwrap();
    write_program(&folder.join(name), "for word in \"$@\"; do echo \"[$word]\"; done");
}

fn write_program(place: &Path, script: &str) {
    std::fs::write(place, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(place, Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn who_has_to_log_in_does_so_first() {
    let stage = Stage::new();
    let folder = stage.directory().with_file_name("programs");
    telling(&folder, "az");
    // It prints what `aws sts` would, with what it was asked in place of the key.
    write_program(&folder.join("aws"), "echo id \"$(echo $* | tr ' ' _)\" token");
    let stage = stage.setting("kapelle.runner.process.path", &format!("{}:/usr/bin:/bin", folder.display()));
    let properties = format!(
        "{HERE}username: \"u 'x'\"\npassword: p\ntenant: t\nservicePrincipal: true\ncommands: [echo done]"
    );
    run(&stage, "io.kestra.plugin.azure.cli.AzCLI", &properties).await.unwrap();
    let login = "[login] [--output] [none] [--service-principal] [-u] [u 'x'] [-p] [p] [--tenant] [t] done";
    assert_eq!(said(&stage), login);
    let properties = format!(
        "{HERE}stsRoleArn: arn:x\nstsRoleExternalId: e\nstsRoleSessionDuration: PT20M\ncommands: ['echo $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY']"
    );
    run(&stage, "io.kestra.plugin.aws.cli.AwsCLI", &properties).await.unwrap();
    assert_eq!(
        said(&stage),
        format!(
            "{login} id sts_assume-role_--role-arn_arn:x_--role-session-name_kapelle_--duration-seconds_1200_--external-id_e_--query_Credentials.[AccessKeyId,SecretAccessKey,SessionToken]_--output_text"
        )
    );
}

/// The lines that the program wrote, as one.
fn said(stage: &Stage) -> String {
    let lines = stage.lines();
    let lines: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix("INFO ")).collect();
    lines.join(" ")
}

#[tokio::test]
async fn an_application_is_submitted_with_its_files() {
    let stage = Stage::new();
    let jar = stage.put_file("a.jar", b"JAR");
    let folder = stage.directory().with_file_name("programs");
    telling(&folder, "submit");
    for (name, properties, words) in [
        (
            "PythonSubmit",
            "mainScript: print(1)\nname: it's\nargs: ['a b']\nappFiles: {data.csv: x}\npythonFiles: {m.py: y}\nconfigurations: {k: v}\ndeployMode: CLUSTER\nverbose: true".to_owned(),
            "[--master] [m] [--deploy-mode] [cluster] [--name] [it's] [--verbose] [--conf] [k=v] [--files] [data.csv] [--py-files] [m.py] [main.py] [a b]",
        ),
        (
            "JarSubmit",
            format!("mainResource: '{jar}'\nmainClass: C\njars: {{b.jar: '{jar}'}}"),
            "[--master] [m] [--deploy-mode] [client] [--class] [C] [--jars] [b.jar] [main.jar]",
        ),
        ("RSubmit", "mainScript: x".to_owned(), "[--master] [m] [--deploy-mode] [client] [main.R]"),
    ] {
        let properties =
            format!("{HERE}master: m\nsparkSubmitPath: {}\n{properties}", folder.join("submit").display());
        let from = said(&stage).len();
        run(&stage, &format!("io.kestra.plugin.spark.{name}"), &properties)
            .await
            .unwrap_or_else(|broken| panic!("{name}: {} {:?}", broken.failure, stage.lines()));
        assert!(said(&stage)[from..].trim().starts_with(words), "{name}: {}", said(&stage));
    }
}

#[tokio::test]
async fn what_dbt_needs_and_leaves() {
    let stage = Stage::new();
    let properties = format!(
        "{HERE}projectDir: shop\nprofiles: \"a: b\\n\"\ncommands:\n  - cat $DBT_PROFILES_DIR/profiles.yml\n  - echo $DBT_PROJECT_DIR $DBT_LOG_FORMAT\n  - mkdir -p shop/target\n  - echo '{{}}' > shop/target/run_results.json"
    );
    let given = run(&stage, "io.kestra.plugin.dbt.cli.DbtCLI", &properties).await.unwrap();
    assert_eq!(said(&stage), "a: b shop json");
    let Some(Value::Map(files)) = given.get("outputFiles") else { panic!("{given:?}") };
    assert_eq!(files.keys().map(|file| &**file).collect::<Vec<_>>(), ["run_results.json"]);
    let told = run(&stage, "io.kestra.plugin.dbt.cli.DbtCLI", HERE).await.unwrap_err();
    assert_eq!(told.failure.to_string(), "the property `commands` is missing");
}

#[tokio::test]
async fn a_manifest_of_dbt_is_kept_for_a_later_run() {
    let stage = Stage::new();
    let both = "loadManifest: {key: last, namespace: other}\nstoreManifest: {key: last, namespace: other}";
    for (folder, first) in [("shop", true), ("./shop/", false), (".", false)] {
        let see = "cat $DBT_PROJECT_DIR/target/manifest.json 2>/dev/null || echo none";
        let write = "mkdir -p $DBT_PROJECT_DIR/target; echo '{\"nodes\":{\"a\":1}}' > $DBT_PROJECT_DIR/target/manifest.json";
        let properties =
            format!("{HERE}projectDir: {folder}\n{both}\ncommands: [{}, {}]", quoted(see), quoted(write));
        let from = said(&stage).len();
        let given = run(&stage, "io.kestra.plugin.dbt.cli.DbtCLI", &properties).await.unwrap();
        let expected = if first { "none" } else { r#"{"nodes":{"a":1}}"# };
        assert_eq!(said(&stage)[from..].trim(), expected, "{folder}");
        let Some(Value::Map(files)) = given.get("outputFiles") else { panic!("{given:?}") };
        assert_eq!(files.keys().map(|file| &**file).collect::<Vec<_>>(), ["manifest.json"]);
        std::fs::remove_dir_all(stage.directory()).unwrap();
    }
    assert!(stage.lines().contains(&"WARN there is no manifest under the key `last` yet".to_owned()));
    let kept = stage.context().host.keys().get("other", "last").unwrap().unwrap();
    assert_eq!(kept.value, plain::from_json(r#"{"nodes":{"a":1}}"#).unwrap());
    let properties = format!("{HERE}storeManifest: {{key: k, namespace: n}}\ncommands: ['true']");
    run(&stage, "io.kestra.plugin.dbt.cli.DbtCLI", &properties).await.unwrap();
    assert!(stage.lines().iter().any(|line| line.starts_with("WARN the key `k` is not set")));
}

/// A command as YAML.
fn quoted(command: &str) -> String {
    format!("'{}'", command.replace('\'', "''"))
}

#[tokio::test]
async fn warnings_of_dbt_are_warnings_of_the_task() {
    let stage = Stage::new();
    let line = |level: &str, words: &str| {
        format!(r#"{{"info": {{"level": "{level}", "msg": "{words}"}}, "data": {{}}}}"#)
    };
    for (level, expected) in [("info", None), ("warn", Some(State::Warning))] {
        let command =
            format!("echo '{}'; echo '{}'; echo '{{\"a\": 1}}'", line("debug", "begins"), line(level, "x"));
        let properties = format!("{HERE}commands: [{}]", quoted(&command));
        let cx = stage.context();
        run_in(&cx, "io.kestra.plugin.dbt.cli.DbtCLI", &properties).await.unwrap();
        assert_eq!(*cx.ends_as.lock().unwrap(), expected);
    }
    let lines = stage.lines();
    let told: Vec<_> = lines.iter().filter(|line| !line.contains("PATH")).map(String::as_str).collect();
    assert_eq!(
        told,
        ["DEBUG begins", "INFO x", r#"INFO {"a": 1}"#, "DEBUG begins", "WARN x", r#"INFO {"a": 1}"#]
    );
}

#[tokio::test]
async fn a_task_of_dbt_runs_the_command_that_it_is_named_after() {
    for (name, properties, told) in [
        ("Build", "", "build"),
        (
            "Run",
            "debug: true\nfailFast: true\nwarnError: true\nthread: 4\nfullRefresh: true\ntarget: prod\nselect: [a+, 'b c']\nexclude: [d]",
            "--debug --fail-fast --warn-error run --threads 4 --full-refresh --target prod --select a+ b c --exclude d",
        ),
        ("Freshness", "selector: nightly", "source freshness --selector nightly"),
        ("Test", "profiles: \"a: b\\n\"", "test a: b"),
    ] {
        for path in ["./bin/dbt", "./own/dbt"] {
            let stage = Stage::new();
            let folder = stage.context().host.directory().unwrap();
            let program = folder.join(path);
            std::fs::create_dir_all(program.parent().unwrap()).unwrap();
            write_program(&program, "echo \"$@\" $(cat \"$DBT_PROFILES_DIR/profiles.yml\" 2>/dev/null)");
            let properties = format!("{HERE}dbtPath: {path}\n{properties}");
            run(&stage, &format!("io.kestra.plugin.dbt.cli.{name}"), &properties).await.unwrap();
            assert_eq!(said(&stage), told, "{name}");
        }
    }
}

#[tokio::test]
async fn dbt_and_its_profiles_get_into_the_directory() {
    let stage = Stage::new();
    let folder = stage.context().host.directory().unwrap();
    let python = folder.join("python");
    write_program(
        &python,
        "echo \"$@\"; mkdir -p bin; printf '#!/bin/sh\\necho pip \"$@\"\\n' > bin/pip; chmod +x bin/pip",
    );
    let properties = format!(
        "{HERE}pythonPath: ./python\nrequirements: [dbt-duckdb, 'a b']\nprofiles: {{shop: {{target: dev}}}}"
    );
    run(&stage, "io.kestra.plugin.dbt.cli.Setup", &properties).await.unwrap();
    assert_eq!(said(&stage), "-m venv . pip install --quiet --disable-pip-version-check dbt-duckdb a b");
    let profiles = std::fs::read_to_string(folder.join(".profile/profiles.yml")).unwrap();
    assert_eq!(profiles, "{\"shop\":{\"target\":\"dev\"}}\n");
}

#[tokio::test]
async fn what_a_playbook_gives_is_an_output() {
    let stage = Stage::new();
    let properties = format!(
        "{HERE}ansibleConfig: \"[defaults]\\n\"\ncommands:\n  - cat $ANSIBLE_CONFIG\n  - test -f $ANSIBLE_CALLBACK_PLUGINS/kapelle_outputs.py\n  - echo '::{{\"outputs\":{{\"playbooks\":[{{\"name\":\"p\"}}]}}}}::'"
    );
    let given = run(&stage, "io.kestra.plugin.ansible.cli.AnsibleCLI", &properties).await.unwrap();
    let cx = Stage::new().variable("outputs", Value::Map(Arc::new(given))).context();
    assert_eq!(cx.render_text("{{ outputs.playbooks }}").unwrap().expose(), r#"[{"name":"p"}]"#);
    assert_eq!(said(&stage), "[defaults]");
}
