//! `io.kestra.plugin.aws.auth.EksToken`: a token for a cluster of Kubernetes.

use jiff::SignedDuration;
use kapelle_core::expression::plain::to_base64;
use kapelle_model::Text;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{AccessProperties, StyleProperties};
use crate::client::endpoint;
use crate::credentials::Credentials;
use crate::sign::{ALGORITHM, Scope, Unsigned, credential, digest_of, sign, stamp};
use kapelle_plugin::encode::query;

/// How long a token is good where nothing is said, and how long AWS lets one be.
const SECONDS_USUAL: u64 = 600;
const SECONDS_MAX: u64 = 604_800;

/// # Get a token for a cluster of EKS
///
/// Makes a token with which the credentials of AWS are good for a cluster of Kubernetes. Nobody is asked for it: it is a
/// signed question that the cluster puts to AWS.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EksToken {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The name of the cluster.
    cluster_name: Expr<String>,
    /// For how many seconds the token is good; 600, where it is not said.
    #[serde(default)]
    expiration_duration: Option<Expr<u64>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The token.
    token: Token,
}

/// A token.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Token {
    /// What is sent to the cluster. It is a secret, and never shown.
    token_value: Any,
    /// Until when it is good.
    expiration_time: String,
}

impl Task for EksToken {
    const TYPE: &'static str = "io.kestra.plugin.aws.auth.EksToken";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let cluster = cx.render(&self.cluster_name)?;
        let seconds = cx.filled(self.expiration_duration.as_ref())?.unwrap_or(SECONDS_USUAL);
        if !(1..=SECONDS_MAX).contains(&seconds) {
            return Err(Broken::new(format!(
                "`expirationDuration` has to lie between 1 and {SECONDS_MAX} seconds"
            )));
        }
        let access = self.access.read(cx)?;
        let region = access.region(cx, "sts")?;
        let origin = endpoint(cx, "sts", access.endpoint.as_deref(), &region)?;
        let Some(provider) = &access.provider else { return Err(Broken::new("there are no credentials")) };
        let credentials = provider.get(cx).await?;
        let now = cx.services.now()?;
        let scope = Scope { moment: now, region: &region, service: "sts" };
        let url = question(&credentials, &scope, &origin, &cluster, seconds);
        let token = to_base64(url.as_bytes()).replace('+', "-").replace('/', "_");
        let token = format!("k8s-aws-v1.{}", token.trim_end_matches('='));
        let end = now.saturating_add(SignedDuration::from_secs(seconds as i64));
        let end = end.map_err(|error| Broken::new(error.to_string()))?;
        let token =
            Token { token_value: Text::from(token).into_secret().into(), expiration_time: end.to_string() };
        Ok(Output { token })
    }
}

/// The question who one is, with its signature.
fn question(
    credentials: &Credentials,
    scope: &Scope<'_>,
    origin: &str,
    cluster: &str,
    seconds: u64,
) -> String {
    let entry = |(name, value): (&str, String)| (name.to_owned(), value);
    let mut entries: Vec<(String, String)> = [
        ("Action", "GetCallerIdentity".to_owned()),
        ("Version", "2011-06-15".to_owned()),
        ("X-Amz-Algorithm", ALGORITHM.to_owned()),
        ("X-Amz-Credential", credential(&credentials.key, scope)),
        ("X-Amz-Date", stamp(scope.moment)),
        ("X-Amz-Expires", seconds.to_string()),
        ("X-Amz-SignedHeaders", "host;x-k8s-aws-id".to_owned()),
    ]
    .map(entry)
    .to_vec();
    entries.extend(credentials.token.iter().map(|token| entry(("X-Amz-Security-Token", token.clone()))));
    let host = origin.split("://").nth(1).unwrap_or(origin).to_owned();
    let headers = [entry(("host", host)), entry(("x-k8s-aws-id", cluster.to_owned()))];
    let content = digest_of(b"");
    let request =
        Unsigned { method: "GET", path: "/", query: &entries, headers: &headers, content: &content };
    let signed = sign(&credentials.key, &credentials.secret, scope, &request);
    entries.push(entry(("X-Amz-Signature", signed.signature)));
    format!("{origin}/?{}", query(&entries))
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain::from_base64;
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn a_token_is_a_signed_question_that_is_never_shown() {
        let stage = Stage::new();
        let access =
            "region: eu-west-1\naccessKeyId: AKID\nsecretKeyId: SECRET\nsessionToken: T/1\nclusterName: c1\n";
        let got = stage.run::<EksToken>(access).await.unwrap();
        let Value::Map(token) = &got["token"] else { panic!("{got:?}") };
        assert_eq!(token["expirationTime"], Value::from("2026-05-06T07:18:09Z"));
        let Value::Str(value) = &token["tokenValue"] else { panic!("{token:?}") };
        assert_eq!(value.masked(), "******");
        let url = value.expose().strip_prefix("k8s-aws-v1.").unwrap().replace('-', "+").replace('_', "/");
        let url = String::from_utf8(from_base64(&url).unwrap()).unwrap();
        assert!(url.starts_with("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&"), "{url}");
        assert!(url.contains("X-Amz-Credential=AKID%2F20260506%2Feu-west-1%2Fsts%2Faws4_request"), "{url}");
        assert!(url.contains("X-Amz-Security-Token=T%2F1") && !url.contains("SECRET"), "{url}");
        let told = stage.run::<EksToken>(&format!("{access}expirationDuration: 0\n")).await.unwrap_err();
        assert!(told.failure.to_string().contains("between 1 and"), "{}", told.failure);
    }
}
