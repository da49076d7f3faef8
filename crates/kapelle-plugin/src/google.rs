//! Keys of service accounts of Google, and what they are exchanged for tokens with.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{Failure, Map, Text, Value};

use crate::jwt::signed;

/// Seconds that a token is good for: Google gives no longer ones.
const GOOD_SECONDS: i64 = 3_600;

/// Where Google exchanges what one has for tokens.
pub const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// What the key of a service account says.
#[derive(Clone)]
pub struct Account {
    pub email: Text,
    private_key: Text,
    pub token_uri: Text,
    /// The project that the account belongs to.
    pub project: Option<String>,
}

impl Account {
    /// From the JSON that Google gives when a key is made.
    pub fn read(key: &Text) -> Result<Self, Failure> {
        let json = plain::from_json(key.expose()).unwrap_or(Value::Null);
        let given = |name: &str| match member(&json, name) {
            Some(Value::Str(text)) => Some(text.clone()),
            _ => None,
        };
        let needed = |name: &str| {
            given(name).ok_or_else(|| {
                Failure::new(format!(
                    "`serviceAccount` is no key of a service account: it has no `{name}`; it is the JSON that Google gives \
                     when a key is made"
                ))
            })
        };
        Ok(Self {
            email: needed("client_email")?,
            private_key: needed("private_key")?,
            token_uri: given("token_uri").unwrap_or_else(|| Text::from(TOKEN_URI)),
            project: given("project_id").map(|project| project.expose().to_owned()),
        })
    }

    /// The form that asks for a token with these scopes; `now` in seconds since 1970.
    pub fn form(&self, scopes: &[String], now: i64) -> Result<[(&'static str, Text); 2], Failure> {
        let claims = map([
            ("iss", Value::Str(self.email.clone())),
            ("scope", Value::from(scopes.join(" ").as_str())),
            ("aud", Value::from(self.token_uri.expose())),
            ("iat", Value::Int(now)),
            ("exp", Value::Int(now + GOOD_SECONDS)),
        ]);
        let assertion = signed(&self.private_key, &claims)?;
        Ok([
            ("grant_type", Text::from("urn:ietf:params:oauth:grant-type:jwt-bearer")),
            ("assertion", assertion),
        ])
    }
}

/// What is told when an answer has no token.
pub const NO_TOKEN: &str = "Google answers without a token; look whether the service account is enabled";

/// A part of a map.
pub fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(name),
        _ => None,
    }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries.into_iter().map(|(name, value)| (name.into(), value));
    Value::Map(Arc::new(entries.collect::<Map>()))
}
