use super::Folder;

#[test]
fn alone_it_tells_what_it_can() {
    let folder = Folder::new("general", &[]);
    insta::assert_snapshot!(folder.run(&[]), @"
    exit 0
    --- stdout
    Runs, tests and checks workflows written for Kestra, with a server or without

    Usage: kapelle [COMMAND]

    Commands:
      check        Tell what is wrong with flows, and where
      run          Run a flow, without a server
      test         Run tests of flows, without a server
      flow         The commands of Kestra's own program for flows, with its output
      execution    Start, watch and steer executions of a server
      namespace    Upload files and values for the flows of a namespace
      files        Files that flows of a namespace share
      kv           Values that flows of a namespace share
      config       Set the server that commands ask, and the token for it
      auths        Make the first account of a server
      triggers     See what starts flows, and when
      eval         Show what an expression gives
      explain      Explain a code that `kapelle check` reports
      expressions  Look up what expressions can do
      plugins      Look up the types of tasks, triggers and other plugins
      schema       Print the JSON Schema of a flow, for editors
      openapi      Print the description of the HTTP API, for programs
      import       Make flows of what other schedulers run
      secrets      Keep secrets for flows, encrypted
      server       Serve the API on this machine, and run flows and their triggers
      store        Look after a folder of data: check, save, make smaller
      bench        Measure how fast a server is
      configs      Check configurations of servers, and look up their keys
      completions  Print the completion script of a shell
      demo         Start a server with examples to look at, on this machine only

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Try `kapelle run hello.yaml`, or `kapelle check` in a folder of flows. `kapelle
    COMMAND --help` tells more.
    ");
    insta::assert_snapshot!(folder.run(&["chek"]), @"
    exit 2
    --- stderr
    error: unrecognized subcommand 'chek'

      tip: some similar subcommands exist: 'schema', 'check'

    Usage: kapelle [COMMAND]

    For more information, try '--help'.
    ");
    let version = format!("exit 0\n--- stdout\nkapelle {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(folder.run(&["--version"]), version);
}

#[test]
fn help_of_check_answers_the_first_questions() {
    let folder = Folder::new("help", &[]);
    insta::assert_snapshot!(folder.run(&["check", "-h"]), @"
    exit 0
    --- stdout
    Tell what is wrong with flows, and where

    Usage: kapelle check [OPTIONS] [PATH]...

    Arguments:
      [PATH]...  Files, folders with `.yml` and `.yaml` files, or `-` for standard
                 input [default: this folder]

    Options:
          --format <FORMAT>      How to print what was found [default: human]
                                 [possible values: human, json, github, junit,
                                 sarif]
          --fix                  Mend what can be mended, write the files, report
                                 what remains
          --strict               Count warnings as errors
          --language <LANGUAGE>  Language level: 1 reads flows as Kestra 0.x and 1.x
                                 do, 2 as Kestra 2.0 does [default: 1] [possible
                                 values: 1, 2]
      -q, --quiet                Print errors only, and nothing when all is well
      -h, --help                 Print help (see more with '--help')

    Exit code: 0 no errors, 1 errors, 2 wrong command line.

    Examples:
      kapelle check                        all flows in this folder and below
      kapelle check --fix flows/           mend what can be mended, report the rest
      kapelle check --format github flows  annotations in a GitHub workflow
      kapelle check - < flow.yaml          a flow from another program
    ");
}

#[test]
fn shells_get_their_completions() {
    let folder = Folder::new("completions", &[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = folder.run(&["completions", shell]);
        assert!(
            text.starts_with("exit 0") && text.contains("completions") && !text.contains("--- stderr"),
            "{shell}"
        );
    }
}
