//! A child process, and what it said.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::arguments::Orders;

/// A child that works. It does not outlive this.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    heard: Vec<String>,
}

/// How a child is started.
pub fn command(orders: &Orders) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a program has a path"));
    command.args(orders.write());
    command
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a child can be started");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let (told, lines) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            // A line without an end was not said to the end.
            while out.read_line(&mut line).is_ok() && line.ends_with('\n') {
                if told.send(line.trim_end().to_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Self { child, lines, heard: Vec::new() }
    }

    /// Waits for a line that begins like this. Without one the child has ended.
    pub fn wait_for(&mut self, beginning: &str) -> bool {
        while let Ok(line) = self.lines.recv() {
            let is_it = line.starts_with(beginning);
            self.heard.push(line);
            if is_it {
                return true;
            }
        }
        false
    }

    /// What it said so far.
    pub fn so_far(&mut self) -> Vec<String> {
        self.heard.extend(self.lines.try_iter());
        self.heard.clone()
    }

    /// Ends it at once with SIGKILL. Everything that it said until then.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it is ours");
        self.end().0
    }

    /// Waits for its end. Everything that it said, and how it ended.
    pub fn end(mut self) -> (Vec<String>, ExitStatus) {
        self.heard.extend(self.lines.iter());
        let status = self.child.wait().expect("it is ours");
        (std::mem::take(&mut self.heard), status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless a judge was not content.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}
