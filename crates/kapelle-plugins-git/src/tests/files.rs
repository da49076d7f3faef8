use super::*;
use crate::push_execution_files::PushExecutionFiles;
use crate::push_namespace_files::PushNamespaceFiles;
use crate::sync_namespace_files::SyncNamespaceFiles;

#[tokio::test]
async fn files_go_to_git_and_come_back_as_they_were() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let odd = [0, 159, 146, 150, b'\r', b'\n', 0];
    let memory = bench.stage.memory();
    memory.put_file("team.a", "run.py", b"1\n");
    memory.put_file("team.a", "deep/\u{e4} b.bin", &odd);
    memory.put_file("team.a", "empty", b"");
    let push = format!("url: {url}");
    let given = bench.run::<PushNamespaceFiles>(&push).await;
    assert!(given.get("commitId").is_some());
    let again = bench.run::<PushNamespaceFiles>(&push).await;
    assert_eq!(again.get("commitId"), None);

    let empty = bench.other();
    let sync = format!("url: {url}\nnamespace: prod");
    let given = empty.run::<SyncNamespaceFiles>(&sync).await.unwrap();
    assert_eq!(
        rows(&empty, &given, "files"),
        [
            "{gitPath:_files/deep/\u{e4} b.bin,syncState:ADDED,kestraPath:/deep/\u{e4} b.bin}",
            "{gitPath:_files/empty,syncState:ADDED,kestraPath:/empty}",
            "{gitPath:_files/run.py,syncState:ADDED,kestraPath:/run.py}",
        ]
    );
    assert_eq!(empty.memory().file("prod", "deep/\u{e4} b.bin").as_deref(), Some(&odd[..]));
    memory.put_file("team.a", "run.py", b"2\n");
    bench.run::<PushNamespaceFiles>(&push).await;
    let given = empty.run::<SyncNamespaceFiles>(&sync).await.unwrap();
    let states = rows(&empty, &given, "files").concat();
    assert!(states.matches("UNCHANGED").count() == 2 && states.contains("syncState:OVERWRITTEN"), "{states}");
    assert_eq!(empty.memory().file("prod", "run.py").as_deref(), Some(&b"2\n"[..]));
}

#[tokio::test]
async fn patterns_bound_what_is_pushed_and_deleted() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("_files/old.py", "1"), ("_files/old.md", "1"), ("other/old.py", "1")]);
    bench.stage.memory().put_file("team.a", "new.py", b"1");
    bench.stage.memory().put_file("team.a", "new.md", b"1");
    bench.run::<PushNamespaceFiles>(&format!("url: {url}\nfiles: '*.py'\ndelete: false")).await;
    assert_eq!(bench.list("a", "main"), "_files/new.py _files/old.md _files/old.py other/old.py");
    bench.run::<PushNamespaceFiles>(&format!("url: {url}\nfiles: ['*.py']")).await;
    assert_eq!(bench.list("a", "main"), "_files/new.py _files/old.md other/old.py");
    let told =
        bench.fails::<PushNamespaceFiles>(&format!("url: {url}\nfiles: '*.x'\nerrorOnMissing: true")).await;
    assert!(told.contains("no file of the namespace `team.a` fits"), "{told}");
}

#[tokio::test]
async fn what_is_ignored_is_left_alone_on_both_sides() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit(
        "a",
        "main",
        &[("_files/.kestraignore", "*.md\n"), ("_files/a.md", "git"), ("_files/a.py", "git")],
    );
    let memory = bench.stage.memory();
    memory.put_file("team.a", "own.md", b"own");
    memory.put_file("team.a", "old.py", b"old");
    let sync = format!("url: {url}\ndelete: true");
    let dry = bench.run::<SyncNamespaceFiles>(&format!("{sync}\ndryRun: true")).await;
    assert_eq!(rows(&bench.stage, &dry, "files").len(), 2);
    assert!(memory.file("team.a", "old.py").is_some() && memory.file("team.a", "a.py").is_none());
    bench.run::<SyncNamespaceFiles>(&sync).await;
    assert_eq!(memory.file("team.a", "old.py"), None);
    assert_eq!(memory.file("team.a", "a.md"), None);
    assert!(memory.file("team.a", "a.py").is_some() && memory.file("team.a", "own.md").is_some());
    bench.run::<PushNamespaceFiles>(&format!("url: {url}")).await;
    assert_eq!(bench.list("a", "main"), "_files/.kestraignore _files/a.md _files/a.py");
}

#[tokio::test]
async fn files_of_an_execution_are_found_by_pattern_and_by_address() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let address = bench.stage.put_file("3f2a.txt", b"done\n");
    let files = Map::from_iter([("report.txt".into(), Value::from(&*address))]);
    let task = Map::from_iter([("outputFiles".into(), Value::Map(files.into()))]);
    let outputs = Map::from_iter([("generate".into(), Value::Map(task.into()))]);
    let Bench { stage, root } = bench;
    let bench = Bench { stage: stage.variable("outputs", Value::Map(outputs.into())), root };
    fs::write(bench.stage.directory().join("local.csv"), "1,2\n").unwrap();
    bench.commit("a", "main", &[("_outputs/earlier.log", "1"), ("_outputs/old.txt", "1")]);

    let push = format!("url: {url}\nfilesMap:\n  'run-{{{{ flow.id }}}}.log': \"{address}\"");
    bench.run::<PushExecutionFiles>(&push).await;
    assert_eq!(
        bench.list("a", "main"),
        "_outputs/earlier.log _outputs/old.txt _outputs/run-f.log",
        "an archive grows"
    );
    bench.run::<PushExecutionFiles>(&format!("url: {url}\nfiles: ['*.txt', 'local.csv']")).await;
    assert_eq!(
        bench.list("a", "main"),
        "_outputs/earlier.log _outputs/local.csv _outputs/report.txt _outputs/run-f.log"
    );
    assert_eq!(bench.show("a", "main", "_outputs/report.txt"), "done\n");
    let told =
        bench.fails::<PushExecutionFiles>(&format!("url: {url}\nfiles: '*.x'\nerrorOnMissing: true")).await;
    assert!(told.contains("no file fits `*.x`"), "{told}");
    for wrong in [
        "filesMap: {'../x': 'kestra:///t/a'}",
        "filesMap: {'.git/config': 'kestra:///t/a'}",
        "filesMap: {x: y}",
        "",
    ] {
        bench.fails::<PushExecutionFiles>(&format!("url: {url}\n{wrong}")).await;
    }
}
