//! Other programs: those of the system, and small ones in C that are built when they are needed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a program to its end. What it printed, or why it failed.
pub fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{program} {}` failed: {}", arguments.join(" "), words.trim()))
}

/// Builds a file of this folder. Where the result is.
pub fn build(source: &str, flags: &[&str]) -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash").join(source);
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let (source, result) = (text(&source), text(&target));
    run("cc", &[&["-O1", "-Wall", "-o", &result, &source], flags].concat())?;
    Ok(target)
}

pub fn text(path: &Path) -> String {
    path.display().to_string()
}
