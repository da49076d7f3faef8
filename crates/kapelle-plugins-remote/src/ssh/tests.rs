use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command as Program;
use std::time::Duration;

use kapelle_model::Value;
use kapelle_plugin::stage::Stage;
use kapelle_plugin::{KeyToSet, Keys};

use super::command::Command;
use crate::testing::{Server, json};

/// Runs commands with a password: what they gave or their failure, and the log.
async fn run(stage: &Stage, server: &Server, more: &str) -> String {
    let properties = format!("{}{more}", Server::login(server.port));
    match stage.run::<Command>(&properties).await {
        Ok(outputs) => json(&Value::Map(outputs.into())),
        Err(broken) => format!("{} {}", broken.failure, json(&Value::Map(broken.outputs.into()))),
    }
}

#[tokio::test]
async fn commands_run_in_one_shell_and_give_variables() {
    let Some(server) = Server::find("sshd") else { return };
    let stage = Stage::new();
    let commands = r#"commands:
  - cd /
  - echo "in $(pwd) says $GREETING"
  - "echo '::{\"outputs\": {\"answer\": 42, \"exitCode\": \"mine\"}}::'"
  - echo careful >&2
env:
  GREETING: grüß dich
"#;
    let outputs = run(&stage, &server, commands).await;
    assert_eq!(
        outputs,
        r#"{"vars":{"answer":42,"exitCode":"mine"},"exitCode":0,"answer":42,"stdErrLineCount":1,"stdOutLineCount":2}"#
    );
    let mut lines = stage.lines();
    lines.sort();
    assert_eq!(lines, ["ERROR careful", "INFO in / says grüß dich"]);
}

#[tokio::test]
async fn commands_that_fail_say_with_which_code_and_keep_what_they_gave() {
    let Some(server) = Server::find("sshd") else { return };
    let failing = "commands: [\"echo '::{\\\"outputs\\\": {\\\"a\\\": 1}}::'\", exit 3]";
    let given = run(&Stage::new(), &server, failing).await;
    assert!(given.starts_with(r#"Command failed with exit code 3 {"vars":{"a":1},"exitCode":3"#), "{given}");
    let signal = run(&Stage::new(), &server, "commands: [kill -9 $$]").await;
    assert!(signal.starts_with("Command was ended by the signal KILL"), "{signal}");
    let nothing = run(&Stage::new(), &server, "commands: []").await;
    assert!(nothing.starts_with("there are no `commands`"), "{nothing}");
}

#[tokio::test]
async fn a_variable_that_the_server_does_not_take_is_told() {
    let Some(server) = Server::find("sshd") else { return };
    let stage = Stage::new();
    run(&stage, &server, "commands: [\"true\"]\nenv: {OTHER: x, GREETING: y}").await;
    assert_eq!(
        stage.lines(),
        ["WARN the server does not take the variable `OTHER`: its `sshd_config` needs `AcceptEnv OTHER`"]
    );
}

#[tokio::test]
async fn a_kill_ends_what_runs_there() {
    let Some(server) = Server::find("sshd") else { return };
    let stage = std::sync::Arc::new(Stage::new());
    let seen = std::sync::Arc::clone(&stage);
    let properties = format!("{}commands: [echo pid $$, exec sleep 1000]", Server::login(server.port));
    let work = tokio::spawn(async move { seen.run::<Command>(&properties).await });
    let pid = loop {
        let lines = stage.lines();
        if let Some(pid) = lines.iter().find_map(|line| line.strip_prefix("INFO pid ")) {
            break pid.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let process = format!("/proc/{pid}");
    assert!(std::fs::exists(&process).unwrap());
    stage.stop();
    assert!(work.await.unwrap().unwrap_err().is_killed);
    while std::fs::exists(&process).unwrap() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn passwords_are_answered_where_the_server_asks() {
    let Some(server) = Server::find("sshd") else { return };
    let asked = Server { port: server.more["keyboard"].parse().unwrap(), more: server.more.clone() };
    let outputs = run(&Stage::new(), &asked, "commands: [\"true\"]").await;
    assert!(outputs.contains(r#""exitCode":0"#), "{outputs}");
}

/// Keys of all kinds and forms. Those that are encrypted have the passphrase `secret phrase`.
#[tokio::test]
async fn keys_of_all_kinds_log_in() {
    let Some(server) = Server::find("sshd") else { return };
    let folder = std::env::temp_dir().join(format!("kapelle-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let known = std::path::Path::new(&server.more["home"]).join(".ssh/authorized_keys");
    for (kind, form, phrase) in [
        ("ed25519", "", ""),
        ("ed25519", "", "secret phrase"),
        ("rsa", "", ""),
        ("rsa", "PEM", ""),
        ("rsa", "PKCS8", "secret phrase"),
        ("ecdsa", "", ""),
        ("ecdsa", "PKCS8", ""),
    ] {
        let file = folder.join(format!("{kind}-{form}-{}", phrase.len()));
        let mut program = Program::new("ssh-keygen");
        program.args(["-q", "-t", kind, "-N", phrase, "-f"]).arg(&file);
        if !form.is_empty() {
            program.args(["-m", form]);
        }
        assert!(program.status().unwrap().success(), "{kind} {form}");
        let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
        std::fs::OpenOptions::new().append(true).open(&known).unwrap().write_all(public.as_bytes()).unwrap();
        let key = std::fs::read_to_string(&file).unwrap().replace('\n', "\n  ");
        let mut properties = format!(
            "host: 127.0.0.1\nport: {}\nusername: kapelle\nauthMethod: PUBLIC_KEY\ncommands: ['true']\nprivateKey: |\n  {key}\n",
            server.port
        );
        if !phrase.is_empty() {
            let without = Stage::new().run::<Command>(&properties).await.unwrap_err().failure.to_string();
            assert!(without.contains("it is encrypted: say its passphrase"), "{kind} {form}: {without}");
            writeln!(properties, "privateKeyPassphrase: {phrase}").unwrap();
        }
        let done = Stage::new().run::<Command>(&properties).await;
        assert!(done.is_ok(), "{kind} {form} {phrase}: {done:?}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_key_of_a_server_is_remembered_and_compared() {
    let Some(server) = Server::find("sshd") else { return };
    let stage = Stage::new();
    let strict = |how: &str| format!("commands: ['true']\nstrictHostKeyChecking: {how}");
    let unknown = run(&stage, &server, &strict("'yes'")).await;
    assert!(
        unknown.starts_with("the key of `127.0.0.1` is not known, so it may be anybody: SHA256:"),
        "{unknown}"
    );
    assert!(run(&stage, &server, &strict("accept-new")).await.contains(r#""exitCode":0"#));
    assert!(run(&stage, &server, &strict("'yes'")).await.contains(r#""exitCode":0"#));
    let name = format!("ssh-host-key.127.0.0.1.{}", server.port);
    assert!(unknown.contains(&name), "{unknown}");
    let other = std::fs::read_to_string(format!("{}.pub", server.more["key"])).unwrap();
    let key = KeyToSet {
        key: name,
        value: Value::from(other.as_str()),
        description: None,
        expires: None,
        may_overwrite: true,
    };
    stage.memory().set("team.a", &key).unwrap();
    for how in ["'yes'", "accept-new"] {
        let changed = run(&stage, &server, &strict(how)).await;
        assert!(
            changed.starts_with("the key of `127.0.0.1` is not the one that is known: SHA256:"),
            "{changed}"
        );
    }
    assert!(run(&stage, &server, &strict("'no'")).await.contains(r#""exitCode":0"#));
    let word = run(&stage, &server, &strict("maybe")).await;
    assert!(
        word.starts_with("`maybe` in `strictHostKeyChecking` is none of yes, accept-new and no"),
        "{word}"
    );
}

#[tokio::test]
async fn known_hosts_of_the_installation_count() {
    let Some(server) = Server::find("sshd") else { return };
    let host = std::path::Path::new(&server.more["key"]).with_file_name("host.pub");
    let file = std::env::temp_dir().join(format!("kapelle-known-{}", std::process::id()));
    let public = std::fs::read_to_string(host).unwrap();
    std::fs::write(&file, format!("# ours\n[127.0.0.1]:{} {public}", server.port)).unwrap();
    let stage = Stage::new()
        .setting("kapelle.ssh.known-hosts", file.to_str().unwrap())
        .setting("kapelle.ssh.host-key-checking", "yes");
    assert!(run(&stage, &server, "commands: ['true']").await.contains(r#""exitCode":0"#));
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn the_configuration_of_openssh_is_used_where_it_may_be() {
    let Some(server) = Server::find("sshd") else { return };
    let file = std::env::temp_dir().join(format!("kapelle-config-{}", std::process::id()));
    let lines = format!(
        "Host backup*\n HostName 127.0.0.1\n Port {}\n User kapelle\n IdentityFile {}\n",
        server.port, server.more["key"]
    );
    std::fs::write(&file, lines).unwrap();
    let path = file.display();
    let properties =
        format!("host: backup1\nauthMethod: OPEN_SSH\nopenSSHConfigPath: {path}\ncommands: [id -un]");
    let closed = Stage::new().run::<Command>(&properties).await.unwrap_err().failure.to_string();
    assert!(closed.contains("`kapelle.ssh.allow-open-ssh-config`"), "{closed}");
    let stage = Stage::new().setting("kapelle.ssh.allow-open-ssh-config", "true");
    stage.run::<Command>(&properties).await.unwrap();
    assert_eq!(stage.lines(), ["INFO kapelle"]);
    // A program may carry the connection; bash knows how to.
    let carried = format!(
        "{properties}\nproxyCommand: \"exec bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & exec cat >&3'\""
    );
    stage.run::<Command>(&carried).await.unwrap();
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (more, failure) in [
        ("commands: [x]", "`authMethod: PASSWORD` needs `password`"),
        ("commands: [x]\nauthMethod: PUBLIC_KEY", "`authMethod: PUBLIC_KEY` needs `privateKey`"),
        ("commands: [x]\npassword: p", "there is no `username` to log in as"),
        ("username: u", "the property `commands` is missing"),
    ] {
        let broken = Stage::new().run::<Command>(&format!("host: 127.0.0.1\n{more}")).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), failure, "{more}");
    }
}

#[tokio::test]
async fn a_server_of_something_else_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let broken =
        Stage::new().run::<Command>(&format!("{}commands: [x]", Server::login(port))).await.unwrap_err();
    server.join().unwrap();
    let failure = broken.failure.to_string();
    assert!(failure.starts_with(&format!("`127.0.0.1` on port {port} speaks no SSH with us: ")), "{failure}");
}
