//! Credentials that a program gives, as clouds do it: `exec` of a kubeconfig.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use kapelle_model::Text;
use serde::Deserialize;
use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use super::Login;
use super::file::at;

/// How long the program may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Characters of what it says when it fails.
const SHOWN: usize = 300;

/// A program, as a kubeconfig names it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Program {
    command: String,
    #[serde(default)]
    args: Option<Vec<String>>,
    #[serde(default)]
    env: Option<Vec<Variable>>,
    #[serde(default)]
    api_version: Option<String>,
    #[serde(default)]
    install_hint: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Variable {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Given {
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Who one is: by a token, or by a certificate with its key.
type Credential = (Login, Option<(Text, Text)>);

/// Asks the program who one is.
pub(super) async fn credential(program: &Program, folder: &Path) -> Result<Credential, String> {
    let name = &program.command;
    // A path is seen from the file; a name is looked for where programs are.
    let place = if name.contains('/') { at(folder, name) } else { name.into() };
    let version = program.api_version.as_deref().unwrap_or("client.authentication.k8s.io/v1");
    let info = json!({"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": false}});
    let mut command = Command::new(place);
    command.args(program.args.iter().flatten()).env("KUBERNETES_EXEC_INFO", info.to_string());
    command.envs(program.env.iter().flatten().map(|variable| (&variable.name, &variable.value)));
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| format!("`{name}` gave no credentials within a minute"))?;
    let output = output.map_err(|error| {
        let hint = program.install_hint.as_deref().unwrap_or_default().trim();
        format!("the program `{name}` for credentials cannot be started ({error}) {hint}").trim().to_owned()
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: String = said.trim().chars().take(SHOWN).collect();
        return Err(format!("the program `{name}` gave no credentials ({}): {said}", output.status));
    }
    read(&output.stdout).ok_or_else(|| format!("what the program `{name}` gave are no credentials"))
}

fn read(given: &[u8]) -> Option<Credential> {
    let status = serde_json::from_slice::<Given>(given).ok()?.status;
    let secret = |text: String| Text::from(text).into_secret();
    let identity = status.client_certificate_data.map(secret).zip(status.client_key_data.map(secret));
    let login = status.token.map_or(Login::None, |token| Login::Token(secret(token)));
    (login != Login::None || identity.is_some()).then_some((login, identity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(script: &str) -> Program {
        let args = Some(vec!["-c".to_owned(), script.to_owned()]);
        Program { command: "sh".to_owned(), args, env: None, api_version: None, install_hint: None }
    }

    #[tokio::test]
    async fn a_program_gives_a_token_or_says_why_not() {
        let given = program("echo '{\"status\": {\"token\": \"t\"}}'");
        let (login, identity) = credential(&given, Path::new("/")).await.unwrap();
        assert_eq!((login, identity), (Login::Token(Text::from("t").into_secret()), None));
        for (script, words) in [
            ("echo log in first >&2; exit 3", "gave no credentials (exit status: 3): log in first"),
            ("echo '{}'", "what the program `sh` gave are no credentials"),
            ("echo '{\"status\": {}}'", "what the program `sh` gave are no credentials"),
        ] {
            let told = credential(&program(script), Path::new("/")).await.err().unwrap();
            assert!(told.ends_with(words), "{told}");
        }
    }
}
