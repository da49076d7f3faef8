//! Requests with a signed token (RFC 7519), made with a secret that both know or with a private key.

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::plain;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::time::duration;
use kapelle_model::{Map, Millis, Node, Value};
use std::sync::Arc;

use super::preset::{Denied, bearer};
use super::public_key::PublicKey;
use super::request::WebhookRequest;
use super::signature::{Algorithm, from_base64, is_same};
use crate::conditions::words;

/// How far the clock of the sender may be away, unless the flow says so.
const LEEWAY_MILLIS: i64 = 60_000;

const UNREADABLE: Denied = Denied::Wrong("its token cannot be read");

/// What a token has to be like.
#[derive(Debug)]
pub(super) struct Jwt {
    /// Where it comes in.
    pub(super) header: String,
    public_key: Option<Property>,
    issuer: Option<Property>,
    audience: Option<Property>,
    leeway_millis: Result<i64, String>,
}

impl Jwt {
    pub(super) fn read(node: Option<&Node>, language: Language) -> Self {
        let part = |name: &str| node.and_then(|node| node.get(name)).filter(|node| !node.is_null());
        let property = |name: &str| part(name).map(|node| Property::read(node, language));
        let leeway = part("leeway").and_then(Node::scalar_text);
        Self {
            header: part("header").and_then(Node::scalar_text).unwrap_or_else(|| "Authorization".to_owned()),
            public_key: property("publicKey"),
            issuer: property("issuer"),
            audience: property("audience"),
            leeway_millis: leeway.map_or(Ok(LEEWAY_MILLIS), |text| {
                let leeway = duration::parse(&text).map_err(|reason| format!("`leeway`: {reason}"))?;
                Ok(i64::try_from(leeway.as_millis()).unwrap_or(i64::MAX).max(0))
            }),
        }
    }

    /// Whether the token is genuine, valid now, and meant for this flow.
    pub(super) fn verify(
        &self,
        request: &WebhookRequest,
        secret: Option<&str>,
        now: Millis,
        environment: Environment<'_>,
    ) -> Result<(), Denied> {
        let given = request.header(&self.header).ok_or(Denied::Wrong("it has no token"))?;
        let token = bearer(given).unwrap_or(given);
        let (signed, code) = token.rsplit_once('.').ok_or(UNREADABLE)?;
        let (header, claims) = signed.split_once('.').ok_or(UNREADABLE)?;
        let code = from_base64(code).ok_or(UNREADABLE)?;
        let header = object(header)?;
        if header.contains_key("crit") {
            return Err(Denied::Wrong("its token asks for something that is not known here"));
        }
        let algorithm = text(&header, "alg").ok_or(UNREADABLE)?;
        self.check_code(algorithm, signed.as_bytes(), &code, secret, environment)?;
        let claims = object(claims)?;
        self.check_time(&claims, now)?;
        self.check_names(&claims, environment)
    }

    /// Which algorithms are taken is for the flow to say, not for the token: a public key is no secret.
    fn check_code(
        &self,
        algorithm: &str,
        signed: &[u8],
        code: &[u8],
        secret: Option<&str>,
        environment: Environment<'_>,
    ) -> Result<(), Denied> {
        let is_genuine = match (&self.public_key, secret) {
            (Some(key), None) => {
                let pem = rendered(key, "publicKey", environment)?;
                let key = PublicKey::read(&pem).map_err(Denied::Unready)?;
                key.algorithm() == algorithm && key.has_signed(signed, code)
            }
            (None, Some(secret)) => {
                let known = [
                    ("HS256", Algorithm::Sha256),
                    ("HS384", Algorithm::Sha384),
                    ("HS512", Algorithm::Sha512),
                ];
                let known = known.into_iter().find(|(name, _)| *name == algorithm);
                known.is_some_and(|(_, algorithm)| is_same(code, &algorithm.sign(secret, &[signed])))
            }
            _ => return Err(Denied::Unready("it needs either a `secret` or a `token.publicKey`".to_owned())),
        };
        is_genuine.then_some(()).ok_or(Denied::Wrong("its token is not signed with the key"))
    }

    /// A token without an end would be good for ever, in whosever hands it comes.
    fn check_time(&self, claims: &Map, now: Millis) -> Result<(), Denied> {
        let leeway = self.leeway_millis.clone().map_err(Denied::Unready)?;
        let moment = |name: &str| match claims.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Int(seconds)) => Ok(Some(seconds.saturating_mul(1000))),
            // It saturates.
            Some(Value::Float(seconds)) if seconds.is_finite() => Ok(Some((seconds * 1000.0) as i64)),
            Some(_) => Err(UNREADABLE),
        };
        let end = moment("exp")?.ok_or(Denied::Wrong("its token has no end (`exp`)"))?;
        if now.0 >= end.saturating_add(leeway) {
            return Err(Denied::Wrong("its token has expired"));
        }
        for name in ["nbf", "iat"] {
            if moment(name)?.is_some_and(|start| now.0 < start.saturating_sub(leeway)) {
                return Err(Denied::Wrong("its token is of the future"));
            }
        }
        Ok(())
    }

    fn check_names(&self, claims: &Map, environment: Environment<'_>) -> Result<(), Denied> {
        if let Some(issuer) = &self.issuer {
            let issuer = rendered(issuer, "issuer", environment)?;
            if text(claims, "iss") != Some(&issuer) {
                return Err(Denied::Wrong("its token is from another issuer"));
            }
        }
        let Some(audience) = &self.audience else { return Ok(()) };
        let audience = rendered(audience, "audience", environment)?;
        let is_meant = match claims.get("aud") {
            Some(Value::Str(one)) => one.expose() == audience,
            Some(Value::List(several)) => {
                several.iter().any(|one| matches!(one, Value::Str(one) if one.expose() == audience))
            }
            _ => false,
        };
        is_meant.then_some(()).ok_or(Denied::Wrong("its token is for another audience"))
    }
}

fn rendered(property: &Property, name: &str, environment: Environment<'_>) -> Result<String, Denied> {
    let text = property.render_text(environment).map_err(|error| {
        Denied::Unready(format!("its `token.{name}` could not be rendered: {}", words(&error)))
    })?;
    if text.expose().trim().is_empty() {
        return Err(Denied::Unready(format!("its `token.{name}` is empty")));
    }
    Ok(text.expose().to_owned())
}

/// A part of a token.
fn object(part: &str) -> Result<Arc<Map>, Denied> {
    let bytes = from_base64(part).ok_or(UNREADABLE)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| UNREADABLE)?;
    match plain::from_json(text) {
        Ok(Value::Map(map)) => Ok(map),
        _ => Err(UNREADABLE),
    }
}

fn text<'a>(map: &'a Map, name: &str) -> Option<&'a str> {
    match map.get(name)? {
        Value::Str(text) => Some(text.expose()),
        _ => None,
    }
}
