//! Tokens for providers that know applications, not keys.

use kapelle_core::expression::plain;
use kapelle_http::Client;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Broken, Expr, RunContext, standing_in};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value as Json, json};

use crate::chat::text_at;
use crate::wire::{Body, Letter, post};

/// The setting that says where Azure gives tokens, if it is elsewhere.
const AZURE: &str = "kapelle.ai.providers.azure-login.base-url";

/// What a token of Google is good for.
const GOOGLE_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Names under which an account of Google is kept, as the JSON that Google gives out.
const GOOGLE_ACCOUNT: [&str; 2] = ["GOOGLE_APPLICATION_CREDENTIALS_JSON", "GOOGLE_SERVICE_ACCOUNT"];

/// The name under which a token of Google is kept.
const GOOGLE_TOKEN: [&str; 1] = ["GOOGLE_ACCESS_TOKEN"];

/// The token of an application of Azure.
pub(super) async fn of_azure(
    cx: &RunContext,
    client: &Client,
    tenant: Option<&Expr<String>>,
    id: Option<&Expr<String>>,
    secret: Option<&Expr<Text>>,
) -> Result<Text, Broken> {
    let (tenant, id, secret) = (cx.filled(tenant)?, cx.filled(id)?, cx.filled(secret)?);
    let (Some(tenant), Some(id), Some(secret)) = (tenant, id, secret) else {
        return Err(Broken::new("an application of Azure needs `tenantId`, `clientId` and `clientSecret`"));
    };
    let base = cx.host.setting(AZURE).unwrap_or_else(|| "https://login.microsoftonline.com".to_owned());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", secret.expose()),
        ("scope", "https://cognitiveservices.azure.com/.default"),
    ];
    let url = format!("{}/{}/oauth2/v2.0/token", base.trim_end_matches('/'), crate::wire::encoded(&tenant));
    token(cx, client, "Azure", url, &form, "check `tenantId`, `clientId` and `clientSecret` of the provider")
        .await
}

/// The token of an account of Google, or one that somebody keeps.
pub(super) async fn of_google(cx: &RunContext, client: &Client) -> Result<Text, Broken> {
    if let Some(Value::Str(token)) = standing_in(cx, &GOOGLE_TOKEN) {
        return Ok(token);
    }
    let account = standing_in(cx, &GOOGLE_ACCOUNT).ok_or_else(|| {
        Failure::new(format!(
            "nobody says who asks Vertex AI: keep the JSON of a service account as a secret, a key or a variable of the environment named `{}`, or a token as `{}`",
            GOOGLE_ACCOUNT.join("` or `"),
            GOOGLE_TOKEN[0]
        ))
    })?;
    let account: Json = match &account {
        Value::Str(text) => serde_json::from_str(text.expose()).unwrap_or_default(),
        Value::Secret(inner) => crate::value::json(inner)?,
        other => crate::value::json(other)?,
    };
    let no_account =
        || Broken::new(format!("`{}` is no JSON of a service account", GOOGLE_ACCOUNT.join("` or `")));
    let mail = text_at(&account, "/client_email").ok_or_else(no_account)?;
    let key = text_at(&account, "/private_key").ok_or_else(no_account)?;
    let url = text_at(&account, "/token_uri").unwrap_or("https://oauth2.googleapis.com/token");
    let now = cx.services.now()?.as_second();
    let claims = json!({ "iss": mail, "scope": GOOGLE_SCOPE, "aud": url, "iat": now, "exp": now + 3_600 });
    let assertion = assertion(&claims, key)?;
    let form =
        [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.as_str())];
    token(cx, client, "Google", url.to_owned(), &form, "check the service account").await
}

async fn token(
    cx: &RunContext,
    client: &Client,
    who: &str,
    url: String,
    form: &[(&str, &str)],
    key_hint: &str,
) -> Result<Text, Broken> {
    let letter = Letter { who, client, url, headers: Vec::new(), body: Body::Form(form), key_hint };
    let answer = post(cx, &letter).await?;
    let token = text_at(&answer, "/access_token");
    let token = token.ok_or_else(|| Broken::new(format!("{who} answers without a token")))?;
    Ok(Text::from(token).into_secret())
}

/// Claims with the signature of a key in PEM.
fn assertion(claims: &Json, pem: &str) -> Result<String, Failure> {
    let bad = |_| Failure::new("the private key of the service account cannot be read");
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = plain::from_base64(&body)
        .map_err(|_| Failure::new("the private key of the service account is no PEM"))?;
    let key = RsaKeyPair::from_pkcs8(&der).map_err(|error| bad(error.to_string()))?;
    let head = json!({ "alg": "RS256", "typ": "JWT" });
    let signed =
        format!("{}.{}", url_base64(head.to_string().as_bytes()), url_base64(claims.to_string().as_bytes()));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(|error| bad(error.to_string()))?;
    Ok(format!("{signed}.{}", url_base64(&signature)))
}

fn url_base64(bytes: &[u8]) -> String {
    plain::to_base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}
