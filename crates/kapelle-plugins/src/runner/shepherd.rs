//! The shepherd: a process between the server and a program. It ends everything that the program started, also when the
//! server dies at any moment, and it puts the program into a sandbox.
//!
//! It is the same binary under a hidden first argument, and it runs once for each program. Its standard input is the line
//! to the server: when that closes, nobody waits for the program any more. Orphans become its children, so nobody leaves
//! its tree; it is in a session of its own, so no signal to the server's group reaches it.

mod arguments;
pub(crate) mod limits;
mod sandbox;

use std::io::BufRead;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, WaitOptions, getpid, wait};
use rustix::stdio;

use super::tree::Tree;
use arguments::Arguments;

/// What a shepherd does. Its arguments are those after the word `shepherd`; gives the exit code of the process.
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> i32 {
    match Arguments::read(arguments).and_then(|arguments| watch(&arguments)) {
        Ok(()) => 0,
        Err(reason) => {
            say(&format!("failed {}", reason.replace('\n', " ")));
            2
        }
    }
}

/// Starts the program, tells how it ended, and returns when everybody is gone.
fn watch(arguments: &Arguments) -> Result<(), String> {
    // A leader of a group, as shells make it, cannot have a session of its own; the tree is the same.
    let _leader = rustix::process::setsid();
    rustix::process::set_child_subreaper(Some(getpid()))
        .map_err(|error| format!("the kernel does not let the shepherd keep orphans: {error}"))?;
    // Threads hinder namespaces, and limits hinder threads.
    let place = sandbox::enter(arguments)?;
    let (begun, begins) = channel();
    let grace = arguments.grace;
    std::thread::Builder::new()
        .name("line".to_owned())
        .spawn(move || listen(&begins, grace))
        .map_err(|error| format!("the shepherd cannot listen: {error}"))?;
    let applied = sandbox::tighten(arguments, place)?;
    let program = spawn(arguments, &applied)?;
    // The listener goes on when it knows that there is somebody to end.
    let _listens = begun.send(());
    be_silent();
    say(&format!("applied {}", applied.join(" ")));
    bury(program);
    Ok(())
}

fn spawn(arguments: &Arguments, applied: &[String]) -> Result<Pid, String> {
    let mut command = Command::new(&arguments.program);
    command.args(&arguments.rest).stdin(Stdio::null()).process_group(0);
    let has_own_tmp = applied.iter().any(|word| word == sandbox::OWN_TMP);
    if let Some(temporary) = arguments.temporary.as_ref().filter(|_| !has_own_tmp) {
        command.env("TMPDIR", temporary);
    }
    let child = command
        .spawn()
        .map_err(|error| format!("`{}` cannot be started: {error}", arguments.program.to_string_lossy()))?;
    Pid::from_raw(child.id().cast_signed()).ok_or_else(|| "the program has no number".to_owned())
}

/// Lets go of the streams, which belong to the program alone: they end with it.
fn be_silent() {
    if let Ok(nowhere) = std::fs::File::options().write(true).open("/dev/null") {
        // Without that the server waits for the shepherd too, which ends soon after.
        let _out = stdio::dup2_stdout(&nowhere);
        let _error = stdio::dup2_stderr(&nowhere);
    }
}

/// Reaps whoever ends, until nobody is left; says how the program ended.
fn bury(program: Pid) {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == program => {
                let signal = || 128 + status.terminating_signal().unwrap_or(0);
                say(&format!("exited {}", status.exit_status().unwrap_or_else(signal)));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// Waits until the server asks for the end or is gone, and ends everybody.
fn listen(begins: &Receiver<()>, grace: Duration) {
    let mut line = String::new();
    // A line that breaks means the same as the word.
    let _said = std::io::stdin().lock().read_line(&mut line);
    let said = line.trim_end().strip_prefix("stop ").and_then(|millis| millis.parse().ok());
    if begins.recv().is_ok() {
        let tree = Tree { root: getpid(), has_root: false, marks: Vec::new() };
        tree.end(said.map_or(grace, Duration::from_millis));
    }
}

/// Says something to the server. If nobody hears it, the line is closed and the listener knows.
fn say(words: &str) {
    let mut rest = format!("{words}\n").into_bytes();
    while !rest.is_empty() {
        match rustix::io::write(stdio::stdin(), &rest) {
            Ok(written) => rest = rest.split_off(written),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
