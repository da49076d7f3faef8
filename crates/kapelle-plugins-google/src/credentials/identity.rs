//! Kinds of credentials, and how each gets a token.

use std::pin::Pin;

use kapelle_core::expression::plain;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::google::{Account, TOKEN_URI, member};
use kapelle_plugin::{Broken, RunContext};

use super::exchange::{exchanged, impersonated};
use super::{Token, machine};

/// Credentials that stand within others.
const DEPTH_MAX: usize = 3;

/// Who one is.
pub(super) enum Identity {
    /// A service account, by its key.
    Account(Account),
    /// A person who logged in.
    User(User),
    /// A service account, by somebody who may take its place.
    Impersonated { source: Box<Identity>, address: String },
    /// The account of the machine.
    Machine,
    /// Somebody who needs no token.
    Nobody,
}

/// What stays of a person's login.
pub(super) struct User {
    client_id: Text,
    client_secret: Text,
    refresh_token: Text,
    token_uri: Text,
    quota_project: Option<String>,
}

impl Identity {
    /// From the JSON that Google's tools write.
    pub(super) fn read(text: &Text) -> Result<Self, Failure> {
        let json = plain::from_json(text.expose()).unwrap_or(Value::Null);
        Self::of(&json, text, DEPTH_MAX)
    }

    fn of(json: &Value, text: &Text, depth_left: usize) -> Result<Self, Failure> {
        match text_of(json, "type").as_ref().map_or("service_account", Text::expose) {
            "service_account" => Ok(Self::Account(Account::read(text)?)),
            "authorized_user" => Ok(Self::User(User::read(json)?)),
            "impersonated_service_account" if depth_left > 0 => {
                let source = member(json, "source_credentials")
                    .ok_or_else(|| Failure::new("the credentials have no `source_credentials`"))?;
                let written = kapelle_plugin::json::json_text(source)?;
                let source = Self::of(source, &Text::from(written).into_secret(), depth_left - 1)?;
                let address = needed(json, "service_account_impersonation_url")?;
                Ok(Self::Impersonated { source: Box::new(source), address: address.expose().to_owned() })
            }
            other => Err(Failure::new(format!(
                "credentials of the type `{other}` cannot be used: take the key of a service account"
            ))),
        }
    }

    /// On the heap, since some need the tokens of others.
    pub(super) fn token<'a>(
        &'a self,
        cx: &'a RunContext,
        scopes: &'a [String],
    ) -> Pin<Box<dyn Future<Output = Result<Token, Broken>> + Send + 'a>> {
        Box::pin(async move {
            match self {
                Self::Account(account) => {
                    let form = account.form(scopes, cx.services.now()?.as_second())?;
                    exchanged(cx, &account.token_uri, &form).await
                }
                Self::User(user) => exchanged(cx, &user.token_uri, &user.form()).await,
                Self::Impersonated { source, address } => impersonated(cx, source, address, scopes).await,
                Self::Machine => machine::token(cx, scopes).await,
                Self::Nobody => Err(Broken::new("nobody has a token")),
            }
        })
    }

    pub(super) fn project(&self) -> Option<String> {
        match self {
            Self::Account(account) => account.project.clone(),
            Self::User(user) => user.quota_project.clone(),
            _ => None,
        }
    }

    pub(super) fn quota_project(&self) -> Option<&str> {
        match self {
            Self::User(user) => user.quota_project.as_deref(),
            _ => None,
        }
    }
}

impl User {
    fn read(json: &Value) -> Result<Self, Failure> {
        Ok(Self {
            client_id: needed(json, "client_id")?,
            client_secret: needed(json, "client_secret")?,
            refresh_token: needed(json, "refresh_token")?,
            token_uri: text_of(json, "token_uri").unwrap_or_else(|| Text::from(TOKEN_URI)),
            quota_project: text_of(json, "quota_project_id").map(|project| project.expose().to_owned()),
        })
    }

    fn form(&self) -> [(&'static str, Text); 4] {
        [
            ("grant_type", Text::from("refresh_token")),
            ("client_id", self.client_id.clone()),
            ("client_secret", self.client_secret.clone()),
            ("refresh_token", self.refresh_token.clone()),
        ]
    }
}

fn text_of(json: &Value, name: &str) -> Option<Text> {
    match member(json, name) {
        Some(Value::Str(text)) => Some(text.clone()),
        _ => None,
    }
}

fn needed(json: &Value, name: &str) -> Result<Text, Failure> {
    text_of(json, name).ok_or_else(|| Failure::new(format!("the credentials have no `{name}`")))
}
