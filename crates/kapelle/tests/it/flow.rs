use super::{Folder, REST};

fn folder(name: &str) -> Folder {
    let good = format!("id: good\n{REST}");
    let bad = format!("id: a\nid: b\nid: b\n{REST}---\nid: c\n\ttasks: []\n");
    Folder::new(name, &[("flows/good.yaml", &good), ("flows/bad.yml", &bad)])
}

#[test]
fn flows_are_validated_in_the_words_of_kestra() {
    let folder = folder("flow-validate");
    insta::assert_snapshot!(folder.run(&["flow", "validate", "flows"]), @"
    exit 1
    --- stdout
    ✘ - flows/bad.yml (Illegal flow source: YAML parsing error: Duplicate field 'id'
    Illegal flow source: YAML parsing error: a tab in the indentation; YAML indents with blanks only)
    ✓ - flows/good.yaml
    ");
    insta::assert_snapshot!(folder.run(&["flow", "validate", "--local", "--file", "flows/good.yaml"]), @"
    exit 0
    --- stdout
    ✓ - flows/good.yaml
    ");
}

#[test]
fn the_binary_named_kestra_answers_as_kestra() {
    let folder = folder("flow-kestra");
    let kestra = |arguments: &[&str]| folder.run_with("/usr/bin/kestra", arguments, "");
    insta::assert_snapshot!(kestra(&["flow", "validate", "--local", "-p", "plugins", "flows/good.yaml"]), @"
    exit 0
    --- stdout
    ✓ - flows/good.yaml
    ");
    insta::assert_snapshot!(kestra(&["check"]), @"
    exit 2
    --- stderr
    error: unrecognized subcommand 'check'

    Usage: kestra [COMMAND]

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(kestra(&[]), @"
    exit 0
    --- stdout
    Kestra's command line, answered by Kapelle

    Usage: kestra [COMMAND]

    Commands:
      server     Serve the API on this machine, and run flows and their triggers
      flow       The commands of Kestra's own program for flows, with its output
      execution  Start, watch and steer executions of a server
      namespace  Upload files and values for the flows of a namespace
      files      Files that flows of a namespace share
      kv         Values that flows of a namespace share
      config     Set the server that commands ask, and the token for it
      auths      Make the first account of a server
      plugins    Look up the types of tasks, triggers and other plugins
      configs    Check configurations of servers, and look up their keys

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Call the same program as `kapelle` for more: to check, run and test flows
    without a server.
    ");
}

#[test]
fn what_is_missing_is_said_with_a_way_out() {
    let folder = folder("flow-server");
    insta::assert_snapshot!(folder.run(&["flow", "validate"]), @"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      <PATH>

    Usage: kapelle flow validate <PATH>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(folder.run(&["flow", "validate", "nope"]), @"
    exit 2
    --- stderr
    error: there is no file or folder `nope`
    ");
}
