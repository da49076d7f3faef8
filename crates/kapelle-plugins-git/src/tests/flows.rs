use super::*;
use crate::push_flows::PushFlows;
use crate::sync_flow::SyncFlow;
use crate::sync_flows::SyncFlows;

#[tokio::test]
async fn flows_go_to_git_and_come_back_as_they_were() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let sources = [flow("dev", "one", "1"), flow("dev", "two", "2"), flow("dev.child.deep", "one", "3")];
    for source in &sources {
        bench.stage.memory().put_flow(source);
    }
    bench.stage.memory().put_flow(&flow("develop", "alien", "4"));

    let push = format!("url: {url}\nsourceNamespace: dev\nincludeChildNamespaces: true");
    let given = bench.run::<PushFlows>(&push).await;
    assert_eq!(bench.list("a", "main"), "_flows/child/deep/one.yaml _flows/one.yaml _flows/two.yaml");
    assert_eq!(text(&given, "commitId"), git(&bench.root.join("a"), &["rev-parse", "main"]));
    assert_eq!(
        rows(&bench.stage, &given, "flows")[0],
        "{file:_flows/child/deep/one.yaml,additions:+7,deletions:-0,changes:0}"
    );
    let log = git(&bench.root.join("a"), &["log", "--format=%an <%ae> %s", "main"]);
    assert_eq!(log, "Kapelle <kapelle@localhost> Add flows from `dev` namespace");

    let again = bench.run::<PushFlows>(&push).await;
    assert_eq!((again.get("commitId"), rows(&bench.stage, &again, "flows")), (None, Vec::new()));
    assert_eq!(bench.count("a", "main"), "1");

    let empty = bench.other();
    let sync = format!("url: {url}\ntargetNamespace: dev\nincludeChildNamespaces: true");
    let given = empty.run::<SyncFlows>(&sync).await.unwrap();
    assert_eq!(
        rows(&empty, &given, "flows"),
        [
            "{gitPath:_flows/one.yaml,syncState:ADDED,flowId:one,namespace:dev,revision:1}",
            "{gitPath:_flows/two.yaml,syncState:ADDED,flowId:two,namespace:dev,revision:1}",
            "{gitPath:_flows/child/deep/one.yaml,syncState:ADDED,flowId:one,namespace:dev.child.deep,revision:1}",
        ]
    );
    assert_eq!(empty.memory().flow("dev", "one").as_ref(), Some(&sources[0]));
    assert_eq!(empty.memory().flow("dev.child.deep", "one").as_ref(), Some(&sources[2]));
    let given = empty.run::<SyncFlows>(&sync).await.unwrap();
    let states = rows(&empty, &given, "flows").concat();
    assert_eq!(states.matches("UNCHANGED").count(), 3, "{states}");
}

#[tokio::test]
async fn a_namespace_becomes_another_one_on_the_way() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.stage.memory().put_flow(&flow("dev", "one", "1"));
    bench.stage.memory().put_flow(&flow("dev.child", "two", "2"));
    let push = format!(
        "url: {url}\nbranch: release\nsourceNamespace: dev\ntargetNamespace: prod\nincludeChildNamespaces: true\n\
         gitDirectory: kestra/flows\nauthorName: Ann\nauthorEmail: ann@example.com\ncommitMessage: 'to {{{{ flow.id }}}}'"
    );
    bench.run::<PushFlows>(&push).await;
    assert_eq!(bench.show("a", "release", "kestra/flows/one.yaml"), flow("prod", "one", "1"));
    assert_eq!(bench.show("a", "release", "kestra/flows/child/two.yaml"), flow("prod.child", "two", "2"));
    let log = git(&bench.root.join("a"), &["log", "--format=%an <%ae> %s", "release"]);
    assert_eq!(log, "Ann <ann@example.com> to f");

    let sync = format!(
        "url: {url}\nbranch: release\ntargetNamespace: test\nincludeChildNamespaces: true\ngitDirectory: kestra/flows"
    );
    bench.run::<SyncFlows>(&sync).await;
    assert_eq!(bench.stage.memory().flow("test.child", "two"), Some(flow("test.child", "two", "2")));
}

#[tokio::test]
async fn a_push_deletes_only_flows_that_are_gone() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let old = flow("dev", "old", "1");
    bench.commit(
        "a",
        "main",
        &[
            ("_flows/old.yml", &old),
            ("_flows/values.yaml", "x: 1\n"),
            ("_flows/README.md", "words"),
            ("_flows/child/other.yaml", &flow("dev.child", "other", "1")),
            ("elsewhere.yaml", &old),
        ],
    );
    bench.stage.memory().put_flow(&flow("dev", "new", "1"));
    let push = format!("url: {url}\nsourceNamespace: dev");
    bench.run::<PushFlows>(&format!("{push}\ndelete: false")).await;
    assert_eq!(bench.show("a", "main", "_flows/old.yml"), old);
    let dry = bench.run::<PushFlows>(&format!("{push}\ndryRun: true")).await;
    assert_eq!(
        rows(&bench.stage, &dry, "flows"),
        ["{file:_flows/old.yml,additions:+0,deletions:-7,changes:0}"]
    );
    assert_eq!(dry.get("commitId"), None);
    assert_eq!(bench.show("a", "main", "_flows/old.yml"), old, "a dry run changes nothing");
    bench.run::<PushFlows>(&push).await;
    assert_eq!(
        bench.list("a", "main"),
        "_flows/README.md _flows/child/other.yaml _flows/new.yaml _flows/values.yaml elsewhere.yaml"
    );
}

#[tokio::test]
async fn patterns_say_which_flows_are_pushed() {
    let bench = Bench::new();
    let url = bench.repository("a");
    for id in ["orders-in", "orders-out", "report"] {
        bench.stage.memory().put_flow(&flow("team.a", id, "1"));
    }
    bench.run::<PushFlows>(&format!("url: {url}\nflows: report")).await;
    assert_eq!(bench.list("a", "main"), "_flows/report.yaml", "the namespace is that of the flow");
    bench.run::<PushFlows>(&format!("url: {url}\nflows: ['orders-*', nothing]")).await;
    assert_eq!(bench.list("a", "main"), "_flows/orders-in.yaml _flows/orders-out.yaml _flows/report.yaml");
}

#[tokio::test]
async fn a_sync_deletes_only_if_it_is_told_to_and_never_itself() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("_flows/new.yaml", &flow("any", "new", "1"))]);
    let memory = bench.stage.memory();
    // The stage is flow `f` of `team.a`.
    for source in [flow("team.a", "f", "1"), flow("team.a", "old", "1"), flow("team.a.child", "x", "1")] {
        memory.put_flow(&source);
    }
    let sync = format!("url: {url}\ntargetNamespace: team.a");
    bench.run::<SyncFlows>(&sync).await;
    assert!(memory.flow("team.a", "old").is_some());
    let given = bench.run::<SyncFlows>(&format!("{sync}\ndelete: true\ndryRun: true")).await;
    let told = rows(&bench.stage, &given, "flows").concat();
    assert!(told.contains("syncState:DELETED,flowId:old") && !told.contains("flowId:f,"), "{told}");
    assert!(memory.flow("team.a", "old").is_some(), "a dry run changes nothing");
    bench.run::<SyncFlows>(&format!("{sync}\ndelete: true")).await;
    assert_eq!(memory.flow("team.a", "old"), None);
    assert!(memory.flow("team.a", "f").is_some() && memory.flow("team.a.child", "x").is_some());
    assert!(bench.stage.lines().iter().any(|line| line.contains("so it stays")), "{:?}", bench.stage.lines());
}

#[tokio::test]
async fn mistakes_are_named_with_their_places_and_nothing_is_changed() {
    let bench = Bench::new();
    let url = bench.repository("a");
    let wrong = flow("dev", "wrong", "1").replace("message", "mesage");
    bench.commit(
        "a",
        "main",
        &[
            ("_flows/good.yaml", &flow("dev", "good", "1")),
            ("_flows/wrong.yml", &wrong),
            ("_flows/x.yaml", "a: ["),
        ],
    );
    bench.stage.memory().put_flow(&flow("dev", "wrong", "0"));
    let sync = format!("url: {url}\ntargetNamespace: dev");
    let told = bench.fails::<SyncFlows>(&sync).await;
    assert!(told.contains("_flows/wrong.yml:7:5: ") && told.contains("_flows/x.yaml:"), "{told}");
    assert_eq!(bench.stage.memory().flow("dev", "good"), None);

    bench.run::<SyncFlows>(&format!("{sync}\nignoreInvalidFlows: true\ndelete: true")).await;
    assert!(bench.stage.memory().flow("dev", "good").is_some());
    assert!(bench.stage.memory().flow("dev", "wrong").is_some(), "its file is there, so it is not deleted");
    assert!(
        bench
            .stage
            .lines()
            .iter()
            .any(|line| line.starts_with("WARN left out") && line.contains("wrong.yml"))
    );

    bench.commit("a", "main", &[("_flows/copy.yaml", &flow("dev", "good", "2"))]);
    let told = bench.fails::<SyncFlows>(&format!("{sync}\nignoreInvalidFlows: true")).await;
    assert!(told.contains("_flows/copy.yaml") && told.contains("both hold the flow `dev.good`"), "{told}");
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_told() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("a.txt", "1")]);
    let sync = format!("url: {url}\ntargetNamespace: dev");
    let told = bench.fails::<SyncFlows>(&sync).await;
    assert!(told.contains("no directory `_flows`"), "{told}");
    let given = bench.run::<SyncFlows>(&format!("{sync}\nfailOnMissingDirectory: false")).await;
    assert_eq!(rows(&bench.stage, &given, "flows"), Vec::<String>::new());
    let told = bench.fails::<SyncFlows>(&format!("{sync}\nbranch: none")).await;
    assert!(told.contains("there is no branch `none`") && told.contains("there are main"), "{told}");
    let told = bench.fails::<SyncFlows>("targetNamespace: dev").await;
    assert!(told.contains("the property url is missing"), "{told}");
}

#[tokio::test]
async fn links_of_a_repository_lead_nowhere() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("_flows/a.yaml", &flow("dev", "a", "1"))]);
    let work = bench.root.join("work-a");
    std::os::unix::fs::symlink("/etc/passwd", work.join("_flows/passwd.yaml")).unwrap();
    git(&work, &["add", "--all"]);
    git(&work, &["commit", "--quiet", "--message", "a link"]);
    git(&work, &["push", "--quiet", "origin", "main"]);
    let given = bench.run::<SyncFlows>(&format!("url: {url}\ntargetNamespace: dev")).await;
    assert_eq!(rows(&bench.stage, &given, "flows").len(), 1);
}

#[tokio::test]
async fn those_who_push_at_the_same_time_all_get_through() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("README.md", "words")]);
    let stages: Vec<Stage> = (0..4).map(|_| bench.other()).collect();
    let push = async |number: usize| {
        stages[number].memory().put_flow(&flow("dev", "one", &number.to_string()));
        let properties = format!("url: {url}\nsourceNamespace: dev\ngitDirectory: flows-{number}");
        stages[number].run::<PushFlows>(&properties).await
    };
    let (a, b, c, d) = tokio::join!(push(0), push(1), push(2), push(3));
    for result in [a, b, c, d] {
        assert!(result.is_ok(), "{result:?}");
    }
    assert_eq!(
        bench.list("a", "main"),
        "README.md flows-0/one.yaml flows-1/one.yaml flows-2/one.yaml flows-3/one.yaml"
    );
    assert_eq!(bench.count("a", "main"), "5");
}

#[tokio::test]
async fn one_flow_is_brought_by_its_path() {
    let bench = Bench::new();
    let url = bench.repository("a");
    bench.commit("a", "main", &[("deep/one.yaml", &flow("any", "one", "1")), ("wrong.yaml", "id: x\n")]);
    let sync = format!("url: {url}\ntargetNamespace: dev\nauth: {{auto: true}}\nflowPath: deep/one.yaml");
    let dry = bench.run::<SyncFlow>(&format!("{sync}\ndryRun: true")).await;
    assert_eq!((text(&dry, "flowId"), dry.get("revision")), ("one".to_owned(), None));
    assert_eq!(bench.stage.memory().flow("dev", "one"), None);
    let given = bench.run::<SyncFlow>(&sync).await;
    assert_eq!((text(&given, "namespace"), given.get("revision")), ("dev".to_owned(), Some(&Value::Int(1))));
    assert_eq!(bench.stage.memory().flow("dev", "one"), Some(flow("dev", "one", "1")));
    for (path, expected) in
        [("none.yaml", "there is no file `none.yaml`"), ("wrong.yaml", "wrong.yaml:"), ("../x", "`..`")]
    {
        let told = bench.fails::<SyncFlow>(&sync.replace("deep/one.yaml", path)).await;
        assert!(told.contains(expected), "{told}");
    }
}
