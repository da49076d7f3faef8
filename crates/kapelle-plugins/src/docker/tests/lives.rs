use super::*;

const ENDLESS: &str = "runner: DOCKER\nscript: echo begun; while :; do sleep 0.1; done";

#[tokio::test]
async fn a_stop_kills_the_container_and_removes_it() {
    for at in engines().await {
        let engine = &at.engine;
        let stage = at.world();
        let cx = alone(&stage, 0);
        let stopping = async {
            until_line(&stage, "begun").await;
            stage.stop();
        };
        let (ended, ()) = tokio::join!(script(&cx, ENDLESS), stopping);
        let broken = ended.unwrap_err();
        assert!(broken.is_killed);
        assert_eq!(json(&broken.outputs)["exitCode"], 137);
        assert_eq!(count(engine, &stage).await, 0);
    }
}

#[tokio::test]
async fn a_grace_lets_the_program_tidy_up() {
    for at in engines().await {
        let engine = &at.engine;
        let stage = at.world();
        let cx = alone(&stage, 0);
        let properties = "taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, killGracePeriod: PT20S}\n\
                      script: trap 'echo tidy; exit 9' TERM; echo begun; while :; do sleep 0.1; done";
        let stopping = async {
            until_line(&stage, "begun").await;
            stage.stop();
        };
        let (ended, ()) = tokio::join!(script(&cx, properties), stopping);
        let broken = ended.unwrap_err();
        assert!(broken.is_killed && stage.lines().contains(&"INFO tidy".to_owned()), "{:?}", stage.lines());
        assert_eq!(json(&broken.outputs)["exitCode"], 9);
        assert_eq!(count(engine, &stage).await, 0);
    }
}

#[tokio::test]
async fn a_container_nobody_waits_for_any_more_goes() {
    for at in engines().await {
        let engine = &at.engine;
        let stage = at.world();
        let cx = alone(&stage, 0);
        tokio::select! {
            _ = script(&cx, ENDLESS) => panic!("it never ends"),
            () = until_line(&stage, "begun") => {}
        }
        until("the removal", async || count(engine, &stage).await == 0).await;
    }
}

/// Begins a script in a process that dies: all its work is dropped where nothing can be done any more.
fn died(stage: &Stage, properties: &'static str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cx = alone(stage, 0);
    runtime.spawn(async move { script(&cx, properties).await });
    runtime.block_on(until_line(stage, "begun"));
    runtime.shutdown_background();
}

const LONG: &str = "runner: DOCKER\noutputFiles: [a]\nscript: |\n  \
                    echo begun; sleep 2; echo -n late > a; echo '::{\"outputs\":{\"n\":3}}::'";

#[tokio::test]
async fn a_container_that_a_crash_left_is_taken_up() {
    for at in engines().await {
        let engine = &at.engine;
        let (dead, stage) = (at.world(), at.world());
        std::thread::scope(|scope| scope.spawn(|| died(&dead, LONG)).join().unwrap());
        assert_eq!(count(engine, &dead).await, 1);
        let cx = RunContext { place: alone(&dead, 1).place, ..stage.context() };
        let given = script(&cx, LONG).await.unwrap();
        assert!(stage.lines()[0].contains("behind: this one goes on with it"), "{:?}", stage.lines());
        assert_eq!(stage.lines()[1..], ["INFO begun"]);
        assert_eq!(
            (content(&stage, &given, "a"), &json(&given)["vars"]["n"]),
            ("late".to_owned(), &3.into())
        );
        assert_eq!(count(engine, &dead).await, 0);
    }
}

#[tokio::test]
async fn what_a_crash_left_is_removed_before_it_begins_anew_or_when_nobody_comes_for_it() {
    for at in engines().await {
        let engine = &at.engine;
        let (dead, stage) = (at.world(), at.world());
        std::thread::scope(|scope| scope.spawn(|| died(&dead, ENDLESS)).join().unwrap());
        let cx = RunContext { place: alone(&dead, 1).place, ..stage.context() };
        let anew = "taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, resume: false}\nscript: echo anew";
        script(&cx, anew).await.unwrap();
        assert_eq!(stage.lines(), ["INFO anew"]);
        assert_eq!(count(engine, &dead).await, 0);
        let again = at.world();
        std::thread::scope(|scope| scope.spawn(|| died(&again, ENDLESS)).join().unwrap());
        let host = again.context().host;
        let setting = |name: &str| host.setting(name);
        let (execution, run) = (again.context().place.execution.to_string(), run_id(&again));
        assert_eq!(crate::docker::sweep(Client::of_tasks(), setting, |_, _| false).await, Ok(0));
        assert_eq!(count(engine, &again).await, 1);
        let asked = |of: &str, found: &str| of == execution && found == run;
        assert_eq!(crate::docker::sweep(Client::of_tasks(), setting, asked).await, Ok(1));
        assert_eq!(count(engine, &again).await, 0);
    }
}
