//! What one has is exchanged for a token.

use jiff::{SignedDuration, Timestamp};
use kapelle_http::Header;
use kapelle_model::Text;
use kapelle_plugin::encode::{encoded, query};
use kapelle_plugin::google::NO_TOKEN;
use kapelle_plugin::{Broken, Host, RunContext};
use serde_json::{Value, json};

use super::Token;
use super::identity::Identity;
use crate::client::{Ask, answered, json};
use crate::environment::service;

/// What somebody needs who takes the place of a service account.
const SCOPE_OF_PLACES: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A token for what a form says.
pub(super) async fn exchanged(
    cx: &RunContext,
    uri: &Text,
    form: &[(&'static str, Text)],
) -> Result<Token, Broken> {
    let form: Vec<(String, String)> =
        form.iter().map(|(name, value)| ((*name).to_owned(), value.expose().to_owned())).collect();
    let ask =
        Ask::new("POST", uri.expose()).content("application/x-www-form-urlencoded", [query(&form).into()]);
    let what = format!("there is no token from `{}`", uri.masked());
    let mut response = answered(cx, &ask, &[]).await.map_err(|trouble| trouble.told(&what))?;
    let answer = json(cx, &mut response).await.map_err(|trouble| trouble.told(&what))?;
    of_answer(&answer, cx.services.now()?)
}

/// A token as answers of OAuth have it.
pub(super) fn of_answer(answer: &Value, now: Timestamp) -> Result<Token, Broken> {
    let text = answer.get("access_token").and_then(Value::as_str).ok_or_else(|| Broken::new(NO_TOKEN))?;
    let seconds = answer.get("expires_in").and_then(Value::as_i64).unwrap_or_default();
    let ends = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    Ok(Token { text: Text::from(text).into_secret(), ends })
}

/// Where tokens of a service account are that somebody takes the place of.
pub(super) fn impersonation_address(host: &dyn Host, name: &str) -> String {
    let origin = service(host, "google-iam-credentials");
    let origin = origin.unwrap_or_else(|| "https://iamcredentials.googleapis.com".to_owned());
    format!("{origin}/v1/projects/-/serviceAccounts/{}:generateAccessToken", encoded(name))
}

/// A token of a service account, for somebody who may take its place.
pub(super) async fn impersonated(
    cx: &RunContext,
    source: &Identity,
    address: &str,
    scopes: &[String],
) -> Result<Token, Broken> {
    let own = source.token(cx, &[SCOPE_OF_PLACES.to_owned()]).await?;
    let ask = Ask::new("POST", address).json(&json!({ "scope": scopes, "lifetime": "3600s" }));
    let secrets = [Header::secret("authorization", format!("Bearer {}", own.text.expose()))];
    let help = |status| {
        (status == 403 || status == 404).then(|| {
            "Look at `impersonatedServiceAccount`; who asks needs the role `roles/iam.serviceAccountTokenCreator` for it".to_owned()
        })
    };
    let what = "there is no token of the service account that is impersonated";
    let mut response = answered(cx, &ask, &secrets).await.map_err(|trouble| trouble.told_with(what, help))?;
    let answer = json(cx, &mut response).await.map_err(|trouble| trouble.told(what))?;
    let text = answer.get("accessToken").and_then(Value::as_str).ok_or_else(|| Broken::new(NO_TOKEN))?;
    let ends = answer.get("expireTime").and_then(Value::as_str).and_then(|moment| moment.parse().ok());
    let now = cx.services.now()?;
    Ok(Token { text: Text::from(text).into_secret(), ends: ends.unwrap_or(now) })
}
