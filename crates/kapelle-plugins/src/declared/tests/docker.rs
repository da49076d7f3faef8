//! Docker Model Runner.

use super::*;

#[tokio::test]
async fn models_of_docker_are_listed_pulled_and_deleted() {
    let server = Server::start(|asked| {
        let asks_for_none = String::from_utf8_lossy(&asked.body).contains("ai/none");
        let content = match asked.line.as_str() {
            line if line.starts_with("GET /models ") => r#"[{"id": "sha256:1", "tags": ["ai/smollm2"]}]"#,
            line if line.starts_with("POST /models/create ") && asks_for_none => {
                "{\"type\":\"progress\",\"message\":\"1 of 2\"}\n{\"type\":\"error\",\"message\":\"no such model\"}\n"
            }
            _ => "{\"type\":\"success\",\"message\":\"done\"}\n",
        };
        answer("200 OK", &["Content-Type: application/json"], content)
    });
    let (stage, host) = (Stage::new(), server.url(""));
    let name = |name: &str| format!("io.kestra.plugin.docker.model.{name}");
    let of = |model: &str| format!("host: {host}\nmodel: {model}");
    let listed = run(&stage, &name("List"), &format!("host: {host}")).await.unwrap();
    assert!(shown(listed).contains(r#""models":[{"id":"sha256:1","tags":["ai/smollm2"]}]"#));
    run(&stage, &name("Pull"), &of("ai/smollm2")).await.unwrap();
    let broken = run(&stage, &name("Pull"), &of("ai/none")).await.unwrap_err().failure.to_string();
    assert_eq!(broken, r#"the model cannot be pulled: {"type":"error","message":"no such model"}"#);
    for model in ["smollm2", "hf.co/org/repo"] {
        run(&stage, &name("Delete"), &of(model)).await.unwrap();
    }
    let lines: Vec<String> =
        server.requests().iter().map(|asked| asked.line.replace(" HTTP/1.1", "")).collect();
    assert_eq!(
        lines,
        [
            "GET /models",
            "POST /models/create",
            "POST /models/create",
            "DELETE /models/ai/smollm2",
            "DELETE /models/hf.co/org/repo"
        ]
    );
}
