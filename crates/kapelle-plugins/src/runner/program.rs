//! Finding programs, and words for those that are not there.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// What has to be installed for a program, where that is not what it is called.
const PACKAGES: &[(&str, &str)] = &[
    ("bun", "Bun (https://bun.sh)"),
    ("deno", "Deno (https://deno.com)"),
    ("dotnet-script", "the .NET SDK, and then run `dotnet tool install --global dotnet-script`"),
    ("go", "Go (package `golang-go`, or https://go.dev)"),
    ("groovy", "Groovy (package `groovy`)"),
    ("jbang", "JBang (https://www.jbang.dev)"),
    ("julia", "Julia (https://julialang.org)"),
    ("lua", "Lua (package `lua5.4`)"),
    ("node", "Node.js (package `nodejs`)"),
    ("perl", "Perl (package `perl`)"),
    ("php", "PHP (package `php-cli`)"),
    ("pwsh", "PowerShell (https://aka.ms/powershell)"),
    ("python3", "Python (package `python3`)"),
    ("Rscript", "R (package `r-base-core`)"),
    ("ruby", "Ruby (package `ruby`)"),
    ("uv", "uv (https://docs.astral.sh/uv)"),
];

/// The file of a program: in one of the folders of `path`, or where its own path leads from `directory`.
pub(crate) fn find(program: &str, path: &str, directory: &Path) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(directory.join(program)).filter(|file| is_program(file));
    }
    path.split(':')
        .filter(|folder| !folder.is_empty() && !program.is_empty())
        .map(|folder| directory.join(folder).join(program))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.is_file() && access(file, Access::EXEC_OK).is_ok()
}

/// The words for a program that is not there.
pub(crate) fn missing(program: &str, path: &str) -> String {
    if program.contains('/') {
        return format!("there is no program `{program}` on this machine: install it, or name another one");
    }
    let what = PACKAGES.iter().find(|(name, _)| *name == program).map_or("it", |(_, package)| package);
    format!(
        "there is no program `{program}` on this machine, not in any folder of the PATH {path}: install {what}, or \
         run the task where it is"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_an_executable_file_in_the_path_or_where_its_path_leads() {
        let root = Path::new("/");
        assert_eq!(find("sh", "/nowhere::/bin", root), Some("/bin/sh".into()));
        assert_eq!(find("/bin/sh", "", root), Some("/bin/sh".into()));
        assert_eq!(find("bin/sh", "", root), Some("/bin/sh".into()));
        for absent in ["", "passwd", "no-such-program", "/etc/passwd", "/bin", "/nowhere/sh"] {
            assert_eq!(find(absent, "/etc", root), None, "{absent}");
        }
    }

    #[test]
    fn what_is_missing_is_told_with_what_to_install() {
        insta::assert_snapshot!(missing("node", "/bin"), @"there is no program `node` on this machine, not in any folder of the PATH /bin: install Node.js (package `nodejs`), or run the task where it is");
        insta::assert_snapshot!(missing("awk", "/bin"), @"there is no program `awk` on this machine, not in any folder of the PATH /bin: install it, or run the task where it is");
        insta::assert_snapshot!(missing("/opt/x", "/bin"), @"there is no program `/opt/x` on this machine: install it, or name another one");
    }
}
