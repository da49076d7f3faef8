use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;
use crate::clone::Clone;

/// A repository with two commits on `main`, one more on `next`, and a tag on the first.
fn history(bench: &Bench) -> (String, String) {
    let url = bench.repository("a");
    let first = bench.commit("a", "main", &[("run.py", "1")]);
    git(&bench.root.join("a"), &["tag", "v1", &first]);
    bench.commit("a", "main", &[("run.py", "2")]);
    bench.commit("a", "next", &[("run.py", "3"), ("deep/more.py", "4")]);
    (url, first)
}

#[tokio::test]
async fn a_repository_is_cloned_at_what_is_asked_for() {
    for (more, expected) in [
        ("", "2"),
        ("branch: main", "2"),
        ("branch: next", "3"),
        ("branch: refs/heads/next", "3"),
        ("tag: v1", "1"),
        ("tag: v1\nbranch: next", "1"),
        ("commit: FIRST", "1"),
        ("commit: FIRST\ntag: v1\nbranch: next", "1"),
        ("branch: next\ncloneAllBranches: false", "3"),
        ("branch: next\ndepth: 0\nnoTags: true", "3"),
    ] {
        let bench = Bench::new();
        let (url, first) = history(&bench);
        let given = bench.run::<Clone>(&format!("url: {url}\n{}", more.replace("FIRST", &first))).await;
        assert_eq!(bench.file("run.py").as_deref(), Some(expected), "{more}");
        assert_eq!(text(&given, "directory"), bench.stage.directory().to_str().unwrap());
    }
}

#[tokio::test]
async fn depth_and_branches_are_those_that_are_asked_for() {
    let bench = Bench::new();
    let (url, _) = history(&bench);
    let counts = async |more: &str, folder: &str| {
        bench.run::<Clone>(&format!("url: {url}\ndirectory: {folder}\n{more}")).await;
        let folder = bench.stage.directory().join(folder);
        let branches = git(&folder, &["branch", "--remotes"]).lines().count();
        format!("{} {branches}", git(&folder, &["rev-list", "--count", "HEAD"]))
    };
    assert_eq!(counts("", "one").await, "1 2");
    assert_eq!(counts("depth: 0", "all").await, "2 2");
    assert_eq!(counts("cloneAllBranches: false", "deep/alone").await, "1 1");
    assert_eq!(counts("tag: v1", "tagged").await, "1 2");
}

#[tokio::test]
async fn files_that_are_there_stay_unless_the_repository_has_them_too() {
    let bench = Bench::new();
    let (url, _) = history(&bench);
    fs::write(bench.stage.directory().join("own.txt"), "own").unwrap();
    fs::write(bench.stage.directory().join("run.py"), "other").unwrap();
    bench.run::<Clone>(&format!("url: {url}")).await;
    assert_eq!(bench.file("own.txt").as_deref(), Some("own"));
    assert_eq!(bench.file("run.py").as_deref(), Some("2"));
    let lines = bench.stage.lines().join("\n");
    assert!(lines.contains("WARN files were there already") && lines.contains("run.py"), "{lines}");

    bench.run::<Clone>(&format!("url: {url}\nbranch: next")).await;
    assert_eq!(bench.file("run.py").as_deref(), Some("3"), "a second run in the same directory");
    let left: Vec<_> = fs::read_dir(bench.stage.directory()).unwrap().flatten().collect();
    assert!(
        left.iter().all(|entry| !entry.file_name().to_string_lossy().starts_with(".kapelle-")),
        "{left:?}"
    );
}

#[tokio::test]
async fn submodules_come_only_if_they_are_asked_for() {
    let bench = Bench::new();
    let inner = bench.repository("inner");
    bench.commit("inner", "main", &[("lib.py", "inner")]);
    let url = bench.repository("outer");
    bench.commit("outer", "main", &[("run.py", "outer")]);
    let work = bench.root.join("work-outer");
    git(&work, &["submodule", "--quiet", "add", &inner, "libs/inner"]);
    git(&work, &["commit", "--quiet", "--all", "--message", "with a submodule"]);
    git(&work, &["push", "--quiet", "origin", "main"]);

    bench.run::<Clone>(&format!("url: {url}\ndirectory: without")).await;
    assert_eq!(bench.file("without/libs/inner/lib.py"), None);
    bench.run::<Clone>(&format!("url: {url}\ndirectory: with\ncloneSubmodules: true")).await;
    assert_eq!(bench.file("with/libs/inner/lib.py").as_deref(), Some("inner"));

    let closed = bench.root.with_file_name("closed");
    fs::create_dir_all(&closed).unwrap();
    fs::rename(bench.root.join("inner"), closed.join("inner")).unwrap();
    let config =
        format!("[submodule \"libs/inner\"]\n\tpath = libs/inner\n\turl = {}/inner\n", closed.display());
    bench.commit("outer", "main", &[(".gitmodules", &config)]);
    let told =
        bench.fails::<Clone>(&format!("url: {url}\ndirectory: leads-out\ncloneSubmodules: true")).await;
    assert!(told.contains("is not open to flows"), "{told}");
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_to_do() {
    let bench = Bench::new();
    let (url, _) = history(&bench);
    let closed = bench.root.with_file_name("closed");
    git(bench.root.parent().unwrap(), &["init", "--quiet", "--bare", "closed"]);
    for (properties, expected) in [
        (format!("url: {url}\nbranch: none"), "there is no branch `none`"),
        (format!("url: {url}\nbranch: none\ncloneAllBranches: false"), "there is no branch `none`"),
        (format!("url: {url}\ntag: v9"), "there is no tag `v9`"),
        (format!("url: {url}\ncommit: {}", "a".repeat(40)), "there is no commit"),
        (format!("url: {url}x"), "there is no repository at"),
        (format!("url: {}", closed.display()), "is not open to flows"),
        (format!("url: {url}/../../closed"), "is not open to flows"),
        (format!("url: {url}\ndirectory: ../out"), "leads out of the directory"),
        (format!("url: {url}\ndirectory: /etc"), "leads out of the directory"),
        ("url: http://169.254.169.254/a".to_owned(), "gives credentials of the machine"),
        ("url: http://127.0.0.1:1/a".to_owned(), "there is no connection to `127.0.0.1` on port 1"),
        (format!("url: {url}\ngitConfig: {{core.sshCommand: id}}"), "is not open to flows"),
    ] {
        let told = bench.fails::<Clone>(&properties).await;
        assert!(told.contains(expected), "{properties}: {told}");
    }
}

#[tokio::test]
async fn nothing_that_a_flow_writes_becomes_an_option() {
    let bench = Bench::new();
    let (url, _) = history(&bench);
    let touched = bench.root.join("touched");
    let order = format!("--upload-pack=touch {};", touched.display());
    for properties in [
        format!("url: '{order}'"),
        format!("url: 'ext::sh -c touch% {}'", touched.display()),
        format!("url: {url}\nbranch: '{order}'"),
        format!("url: {url}\ntag: '{order}'"),
        format!("url: {url}\ncommit: '{order}'"),
        format!("url: 'ssh://-oProxyCommand=touch%20{}/a'", touched.display()),
    ] {
        bench.fails::<Clone>(&properties).await;
    }
    assert!(!touched.exists());
}

#[tokio::test]
async fn an_empty_repository_has_no_files() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.run::<Clone>(&format!("url: {url}")).await;
    assert!(bench.stage.lines().iter().any(|line| line.contains("has no commits yet")));
}

#[tokio::test]
async fn settings_of_a_flow_hold() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("a.txt", "one\ntwo\n")]);
    bench.run::<Clone>(&format!("url: {url}\ngitConfig:\n  core.autocrlf: true")).await;
    assert_eq!(bench.file("a.txt").as_deref(), Some("one\r\ntwo\r\n"));
}

#[tokio::test]
async fn a_clone_that_is_stopped_leaves_nobody_behind() {
    let bench = Bench::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let properties = format!("url: http://127.0.0.1:{port}/a.git");
    let heard = tokio::task::spawn_blocking(move || {
        // The first one only looks whether somebody answers, the second one whether the repository has moved.
        drop(listener.accept().unwrap());
        let (mut asking, _) = listener.accept().unwrap();
        asking.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut waiting = listener.accept().unwrap().0;
        let mut asked = [0; 22];
        waiting.read_exact(&mut asked).unwrap();
        assert_eq!(&asked, b"GET /a.git/info/refs?s");
        waiting
    });
    let stopping = async {
        let stream = heard.await.unwrap();
        bench.stage.stop();
        stream
    };
    let (result, mut stream) = tokio::join!(bench.stage.run::<Clone>(&properties), stopping);
    assert!(result.unwrap_err().is_killed);
    // Only when the program is gone the connection ends.
    let ended = tokio::task::spawn_blocking(move || stream.read_to_end(&mut Vec::new())).await.unwrap();
    assert!(ended.is_ok());
}
