use super::*;

/// The properties of a task over one service, which needs no network.
fn properties(arguments: &str, command: &str, more: &str) -> String {
    format!(
        "composeArgs: {arguments}\nenv: {{COMPOSE_PROJECT_NAME: kapelle{}, WORD: it's}}\ncomposeFile: |\n  version: '3'\n  \
         services:\n    web:\n      image: {IMAGE}\n      network_mode: none\n      command: [sh, -c, '{command}']\n{more}",
        std::process::id()
    )
}

fn has_program() -> bool {
    let is_there = Path::new("/usr/bin/docker-compose").exists();
    if !is_there {
        println!("SKIP: there is no docker-compose");
    }
    is_there
}

#[tokio::test]
async fn compose_runs_what_belongs_together_and_its_exit_code_is_that_of_the_task() {
    if !has_program() {
        return;
    }
    for at in engines().await {
        let engine = &at.engine;
        let stage = at.world();
        let command = r#"echo "said $$WORD"; cat /given; exit 3"#;
        let more = "composeFiles: [more.yaml]\ninputFiles:\n  given.txt: from the directory\n  more.yaml: |\n    version: '3'\n    \
                services:\n      web:\n        environment: {WORD: \"${WORD}\"}\n        volumes: ['./given.txt:/given']\n";
        let up = properties("[up, --exit-code-from, web]", command, more);
        let broken = ran(&stage.context(), "docker.cli.Compose", &up).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "Command failed with exit code 3", "{:?}", stage.lines());
        let lines = stage.lines();
        for words in ["said it's", "from the directory"] {
            assert!(lines.iter().any(|line| line.contains(words)), "{lines:?}");
        }
        let of_project = format!("com.docker.compose.project=kapelle{}", std::process::id());
        assert_eq!(engine.labelled(&of_project).await.unwrap().len(), 1);
        let down = properties("[down]", command, more);
        ran(&stage.context(), "docker.cli.Compose", &down).await.unwrap();
        assert_eq!(engine.labelled(&of_project).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn what_compose_needs_is_told() {
    let nowhere = Stage::new().setting("kapelle.runner.process.path", "/nowhere");
    for (stage, properties, words) in [
        (nowhere, "composeArgs: [up]", "there is no Docker Compose where the task runs: install it"),
        (Stage::new(), "composeArgs: [up]\ncomposeFile: ../x.yaml", "`../x.yaml`"),
        (Stage::new(), "composeArgs: []", "`composeArgs` says nothing"),
    ] {
        if !properties.contains("composeArgs: [up]\n") || has_program() {
            let broken = ran(&stage.context(), "docker.cli.Compose", properties).await.unwrap_err();
            let message = broken.failure.to_string();
            assert!(message.contains(words), "{message}");
        }
    }
}
