use super::*;

const ENDLESS: &str = "script: echo begun; while :; do sleep 0.1; done";

#[tokio::test]
async fn a_stop_kills_the_pod_and_removes_it() {
    let Some(world) = World::open().await else { return };
    let stopping = async {
        until_line(&world.stage, "begun").await;
        world.stage.stop();
    };
    let (ended, ()) = tokio::join!(world.script("", ENDLESS), stopping);
    let broken = ended.unwrap_err();
    assert!(broken.is_killed);
    assert_eq!(json(&broken.outputs)["exitCode"], 137);
    until("the removal", async || world.count().await == 0).await;
}

#[tokio::test]
async fn a_grace_lets_the_program_tidy_up() {
    let Some(world) = World::open().await else { return };
    let script = "script: trap 'echo tidy; exit 9' TERM; echo begun; while :; do sleep 0.1; done";
    let stopping = async {
        until_line(&world.stage, "begun").await;
        world.stage.stop();
    };
    let (ended, ()) = tokio::join!(world.script(", killGracePeriod: PT10S", script), stopping);
    let broken = ended.unwrap_err();
    assert!(
        broken.is_killed && world.stage.lines().contains(&"INFO tidy".to_owned()),
        "{:?}",
        world.stage.lines()
    );
    assert_eq!(json(&broken.outputs)["exitCode"], 9);
}

#[tokio::test]
async fn a_pod_nobody_waits_for_any_more_goes() {
    let Some(world) = World::open().await else { return };
    tokio::select! {
        _ = world.script("", ENDLESS) => panic!("it never ends"),
        () = until_line(&world.stage, "begun") => {}
    }
    until("the removal", async || world.count().await == 0).await;
}

#[tokio::test]
async fn one_that_waits_for_a_node_goes_when_it_is_stopped() {
    let Some(world) = World::open().await else { return };
    let stopping = async {
        until("the wait", async || world.stage.lines().iter().any(|line| line.contains("` waits: "))).await;
        world.stage.stop();
    };
    let (ended, ()) = tokio::join!(world.script(", nodeSelector: {no: such}", ENDLESS), stopping);
    assert!(ended.unwrap_err().is_killed);
    until("the removal", async || world.count().await == 0).await;
}

#[tokio::test]
async fn a_pod_that_is_to_stay_ends_and_stays() {
    let Some(world) = World::open().await else { return };
    let given = json(&world.script(", delete: false", "script: echo done").await.unwrap());
    let name = given["taskRunner"]["podName"].as_str().unwrap();
    let path = format!("/api/v1/namespaces/default/pods/{name}");
    until("its end", async || {
        let pod: Json = world.api.ask(Asked::get(&path)).await.unwrap();
        pod["status"]["phase"] == "Succeeded"
    })
    .await;
    let delete = format!("resourceType: po\nresourcesNames: [{name}, no-such]");
    ran(&world.context(0), "kubernetes.kubectl.Delete", &delete).await.unwrap();
    until("the removal", async || world.count().await == 0).await;
    assert!(world.stage.lines().contains(&"WARN there is no Pod `no-such` in `default`".to_owned()));
}

/// Begins a script in a process that dies: all its work is dropped where nothing can be done any more.
fn died(world: &World, script: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (cx, properties) = (world.context(0), script_of("", script));
    runtime.spawn(async move { ran(&cx, "scripts.shell.Script", &properties).await });
    runtime.block_on(until_line(&world.stage, "begun"));
    runtime.shutdown_background();
}

const LONG: &str = "outputFiles: [a]\nscript: |\n  \
                    echo begun; sleep 3; echo -n late > a; echo '::{\"outputs\":{\"n\":3}}::'";

#[tokio::test]
async fn a_pod_that_a_crash_left_is_taken_up() {
    let (Some(dead), Some(mut world)) = (World::open().await, World::open().await) else { return };
    world.run.clone_from(&dead.run);
    std::thread::scope(|scope| scope.spawn(|| died(&dead, LONG)).join().unwrap());
    assert_eq!(dead.count().await, 1);
    let given = ran(&world.context(1), "scripts.shell.Script", &script_of("", LONG)).await.unwrap();
    let lines = world.stage.lines();
    assert!(lines.iter().any(|line| line.contains("behind: this one goes on with it")), "{lines:?}");
    assert!(lines.contains(&"INFO begun".to_owned()), "{lines:?}");
    let given = json(&given);
    assert_eq!((world.content(&given, "a"), &given["vars"]["n"]), ("late".to_owned(), &3.into()));
    until("the removal", async || world.count().await == 0).await;
}

#[tokio::test]
async fn what_a_crash_left_is_removed_before_it_begins_anew_or_when_nobody_comes_for_it() {
    let (Some(dead), Some(mut world)) = (World::open().await, World::open().await) else { return };
    world.run.clone_from(&dead.run);
    std::thread::scope(|scope| scope.spawn(|| died(&dead, ENDLESS)).join().unwrap());
    let anew = script_of(", resume: false", "script: echo anew");
    ran(&world.context(1), "scripts.shell.Script", &anew).await.unwrap();
    assert!(world.stage.lines().contains(&"INFO anew".to_owned()), "{:?}", world.stage.lines());
    until("the removal", async || world.count().await == 0).await;
    let Some(again) = World::open().await else { return };
    std::thread::scope(|scope| scope.spawn(|| died(&again, ENDLESS)).join().unwrap());
    let host = again.stage.context().host;
    let setting = |name: &str| host.setting(name);
    assert_eq!(crate::kubernetes::sweep(Client::of_tasks(), setting, |_, _| false).await, Ok(0));
    assert_eq!(again.count().await, 1);
    let execution = again.context(0).place.execution.to_string();
    let asked = |of: &str, found: &str| of == execution && found == again.run;
    assert_eq!(crate::kubernetes::sweep(Client::of_tasks(), setting, asked).await, Ok(1));
    until("the removal", async || again.count().await == 0).await;
}
