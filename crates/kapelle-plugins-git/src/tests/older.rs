use super::*;
use crate::clone::Clone;
use crate::old_push::Push;
use crate::old_sync::Sync;

#[tokio::test]
async fn what_changed_in_a_clone_is_pushed() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("a.txt", "1"), ("gone.txt", "1"), ("stays.txt", "1")]);
    bench.run::<Clone>(&format!("url: {url}")).await;
    let directory = bench.stage.directory();
    fs::write(directory.join("a.txt"), "2").unwrap();
    fs::remove_file(directory.join("gone.txt")).unwrap();
    // Somebody else pushes meanwhile.
    bench.commit("a", "main", &[("theirs.txt", "1")]);
    let push = "branch: main\ncommitMessage: mine\nflows: {enabled: false}\ninputFiles: {new.txt: 'new'}\nauthor: {name: Ann, email: ann@example.com}";
    let given = bench.run::<Push>(push).await;
    assert_eq!(bench.list("a", "main"), "a.txt new.txt stays.txt theirs.txt");
    assert_eq!(bench.show("a", "main", "a.txt"), "2");
    assert_eq!(text(&given, "commitId"), git(&bench.root.join("a"), &["rev-parse", "main"]));
    let log = git(&bench.root.join("a"), &["log", "-1", "--format=%an <%ae> %s", "main"]);
    assert_eq!(log, "Ann <ann@example.com> mine");
    let again = bench.run::<Push>(push).await;
    assert_eq!(again.get("commitId"), None);
    fs::write(directory.join("a.txt"), "3").unwrap();
    bench.run::<Push>(&push.replace("main", "feature")).await;
    assert_eq!(
        (bench.show("a", "feature", "a.txt"), bench.show("a", "main", "a.txt")),
        ("3".into(), "2".into())
    );
    assert_eq!(bench.show("a", "feature", "theirs.txt"), "1", "a new branch begins at the usual one");
}

#[tokio::test]
async fn flows_and_files_of_the_namespace_are_pushed() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.stage.memory().put_flow(&flow("team.a", "one", "1"));
    bench.stage.memory().put_flow(&flow("team.a.child", "two", "1"));
    bench.stage.memory().put_file("team.a", "run.py", b"1");
    bench
        .run::<Push>(&format!(
            "url: {url}\nbranch: main\ncommitMessage: all\nnamespaceFiles: {{enabled: true}}"
        ))
        .await;
    assert_eq!(bench.list("a", "main"), "_flows/team.a.child.two.yml _flows/team.a.one.yml run.py");
    fs::write(bench.stage.directory().join("b.sql"), "1").unwrap();
    bench
        .run::<Push>(&format!(
            "url: {url}\nbranch: main\ncommitMessage: some\naddFilesPattern: ['*.sql', none]"
        ))
        .await;
    assert_eq!(bench.list("a", "main"), "_flows/team.a.child.two.yml _flows/team.a.one.yml b.sql run.py");
    assert!(bench.stage.lines().iter().any(|line| line.contains("no file fits `none`")));
    let told = bench.fails::<Push>("branch: main\ncommitMessage: x").await;
    assert!(told.contains("the property url is missing"), "{told}");
}

#[tokio::test]
async fn a_flow_that_is_gone_leaves_the_repository_too() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let theirs = [("_flows/other.flow.yml", "1"), ("_flows/read.me", "1"), ("own.txt", "1")];
    bench.commit("a", "main", &theirs);
    bench.commit("a", "main", &[("_flows/team.a.gone.yml", "1"), ("_flows/team.a.child.gone.yml", "1")]);
    bench.stage.memory().put_flow(&flow("team.a", "one", "1"));
    let push = format!("url: {url}\nbranch: main\ncommitMessage: all\n");
    bench.run::<Push>(&format!("{push}flows: {{childNamespaces: false}}")).await;
    let left = "_flows/other.flow.yml _flows/read.me _flows/team.a.one.yml own.txt";
    let with_child = left.replace("_flows/team.a.one", "_flows/team.a.child.gone.yml _flows/team.a.one");
    assert_eq!(bench.list("a", "main"), with_child);
    bench.run::<Push>(&push).await;
    assert_eq!(bench.list("a", "main"), left);
}

#[tokio::test]
async fn a_namespace_becomes_what_a_directory_has() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit(
        "a",
        "main",
        &[("team/_flows/one.yaml", &flow("any", "one", "1")), ("team/run.py", "1"), ("other.py", "1")],
    );
    let memory = bench.stage.memory();
    memory.put_file("team.a", "git/old.py", b"1");
    memory.put_file("team.a", "own.py", b"1");
    memory.put_flow(&flow("team.a", "own", "1"));
    let sync = format!("url: {url}\ngitDirectory: team\nnamespaceFilesDirectory: git");
    bench.run::<Sync>(&format!("{sync}\ndryRun: true")).await;
    let lines = bench.stage.lines();
    for expected in
        ["INFO ADDED flow team.a.one", "INFO ADDED file git/run.py", "INFO DELETED file git/old.py"]
    {
        assert!(lines.iter().any(|line| line == expected), "{lines:?}");
    }
    assert_eq!(memory.file("team.a", "git/run.py"), None);
    bench.run::<Sync>(&sync).await;
    assert_eq!(memory.flow("team.a", "one"), Some(flow("team.a", "one", "1")));
    assert!(memory.flow("team.a", "own").is_some() && memory.file("team.a", "own.py").is_some());
    assert!(memory.file("team.a", "git/run.py").is_some() && memory.file("team.a", "git/old.py").is_none());
}
