use std::fs;

use crate::stage::{Stage, properties_of};
use crate::{Any, Expr, RunContext, read};
use serde::Deserialize;

use super::*;

#[expect(clippy::struct_field_names, reason = "flows write these names")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    input_files: Option<Expr<Any>>,
    namespace_files: Option<NamespaceFilesProperties>,
    output_files: Option<Expr<Vec<String>>>,
}

/// What the directory holds after the files were put into it; of a failure its words.
fn filled(stage: &Stage, properties: &str) -> Result<Vec<String>, String> {
    let cx = stage.context();
    let properties: Properties = read(&properties_of(properties)).unwrap();
    let directory = cx.host.directory().unwrap();
    let told = |broken: crate::Broken| broken.failure.to_string();
    fetch_namespace_files(&cx, &directory, properties.namespace_files.as_ref()).map_err(told)?;
    write_input_files(&cx, &directory, properties.input_files.as_ref()).map_err(told)?;
    let files = files_below(&directory).unwrap().into_iter();
    Ok(files.map(|file| format!("{}: {}", file.path, fs::read_to_string(file.place).unwrap())).collect())
}

fn kept(cx: &RunContext, patterns: &[&str]) -> Vec<String> {
    let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    let kept = collect_output_files(cx, &cx.host.directory().unwrap(), &patterns).unwrap();
    kept.into_keys().collect()
}

#[test]
fn input_files_are_texts_or_copies() {
    let stage = Stage::new();
    let uri = stage.put_file("a.txt", b"from storage");
    let stage = stage.variable("uri", uri.as_str()).variable("name", "in");
    stage.memory().put_file("team.a", "lib/x.txt", b"from namespace");
    let written = "inputFiles: {'{{ name }}.txt': 'hi {{ name }}', sub/b.txt: '{{ uri }}', no: null, c.json: {a: 1}, n: 'nsfile:///lib/x.txt'}";
    assert_eq!(
        filled(&stage, written).unwrap(),
        ["c.json: {\"a\":1}", "in.txt: hi in", "n: from namespace", "sub/b.txt: from storage"]
    );
    let json = "inputFiles: '{{ {\"j.txt\": name} }}'";
    assert!(filled(&stage, json).unwrap().contains(&"j.txt: in".to_owned()));
    assert_eq!(filled(&Stage::new(), "inputFiles: '{{ \"\" }}'").unwrap(), Vec::<String>::new());
    assert_eq!(
        filled(&Stage::new(), "inputFiles: nonsense").unwrap_err(),
        "`nonsense` does not fit: it is no map"
    );
}

#[test]
fn paths_never_leave_the_directory() {
    for (path, reason) in [
        ("../a", "the path `../a` leads out of the directory: write it without `..`"),
        ("a/../../b", "the path `a/../../b` leads out of the directory: write it without `..`"),
        (
            "/etc/passwd",
            "the path `/etc/passwd` leads out of the directory of the task: write it without the slash in front",
        ),
        ("./", "`./` is no path of a file"),
    ] {
        let written = format!("inputFiles: {{'{path}': x}}");
        assert_eq!(filled(&Stage::new(), &written).unwrap_err(), reason, "{path}");
    }
    let stage = Stage::new();
    let own = format!("inputFiles: {{'{}/a//./b': x}}", stage.directory().display());
    assert_eq!(filled(&stage, &own).unwrap(), ["a/b: x"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    let stage = Stage::new();
    let directory = stage.context().host.directory().unwrap();
    let outside = directory.parent().unwrap().join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("secret.txt"), "s").unwrap();
    fs::write(directory.join("own.txt"), "o").unwrap();
    std::os::unix::fs::symlink(&outside, directory.join("folder")).unwrap();
    std::os::unix::fs::symlink(outside.join("secret.txt"), directory.join("link.txt")).unwrap();
    std::os::unix::fs::symlink("own.txt", directory.join("inner.txt")).unwrap();
    assert_eq!(kept(&stage.context(), &["**"]), ["inner.txt", "own.txt"]);
    assert_eq!(
        filled(&stage, "inputFiles: {folder/a.txt: x}").unwrap_err(),
        "the file `folder/a.txt` cannot be written: a link on the way leads out of the directory"
    );
    assert!(filled(&stage, "inputFiles: {link.txt: mine}").unwrap().contains(&"link.txt: mine".to_owned()));
    assert_eq!(fs::read_to_string(outside.join("secret.txt")).unwrap(), "s");
}

#[test]
fn output_files_are_chosen_by_patterns() {
    let stage = Stage::new();
    let cx = stage.context();
    filled(&stage, "inputFiles: {in.txt: a, sub/b.json: b, sub/deep/c d.txt: c}").unwrap();
    for (patterns, found) in [
        (&[][..], &[][..]),
        (&["none*", ""], &[]),
        (&["*.txt"], &["in.txt"]),
        (&["sub/*.json", "*.x"], &["sub/b.json"]),
        (&["b.json"], &["sub/b.json"]),
        (&["deep/*"], &["sub/deep/c d.txt"]),
        (&["./in.txt"], &["in.txt"]),
        (&["**"], &["in.txt", "sub/b.json", "sub/deep/c d.txt"]),
        (&["**/*.txt"], &["in.txt", "sub/deep/c d.txt"]),
        (&["glob:*.{txt,json}"], &["in.txt"]),
        (&["?n.t[w-y]t"], &["in.txt"]),
        (&["[!a-h]*.txt"], &["in.txt"]),
        (&["regex:sub/.*[ns]"], &["sub/b.json"]),
    ] {
        assert_eq!(kept(&cx, patterns), found, "{patterns:?}");
    }
    let own = format!("{}/in.txt", stage.directory().display());
    assert_eq!(kept(&cx, &[&own]), ["in.txt"]);
    let files = collect_output_files(&cx, &stage.directory(), &["c d.txt".to_owned()]).unwrap();
    let uri = &files["sub/deep/c d.txt"];
    assert!(uri.ends_with("-c+d.txt"), "{uri}");
    assert_eq!(stage.content(uri), "c");
    let unclosed = collect_output_files(&cx, &stage.directory(), &["[a".to_owned()]).unwrap_err();
    assert_eq!(
        unclosed.failure.to_string(),
        "`[a` is no pattern of paths: write one such as `*.csv` or `data/**`"
    );
    let properties: Properties = read(&properties_of("outputFiles: '{{ [\"a\"] }}'")).unwrap();
    assert_eq!(super::patterns(&cx, properties.output_files.as_ref()).unwrap(), ["a"]);
}

#[test]
fn namespace_files_are_chosen_as_in_a_gitignore() {
    let all = ["data.txt", "lib/a.csv", "lib/data.txt", "lib/sub/b.csv"];
    for (chosen, found) in [
        ("enabled: true", &all[..]),
        ("enabled: false", &[]),
        ("include: [data.txt]", &["data.txt", "lib/data.txt"]),
        ("include: [/data.txt]", &["data.txt"]),
        ("include: ['*.csv']", &["lib/a.csv", "lib/sub/b.csv"]),
        ("include: ['**/*.csv']", &["lib/a.csv", "lib/sub/b.csv"]),
        ("include: ['/lib/*.csv']", &["lib/a.csv"]),
        ("include: [lib/sub/]", &["lib/sub/b.csv"]),
        ("exclude: [lib]", &["data.txt"]),
        ("include: [lib/**], exclude: ['*.txt']", &["lib/a.csv", "lib/sub/b.csv"]),
    ] {
        let stage = Stage::new();
        for path in all {
            stage.memory().put_file("team.a", path, path.as_bytes());
        }
        let expected: Vec<String> = found.iter().map(|path| format!("{path}: {path}")).collect();
        assert_eq!(filled(&stage, &format!("namespaceFiles: {{{chosen}}}")).unwrap(), expected, "{chosen}");
    }
}

#[test]
fn later_namespaces_win_unless_files_have_to_stay() {
    let both = "namespaces: [team, '{{ flow.namespace }}']";
    for (more, outcome, logged) in [
        ("", Ok(vec!["x: own"]), vec![]),
        (", ifExists: IGNORE", Ok(vec!["x: parent"]), vec![]),
        (
            ", ifExists: WARN",
            Ok(vec!["x: parent"]),
            vec!["WARN the file `x` is there already and stays as it is"],
        ),
        (
            ", ifExists: FAIL",
            Err("the file `x` is there already: leave it out by `exclude`, or choose another `ifExists`"),
            vec![],
        ),
        (", folderPerNamespace: true", Ok(vec!["team.a/x: own", "team/x: parent"]), vec![]),
    ] {
        let stage = Stage::new();
        stage.memory().put_file("team", "x", b"parent");
        stage.memory().put_file("team.a", "x", b"own");
        let found = filled(&stage, &format!("namespaceFiles: {{{both}{more}}}"));
        let expected = outcome
            .map(|files| files.into_iter().map(str::to_owned).collect::<Vec<_>>())
            .map_err(str::to_owned);
        assert_eq!(found, expected, "{more}");
        assert_eq!(stage.lines(), logged, "{more}");
    }
}

#[test]
fn copying_ends_when_the_attempt_is_stopped() {
    let stage = Stage::new();
    let uri = stage.put_file("a", b"a");
    stage.stop();
    let cx = stage.context();
    let mut content = open(&cx, &uri.as_str().into()).unwrap();
    let broken = copy(&cx, &mut content, &mut Vec::new()).unwrap_err();
    assert!(broken.is_killed);
}

#[test]
fn an_address_that_is_none_is_told_without_its_secrets() {
    let stage = Stage::new();
    let told = |text: kapelle_model::Text| match open(&stage.context(), &text) {
        Ok(_) => String::new(),
        Err(failure) => failure.to_string(),
    };
    assert_eq!(told("http://x".into()), "Invalid internal storage scheme, got uri 'http://x'");
    let secret = kapelle_model::Text::from("kestra:///s3cret").into_secret();
    assert_eq!(told(secret), "the file `******` cannot be read");
}

#[test]
fn a_path_that_is_secret_is_not_told() {
    let stage = Stage::new().variable("word", kapelle_model::Value::from("s3cret").into_secret());
    assert_eq!(
        filled(&stage, "inputFiles: {'../{{ word }}': x}").unwrap_err(),
        "an input file whose path is secret cannot be written"
    );
}

#[tokio::test]
async fn work_on_a_thread_of_its_own_fails_alone() {
    let cx = Stage::new().context();
    assert_eq!(cx.blocking(|_| Ok(7)).await.unwrap(), 7);
    let broken = cx.blocking::<()>(|_| panic!("a mistake")).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "the task ended by a mistake in its program");
}
