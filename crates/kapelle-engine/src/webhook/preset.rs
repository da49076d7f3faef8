//! Known senders: how they sign, what they call their deliveries, and what they ask before they send any.

use std::fmt::Write;

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::plain;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::flow::Trigger;
use kapelle_model::{Map, Millis, Node, Text, Value};
use sha2::{Digest, Sha256};

use super::answer::WebhookAnswer;
use super::jwt::Jwt;
use super::request::WebhookRequest;
use super::signature::{Algorithm, Encoding, is_same, is_same_text};
use super::timed;
use crate::conditions::words;

/// The header of a [`Kind::Hmac`] that names none.
const SIGNATURE_HEADER: &str = "X-Signature";

pub(super) const MISSING: Denied = Denied::Wrong("it has no signature");
pub(super) const WRONG: Denied = Denied::Wrong("its signature is not made with the secret");

/// What is known of the sender.
#[derive(Debug)]
pub(super) struct Preset {
    kind: Kind,
    secret: Option<Property>,
}

#[derive(Debug)]
enum Kind {
    Github,
    Gitlab,
    Stripe,
    Slack,
    Alertmanager,
    Hmac(Hmac),
    Jwt(Jwt),
}

/// A code of the body in a header.
#[derive(Debug)]
struct Hmac {
    header: String,
    algorithm: Algorithm,
    encoding: Encoding,
    prefix: String,
    delivery: Option<String>,
}

/// Why a request is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    Wrong(&'static str),
    /// The flow cannot tell whether it is genuine.
    Unready(String),
}

impl Preset {
    /// The preset of a trigger, if it has one.
    pub(super) fn read(trigger: &Trigger, language: Language) -> Option<Result<Self, String>> {
        let node = |name: &str| trigger.property(name).filter(|node| !node.is_null());
        let name = node("preset")?.scalar_text().unwrap_or_default();
        let secret = node("secret").map(|node| Property::read(node, language));
        let kind = match name.to_ascii_lowercase().as_str() {
            "github" => Ok(Kind::Github),
            "gitlab" => Ok(Kind::Gitlab),
            "stripe" => Ok(Kind::Stripe),
            "slack" => Ok(Kind::Slack),
            "alertmanager" => Ok(Kind::Alertmanager),
            "hmac" => Hmac::read(node("signature")).map(Kind::Hmac),
            "jwt" => Ok(Kind::Jwt(Jwt::read(node("token"), language))),
            _ => Err(format!(
                "there is no preset `{name}`: write github, gitlab, stripe, slack, hmac, jwt or alertmanager"
            )),
        };
        Some(kind.map(|kind| Self { kind, secret }))
    }

    /// Whether the request comes from somebody who knows the secret.
    pub(super) fn verify(
        &self,
        request: &WebhookRequest,
        now: Millis,
        environment: Environment<'_>,
    ) -> Result<(), Denied> {
        let secret = self.secret(environment)?;
        match (&self.kind, secret.as_ref().map(Text::expose)) {
            (Kind::Jwt(jwt), secret) => jwt.verify(request, secret, now, environment),
            // Many installations send alerts within their own network, with the key of the address alone.
            (Kind::Alertmanager, None) => Ok(()),
            (_, None) => Err(Denied::Unready("its preset needs a `secret`".to_owned())),
            (Kind::Github, Some(secret)) => {
                let given =
                    request.header("x-hub-signature-256").and_then(|text| text.strip_prefix("sha256="));
                let given = given.and_then(|text| Encoding::Hex.decode(text)).ok_or(MISSING)?;
                let code = Algorithm::Sha256.sign(secret, &[&request.body]);
                is_same(&given, &code).then_some(()).ok_or(WRONG)
            }
            (Kind::Gitlab, Some(secret)) => same_secret(secret, request.header("x-gitlab-token")),
            (Kind::Alertmanager, Some(secret)) => {
                same_secret(secret, request.header("authorization").and_then(bearer))
            }
            (Kind::Stripe, Some(secret)) => timed::stripe(request, secret, now),
            (Kind::Slack, Some(secret)) => timed::slack(request, secret, now),
            (Kind::Hmac(hmac), Some(secret)) => hmac.verify(request, secret),
        }
    }

    fn secret(&self, environment: Environment<'_>) -> Result<Option<Text>, Denied> {
        let Some(secret) = &self.secret else { return Ok(None) };
        let text = secret.render_text(environment);
        let text = text.map_err(|error| {
            Denied::Unready(format!("its `secret` could not be rendered: {}", words(&error)))
        })?;
        if text.expose().is_empty() {
            return Err(Denied::Unready("its `secret` is empty".to_owned()));
        }
        Ok(Some(text))
    }

    /// The answer to a sender who only tries whether somebody is there.
    pub(super) fn greeting(&self, request: &WebhookRequest, body: &Value) -> Option<WebhookAnswer> {
        match self.kind {
            Kind::Github if request.header("x-github-event") == Some("ping") => {
                Some(WebhookAnswer::json(200, r#"{"message":"pong"}"#))
            }
            Kind::Slack if text_at(body, "type") == Some("url_verification") => {
                Some(WebhookAnswer::text(200, text_at(body, "challenge").unwrap_or_default()))
            }
            _ => None,
        }
    }

    /// What the sender calls this delivery, the same if it comes again.
    pub(super) fn identity(&self, request: &WebhookRequest, body: &Value) -> Option<String> {
        let (kind, name) = match &self.kind {
            Kind::Github => ("github", request.header("x-github-delivery")?.to_owned()),
            Kind::Gitlab => {
                // The second one is the same for events that follow from each other.
                let name =
                    request.header("idempotency-key").or_else(|| request.header("x-gitlab-event-uuid"));
                ("gitlab", name?.to_owned())
            }
            Kind::Stripe => ("stripe", text_at(body, "id")?.to_owned()),
            Kind::Slack => ("slack", text_at(body, "event_id")?.to_owned()),
            Kind::Alertmanager => ("alertmanager", alerts(body)?),
            Kind::Hmac(hmac) => ("hmac", request.header(hmac.delivery.as_deref()?)?.to_owned()),
            Kind::Jwt(_) => return None,
        };
        // Names come from strangers, and are kept.
        let is_short = name.len() <= 200 && !name.is_empty() && name.chars().all(|c| !c.is_control());
        Some(format!("{kind}:{}", if is_short { name } else { digest(&name) }))
    }

    /// The header that holds what only the sender knows.
    pub(super) fn secret_header(&self) -> Option<&str> {
        match &self.kind {
            Kind::Gitlab => Some("x-gitlab-token"),
            Kind::Alertmanager => Some("authorization"),
            Kind::Jwt(jwt) => Some(&jwt.header),
            Kind::Github | Kind::Stripe | Kind::Slack | Kind::Hmac(_) => None,
        }
    }
}

impl Hmac {
    fn read(node: Option<&Node>) -> Result<Self, String> {
        let text = |name: &str| node.and_then(|node| node.get(name)).and_then(Node::scalar_text);
        let algorithm = match text("algorithm") {
            None => Algorithm::Sha256,
            Some(name) => Algorithm::from_name(&name)
                .ok_or_else(|| format!("`algorithm` is `{name}`: write SHA1, SHA256, SHA384 or SHA512"))?,
        };
        let encoding = match text("encoding") {
            None => Encoding::Hex,
            Some(name) => Encoding::from_name(&name)
                .ok_or_else(|| format!("`encoding` is `{name}`: write HEX or BASE64"))?,
        };
        Ok(Self {
            header: text("header").unwrap_or_else(|| SIGNATURE_HEADER.to_owned()),
            algorithm,
            encoding,
            prefix: text("prefix").unwrap_or_default(),
            delivery: text("deliveryHeader"),
        })
    }

    fn verify(&self, request: &WebhookRequest, secret: &str) -> Result<(), Denied> {
        let given = request.header(&self.header).and_then(|text| text.strip_prefix(&*self.prefix));
        let given = given.and_then(|text| self.encoding.decode(text)).ok_or(MISSING)?;
        let code = self.algorithm.sign(secret, &[&request.body]);
        is_same(&given, &code).then_some(()).ok_or(WRONG)
    }
}

fn same_secret(secret: &str, given: Option<&str>) -> Result<(), Denied> {
    is_same_text(secret, given.ok_or(MISSING)?).then_some(()).ok_or(WRONG)
}

/// The token of an `Authorization` header.
pub(super) fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn text_at<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let Value::Map(body) = body else { return None };
    match body.get(name)? {
        Value::Str(text) => Some(text.expose()),
        _ => None,
    }
}

/// The group of alerts and how each of them stands. Alerts that stand as before are sent again from time to time, and by
/// each of several senders; that is no news.
fn alerts(body: &Value) -> Option<String> {
    let group = text_at(body, "groupKey")?;
    let Value::Map(map) = body else { return None };
    let Value::List(alerts) = map.get("alerts")? else { return None };
    let state = |alert: &Value| {
        let part = |name: &str| text_at(alert, name).unwrap_or_default().to_owned();
        let labels = match alert {
            Value::Map(alert) => alert.get("labels").map(json).unwrap_or_default(),
            _ => String::new(),
        };
        [part("fingerprint"), part("status"), part("startsAt"), part("endsAt"), labels]
    };
    let mut states: Vec<_> = alerts.iter().map(state).collect();
    states.sort_unstable();
    Some(digest(&format!("{group:?} {:?} {states:?}", text_at(body, "status").unwrap_or_default())))
}

/// A map as JSON with its keys in order.
fn json(value: &Value) -> String {
    let Value::Map(map) = value else { return String::new() };
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    let sorted: Map = entries.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    plain::start_of_json(&Value::Map(sorted.into()), &jiff::tz::TimeZone::UTC, false, 1 << 16)
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut all, byte| {
        let written = write!(all, "{byte:02x}");
        debug_assert!(written.is_ok(), "a String takes everything");
        all
    })
}
