//! What keeps a program apart from the rest of the machine, as far as the kernel allows.
//!
//! A `/tmp` of its own by a namespace of mounts, no new privileges, no core dumps, files that nobody else reads, limits.

use std::fs;
use std::path::Path;

use rustix::fs::Mode;
use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
use rustix::process::{DumpableBehavior, getegid, geteuid, set_dumpable_behavior, umask};
use rustix::thread::{UnshareFlags, set_no_new_privs};

use super::arguments::{Arguments, Sandbox};
use super::limits::forbid_cores;

/// The word for a `/tmp` of its own.
pub(super) const OWN_TMP: &str = "own-tmp";

/// What needs a process of one thread. Gives the words for what was applied.
pub(super) fn enter(arguments: &Arguments) -> Result<Vec<String>, String> {
    let mut applied = Vec::new();
    if arguments.sandbox == Sandbox::Off {
        return Ok(applied);
    }
    if let Some(temporary) = &arguments.temporary {
        match own_tmp(temporary, arguments.keeps_tmp) {
            Ok(()) => applied.push(OWN_TMP.to_owned()),
            Err(reason) if arguments.sandbox == Sandbox::Strict => {
                return Err(format!("the program cannot have a /tmp of its own: {reason}"));
            }
            Err(_) => {}
        }
    }
    Ok(applied)
}

/// Everything else. Gives the words for all that was applied.
pub(super) fn tighten(arguments: &Arguments, mut applied: Vec<String>) -> Result<Vec<String>, String> {
    for limit in &arguments.limits {
        limit.apply()?;
        applied.push(limit.to_string());
    }
    if arguments.sandbox == Sandbox::Off {
        return Ok(applied);
    }
    umask(Mode::RWXG | Mode::RWXO);
    applied.push("umask=077".to_owned());
    let steps = [
        ("no-new-privileges", set_no_new_privs(true)),
        ("no-cores", forbid_cores()),
        // Of the shepherd only: it has the same environment.
        ("", set_dumpable_behavior(DumpableBehavior::NotDumpable)),
    ];
    for (word, outcome) in steps {
        match outcome {
            Ok(()) if word.is_empty() => {}
            Ok(()) => applied.push(word.to_owned()),
            Err(error) if arguments.sandbox == Sandbox::Strict => {
                return Err(format!("the kernel refuses {word} to the program: {error}"));
            }
            Err(_) => {}
        }
    }
    Ok(applied)
}

/// Puts a folder in the place of `/tmp`, for this process and its children.
fn own_tmp(folder: &Path, keeps_tmp: bool) -> Result<(), String> {
    if keeps_tmp {
        return Err("its directory, or something of its PATH, is in /tmp itself".to_owned());
    }
    own_mounts()?;
    let all = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", all).map_err(|error| error.to_string())?;
    mount_bind(folder, "/tmp").map_err(|error| error.to_string())
}

/// A namespace of mounts: by right, or as a user of a namespace of its own, who may do so.
#[expect(deprecated, reason = "only sharing the table of files is unsafe to end, and it stays shared")]
fn own_mounts() -> Result<(), String> {
    use rustix::thread::unshare;
    if unshare(UnshareFlags::NEWNS).is_ok() {
        return Ok(());
    }
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNS).map_err(|error| error.to_string())?;
    for (file, content) in [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("{user} {user} 1")),
        ("gid_map", format!("{group} {group} 1")),
    ] {
        fs::write(format!("/proc/self/{file}"), content).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}
