use super::*;
use crate::namespace_sync::NamespaceSync;
use crate::tenant_sync::TenantSync;

#[tokio::test]
async fn a_namespace_goes_to_git_and_comes_back() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let memory = bench.stage.memory();
    memory.put_flow(&flow("dev", "one", "1"));
    memory.put_flow(&flow("dev.child", "two", "1"));
    memory.put_file("dev", "run.py", b"1\n");
    let to_git = format!("url: {url}\nbranch: main\nnamespace: dev\ngitDirectory: kestra");
    let given = bench.run::<NamespaceSync>(&to_git).await;
    assert_eq!(bench.list("a", "main"), "kestra/dev/files/run.py kestra/dev/flows/one.yaml");
    assert_eq!(
        rows(&bench.stage, &given, "diff"),
        [
            "{kind:FLOW,namespace:dev,key:one,gitPath:kestra/dev/flows/one.yaml,syncState:ADDED}",
            "{kind:FILE,namespace:dev,key:run.py,gitPath:kestra/dev/files/run.py,syncState:ADDED}",
        ]
    );
    let again = bench.run::<NamespaceSync>(&to_git).await;
    assert_eq!(again.get("commitId"), None);
    assert!(rows(&bench.stage, &again, "diff").iter().all(|row| row.contains("UNCHANGED")));

    let empty = bench.other();
    let from_git = format!("{to_git}\nsourceOfTruth: GIT");
    empty.memory().put_flow(&flow("dev", "extra", "1"));
    let told = failure(empty.run::<NamespaceSync>(&format!("{from_git}\nwhenMissingInSource: FAIL")).await);
    assert!(told.contains("lacks the flows dev.extra"), "{told}");
    assert_eq!(empty.memory().flow("dev", "one"), None, "nothing was changed");
    empty.run::<NamespaceSync>(&format!("{from_git}\ndryRun: true")).await.unwrap();
    assert_eq!(empty.memory().flow("dev", "one"), None, "a dry run changes nothing");
    empty.run::<NamespaceSync>(&format!("{from_git}\nwhenMissingInSource: KEEP")).await.unwrap();
    assert!(empty.memory().flow("dev", "extra").is_some());
    empty.run::<NamespaceSync>(&format!("{from_git}\nprotectedNamespaces: [dev]")).await.unwrap();
    assert!(empty.memory().flow("dev", "extra").is_some(), "nothing of a protected namespace is deleted");
    empty.run::<NamespaceSync>(&from_git).await.unwrap();
    assert_eq!(empty.memory().flow("dev", "extra"), None);
    assert_eq!(empty.memory().flow("dev", "one"), Some(flow("dev", "one", "1")));
    assert_eq!(empty.memory().file("dev", "run.py").as_deref(), Some(&b"1\n"[..]));

    let told = failure(empty.run::<NamespaceSync>(&from_git.replace("kestra", "kestrel")).await);
    assert!(told.contains("see `gitDirectory`"), "{told}");
    assert!(empty.memory().flow("dev", "one").is_some(), "a wrong directory empties nothing");
}

#[tokio::test]
async fn all_namespaces_go_to_git_and_come_back() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let memory = bench.stage.memory();
    memory.put_flow(&flow("dev", "one", "1"));
    memory.put_flow(&flow("prod.eu", "two", "1"));
    memory.put_file("files.only", "a.sql", b"select 1;\n");
    bench.commit(
        "a",
        "main",
        &[
            ("gone/flows/x.yaml", &flow("gone", "x", "1")),
            ("system/flows/y.yaml", &flow("system", "y", "1")),
            ("README.md", "words"),
        ],
    );
    let to_git = format!("url: {url}\nbranch: main\nauth: {{}}");
    let told = bench.fails::<TenantSync>(&format!("{to_git}\nwhenMissingInSource: FAIL")).await;
    assert!(told.contains("gone/flows/x.yaml"), "{told}");
    bench.run::<TenantSync>(&to_git).await;
    assert_eq!(
        bench.list("a", "main"),
        "README.md dev/flows/one.yaml files.only/files/a.sql prod.eu/flows/two.yaml system/flows/y.yaml"
    );
    let empty = bench.other();
    empty.run::<TenantSync>(&format!("{to_git}\nsourceOfTruth: GIT")).await.unwrap();
    assert_eq!(empty.memory().flow("prod.eu", "two"), Some(flow("prod.eu", "two", "1")));
    assert!(empty.memory().flow("system", "y").is_some());
    assert_eq!(empty.memory().file("files.only", "a.sql").as_deref(), Some(&b"select 1;\n"[..]));
}

#[tokio::test]
async fn files_with_mistakes_are_left_out_if_that_is_said() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit(
        "a",
        "main",
        &[("dev/flows/a.yaml", &flow("dev", "a", "1")), ("dev/flows/b.yaml", "id: b\n")],
    );
    let sync = format!("url: {url}\nbranch: main\nnamespace: dev\nsourceOfTruth: GIT");
    let told = bench.fails::<NamespaceSync>(&sync).await;
    assert!(told.contains("dev/flows/b.yaml:"), "{told}");
    for (word, level) in [("SKIP", "DEBUG left out"), ("WARN", "WARN left out")] {
        bench.run::<NamespaceSync>(&format!("{sync}\nonInvalidSyntax: {word}")).await;
        assert!(bench.stage.lines().iter().any(|line| line.starts_with(level)), "{word}");
    }
    assert!(bench.stage.memory().flow("dev", "a").is_some());
}
