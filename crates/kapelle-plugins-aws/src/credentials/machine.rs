//! Credentials of the container or the machine that the server runs on.

use std::fs;

use jiff::Timestamp;
use kapelle_http::Header;
use kapelle_model::Failure;
use kapelle_plugin::machine::ask;
use kapelle_plugin::{Broken, RunContext};
use serde::Deserialize;

use super::Credentials;
use crate::environment::variable;

/// Bytes of a token in a file.
pub(super) const TOKEN_MAX: u64 = 64 << 10;

const OF_CONTAINERS: &str = "http://169.254.170.2";
const OF_INSTANCES: &str = "http://169.254.169.254";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    expiration: Option<String>,
}

/// What a container is given, if it is.
pub(super) async fn of_container(cx: &RunContext) -> Result<Option<Credentials>, Broken> {
    let host = &*cx.host;
    let relative = variable(host, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let whole = variable(host, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let Some(address) = relative.map(|path| format!("{OF_CONTAINERS}{path}")).or(whole) else {
        return Ok(None);
    };
    let token = match variable(host, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => Some(token_of(&path)?),
        None => variable(host, "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    let headers = token.map(|token| Header::secret("authorization", token)).into_iter().collect();
    let answer = ask(cx, "GET", &address, headers).await?;
    Ok(Some(credentials(&answer)?))
}

/// What the role of the machine gives.
pub(super) async fn of_instance(cx: &RunContext) -> Result<Credentials, Broken> {
    let host = &*cx.host;
    if variable(host, "AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(Broken::new("it is not asked"));
    }
    let place = variable(host, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let place = place.unwrap_or_else(|| OF_INSTANCES.to_owned());
    let latest = format!("{}/latest", place.trim_end_matches('/'));
    let for_a_while = vec![Header::new("x-aws-ec2-metadata-token-ttl-seconds", "300")];
    let token = ask(cx, "PUT", &format!("{latest}/api/token"), for_a_while).await?;
    let headers = || vec![Header::secret("x-aws-ec2-metadata-token", token.trim())];
    let roles = format!("{latest}/meta-data/iam/security-credentials/");
    let role = ask(cx, "GET", &roles, headers()).await?;
    let role = role.lines().next().unwrap_or_default().trim().to_owned();
    credentials(&ask(cx, "GET", &format!("{roles}{role}"), headers()).await?).map_err(Broken::from)
}

pub(super) fn token_of(path: &str) -> Result<String, Failure> {
    let failed =
        |reason: String| Failure::new(format!("the token in the file `{path}` cannot be read: {reason}"));
    let size = fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > TOKEN_MAX {
        return Err(failed(format!("it has more than {TOKEN_MAX} bytes")));
    }
    Ok(fs::read_to_string(path).map_err(|error| failed(error.to_string()))?.trim().to_owned())
}

fn credentials(answer: &str) -> Result<Credentials, Failure> {
    let told: Told = serde_json::from_str(answer)
        .map_err(|_| Failure::new("the service of the machine gives no credentials: has it a role?"))?;
    let expires = told.expiration.and_then(|moment| moment.parse::<Timestamp>().ok());
    Ok(Credentials { key: told.access_key_id, secret: told.secret_access_key, token: told.token, expires })
}
