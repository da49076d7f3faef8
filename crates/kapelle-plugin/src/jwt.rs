//! Tokens that are signed with a private key (RFC 7519, RS256).

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::{Failure, Text, Value};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

/// Bytes of the claims.
const CLAIMS_MAX: usize = 64 << 10;

/// A token with these claims. It is a secret as a whole.
pub fn signed(key: &Text, claims: &Value) -> Result<Text, Failure> {
    let claims = plain::to_json(claims, &TimeZone::UTC, false, CLAIMS_MAX)
        .map_err(|error| Failure::new(error.text()))?;
    let head = r#"{"alg":"RS256","typ":"JWT"}"#;
    let message = format!("{}.{}", url64(head.as_bytes()), url64(claims.expose().as_bytes()));
    let pair = pair(key)?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .map_err(|_| Failure::new("the private key signs nothing"))?;
    Ok(Text::from(format!("{message}.{}", url64(&signature))).into_secret())
}

fn pair(key: &Text) -> Result<RsaKeyPair, Failure> {
    let unfit = |reason: &str| {
        Failure::new(format!(
            "the private key cannot be used: {reason}; it is a text that begins with `-----BEGIN PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----`"
        ))
    };
    // A key that went through a variable of the environment often has `\n` as two characters.
    let text = key.expose().replace("\\n", "\n");
    let begin = text.lines().position(|line| line.trim().starts_with("-----BEGIN "));
    let begin = begin.ok_or_else(|| unfit("it is no PEM"))?;
    let is_old = text.lines().nth(begin).is_some_and(|line| line.contains("RSA PRIVATE KEY"));
    let body: String =
        text.lines().skip(begin + 1).take_while(|line| !line.contains("-----END")).map(str::trim).collect();
    let bytes = plain::from_base64(&body).map_err(|_| unfit("what is in it is no base64"))?;
    let pair = if is_old { RsaKeyPair::from_der(&bytes) } else { RsaKeyPair::from_pkcs8(&bytes) };
    pair.map_err(|rejected| unfit(&rejected.to_string()))
}

fn url64(bytes: &[u8]) -> String {
    plain::to_base64(bytes).replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}
