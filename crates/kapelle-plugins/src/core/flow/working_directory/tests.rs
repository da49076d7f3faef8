use std::fs;
use std::sync::Arc;

use kapelle_core::property::text_of;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of};

use super::*;

async fn open(cx: &RunContext, written: &str) -> Result<Map, Broken> {
    WorkingDirectories.open(&properties_of(written), cx).await
}

async fn close(cx: &RunContext, written: &str) -> Result<Map, Broken> {
    WorkingDirectories.close(&properties_of(written), cx).await
}

/// As if the directory had been thrown away.
fn clear(stage: &Stage) {
    fs::remove_dir_all(stage.directory()).unwrap();
}

const TASKS: &str = "tasks: [{id: x, type: io.kestra.plugin.core.log.Log, message: '{{ nothing }}'}]";

#[tokio::test]
async fn input_files_come_after_namespace_files() {
    let stage = Stage::new();
    stage.memory().put_file("team.a", "a", b"of the namespace");
    stage.memory().put_file("team.a", "b", b"of the namespace");
    let written =
        format!("{{{TASKS}, namespaceFiles: {{enabled: true}}, inputFiles: {{b: '{{{{ flow.id }}}}'}}}}");
    assert_eq!(open(&stage.context(), &written).await.unwrap(), Map::new());
    assert_eq!(fs::read_to_string(stage.directory().join("a")).unwrap(), "of the namespace");
    assert_eq!(fs::read_to_string(stage.directory().join("b")).unwrap(), "f");
}

#[tokio::test]
async fn output_files_are_those_that_the_group_names() {
    for (patterns, kept) in [("[]", None), ("['none*']", None), ("['sub/*.json', '*.x']", Some("sub/b.json"))]
    {
        let stage = Stage::new();
        let cx = stage.context();
        let written =
            format!("{{{TASKS}, inputFiles: {{in.txt: a, sub/b.json: b}}, outputFiles: {patterns}}}");
        open(&cx, &written).await.unwrap();
        let given = close(&cx, &written).await.unwrap();
        match kept {
            None => assert_eq!(given, Map::new()),
            Some(path) => {
                let Value::Map(files) = &given["outputFiles"] else { panic!("{given:?}") };
                assert_eq!(files.keys().map(|key| &**key).collect::<Vec<_>>(), [path]);
                assert_eq!(stage.content(text_of(&files[path]).unwrap().expose()), "b");
            }
        }
    }
}

#[tokio::test]
async fn cached_files_come_back_until_one_of_them_changes() {
    let stage = Stage::new();
    let cx = stage.context();
    let written = format!("{{{TASKS}, cache: {{patterns: ['lib/**']}}}}");
    let file = stage.directory().join("lib/a b.txt");
    open(&cx, &written).await.unwrap();
    assert!(!file.exists());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "one").unwrap();
    fs::write(stage.directory().join("other"), "o").unwrap();
    close(&cx, &written).await.unwrap();

    clear(&stage);
    open(&cx, &written).await.unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "one");
    assert!(!stage.directory().join("other").exists(), "only what the patterns name is kept");
    let kept = fs::metadata(cached(&stage)).unwrap().modified().unwrap();
    close(&cx, &written).await.unwrap();
    assert_eq!(fs::metadata(cached(&stage)).unwrap().modified().unwrap(), kept, "nothing changed");

    fs::write(&file, "two").unwrap();
    close(&cx, &written).await.unwrap();
    clear(&stage);
    open(&cx, &written).await.unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "two");
    assert_eq!(stage.lines(), Vec::<String>::new());
}

fn cached(stage: &Stage) -> std::path::PathBuf {
    stage.directory().parent().unwrap().join("cache-t")
}

#[cfg(unix)]
#[tokio::test]
async fn programs_stay_programs() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new();
    let cx = stage.context();
    let written = format!("{{{TASKS}, cache: {{patterns: [run]}}}}");
    open(&cx, &written).await.unwrap();
    let file = stage.directory().join("run");
    fs::write(&file, "#!/bin/sh").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    close(&cx, &written).await.unwrap();
    clear(&stage);
    open(&cx, &written).await.unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o111, 0o111);
}

#[tokio::test]
async fn each_value_of_a_loop_has_a_cache_of_its_own() {
    let stage = Stage::new();
    let written = format!("{{{TASKS}, cache: {{patterns: [a]}}}}");
    let mut cx = stage.context();
    for (value, before) in [("x", None), ("y", None), ("x", Some("x")), ("y", Some("y"))] {
        let mut place = (*cx.place).clone();
        place.value = Some(value.into());
        cx.place = Arc::new(place);
        open(&cx, &written).await.unwrap();
        let file = stage.directory().join("a");
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), before);
        fs::write(&file, value).unwrap();
        close(&cx, &written).await.unwrap();
        clear(&stage);
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_read_is_logged_and_written_anew() {
    for content in ["nonsense", "kapelle files 1\n", "kapelle files 1\n1 9 0 -\nashort"] {
        let stage = Stage::new();
        let cx = stage.context();
        let written = format!("{{{TASKS}, cache: {{patterns: [b]}}}}");
        cx.host.directory().unwrap();
        fs::write(cached(&stage), content).unwrap();
        open(&cx, &written).await.unwrap();
        assert_eq!(
            stage.lines(),
            ["WARN the cache cannot be restored: it is no archive of files, or a part of it is missing"]
        );
        fs::write(stage.directory().join("b"), "b").unwrap();
        close(&cx, &written).await.unwrap();
        clear(&stage);
        open(&cx, &written).await.unwrap();
        assert_eq!(fs::read_to_string(stage.directory().join("b")).unwrap(), "b");
    }
}

#[tokio::test]
async fn a_cache_leads_to_no_place_outside() {
    let stage = Stage::new();
    let cx = stage.context();
    cx.host.directory().unwrap();
    fs::write(cached(&stage), "kapelle files 1\n4 1 0 -\n../xyend\n").unwrap();
    open(&cx, &format!("{{{TASKS}, cache: {{patterns: [b]}}}}")).await.unwrap();
    assert!(!stage.directory().parent().unwrap().join("x").exists());
    assert_eq!(stage.lines().len(), 1);
}

#[tokio::test]
async fn the_cache_is_saved_also_if_files_cannot_be_kept() {
    let stage = Stage::new();
    let cx = stage.context();
    let written = format!("{{{TASKS}, cache: {{patterns: [a]}}, inputFiles: {{a: a}}, outputFiles: ['[']}}");
    open(&cx, &written).await.unwrap();
    assert!(close(&cx, &written).await.is_err());
    assert!(cached(&stage).exists());
}
