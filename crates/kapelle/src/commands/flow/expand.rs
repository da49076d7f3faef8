//! `kapelle flow expand`: a flow with the files that it includes.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::commands::client::{General, output};
use crate::outcome::Ending;

/// Files in files in files.
const DEPTH_MAX: usize = 16;

/// Print a flow with its `[[> file]]` lines replaced by those files
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    general: General,
}

pub(super) fn run(arguments: &Arguments) -> Ending {
    let text = read(&arguments.file)?;
    let folder = arguments.file.parent().unwrap_or(Path::new("."));
    output::print(&expanded(&text, folder, 0)?)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// What is included is indented as the line was that includes it.
fn expanded(text: &str, folder: &Path, depth: usize) -> anyhow::Result<String> {
    if depth > DEPTH_MAX {
        bail!("files include each other more than {DEPTH_MAX} deep");
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let Some((before, name, after)) = included(line) else {
            out.push_str(line);
            continue;
        };
        let path = folder.join(name);
        let inner = expanded(&read(&path)?, path.parent().unwrap_or(folder), depth + 1)?;
        let indent: String = before.chars().take_while(|character| character.is_whitespace()).collect();
        out.push_str(before);
        out.push_str(&inner.trim_end().replace('\n', &format!("\n{indent}")));
        out.push_str(after);
    }
    Ok(out)
}

/// What stands before an include, the file, and what follows.
fn included(line: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = line.split_once("[[>")?;
    let (name, after) = rest.split_once("]]")?;
    Some((before, name.trim(), after))
}

#[cfg(test)]
mod tests {
    use super::included;

    #[test]
    fn an_include_may_stand_anywhere_in_a_line() {
        assert_eq!(included("  script: [[> a/b.sh ]]\n"), Some(("  script: ", "a/b.sh", "\n")));
        assert_eq!(included("list: [[1]]"), None);
    }
}
