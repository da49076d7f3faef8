//! Who one is to registries. A password goes to the registry it is for, and to no other.

use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::image::{HUB, Image};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialsProperties {
    /// The registry for which they are. Without it they are for any.
    registry: Option<Expr<String>>,
    /// The name of an account.
    username: Option<Expr<Text>>,
    /// Its password.
    password: Option<Expr<Text>>,
    /// A token that the registry gave, in place of name and password.
    registry_token: Option<Expr<Text>>,
    /// A token that an identity provider gave, in place of name and password.
    identity_token: Option<Expr<Text>>,
    /// Name and password, joined by a colon, in base64.
    auth: Option<Expr<Text>>,
}

/// What is known of one registry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Given {
    registry: Option<String>,
    username: Option<Text>,
    password: Option<Text>,
    registry_token: Option<Text>,
    identity_token: Option<Text>,
    auth: Option<Text>,
}

/// All that is known: what the task says itself goes first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Credentials(Vec<Given>);

impl CredentialsProperties {
    pub(super) fn read(&self, cx: &RunContext) -> Result<Given, Failure> {
        Ok(Given {
            registry: cx.filled(self.registry.as_ref())?,
            username: cx.filled(self.username.as_ref())?,
            password: cx.filled(self.password.as_ref())?,
            registry_token: cx.filled(self.registry_token.as_ref())?,
            identity_token: cx.filled(self.identity_token.as_ref())?,
            auth: cx.filled(self.auth.as_ref())?,
        })
    }
}

impl Credentials {
    pub(super) fn new(given: Option<Given>, config: Option<Value>) -> Result<Self, Failure> {
        let mut all: Vec<Given> = given.into_iter().collect();
        if let Some(config) = config {
            all.extend(of_config(config).map_err(|reason| {
                Failure::new(format!("`config` is no `config.json` of Docker: {reason}"))
            })?);
        }
        Ok(Self(all))
    }

    /// The header for the registry of an image; empty if nothing is known of it.
    pub(super) fn header(&self, image: &Image) -> Result<String, Failure> {
        let is_its = |given: &&Given| {
            given.registry.as_deref().is_none_or(|registry| plain_registry(registry) == image.registry())
        };
        match self.0.iter().find(is_its) {
            Some(given) => Ok(encoded(&given.json()?.to_string())),
            None => Ok(encoded("{}")),
        }
    }
}

impl Credentials {
    /// The header for a build, which may need images of any registry that is named.
    pub(super) fn all(&self) -> Result<String, Failure> {
        let named = self.0.iter().rev().filter_map(|given| Some((given.registry.clone()?, given)));
        let entries = named.map(|(registry, given)| Ok((registry, given.json()?)));
        Ok(encoded(&Json::Object(entries.collect::<Result<_, Failure>>()?).to_string()))
    }
}

impl Given {
    fn json(&self) -> Result<Json, Failure> {
        let (username, password) = self.account()?;
        let text = |text: &Option<Text>| text.as_ref().map_or("", |text| text.expose()).to_owned();
        Ok(json!({
            "username": username,
            "password": password,
            "registrytoken": text(&self.registry_token),
            "identitytoken": text(&self.identity_token),
            "serveraddress": self.registry.as_deref().unwrap_or_default(),
        }))
    }

    fn account(&self) -> Result<(String, String), Failure> {
        let text = |text: &Option<Text>| text.as_ref().map_or("", |text| text.expose()).to_owned();
        let Some(auth) = self.auth.as_ref().filter(|_| self.username.is_none()) else {
            return Ok((text(&self.username), text(&self.password)));
        };
        let decoded =
            plain::from_base64(auth.expose().trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let account = decoded.as_deref().and_then(|text| text.split_once(':'));
        account.map(|(name, password)| (name.to_owned(), password.to_owned())).ok_or_else(|| {
            Failure::new("`auth` of the credentials is no name and password, joined by a colon, in base64")
        })
    }
}

/// As a header carries it: base64 for addresses.
fn encoded(json: &str) -> String {
    plain::to_base64(json.as_bytes()).replace('+', "-").replace('/', "_")
}

/// What a `config.json` knows.
fn of_config(config: Value) -> Result<Vec<Given>, String> {
    let config = match config {
        Value::Str(text) => plain::from_json(text.expose())?,
        other => other,
    };
    let Some(auths) = map(&config).ok_or("it is no map")?.get("auths").and_then(map) else {
        return Ok(Vec::new());
    };
    let given = auths.iter().filter_map(|(registry, value)| Some((registry, map(value)?)));
    Ok(given
        .map(|(registry, values)| {
            let text = |name: &str| values.get(name).and_then(|value| text_of(value).ok());
            Given {
                registry: Some(registry.to_string()),
                username: text("username"),
                password: text("password"),
                registry_token: text("registrytoken"),
                identity_token: text("identitytoken"),
                auth: text("auth"),
            }
        })
        .collect())
}

fn map(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) => Some(map),
        Value::Secret(inner) => map(inner),
        _ => None,
    }
}

/// The name of a registry without what people write around it.
fn plain_registry(registry: &str) -> &str {
    let rest = registry.split_once("://").map_or(registry, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    if ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"].contains(&host) {
        HUB
    } else {
        host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(header: &str) -> serde_json::Value {
        let standard = header.replace('-', "+").replace('_', "/");
        serde_json::from_slice(&plain::from_base64(&standard).unwrap()).unwrap()
    }

    fn account(credentials: &Credentials, image: &str) -> (String, String) {
        let json = decoded(&credentials.header(&Image::read(image).unwrap()).unwrap());
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        (text("username"), text("password"))
    }

    fn pair(name: &str, password: &str) -> (String, String) {
        (name.to_owned(), password.to_owned())
    }

    #[test]
    fn a_password_goes_to_its_registry_only() {
        let config = r#"{"auths": {"https://index.docker.io/v1/": {"auth": "aHViOnA6dw=="},
            "ghcr.io": {"username": "g", "password": "h"}, "odd": 1}, "credsStore": "x"}"#;
        let own = Given {
            registry: Some("https://registry.example:5000".to_owned()),
            username: Some("own".into()),
            password: Some("pw>?".into()),
            ..Given::default()
        };
        let all = Credentials::new(Some(own.clone()), Some(Value::from(config))).unwrap();
        assert_eq!(account(&all, "alpine"), pair("hub", "p:w"));
        assert_eq!(account(&all, "docker.io/library/alpine"), pair("hub", "p:w"));
        assert_eq!(account(&all, "ghcr.io/a/b:1"), pair("g", "h"));
        assert_eq!(account(&all, "registry.example:5000/a"), pair("own", "pw>?"));
        assert_eq!(account(&all, "elsewhere.example/a"), pair("", ""));
        let any = Credentials::new(Some(Given { registry: None, ..own }), None).unwrap();
        assert_eq!(account(&any, "alpine"), pair("own", "pw>?"));
    }

    #[test]
    fn what_cannot_be_read_is_told_without_showing_it() {
        let wrong = Credentials::new(None, Some(Value::from("s3cret"))).unwrap_err().to_string();
        assert!(
            wrong.starts_with("`config` is no `config.json` of Docker") && !wrong.contains("s3cret"),
            "{wrong}"
        );
        let odd = Given { auth: Some("s3cret".into()), ..Given::default() };
        let odd = Credentials::new(Some(odd), None).unwrap().header(&Image::read("a").unwrap());
        assert!(!odd.unwrap_err().to_string().contains("s3cret"));
    }
}
