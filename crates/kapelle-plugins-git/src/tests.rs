//! Tasks against real repositories in a folder of the machine that is open to flows.

mod clone;
mod files;
mod flows;
mod older;
mod served;
mod two_way;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kapelle_model::{Map, Value};
use kapelle_plugin::files::ALLOWED_PATHS;
use kapelle_plugin::stage::Stage;
use kapelle_plugin::{Broken, Task};

/// An instance, and a folder with repositories.
struct Bench {
    stage: Stage,
    root: PathBuf,
}

/// A flow of a namespace that says something.
fn flow(namespace: &str, id: &str, message: &str) -> String {
    format!(
        "# {id}\nid: {id}\nnamespace: {namespace}\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: {message}\n"
    )
}

/// Runs `git` as somebody else would.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

impl Bench {
    fn new() -> Self {
        let stage = Stage::new();
        let root = stage.directory().with_file_name("repositories");
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(stage.directory()).unwrap();
        Self { stage: stage.setting(ALLOWED_PATHS, root.to_str().unwrap()), root }
    }

    /// Another instance that sees the same repositories.
    fn other(&self) -> Stage {
        Stage::new().setting(ALLOWED_PATHS, self.root.to_str().unwrap())
    }

    /// A new repository with nothing in it. Its address.
    fn repository(&self, name: &str) -> String {
        git(&self.root, &["init", "--quiet", "--bare", name]);
        self.url(name)
    }

    fn url(&self, name: &str) -> String {
        format!("file://{}", self.root.join(name).display())
    }

    /// Somebody commits files to a branch; an empty content takes a file away. The id of the commit.
    fn commit(&self, name: &str, branch: &str, files: &[(&str, &str)]) -> String {
        let work = self.root.join(format!("work-{name}"));
        if !work.exists() {
            git(&self.root, &["clone", "--quiet", name, work.to_str().unwrap()]);
        }
        let heads = git(&work, &["ls-remote", "--heads", "origin", branch]);
        if heads.is_empty() {
            git(&work, &["checkout", "--quiet", "-B", branch]);
        } else {
            git(&work, &["fetch", "--quiet", "origin", branch]);
            git(&work, &["checkout", "--quiet", "-B", branch, "FETCH_HEAD"]);
        }
        for (path, content) in files {
            let place = work.join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            if content.is_empty() {
                fs::remove_file(place).unwrap();
            } else {
                fs::write(place, content).unwrap();
            }
        }
        git(&work, &["add", "--all"]);
        git(&work, &["commit", "--quiet", "--message", "by hand"]);
        git(&work, &["push", "--quiet", "origin", branch]);
        git(&work, &["rev-parse", "HEAD"])
    }

    /// What is in a file of a branch.
    fn show(&self, name: &str, branch: &str, path: &str) -> String {
        let output = Command::new("git")
            .args(["show", &format!("{branch}:{path}")])
            .current_dir(self.root.join(name))
            .output()
            .unwrap();
        if output.status.success() { String::from_utf8(output.stdout).unwrap() } else { "-".to_owned() }
    }

    /// The files of a branch.
    fn list(&self, name: &str, branch: &str) -> String {
        git(&self.root.join(name), &["ls-tree", "-r", "--name-only", branch]).replace('\n', " ")
    }

    /// How many commits a branch has.
    fn count(&self, name: &str, branch: &str) -> String {
        git(&self.root.join(name), &["rev-list", "--count", branch])
    }

    async fn run<T: Task>(&self, properties: &str) -> Map {
        self.stage.run::<T>(properties).await.unwrap_or_else(|broken| panic!("{}", broken.failure))
    }

    async fn fails<T: Task>(&self, properties: &str) -> String {
        failure(self.stage.run::<T>(properties).await)
    }

    /// A file of the working directory.
    fn file(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.stage.directory().join(path)).ok()
    }
}

fn failure(result: Result<Map, Broken>) -> String {
    match result {
        Ok(given) => panic!("it succeeds: {given:?}"),
        Err(broken) => broken.failure.to_string(),
    }
}

fn text(given: &Map, name: &str) -> String {
    match given.get(name) {
        Some(Value::Str(text)) => text.expose().to_owned(),
        other => format!("{other:?}"),
    }
}

/// The lines of the file that an output names.
fn rows(stage: &Stage, given: &Map, name: &str) -> Vec<String> {
    stage.content(&text(given, name)).lines().map(|line| line.replace('"', "")).collect()
}

/// Whether a text is in any file below a folder.
fn is_below(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return is_below(&path, text);
        }
        fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    })
}
