//! Starting a program, with or without a shepherd.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use kapelle_model::{Failure, Text};
use rustix::process::{Pid, Signal};
use tokio::process::{Child, Command};

use super::link::Link;
use super::output::Output;
use super::settings::Settings;
use crate::runner::tree::Tree;
use crate::runner::{Job, program};

/// Entries of the environment that no other attempt has, together.
const MARKS: [&str; 4] = ["WORKING_DIR", "KAPELLE_TASKRUN_ID", "KAPELLE_ATTEMPT", "KAPELLE_FENCE"];

/// A program that runs.
pub(super) struct Started {
    /// The program itself, or its shepherd.
    pub(super) child: Child,
    pub(super) output: Output,
    pub(super) link: Option<Link>,
    pub(super) guard: Guard,
    pub(super) exit_code: Option<i32>,
    pub(super) sandbox: Vec<String>,
}

/// Kills what is left when nobody waits any more. A shepherd does that by itself, and better.
pub(super) struct Guard {
    pub(super) tree: Tree,
    pub(super) is_off: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.is_off {
            self.tree.signal(Signal::KILL);
        }
    }
}

/// Starts a program.
pub(super) fn start(job: &Job, settings: &Settings) -> Result<Started, Failure> {
    let program = found(job)?;
    let first = settings.shepherd.as_ref().unwrap_or(&program);
    let mut command = Command::new(first);
    command.env_clear();
    let link = if settings.shepherd.is_some() {
        let (link, input) = Link::new().map_err(|error| refused(&program, &error))?;
        command.args(shepherd_arguments(job, settings, &program)).stdin(input);
        Some(link)
    } else {
        command.args(arguments(job)).stdin(Stdio::null()).process_group(0).env("TMPDIR", &job.temporary);
        None
    };
    command
        .envs(job.environment.iter().map(|(name, value)| (name, value.expose())))
        .current_dir(&job.directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| refused(first, &error))?;
    let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    let root = pid.ok_or_else(|| Failure::new("the program has no number"))?;
    let tree = Tree { root, has_root: true, marks: marks(job) };
    Ok(Started {
        output: Output::new(child.stdout.take(), child.stderr.take()),
        child,
        guard: Guard { tree, is_off: link.is_some() },
        link,
        exit_code: None,
        sandbox: Vec::new(),
    })
}

fn found(job: &Job) -> Result<std::path::PathBuf, Failure> {
    let named =
        job.command.first().ok_or_else(|| Failure::new("the `interpreter` is empty: name a program"))?;
    let path = job.environment.get("PATH").map_or("", |path| path.expose());
    program::find(named.expose(), path, &job.directory)
        .ok_or_else(|| Failure::new(program::missing(&named.masked(), path)))
}

fn arguments(job: &Job) -> impl Iterator<Item = &str> {
    job.command.iter().skip(1).map(Text::expose)
}

fn shepherd_arguments(job: &Job, settings: &Settings, program: &Path) -> Vec<std::ffi::OsString> {
    let mut all: Vec<std::ffi::OsString> = vec!["shepherd".into()];
    all.extend(["--grace".into(), settings.grace.as_millis().to_string().into()]);
    all.extend(["--sandbox".into(), settings.sandbox.clone().into()]);
    all.extend(["--temporary".into(), job.temporary.clone().into()]);
    if needs_tmp(job) {
        all.push("--keep-tmp".into());
    }
    for limit in &settings.limits {
        all.extend(["--limit".into(), limit.to_string().into()]);
    }
    all.extend(["--".into(), program.into()]);
    all.extend(arguments(job).map(Into::into));
    all
}

/// Whether something that the program is made of lies in `/tmp`, which it would not see any more.
fn needs_tmp(job: &Job) -> bool {
    let folders = ["PATH", "PYTHONPATH"].iter().filter_map(|name| job.environment.get(*name));
    let mut folders = folders.flat_map(|folders| folders.expose().split(':'));
    job.directory.starts_with("/tmp") || folders.any(|folder| Path::new(folder).starts_with("/tmp"))
}

/// The marks by which a process of the attempt is known wherever it went.
fn marks(job: &Job) -> Vec<String> {
    let mark = |name: &&str| job.environment.get(*name).map(|value| format!("{name}={}", value.expose()));
    let marks: Vec<String> = MARKS.iter().filter_map(mark).collect();
    if marks.len() == MARKS.len() { marks } else { Vec::new() }
}

fn refused(program: &Path, error: &io::Error) -> Failure {
    let hint = match error.kind() {
        io::ErrorKind::ArgumentListTooLong => ": a value in `env` may have 128 KiB, and all together 2 MiB",
        io::ErrorKind::InvalidInput => ": commands and `env` cannot have NUL characters",
        _ => "",
    };
    Failure::new(format!("`{}` cannot be started: {error}{hint}", program.display()))
}

/// The exit code, as shells tell it.
pub(super) fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}
