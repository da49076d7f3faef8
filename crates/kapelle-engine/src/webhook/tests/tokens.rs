//! Signed tokens. The keys were made for these tests, and are used nowhere else.

use super::*;
use crate::webhook::signature::Algorithm;

const RSA: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzDAfgil3oZKnXGJ8KZZgGgJtT2u7wJe/VKQmrr+1WCvXRFmqLHQOky8oHruAxXoI6g7NvRmPwKgAsd8EwbBr8jcw9N3CttdWDIpldOTJWroLXexykwdyf3bnfOUxAtwUuWMssDGawVLaJQLgrj56Y4PCw+uDiFAcYjmR06S0EV/KODvJ5vxOAVFeN2eha7eoycuVgK9OBY4or4MSNeOQqQhBAwE2u12qj73ydfL+lIqh+tcrFcj59zeAXyp54qD8QtVUMsTdTK4XcEBwQTVCiejjhVnwg8wzyN4u9nrvYNC6XN2sESZW02CZ0HwgOGnPtyxj8GqRHqnk69fNsbIhJwIDAQAB";
const P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEBDE4QteziZ6Y0GEKH2Sn4/u/zsgOdBQf4SEXHZps42SHPcs8Qpz1T3TmBNzHcktn8n8JGfcS4QXqh8R8uedEQ==";

/// Tokens of `{"iss":"shop","aud":["kapelle","other"],"iat":1778051280,"exp":1778051400}`: they are valid for two minutes
/// around [`NOW`].
const RS256: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaG9wIiwiYXVkIjpbImthcGVsbGUiLCJvdGhlciJdLCJpYXQiOjE3NzgwNTEyODAsImV4cCI6MTc3ODA1MTQwMH0.nEvDm8AtJGT0epnCkx9ti_WPA9Pk6d7ym2JmUJhd0LQdRzm_tP4Aftop6s8X8GMVeAS9VD7pQeeBRH3RlNPKVkggyuxzaO7ERUssRRHdL8zU6ZvTOEhruKoq9Ey2mgCImvhEk93ijWfq-GuNRimAVNeFHrBuQKUBhEXpTyB-kLp3rkA75Vu2r2rR1F0iFb4pPYSZbO0cwJOCjEonOdpixxKhUxfO1qAbn7Hs_eO6NWP-h3yEfKNh4OIUC4smjWn3j-FX8Q4hwBDqtxnVkgqeV-O4vSJK_lFzTI7SnrDX0FeqZXMi9VgkjOn0Jb-0iwL3OeXXIZav1CQcHbaC5DhLKg";
const ES256: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaG9wIiwiYXVkIjpbImthcGVsbGUiLCJvdGhlciJdLCJpYXQiOjE3NzgwNTEyODAsImV4cCI6MTc3ODA1MTQwMH0.HDiV4Ty8t43ZCNWCE4cmUFZfF4JdLxE2FJg2v1NIQKvVBsTAGoIoOLpJ_Hc6yaLS_sNUf_T9FxESd3JrVTZE-A";

/// A token made with the secret `hush`.
fn token(header: &str, claims: &str) -> String {
    let part = |bytes: &[u8]| plain::to_base64(bytes).replace('+', "-").replace('/', "_").replace('=', "");
    let signed = format!("{}.{}", part(header.as_bytes()), part(claims.as_bytes()));
    let algorithm = if header.contains("HS512") { Algorithm::Sha512 } else { Algorithm::Sha256 };
    let code = part(&algorithm.sign("hush", &[signed.as_bytes()]));
    format!("{signed}.{code}")
}

fn pem(key: &str) -> String {
    format!("-----BEGIN PUBLIC KEY----- {key} -----END PUBLIC KEY-----")
}

fn outcome(properties: &str, token: &str) -> String {
    let header = format!("Bearer {token}");
    told(&decide(&webhook(properties), &request("{}", &[("Authorization", &header)])))
}

const HS256: &str = r#"{"alg":"HS256"}"#;
const SECRET: &str = "preset: jwt\nsecret: hush\ntoken: {issuer: shop, audience: kapelle}";
const NOT_SIGNED: &str = "unsigned: its token is not signed with the key";

#[test]
fn a_token_is_valid_for_a_time_an_issuer_and_an_audience() {
    let now = NOW.0 / 1000;
    for (claims, expected) in [
        (format!(r#"{{"iss":"shop","aud":"kapelle","exp":{}}}"#, now + 60), "starts"),
        (format!(r#"{{"iss":"shop","aud":["x","kapelle"],"exp":{}.5}}"#, now + 60), "starts"),
        // The clock of the sender may be a minute away.
        (format!(r#"{{"iss":"shop","aud":"kapelle","exp":{}}}"#, now - 59), "starts"),
        (
            format!(r#"{{"iss":"shop","aud":"kapelle","exp":{}}}"#, now - 60),
            "unsigned: its token has expired",
        ),
        (r#"{"iss":"shop","aud":"kapelle"}"#.to_owned(), "unsigned: its token has no end (`exp`)"),
        (r#"{"iss":"shop","aud":"kapelle","exp":"9"}"#.to_owned(), "unsigned: its token cannot be read"),
        (
            format!(r#"{{"iss":"shop","aud":"kapelle","exp":{},"nbf":{}}}"#, now + 900, now + 61),
            "unsigned: its token is of the future",
        ),
        (
            format!(r#"{{"iss":"shop","aud":"kapelle","exp":{},"iat":{}}}"#, now + 900, now + 61),
            "unsigned: its token is of the future",
        ),
        (
            format!(r#"{{"iss":"shap","aud":"kapelle","exp":{}}}"#, now + 60),
            "unsigned: its token is from another issuer",
        ),
        (
            format!(r#"{{"iss":"shop","aud":["x"],"exp":{}}}"#, now + 60),
            "unsigned: its token is for another audience",
        ),
        (format!(r#"{{"iss":"shop","exp":{}}}"#, now + 60), "unsigned: its token is for another audience"),
    ] {
        assert_eq!(outcome(SECRET, &token(HS256, &claims)), expected, "{claims}");
    }
}

#[test]
fn the_flow_and_not_the_token_chooses_the_algorithm() {
    let claims = r#"{"iss":"shop","aud":"kapelle","exp":1778051400}"#;
    let (rsa, p256) = (pem(RSA), pem(P256));
    let with_key = |key: &str| format!("preset: jwt\ntoken: {{publicKey: \"{key}\"}}");
    for (properties, token, expected) in [
        (SECRET.to_owned(), token(r#"{"alg":"HS512"}"#, claims), "starts"),
        (SECRET.to_owned(), token(r#"{"alg":"HS384"}"#, claims), NOT_SIGNED),
        (SECRET.to_owned(), token(r#"{"alg":"none"}"#, claims), NOT_SIGNED),
        (SECRET.to_owned(), RS256.to_owned(), NOT_SIGNED),
        (with_key(&rsa), RS256.to_owned(), "starts"),
        (with_key(&p256), ES256.to_owned(), "starts"),
        (with_key(&rsa), ES256.to_owned(), NOT_SIGNED),
        (with_key(&p256), RS256.to_owned(), NOT_SIGNED),
        (with_key(&rsa), token(HS256, claims), NOT_SIGNED),
        (with_key(&rsa), RS256.replace("eyJpc3MiOiJzaG9w", "eyJpc3MiOiJzaGFw"), NOT_SIGNED),
        (
            SECRET.to_owned(),
            token(r#"{"alg":"HS256","crit":["b64"]}"#, claims),
            "unsigned: its token asks for something that is not known here",
        ),
        (SECRET.to_owned(), "nothing".to_owned(), "unsigned: its token cannot be read"),
        (SECRET.to_owned(), "a.b".to_owned(), "unsigned: its token cannot be read"),
        (SECRET.to_owned(), "a.b.c.d".to_owned(), "unsigned: its token cannot be read"),
        (
            "preset: jwt".to_owned(),
            RS256.to_owned(),
            "unready: it needs either a `secret` or a `token.publicKey`",
        ),
    ] {
        assert_eq!(outcome(&properties, &token), expected, "{properties} {token}");
    }
    let broken = outcome(&with_key("-----BEGIN PUBLIC KEY----- AAAA -----END PUBLIC KEY-----"), RS256);
    assert!(broken.starts_with("unready: its `token.publicKey` is no public key"), "{broken}");
}

#[test]
fn the_token_comes_in_the_header_that_the_flow_names_and_stays_secret() {
    let token = token(HS256, r#"{"exp":1778051400}"#);
    let properties = "preset: jwt\nsecret: hush\ntoken: {header: X-Token, leeway: PT0S}";
    let firing = fire(properties, &request("", &[("x-token", &token)]));
    assert_eq!(json(&firing.variables), r#"{"body":null,"headers":{"x-token":["******"]},"parameters":{}}"#);
    let leeway = "preset: jwt\nsecret: hush\ntoken: {leeway: soon}";
    assert!(outcome(leeway, &token).starts_with("unready: `leeway`: "));
}
