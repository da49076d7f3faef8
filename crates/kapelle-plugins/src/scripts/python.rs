//! What only Python needs: aliases for words that templates write, and packages.
//!
//! Packages are installed into a folder whose name is made of the interpreter and the sorted requirements, beside its
//! place, and moved there when it is whole. So a folder that is there is complete, and two who install at once do not
//! disturb each other.

mod packages;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::program::{Line, Lines, Stream};
use kapelle_plugin::{Broken, RunContext};

use super::command::quoted;
use super::room::Room;
use super::writer::{Writer, lines};
use crate::runner::process::Process;
use crate::runner::{Job, TaskRunner};
use packages::{folder_name, interpreter_version};

/// Words of JSON that Python calls otherwise.
const ALIASES: [&str; 3] = ["true = True", "false = False", "null = None"];

/// Packages that a task needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dependencies {
    /// The program for which they are.
    pub(super) python: String,
    pub(super) packages: Vec<Text>,
    pub(super) uses_uv: bool,
    /// Whether they stay for later runs.
    pub(super) is_cached: bool,
}

/// A source in which `true`, `false` and `null` are known. What has to stand first in a file stays first.
pub(super) fn with_aliases(source: &Text) -> Text {
    let place = after_future(source.expose());
    let mut writer = Writer::default();
    writer.push_part(source, 0..place);
    for alias in ALIASES {
        writer.push_str(alias);
        writer.push_str("\n");
    }
    writer.push_part(source, place..source.expose().len());
    writer.finish()
}

/// Where the lines with `from __future__ import` end.
fn after_future(source: &str) -> usize {
    let mut end = 0;
    let mut place = 0;
    for line in source.split_inclusive('\n') {
        place += line.len();
        let is_whole = line.ends_with('\n') && !line.trim_end().ends_with(['(', '\\', ',']);
        if line.starts_with("from __future__ import ") && is_whole {
            end = place;
        }
    }
    end
}

/// The command that installs packages in a container, for that run alone.
pub(super) fn installing(dependencies: &Dependencies, folder: &Path) -> Text {
    let folder = quoted(&folder.display().to_string());
    let mut writer = Writer::default();
    let pip = format!("{} -m pip install --quiet --target {folder}", quoted(&dependencies.python));
    writer.push_str(&pip);
    for package in &dependencies.packages {
        writer.push_str(" ");
        let word = Text::from(quoted(package.expose()));
        writer.push(&if package.has_secret() { word.into_secret() } else { word });
    }
    writer.push_str(&format!(
        "\nexport PYTHONPATH={folder}${{PYTHONPATH:+:$PYTHONPATH}} PATH={folder}/bin:$PATH"
    ));
    writer.finish()
}

/// Sees to it that the packages are there, and that programs find them.
pub(super) async fn install(
    cx: &RunContext,
    room: &Room,
    dependencies: &Dependencies,
    variables: &mut BTreeMap<String, Text>,
) -> Result<(), Broken> {
    let cache =
        cx.host.setting("kapelle.scripts.cache").filter(|_| dependencies.is_cached).map(PathBuf::from);
    let folder = if let Some(cache) = &cache {
        let version = interpreter_version(&dependencies.python, variables, &room.directory).await?;
        let folder = cache.join("python").join(folder_name(&version, &dependencies.packages));
        if !folder.is_dir() {
            fill(cx, room, dependencies, variables, &folder, cache).await?;
        }
        folder
    } else {
        let folder = room.packages();
        download(cx, room, dependencies, variables, &folder, None).await?;
        folder
    };
    prepend(variables, "PYTHONPATH", &folder);
    prepend(variables, "PATH", &folder.join("bin"));
    Ok(())
}

/// Installs packages for this run and later ones.
async fn fill(
    cx: &RunContext,
    room: &Room,
    dependencies: &Dependencies,
    variables: &BTreeMap<String, Text>,
    folder: &Path,
    cache: &Path,
) -> Result<(), Broken> {
    let beside = unique(folder);
    let installed = download(cx, room, dependencies, variables, &beside, Some(cache)).await;
    let moved = installed.and_then(|()| move_to(&beside, folder));
    if moved.is_err() {
        // Nobody looks for it again.
        let _rest = fs::remove_dir_all(&beside);
    }
    moved
}

/// A name that nobody else takes.
fn unique(folder: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    folder.with_extension(format!("{}-{number}", std::process::id()))
}

/// Puts a folder that is whole, and on the disk, where others look for it. Who is first wins.
fn move_to(from: &Path, to: &Path) -> Result<(), Broken> {
    let home = fs::File::open(from)?;
    rustix::fs::syncfs(&home).map_err(std::io::Error::from)?;
    match fs::rename(from, to) {
        Err(_) if to.is_dir() => Ok(fs::remove_dir_all(from)?),
        moved => Ok(moved?),
    }
}

fn prepend(variables: &mut BTreeMap<String, Text>, name: &str, folder: &Path) {
    let mut writer = Writer::default();
    writer.push_str(&folder.display().to_string());
    if let Some(before) = variables.get(name).filter(|before| !before.expose().is_empty()) {
        writer.push_str(":");
        writer.push(before);
    }
    variables.insert(name.to_owned(), writer.finish());
}

/// Runs what installs packages. Requirements come from a file: they may name passwords.
async fn download(
    cx: &RunContext,
    room: &Room,
    dependencies: &Dependencies,
    variables: &BTreeMap<String, Text>,
    folder: &Path,
    cache: Option<&Path>,
) -> Result<(), Broken> {
    let file = room.write("requirements.txt", &lines(&dependencies.packages))?;
    let python = dependencies.python.as_str();
    let (file, target) = (file.display().to_string(), folder.display().to_string());
    let command: Vec<&str> = if dependencies.uses_uv {
        vec!["uv", "pip", "install", "--python", python, "--target", &target, "-r", &file]
    } else {
        vec![python, "-m", "pip", "install", "--target", &target, "-r", &file]
    };
    let mut environment = variables.clone();
    let mut set =
        |name: &str, value: &Path| environment.insert(name.into(), value.display().to_string().into());
    set("HOME", &room.temporary());
    if let Some(cache) = cache {
        fs::create_dir_all(cache.join("python"))?;
        set("PIP_CACHE_DIR", &cache.join("pip"));
        set("UV_CACHE_DIR", &cache.join("uv"));
    }
    let job = Job {
        command: command.into_iter().map(Text::from).collect(),
        directory: room.directory.clone(),
        temporary: room.temporary(),
        environment,
    };
    let mut installer = Installer { cx, last: String::new() };
    let ended = Process.run(cx, &job, &mut installer).await?;
    match ended.exit_code {
        _ if ended.is_killed => Err(Broken::killed()),
        Some(0) => Ok(()),
        code => Err(Failure::new(format!(
            "the packages in `dependencies` cannot be installed (exit code {}): {}",
            code.unwrap_or(-1),
            installer.last
        ))
        .into()),
    }
}

/// Listens to what installs packages; the last words are the reason if it fails.
struct Installer<'c> {
    cx: &'c RunContext,
    last: String,
}

impl Lines for Installer<'_> {
    fn line(&mut self, _stream: Stream, line: Line) {
        let (Line::Words(words) | Line::Message(words)) = line;
        if words.to_lowercase().contains("error") || words.contains("No module named") {
            self.last.clone_from(&words);
        }
        self.cx.log(Level::Debug, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_json_are_known_after_what_has_to_be_first() {
        let aliases = "true = True\nfalse = False\nnull = None\n";
        assert_eq!(with_aliases(&"print(1)".into()).expose(), format!("{aliases}print(1)"));
        let future = "\"\"\"Doc\"\"\"\nfrom __future__ import annotations\n";
        let source = format!("{future}print(1)\n");
        assert_eq!(with_aliases(&source.into()).expose(), format!("{future}{aliases}print(1)\n"));
        let mut secret = Writer::default();
        secret.push_str("a = '");
        secret.push(&Text::from("SECRET").into_secret());
        secret.push_str("'");
        assert_eq!(with_aliases(&secret.finish()).masked(), format!("{aliases}a = '******'"));
    }

    #[test]
    fn a_folder_comes_before_those_that_are_there() {
        let mut variables = BTreeMap::from([("PATH".to_owned(), Text::from("/bin"))]);
        prepend(&mut variables, "PATH", Path::new("/p/bin"));
        prepend(&mut variables, "PYTHONPATH", Path::new("/p"));
        assert_eq!((variables["PATH"].expose(), variables["PYTHONPATH"].expose()), ("/p/bin:/bin", "/p"));
    }
}
