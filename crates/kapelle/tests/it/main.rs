//! The real binary, in a folder of its own, with a fixed width and without colours.

#![expect(clippy::unwrap_used, reason = "a test that cannot do its work has failed")]

mod bench;
mod check;
mod client;
mod configs;
mod eval;
mod examples;
mod fix;
mod flow;
mod general;
mod import;
mod lookup;
mod run;
mod runners;
mod secrets;
mod server;
mod store;
mod test;
mod triggers;
#[path = "../web/mod.rs"]
mod web;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// What makes a flow with nothing to complain about, behind its id.
const REST: &str =
    "namespace: demo\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n";

/// A folder with files, for one test.
struct Folder(PathBuf);

impl Folder {
    /// `name` is the test's. A file's name may hold folders.
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::remove_dir_all(&path).ok();
        fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Exit code, standard output and standard error as one text.
    fn run(&self, arguments: &[&str]) -> String {
        self.run_with("kapelle", arguments, "")
    }

    fn run_with(&self, program: &str, arguments: &[&str], stdin: &str) -> String {
        let Output { status, stdout, stderr } = self.output(program, arguments, stdin);
        let mut shown = format!("exit {}\n", status.code().unwrap());
        for (name, text) in [("stdout", stdout), ("stderr", stderr)] {
            let text = without_time(&String::from_utf8(text).unwrap());
            if !text.is_empty() {
                shown.extend(["--- ", name, "\n", &text]);
            }
        }
        shown
    }

    fn output(&self, program: &str, arguments: &[&str], stdin: &str) -> Output {
        let mut command = self.command(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn command(&self, program: &str) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(env!("CARGO_BIN_EXE_kapelle"));
        command.arg0(program).current_dir(&self.0).env_clear();
        command.env("COLUMNS", "80").env("NO_COLOR", "1").env("DOCKER_HOST", NO_ENGINE);
        command
    }
}

/// Scripts that name no runner run as processes here, whether or not this machine has Docker.
const NO_ENGINE: &str = "unix:///nowhere/docker.sock";

/// `in 12 ms:` and `in 1.2 s:` of the summary become `in TIME:`.
fn without_time(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let time = line.starts_with("checked ").then(|| line.rsplit_once(" in ")).flatten();
        match time.and_then(|(before, after)| Some((before, after.split_once(": ")?.1))) {
            Some((before, after)) => format!("{before} in TIME: {after}"),
            None => line.to_owned(),
        }
    });
    lines.collect()
}
