use kapelle_http::server::{Received, Server, answer};
use sha2::{Digest, Sha256};

use super::*;

fn digest(bytes: &[u8]) -> String {
    let start = "sha256:".to_owned();
    Sha256::digest(bytes).iter().fold(start, |text, byte| format!("{text}{byte:02x}"))
}

/// A registry with one image of one empty layer, for `ann`, whose password is `hunter2`.
fn registry() -> Server {
    let layer = vec![0; 1024];
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
        digest(&layer)
    );
    let kind = |name: &str| format!("application/vnd.docker.{name}");
    let (manifest, image, tar) = (
        kind("distribution.manifest.v2+json"),
        kind("container.image.v1+json"),
        kind("image.rootfs.diff.tar.gzip"),
    );
    let manifested = format!(
        r#"{{"schemaVersion":2,"mediaType":"{manifest}","config":{{"mediaType":"{image}","size":{},"digest":"{}"}},"layers":[{{"mediaType":"{tar}","size":{},"digest":"{}"}}]}}"#,
        config.len(),
        digest(config.as_bytes()),
        layer.len(),
        digest(&layer)
    );
    Server::start(move |asked: &Received| {
        if asked.header("Authorization") != Some("Basic YW5uOmh1bnRlcjI=") {
            let wants = ["WWW-Authenticate: Basic realm=\"registry\"", "Content-Type: application/json"];
            let words = r#"{"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]}"#;
            return answer("401 Unauthorized", &wants, words);
        }
        let text = String::from_utf8(layer.clone()).unwrap();
        let (kind, content) = match &asked.line {
            line if line.contains("/manifests/") => (&*manifest, &manifested),
            line if line.contains(&digest(config.as_bytes())) => (&*image, &config),
            line if line.contains("/blobs/") => (&*tar, &text),
            _ => ("application/json", &"{}".to_owned()),
        };
        let name = format!("Docker-Content-Digest: {}", digest(content.as_bytes()));
        let version = "Docker-Distribution-Api-Version: registry/2.0";
        let whole = answer("200 OK", &[&format!("Content-Type: {kind}"), &name, version], content);
        let head = whole.len() - content.len();
        if asked.line.starts_with("HEAD ") { whole[..head].to_vec() } else { whole }
    })
}

#[tokio::test]
async fn a_password_opens_the_registry_that_it_is_for() {
    for at in engines().await {
        // Podman asks each registry for TLS unless its own configuration says otherwise.
        if at.is_podman() {
            continue;
        }
        let (registry, stage) = (registry(), at.world());
        let place = registry.url("").replace("http://", "");
        let pull = async |name: &str, credentials: &str| {
            let properties = format!("image: {place}/{name}:1\n{credentials}");
            ran(&alone(&stage, 0), "docker.cli.Pull", &properties)
                .await
                .map_err(|broken| broken.failure.to_string())
        };
        let message = pull("kapelle/refused", "").await.unwrap_err();
        assert!(message.contains("whether it wants `credentials`"), "{message}");
        let elsewhere = "credentials: {registry: ghcr.io, username: ann, password: hunter2}";
        pull("kapelle/refused", elsewhere).await.unwrap_err();
        for (name, credentials) in [
            (
                "kapelle/pair",
                format!("credentials: {{registry: '{place}', username: ann, password: hunter2}}"),
            ),
            ("kapelle/coded", "credentials: {auth: YW5uOmh1bnRlcjI=}".to_owned()),
            ("kapelle/config", format!("config: {{auths: {{'{place}': {{auth: YW5uOmh1bnRlcjI=}}}}}}")),
        ] {
            pull(name, &credentials).await.unwrap();
            ran(&alone(&stage, 0), "docker.cli.Rm", &format!("imageIds: ['{place}/{name}:1']"))
                .await
                .unwrap();
        }
        assert!(stage.lines().iter().all(|line| !line.contains("hunter2")), "{:?}", stage.lines());
    }
}
