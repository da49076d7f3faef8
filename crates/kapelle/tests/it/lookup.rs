//! The commands that look something up and read no flow.

#![expect(clippy::unwrap_used, reason = "the functions here are only called by tests")]

mod explain;
mod expressions;
mod plugins;
mod schema;

use std::process::Command;

use serde_json::Value;

/// Exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kapelle"));
    let output = command.args(arguments).env_clear().env("COLUMNS", "80").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Standard output of a command that has to succeed.
fn printed(arguments: &[&str]) -> String {
    let (code, printed, complaint) = run(arguments);
    assert_eq!((code, complaint.as_str()), (0, ""), "{arguments:?}");
    printed
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

/// Standard error of a command that has to end with 1 and print nothing else.
fn complaint(arguments: &[&str]) -> String {
    let (code, printed, complaint) = run(arguments);
    assert_eq!((code, printed.as_str()), (1, ""), "{arguments:?}");
    complaint
}
