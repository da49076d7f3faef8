//! Senders that are known.

use super::*;
use crate::webhook::signature::Algorithm;

fn hex(algorithm: Algorithm, secret: &str, message: &str) -> String {
    let code = algorithm.sign(secret, &[message.as_bytes()]);
    code.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn outcome(properties: &str, body: &str, headers: &[(&str, &str)]) -> String {
    told(&decide(&webhook(properties), &request(body, headers)))
}

const MISSING: &str = "unsigned: it has no signature";
const WRONG: &str = "unsigned: its signature is not made with the secret";

#[test]
fn codes_are_those_of_the_standard() {
    // RFC 4231, 4.3, and RFC 2202, 3.
    for (algorithm, start) in [
        (Algorithm::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (Algorithm::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (Algorithm::Sha384, "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"),
        (Algorithm::Sha512, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"),
    ] {
        assert!(hex(algorithm, "Jefe", "what do ya want for nothing?").starts_with(start), "{algorithm:?}");
    }
}

#[test]
fn github_signs_the_body() {
    let github = "preset: github\nsecret: \"It's a Secret to Everybody\"";
    // The example of GitHub's documentation.
    let code = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    for (body, headers, expected) in [
        ("Hello, World!", vec![("X-Hub-Signature-256", code)], "starts"),
        (
            "Hello, World!",
            vec![("x-hub-signature-256", code), ("x-github-delivery", "72d3162e")],
            "starts github:72d3162e",
        ),
        ("Hello, World!", vec![], MISSING),
        ("Hello, World!", vec![("X-Hub-Signature-256", "sha256=")], WRONG),
        ("Hello, World!", vec![("X-Hub-Signature-256", "sha256=7571")], WRONG),
        ("Hello, World!", vec![("X-Hub-Signature-256", "sha256=zz")], MISSING),
        ("Hello, World.", vec![("X-Hub-Signature-256", code)], WRONG),
        (
            "Hello, World!",
            vec![("X-Hub-Signature-256", code), ("X-GitHub-Event", "ping")],
            r#"answers 200 {"message":"pong"}"#,
        ),
        ("Hello, World!", vec![("X-GitHub-Event", "ping")], MISSING),
    ] {
        assert_eq!(outcome(github, body, &headers), expected, "{headers:?}");
    }
}

#[test]
fn gitlab_sends_its_token_which_stays_secret() {
    let gitlab = "preset: gitlab\nsecret: hush";
    for (headers, expected) in [
        (vec![("X-Gitlab-Token", "hush"), ("X-Gitlab-Event-UUID", "u-1")], "starts gitlab:u-1"),
        (
            vec![("X-Gitlab-Token", "hush"), ("X-Gitlab-Event-UUID", "u-1"), ("Idempotency-Key", "i-1")],
            "starts gitlab:i-1",
        ),
        (vec![("X-Gitlab-Token", "hush")], "starts"),
        (vec![("X-Gitlab-Token", "hus")], WRONG),
        (vec![], MISSING),
    ] {
        assert_eq!(outcome(gitlab, "{}", &headers), expected, "{headers:?}");
    }
    let firing = fire(gitlab, &request("", &[("X-Gitlab-Token", "hush")]));
    assert_eq!(
        json(&firing.variables),
        r#"{"body":null,"headers":{"X-Gitlab-Token":["******"]},"parameters":{}}"#
    );
}

#[test]
fn stripe_signs_the_time_too() {
    let body = r#"{"id": "evt_1"}"#;
    let signed = |seconds: i64| hex(Algorithm::Sha256, "whsec", &format!("{seconds}.{body}"));
    let now = NOW.0 / 1000;
    let header = |seconds: i64| format!("t={seconds},v1={},v0=00", signed(seconds));
    for (header, expected) in [
        (header(now), "starts stripe:evt_1"),
        (header(now - 300), "starts stripe:evt_1"),
        (header(now - 301), "unsigned: its signature is more than five minutes old, or of the future"),
        (header(now + 301), "unsigned: its signature is more than five minutes old, or of the future"),
        (format!("t={now},v1=00,v1={}", signed(now)), "starts stripe:evt_1"),
        (format!("t={now},v1={}", signed(now - 1)), WRONG),
        (format!("t={now},v0={}", signed(now)), WRONG),
        (format!("v1={}", signed(now)), MISSING),
        (format!("t=soon,v1={}", signed(now)), MISSING),
        (
            format!("t={},v1=00", i64::MIN),
            "unsigned: its signature is more than five minutes old, or of the future",
        ),
    ] {
        let found = outcome("preset: stripe\nsecret: whsec", body, &[("Stripe-Signature", &header)]);
        assert_eq!(found, expected, "{header}");
    }
    assert_eq!(outcome("preset: stripe\nsecret: whsec", body, &[]), MISSING);
}

#[test]
fn slack_asks_before_it_sends_anything() {
    let now = NOW.0 / 1000;
    let try_it = |body: &str, seconds: i64, secret: &str| {
        let code = format!("v0={}", hex(Algorithm::Sha256, secret, &format!("v0:{seconds}:{body}")));
        let seconds = seconds.to_string();
        let headers = [("X-Slack-Signature", &*code), ("X-Slack-Request-Timestamp", &*seconds)];
        outcome("preset: slack\nsecret: hush", body, &headers)
    };
    let challenge = r#"{"type": "url_verification", "challenge": "3eZb"}"#;
    assert_eq!(try_it(challenge, now, "hush"), "answers 200 3eZb");
    assert_eq!(try_it(challenge, now, "other"), WRONG);
    assert_eq!(try_it(r#"{"type": "event_callback", "event_id": "Ev1"}"#, now, "hush"), "starts slack:Ev1");
    assert_eq!(try_it("command=/deploy", now, "hush"), "starts");
    let old = "unsigned: its signature is more than five minutes old, or of the future";
    assert_eq!(try_it(challenge, now - 400, "hush"), old);
}

#[test]
fn others_sign_as_the_flow_says() {
    let body = "payload";
    let code = hex(Algorithm::Sha256, "hush", body);
    let upper = code.to_uppercase();
    let sha1 = format!("sha1={}", hex(Algorithm::Sha1, "hush", body));
    let base64 = plain::to_base64(&Algorithm::Sha512.sign("hush", &[body.as_bytes()]));
    for (signature, headers, expected) in [
        ("{}", vec![("x-signature", &*code)], "starts"),
        ("{}", vec![("x-signature", &*upper)], "starts"),
        ("{}", vec![("x-other", &*code)], MISSING),
        ("{header: X-Mine}", vec![("X-Mine", &*code)], "starts"),
        ("{algorithm: SHA1, prefix: sha1=}", vec![("X-Signature", &*sha1)], "starts"),
        ("{algorithm: SHA1}", vec![("X-Signature", &*sha1)], MISSING),
        ("{algorithm: SHA512, encoding: BASE64}", vec![("X-Signature", &*base64)], "starts"),
        ("{algorithm: SHA256, encoding: BASE64}", vec![("X-Signature", &*base64)], WRONG),
        ("{deliveryHeader: X-Id}", vec![("X-Signature", &*code), ("X-Id", "7")], "starts hmac:7"),
        ("{algorithm: MD5}", vec![], "unready: `algorithm` is `MD5`: write SHA1, SHA256, SHA384 or SHA512"),
        ("{encoding: hexa}", vec![], "unready: `encoding` is `hexa`: write HEX or BASE64"),
    ] {
        let properties = format!("preset: hmac\nsecret: hush\nsignature: {signature}");
        assert_eq!(outcome(&properties, body, &headers), expected, "{signature} {headers:?}");
    }
}

#[test]
fn alerts_that_stand_as_before_are_the_same_delivery() {
    let alert = |status: &str, start: &str| {
        format!(
            r#"{{"groupKey": "{{}}:{{alertname=\"Down\"}}", "status": "{status}", "alerts": [{{"fingerprint": "f", "status": "{status}", "startsAt": "{start}"}}]}}"#
        )
    };
    let name = |body: &str| outcome("preset: alertmanager", body, &[]);
    let first = name(&alert("firing", "T1"));
    assert!(first.starts_with("starts alertmanager:") && first.len() > 80, "{first}");
    assert_eq!(first, name(&alert("firing", "T1")));
    assert_ne!(first, name(&alert("resolved", "T1")));
    assert_ne!(first, name(&alert("firing", "T2")));
    assert_eq!(name("{}"), "starts");
    for (header, expected) in [("Bearer hush", "starts"), ("Bearer no", WRONG), ("Basic hush", MISSING)] {
        let properties = "preset: alertmanager\nsecret: hush";
        assert_eq!(outcome(properties, "{}", &[("Authorization", header)]), expected, "{header}");
    }
}

#[test]
fn without_its_secret_a_preset_lets_nobody_in() {
    for preset in ["github", "gitlab", "stripe", "slack", "hmac"] {
        assert_eq!(outcome(&format!("preset: {preset}"), "{}", &[]), "unready: its preset needs a `secret`");
        assert_eq!(
            outcome(&format!("preset: {preset}\nsecret: ''"), "{}", &[]),
            "unready: its `secret` is empty"
        );
        let found = outcome(&format!("preset: {preset}\nsecret: \"{{{{ vars.nope }}}}\""), "{}", &[]);
        assert!(found.starts_with("unready: its `secret` could not be rendered: "), "{found}");
    }
    let unknown = outcome("preset: gihub\nsecret: x", "{}", &[]);
    assert!(unknown.starts_with("unready: there is no preset `gihub`"), "{unknown}");
}

#[test]
fn names_of_deliveries_are_kept_short() {
    let long = "x".repeat(300);
    let code = format!("sha256={}", hex(Algorithm::Sha256, "s", ""));
    let headers = [("X-Hub-Signature-256", &*code), ("X-GitHub-Delivery", &*long)];
    let firing = fire("preset: github\nsecret: s", &request("", &headers));
    assert_eq!(firing.identity.len(), "github:".len() + 64);
}
