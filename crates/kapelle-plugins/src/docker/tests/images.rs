use super::*;

#[tokio::test]
async fn a_container_runs_with_files_and_one_that_is_not_waited_for_is_stopped_later() {
    for at in engines().await {
        let engine = &at.engine;
        let stage = at.world();
        let cx = alone(&stage, 0);
        let properties = format!(
            "containerImage: {IMAGE}\ninputFiles: {{in: x}}\noutputFiles: [out]\nenv: {{A: b}}\n\
         commands: [sh, -c, 'cat in > out; echo $A; echo \"::{{\\\"outputs\\\":{{\\\"k\\\":1}}}}::\"']"
        );
        let given = ran(&cx, "docker.cli.Run", &properties).await.unwrap();
        assert_eq!((content(&stage, &given, "out"), &json(&given)["vars"]["k"]), ("x".to_owned(), &1.into()));
        assert_eq!(stage.lines(), ["INFO b"]);
        let detached = format!("containerImage: {IMAGE}\nwait: false\ncommands: [sleep, '100']");
        let given = ran(&cx, "docker.cli.Run", &detached).await.unwrap();
        assert_eq!((&json(&given)["exitCode"], count(engine, &stage).await), (&0.into(), 1));
        let id = json(&given)["taskRunner"]["containerId"].as_str().unwrap().to_owned();
        ran(&cx, "docker.cli.Stop", &format!("containerId: {id}\nkill: true")).await.unwrap();
        assert_eq!(count(engine, &stage).await, 0);
        ran(&cx, "docker.cli.Stop", &format!("containerId: {id}")).await.unwrap();
        let broken = ran(&cx, "docker.cli.Rm", &format!("containerIds: ['{id}']")).await.unwrap_err();
        assert!(
            broken.failure.to_string().starts_with("Docker refused with status 404"),
            "{}",
            broken.failure
        );
    }
}

#[tokio::test]
async fn images_are_built_named_listed_and_removed() {
    for at in engines().await {
        let stage = at.world();
        let cx = alone(&stage, 0);
        let properties = format!(
            "tags: ['kapelle-test:built']\npull: false\nbuildArgs: {{WORD: built}}\nlabels: {{kapelle-test: 'yes'}}\n\
         inputFiles: {{sub/a.txt: content}}\ndockerfile: |\n  FROM {IMAGE}\n  ARG WORD\n  \
         COPY sub/a.txt /a.txt\n  RUN echo $WORD $(cat /a.txt)\n  ENTRYPOINT [\"cat\", \"/a.txt\"]\n"
        );
        let given = json(&ran(&cx, "docker.cli.Build", &properties).await.unwrap());
        assert!(given["imageId"].as_str().unwrap().starts_with("sha256:"), "{given}");
        assert!(stage.lines().contains(&"INFO built content".to_owned()), "{:?}", stage.lines());
        ran(&cx, "docker.cli.Run", "containerImage: kapelle-test:built").await.unwrap();
        assert!(stage.lines().contains(&"INFO content".to_owned()), "{:?}", stage.lines());
        let names = "sourceImage: kapelle-test:built\ntargetImage: localhost:1/kapelle-test:named";
        ran(&cx, "docker.cli.Tag", names).await.unwrap();
        let listed =
            json(&ran(&cx, "docker.cli.ImageLs", "labelFilter: {kapelle-test: 'yes'}").await.unwrap());
        assert_eq!((&listed["count"], &listed["images"][0]["id"]), (&1.into(), &given["imageId"]));
        let broken =
            ran(&cx, "docker.cli.Push", "tags: ['localhost:1/kapelle-test:named']").await.unwrap_err();
        let message = broken.failure.to_string();
        assert!(
            message.starts_with("the image `localhost:1/kapelle-test:named` cannot be pushed: "),
            "{message}"
        );
        let both = "imageIds: ['localhost:1/kapelle-test:named', 'kapelle-test:built']";
        ran(&cx, "docker.cli.Rm", both).await.unwrap();
        let listed =
            json(&ran(&cx, "docker.cli.ImageLs", "labelFilter: {kapelle-test: 'yes'}").await.unwrap());
        assert_eq!(listed["count"], 0);
    }
}

#[tokio::test]
async fn a_build_that_fails_says_why() {
    for at in engines().await {
        let failed = if at.is_podman() {
            "the build failed: building at STEP \"RUN sh -c 'exit 3'\": while running runtime: exit status 3"
        } else {
            "the build failed: The command '/bin/sh -c sh -c 'exit 3'' returned a non-zero code: 3"
        };
        for (properties, words) in [
            (
                format!("tags: [a]\npull: false\ndockerfile: |\n  FROM {IMAGE}\n  RUN sh -c 'exit 3'\n"),
                failed,
            ),
            ("tags: [a]".to_owned(), "there is no file `Dockerfile` to build from"),
            (
                "tags: [a]\nplatforms: [linux/amd64, linux/arm64]".to_owned(),
                "an engine builds for one platform at a time",
            ),
            ("tags: []\ndockerfile: FROM a".to_owned(), "an image needs a name"),
        ] {
            let stage = at.world();
            let broken = ran(&stage.context(), "docker.cli.Build", &properties).await.unwrap_err();
            assert!(broken.failure.to_string().starts_with(words), "{}", broken.failure);
        }
    }
}

#[tokio::test]
async fn what_is_not_used_goes() {
    for at in engines().await {
        let stage = at.world();
        let properties = "pruneType: CONTAINERS\nlabelFilters: ['kapelle-test=nobody-has-this']";
        ran(&stage.context(), "docker.cli.Prune", properties).await.unwrap();
        assert_eq!(stage.lines(), ["INFO 0 bytes are free again"]);
    }
}
