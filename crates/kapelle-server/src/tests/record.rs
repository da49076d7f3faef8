//! What is written down about requests, and what outlives a restart.

use std::sync::{Arc, Mutex};

use kapelle_model::{Millis, Text};
use kapelle_store::Store;

use super::stage::{LOGIN, Stage};
use crate::Entry;
use crate::auth::{Accounts, Policy};
use crate::gate::{AccountGate, BasicGate, Gate};

const JSON: (&str, &str) = ("content-type", "application/json");

fn accounts(store: Arc<dyn Store>) -> Arc<dyn Gate> {
    let password = Text::from("Secret12").into_secret();
    let account = Some(("ann@example.org", &password));
    let accounts = Accounts::start(store, Arc::new(|| Millis(0)), Policy::default(), account).unwrap();
    Arc::new(AccountGate::new(accounts))
}

#[test]
fn the_record_tells_who_did_what_and_no_password() {
    let stage = Stage::start_with(accounts);
    for password in ["Secret12", "canary-4711"] {
        let body = format!(r#"{{"username": "ann@example.org", "password": "{password}"}}"#);
        stage.send("POST", "/api/v1/login", &[JSON], &body);
    }
    let bearer = ("authorization", "Bearer ann@example.org:Secret12");
    let flow = "id: hello\nnamespace: team\ntasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log, message: canary-0815}\n";
    let made =
        stage.send("POST", "/api/v1/main/flows", &[bearer, ("content-type", "application/x-yaml")], flow);
    assert_eq!(made.status, 200, "{}", made.text());
    let wrong = ("authorization", "Bearer ann@example.org:canary-4712");
    assert_eq!(stage.send("GET", "/api/v1/main/flows/search", &[wrong], "").status, 401);
    assert_eq!(stage.send("GET", "/api/v1/main/flows/search", &[bearer], "").status, 200);
    let got = stage.send("GET", "/api/v1/main/auditlogs/search?size=50", &[bearer], "");
    assert_eq!(got.status, 200, "{}", got.text());
    let rows: Vec<String> = got.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let log = &row["auditLog"];
            let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            format!(
                "{} {} {} {}",
                word(&log["userId"]),
                word(&log["type"]),
                word(&log["detail"]["action"]),
                log["detail"]["status"]
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "anonymous UNKNOWN access.refused 401",
            "ann@example.org CREATE flow.create 200",
            "anonymous LOGIN_FAILURE user.login 401",
            "ann@example.org LOGIN user.login 200",
        ]
    );
    assert_eq!(got.json()["results"][1]["auditLog"]["ipAddress"], "127.0.0.1");
    assert!(!got.text().contains("canary"), "{}", got.text());
    let few = stage.send("GET", "/api/v1/auditlogs/search?type=LOGIN&q=login", &[bearer], "");
    assert_eq!(few.json()["total"], 1);
    let csv = stage.send("GET", "/api/v1/main/auditlogs/export", &[bearer], "");
    assert!(
        csv.text().contains("\"flow.create\",\"POST flows\",\"/api/v1/main/flows\",\"200\""),
        "{}",
        csv.text()
    );
    assert_eq!(stage.send("GET", "/api/v1/main/auditlogs/search", &[], "").status, 401);
}

#[test]
fn a_restart_signs_nobody_out_and_a_new_password_everybody() {
    let kept: Arc<Mutex<Option<Arc<dyn Store>>>> = Arc::default();
    let keeps = Arc::clone(&kept);
    let stage = Stage::start_with(move |store| {
        *keeps.lock().unwrap() = Some(Arc::clone(&store));
        accounts(store)
    });
    let body = r#"{"username": "ann@example.org", "password": "Secret12"}"#;
    let entered = stage.send("POST", "/api/v1/login", &[JSON], body);
    let value = |name: &str| {
        let mut cookies = entered.headers.iter().filter(|(header, _)| header == "set-cookie");
        cookies.find_map(|(_, value)| value.strip_prefix(name)?.split(';').next()).unwrap().to_owned()
    };
    let (cookie, csrf) = (format!("JWT={}", value("JWT=")), value("csrfToken="));
    let store = kept.lock().unwrap().take().unwrap();
    let again = |policy_password: &str| {
        let (store, password) = (Arc::clone(&store), Text::from(policy_password).into_secret());
        Stage::start_with(move |_| {
            let account = Some(("ann@example.org", &password));
            let accounts =
                Accounts::start(store, Arc::new(|| Millis(0)), Policy::default(), account).unwrap();
            Arc::new(AccountGate::new(accounts))
        })
    };
    let wish = r#"{"name": "t", "description": "for tests"}"#;
    let second = again("Secret12");
    let headers = [JSON, ("cookie", cookie.as_str()), ("x-csrf-token", csrf.as_str())];
    let made = second.send("POST", "/api/v1/me/api-tokens", &headers, wish);
    assert_eq!(
        (made.status, made.json()["description"].as_str()),
        (200, Some("for tests")),
        "{}",
        made.text()
    );
    assert_eq!(second.send("POST", "/api/v1/logout", &[("cookie", &cookie)], "").status, 200);
    assert_eq!(again("Secret12").send("GET", "/api/v1/configs", &[("cookie", &cookie)], "").status, 401);
    let entered = second.send("POST", "/api/v1/login", &[JSON], body);
    let mut cookies = entered.headers.iter().filter(|(header, _)| header == "set-cookie");
    let cookie = cookies.find_map(|(_, value)| value.starts_with("JWT=").then(|| value.clone())).unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(again("Secret12").send("GET", "/api/v1/configs", &[("cookie", &cookie)], "").status, 200);
    assert_eq!(again("Secret13").send("GET", "/api/v1/configs", &[("cookie", &cookie)], "").status, 401);
}

#[test]
fn names_pages_and_the_realm_are_those_of_the_configuration() {
    let entry = Entry {
        hosts: vec!["flows.example.org".to_owned()],
        origins: vec!["https://board.example.org".to_owned()],
        realm: Some("Our \"flows\"".to_owned()),
        ..Entry::default()
    };
    let stage = Stage::start_as(|_| Arc::new(BasicGate::new("ann", "Secret12")), entry, None);
    let path = "/api/v1/main/flows/search";
    let login = ("authorization", LOGIN);
    for (host, status) in [("flows.example.org", 200), ("localhost", 200), ("evil.example.org", 421)] {
        assert_eq!(stage.send("GET", path, &[login, ("host", host)], "").status, status, "{host}");
    }
    let page = ("origin", "https://board.example.org");
    let got = stage.send("GET", path, &[login, page], "");
    assert_eq!(got.header("access-control-allow-origin"), Some("https://board.example.org"));
    assert_eq!((got.header("vary"), got.header("access-control-allow-credentials")), (Some("origin"), None));
    let asks = ("access-control-request-method", "POST");
    let got = stage.send("OPTIONS", path, &[page, asks], "");
    assert_eq!((got.status, got.header("access-control-max-age")), (204, Some("1800")));
    let stranger = ("origin", "https://evil.example.org");
    let got = stage.send("OPTIONS", path, &[stranger, asks], "");
    assert_eq!((got.status, got.header("access-control-allow-origin")), (405, None));
    let got = stage.send("GET", path, &[], "");
    assert_eq!(got.header("www-authenticate"), Some("Basic realm=\"Our flows\""));
    assert_eq!(got.header("cross-origin-opener-policy"), Some("same-origin"));
}

#[test]
fn who_tries_keys_of_webhooks_has_to_wait() {
    let stage = Stage::start();
    let path = "/api/v1/main/executions/webhook/team/hello/wrong";
    let statuses: Vec<u16> = (0..31).map(|_| stage.send("POST", path, &[], "").status).collect();
    assert_eq!((statuses[0], statuses[29], statuses[30]), (404, 404, 429));
    let got = stage.send("POST", path, &[("x-forwarded-for", "10.0.0.1")], "");
    assert_eq!((got.status, got.header("retry-after").is_some()), (429, true));
}
