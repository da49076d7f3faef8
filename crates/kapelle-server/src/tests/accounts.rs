//! Signing in, over HTTP.

use std::sync::Arc;

use kapelle_core::expression::plain::to_base64;
use kapelle_model::{Millis, Text};
use serde_json::json;

use super::stage::{Got, Stage};
use crate::auth::{Accounts, Network, Policy};
use crate::gate::AccountGate;

const JSON: (&str, &str) = ("content-type", "application/json");
const USER: &str = r#"{"username": "ann@example.org", "password": "Secret12"}"#;

fn stage(policy: Policy, account: Option<(&str, &str)>) -> Stage {
    let password = account.map(|(_, password)| Text::from(password).into_secret());
    Stage::start_with(|store| {
        let account = account.map(|(name, _)| name).zip(password.as_ref());
        let accounts = Accounts::start(store, Arc::new(|| Millis(0)), policy, account).unwrap();
        Arc::new(AccountGate::new(accounts))
    })
}

fn with_ann() -> Stage {
    stage(Policy::default(), Some(("ann@example.org", "Secret12")))
}

fn basic(pair: &str) -> String {
    format!("Basic {}", to_base64(pair.as_bytes()))
}

/// The value that an answer gives a cookie.
fn cookie(got: &Got, name: &str) -> String {
    let start = format!("{name}=");
    let mut cookies = got.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case("set-cookie"));
    let value = cookies.find_map(|(_, value)| value.strip_prefix(&start)).unwrap();
    value.split(';').next().unwrap().to_owned()
}

#[test]
fn test_suites_get_their_token() {
    let stage = stage(Policy::default(), None);
    assert_eq!(stage.send("GET", "/api/v1/setup", &[], "").status, 200);
    let body = r#"{"username": "ann@example.org", "password": "Secret12", "tenant": {"id": "main"}}"#;
    assert_eq!(stage.send("POST", "/api/v1/setup", &[JSON], body).status, 200);
    assert_eq!(stage.send("POST", "/api/v1/setup", &[JSON], body).status, 405);
    assert_eq!(stage.send("GET", "/api/v1/setup", &[], "").status, 404);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let entered = stage.send("POST", "/login", &[form], "username=ann%40example.org&password=Secret12");
    assert_eq!(entered.status, 200);
    let cookies = format!("JWT={}", cookie(&entered, "JWT"));
    let page = stage.send("GET", "/ui/", &[("cookie", &cookies)], "");
    let csrf = cookie(&page, "csrfToken");
    assert!(
        page.text().contains(&format!("<meta name=\"csrf-token\" content=\"{csrf}\">")),
        "{}",
        page.text()
    );
    let wish = r#"{"name": "suite", "maxAge": "P1D"}"#;
    let refused = stage.send("POST", "/api/v1/me/api-tokens", &[JSON, ("cookie", &cookies)], wish);
    assert_eq!(refused.status, 403, "{}", refused.text());
    let headers = [JSON, ("cookie", &cookies), ("x-csrf-token", &csrf)];
    let made = stage.send("POST", "/api/v1/me/api-tokens", &headers, wish);
    assert_eq!(made.status, 200, "{}", made.text());
    let bearer = format!("Bearer {}", made.json()["fullToken"].as_str().unwrap());
    let listed = stage.send("GET", "/api/v1/me/api-tokens", &[("authorization", &bearer)], "");
    assert_eq!(listed.json()["results"][0]["name"], "suite");
    assert!(!listed.text().contains("fullToken"));
    let path = format!("/api/v1/me/api-tokens/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(stage.send("DELETE", &path, &[("authorization", &bearer)], "").status, 204);
    assert_eq!(stage.send("GET", "/api/v1/configs", &[("authorization", &bearer)], "").status, 401);
}

#[test]
fn programs_that_bring_the_same_right_credentials_at_once_are_no_guessers() {
    let stage = with_ann();
    let header = basic("ann@example.org:Secret12");
    std::thread::scope(|scope| {
        let ask = || stage.send("GET", "/api/v1/configs", &[("authorization", &header)], "").status;
        let asked: Vec<_> = (0..12).map(|_| scope.spawn(ask)).collect();
        for answer in asked {
            assert_eq!(answer.join().unwrap(), 200);
        }
    });
}

#[test]
fn every_kind_of_credentials_is_checked() {
    let stage = with_ann();
    let entered = stage.send("POST", "/api/v1/login", &[JSON], USER);
    assert!(!format!("{:?}", entered.headers).contains("Secret12"));
    let session = format!("BASIC_AUTH={}", cookie(&entered, "BASIC_AUTH"));
    let csrf = cookie(&entered, "csrfToken");
    let good = basic("ann@example.org:Secret12");
    let wish = json!({"name": "t"}).to_string();
    // Reading and changing.
    for (what, headers, reads, changes) in [
        ("nothing", &[][..], 401, 401),
        ("password", &[("authorization", good.as_str())], 200, 200),
        ("wrong password", &[("authorization", &basic("ann@example.org:Secret13"))], 401, 401),
        ("wrong name", &[("authorization", &basic("bob@example.org:Secret12"))], 401, 401),
        ("bearer", &[("authorization", "Bearer ann@example.org:Secret12")], 200, 200),
        ("session", &[("cookie", &session)], 200, 403),
        ("session beside an empty header", &[("cookie", &session), ("authorization", "Basic ")], 200, 403),
        ("session with its token", &[("cookie", &session), ("x-csrf-token", &csrf)], 200, 200),
        ("session with another token", &[("cookie", &session), ("x-csrf-token", "0")], 200, 403),
        ("wrong session", &[("cookie", "BASIC_AUTH=0"), ("x-csrf-token", &csrf)], 401, 401),
        (
            "a page of a stranger",
            &[("cookie", &session), ("x-csrf-token", &csrf), ("origin", "http://e")],
            200,
            403,
        ),
        ("proxy that nobody knows", &[("remote-user", "ann@example.org")], 401, 401),
    ] {
        let read = stage.send("GET", "/api/v1/configs", headers, "");
        assert_eq!(read.status, reads, "{what}");
        let headers: Vec<_> = headers.iter().copied().chain([JSON]).collect();
        let changed = stage.send("POST", "/api/v1/me/api-tokens", &headers, &wish);
        assert_eq!(changed.status, changes, "{what}: {}", changed.text());
    }
    assert_eq!(stage.send("POST", "/api/v1/logout", &[("cookie", &session)], "").status, 200);
    assert_eq!(stage.send("GET", "/api/v1/configs", &[("cookie", &session)], "").status, 401);
}

#[test]
fn who_guesses_has_to_wait_and_a_page_is_not_asked_twice() {
    let stage = with_ann();
    let wrong = r#"{"username": "ann@example.org", "password": "Secret13"}"#;
    for _ in 0..5 {
        let got = stage.send("POST", "/api/v1/login", &[JSON], wrong);
        assert_eq!((got.status, got.header("www-authenticate")), (401, None));
    }
    let got = stage.send("POST", "/api/v1/login", &[JSON], USER);
    assert_eq!((got.status, got.header("retry-after")), (429, Some("1")));
    let got = stage.send("GET", "/api/v1/configs", &[("authorization", &basic("ann@example.org:x"))], "");
    assert_eq!(got.status, 429);
    assert!(stage.send("GET", "/api/v1/configs", &[], "").header("www-authenticate").is_some());
}

#[test]
fn an_account_is_made_once_and_changed_by_its_owner() {
    let stage = stage(Policy::default(), None);
    let path = "/api/v1/main/basicAuth";
    let asks =
        || stage.send("GET", "/api/v1/configs/login", &[], "").json()["isBasicAuthInitialized"].clone();
    assert_eq!(asks(), false);
    for (body, headers, status) in [
        (r#"{"username": "ann", "password": "weak"}"#, &[JSON][..], 422),
        (USER, &[JSON, ("x-forwarded-for", "10.0.0.1")], 403),
        (USER, &[JSON, ("origin", "http://evil.example.org")], 403),
        (USER, &[JSON, ("x-setup-code", "AAAA-AAAA-AAAA")], 403),
        (USER, &[JSON], 204),
        (USER, &[JSON], 401),
    ] {
        let got = stage.send("POST", path, headers, body);
        assert_eq!(got.status, status, "{headers:?}: {}", got.text());
    }
    assert_eq!(asks(), true);
    let entered = stage.send("POST", "/api/v1/login", &[JSON], USER);
    let session = format!("BASIC_AUTH={}", cookie(&entered, "BASIC_AUTH"));
    let new = r#"{"username": "ann@example.org", "password": "Better123"}"#;
    let old = basic("ann@example.org:Secret12");
    assert_eq!(stage.send("POST", path, &[JSON, ("cookie", &session)], new).status, 401);
    assert_eq!(stage.send("POST", path, &[JSON, ("authorization", &old)], new).status, 204);
    assert_eq!(stage.send("GET", "/api/v1/configs", &[("authorization", &old)], "").status, 401);
    assert_eq!(stage.send("GET", "/api/v1/configs", &[("cookie", &session)], "").status, 401);
    assert_eq!(stage.send("POST", "/api/v1/login", &[JSON], new).status, 200);
}

#[test]
fn proxies_that_are_believed_say_who_it_is() {
    let proxies = vec![Network::read("127.0.0.0/8").unwrap()];
    let groups = vec!["flows".to_owned()];
    let stage = stage(Policy { proxies, groups, ..Policy::default() }, Some(("ann@example.org", "Secret12")));
    for (headers, status) in [
        (&[("remote-user", "bob"), ("remote-groups", "mail,flows")][..], 200),
        (&[("remote-user", "bob"), ("remote-groups", "mail")], 403),
        (&[("remote-user", "bob")], 403),
        (&[("remote-groups", "flows")], 401),
    ] {
        assert_eq!(stage.send("GET", "/api/v1/configs", headers, "").status, status, "{headers:?}");
    }
}

#[test]
fn a_server_that_asks_nobody_still_looks_where_requests_come_from() {
    let stage = stage(Policy { is_open: true, ..Policy::default() }, None);
    let path = "/api/v1/me/api-tokens";
    let wish = r#"{"name": "t"}"#;
    assert_eq!(stage.send("GET", "/api/v1/configs", &[], "").json()["isBasicAuthInitialized"], true);
    assert_eq!(stage.send("POST", path, &[JSON], wish).status, 200);
    assert_eq!(stage.send("POST", path, &[JSON, ("origin", "http://evil.example.org")], wish).status, 403);
    assert_eq!(stage.send("POST", path, &[JSON, ("sec-fetch-site", "cross-site")], wish).status, 403);
}
