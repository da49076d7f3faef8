use super::super::address::TLS_VERIFY;
use super::super::secure::CERTIFICATES;
use super::*;

/// An engine that speaks TLS, with the folder of its certificates.
fn secure() -> Option<(String, String)> {
    let found = service("docker_tls")?;
    found.split_once(' ').map(|(address, folder)| (address.to_owned(), folder.to_owned()))
}

const SCRIPT: &str =
    "containerImage: busybox\ninputFiles: {in: over TLS}\noutputFiles: [out]\nscript: cat in > out; cat in";

async fn script_on(stage: &Stage, host: &str) -> Result<Map, Broken> {
    let runner = format!("taskRunner: {{type: io.kestra.plugin.scripts.runner.docker.Docker{host}}}");
    ran(&alone(stage, 0), "scripts.shell.Script", &format!("{runner}\n{SCRIPT}")).await
}

#[tokio::test]
async fn an_engine_with_tls_runs_containers_for_whoever_shows_a_certificate() {
    let Some((address, folder)) = secure() else { return };
    let installed =
        || Stage::new().setting(HOST, &address).setting(TLS_VERIFY, "true").setting(CERTIFICATES, &folder);
    let stage = installed();
    let given = script_on(&stage, "").await.unwrap();
    assert_eq!(
        (content(&stage, &given, "out"), stage.lines()),
        ("over TLS".to_owned(), vec!["INFO over TLS".to_owned()])
    );
    // A flow names it too, and says by the scheme that it speaks TLS.
    let stage = Stage::new().setting(CERTIFICATES, &folder);
    let own = format!(", host: '{}'", address.replace("tcp://", "https://"));
    script_on(&stage, &own).await.unwrap();
    let swept = super::super::sweep(
        Client::of_tasks(),
        |name| installed().context().host.setting(name),
        |_, _| false,
    );
    assert_eq!(swept.await, Ok(0));
}

#[tokio::test]
async fn what_keeps_an_engine_with_tls_from_being_reached_is_told() {
    let Some((address, folder)) = secure() else { return };
    let half = std::env::temp_dir().join(format!("kapelle-docker-half-{}", std::process::id()));
    std::fs::create_dir_all(&half).unwrap();
    std::fs::copy(Path::new(&folder).join("ca.pem"), half.join("ca.pem")).unwrap();
    let half = half.display().to_string();
    let plain = kapelle_http::server::Server::start(|_| kapelle_http::server::answer("200 OK", &[], ""));
    let secured = |address: &str| address.replace("tcp://", "https://").replace("http://", "https://");
    for (folder, host, words) in [
        (&folder, address.replace("tcp://", "http://"), "the engine speaks TLS only: write `https://`"),
        (&"/nowhere".to_owned(), secured(&address), "put the certificate of its authority as `ca.pem`"),
        (&half, secured(&address), "it wants to know who comes, so put `cert.pem` and `key.pem`"),
        (
            &folder,
            secured(&address).replace("localhost", "127.0.0.1"),
            "name the engine as its own certificate does",
        ),
        (&folder, secured(&plain.url("")), "it does not seem to speak TLS there"),
        (&folder, "tcp://169.254.169.254:2375".to_owned(), "gives credentials of the machine"),
    ] {
        let stage = Stage::new().setting(CERTIFICATES, folder);
        let broken = script_on(&stage, &format!(", host: '{host}'")).await.unwrap_err();
        let message = broken.failure.to_string();
        assert!(message.contains(words), "{host}: {message}");
    }
    std::fs::remove_dir_all(half).unwrap();
}
