//! Nothing reaches a handler without a name. Requests are made from the table of routes: a new route is in by itself.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use hyper::Method;
use kapelle_core::expression::plain::to_base64;
use kapelle_model::{Millis, Text};

use super::stage::Stage;
use crate::address::{Address, Level};
use crate::auth::{Accounts, Policy};
use crate::gate::{AccountGate, Needs};
use crate::route::{Found, Route, find};
use crate::routes;

const HOUR: i64 = 3_600_000;
const USER: &str = r#"{"username": "ann@example.org", "password": "Secret12"}"#;

struct House {
    stage: Stage,
    accounts: Arc<Accounts>,
    clock: Arc<AtomicI64>,
}

/// The beginning of an answer, which has all of an error.
struct Heard {
    status: u16,
    text: String,
}

impl House {
    fn build() -> Self {
        let clock = Arc::new(AtomicI64::new(0));
        let moment = Arc::clone(&clock);
        let mut kept = None;
        let stage = Stage::start_with(|store| {
            let now = Arc::new(move || Millis(moment.load(Ordering::Relaxed)));
            let password = Text::from("Secret12").into_secret();
            let account = Some(("ann@example.org", &password));
            let accounts = Accounts::start(store, now, Policy::default(), account).unwrap();
            kept = Some(Arc::clone(&accounts));
            Arc::new(AccountGate::new(accounts))
        });
        Self { stage, accounts: kept.unwrap(), clock }
    }

    fn table(&self) -> Vec<Route> {
        let mut table = routes::api();
        table.extend(routes::accounts(&self.accounts));
        table
    }

    fn ask(&self, method: &str, target: &str, headers: &str) -> Heard {
        let (connection, length) = ("connection: close", "content-length: 0");
        self.say(&format!(
            "{method} {target} HTTP/1.1\r\nhost: localhost\r\n{headers}{connection}\r\n{length}\r\n\r\n"
        ))
    }

    /// Sends bytes as they are.
    fn say(&self, text: &str) -> Heard {
        let mut stream = TcpStream::connect(self.stage.url.strip_prefix("http://").unwrap()).unwrap();
        // Streams of what is not there wait for it: that they were let in is all that is asked.
        let patience = if text.contains("/follow HTTP") { 2 } else { 30 };
        stream.set_read_timeout(Some(Duration::from_secs(patience))).unwrap();
        // A server that refuses may close before it has heard everything.
        let _early = stream.write_all(text.as_bytes());
        let mut bytes = vec![0; 4_096];
        let mut filled = 0;
        while filled < bytes.len() {
            match stream.read(&mut bytes[filled..]) {
                Ok(count) if count > 0 => filled += count,
                _ => break,
            }
            if bytes.starts_with(b"HTTP/1.1 2") {
                break;
            }
        }
        let text = String::from_utf8_lossy(&bytes[..filled]).into_owned();
        let status = text.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
        Heard { status, text }
    }

    /// Cookie and CSRF token of a new session.
    fn sign_in(&self) -> (String, String) {
        let answer = self.stage.send("POST", "/api/v1/login", &[("content-type", "application/json")], USER);
        let value = |name: &str| {
            let mut cookies = answer.headers.iter().filter(|(header, _)| header == "set-cookie");
            let found = cookies.find_map(|(_, value)| value.strip_prefix(name)?.split(';').next());
            found.unwrap().to_owned()
        };
        (value("JWT="), value("csrfToken="))
    }
}

/// A path that a route answers, in its longest spelling.
fn path(route: &Route) -> String {
    let segments = route.pattern.split('/').map(|segment| match segment {
        "" => "",
        _ if segment.ends_with(":execution}") => "5cBZ1JF8kim8fbFg13bumX",
        _ if segment.ends_with("*}") => "a",
        _ if segment.starts_with('{') => "team",
        _ => segment,
    });
    let below: Vec<&str> = segments.collect();
    let root = match route.level {
        Level::Root => "",
        Level::Instance => "/api/v1",
        Level::Tenant => "/api/v1/main",
    };
    format!("{root}/{}", below.join("/"))
}

fn is_unsafe(route: &Route) -> bool {
    !matches!(route.method, Method::GET | Method::HEAD)
}

#[test]
fn nobody_comes_in_without_good_credentials() {
    let house = House::build();
    let (old, old_csrf) = house.sign_in();
    let (_, token) = {
        let (full, token) = house.accounts.make_token("ann@example.org".into(), "t", "", Some(HOUR)).unwrap();
        (token, full)
    };
    house.clock.store(13 * HOUR, Ordering::Relaxed);
    let (session, csrf) = house.sign_in();
    let basic = |pair: &str| format!("authorization: Basic {}\r\n", to_base64(pair.as_bytes()));
    let unknown = format!("kap_{}", "0".repeat(72));
    let bad = [
        ("nothing", String::new()),
        ("an empty header", "authorization: \r\n".to_owned()),
        ("another scheme", "authorization: Digest ann\r\n".to_owned()),
        ("a token that is none", format!("authorization: Bearer {unknown}\r\n")),
        ("a token whose time is over", format!("authorization: Bearer {token}\r\n")),
        ("a session whose time is over", format!("cookie: JWT={old}\r\nx-csrf-token: {old_csrf}\r\n")),
        ("a session that is none", format!("cookie: JWT={csrf}\r\nx-csrf-token: {csrf}\r\n")),
        (
            "a proxy that nobody knows",
            "remote-user: ann@example.org\r\nx-forwarded-for: 127.0.0.1\r\n".to_owned(),
        ),
    ];
    let (mut guarded, mut open) = (0, BTreeSet::new());
    for route in house.table() {
        let (method, path) = (route.method.as_str(), path(&route));
        if route.needs == Needs::Nothing {
            open.insert(format!("{:?} {method} {}", route.level, route.pattern));
            continue;
        }
        guarded += 1;
        for (what, headers) in &bad {
            let heard = house.ask(method, &path, headers);
            assert_eq!(heard.status, 401, "{what}: {method} {path}: {}", heard.text);
        }
        let without = house.ask(method, &path, &format!("cookie: JWT={session}\r\n"));
        assert_eq!(without.status == 403, is_unsafe(&route), "{method} {path}: {}", without.text);
        let foreign =
            format!("cookie: JWT={session}\r\nx-csrf-token: {csrf}\r\norigin: http://evil.example.org\r\n");
        let foreign = house.ask(method, &path, &foreign);
        assert_eq!(foreign.status == 403, is_unsafe(&route), "{method} {path}: {}", foreign.text);
        let good = house.ask(method, &path, &basic("ann@example.org:Secret12"));
        let is_waiting = good.status == 0 && path.ends_with("/follow");
        let is_in = is_waiting || !matches!(good.status, 0 | 401 | 403 | 429 | 500..=599);
        assert!(is_in, "{method} {path}: {}", good.text);
    }
    assert!(guarded > 100, "{guarded}");
    // Whoever adds one that everybody may call writes it here too.
    assert_eq!(open.iter().map(String::as_str).collect::<Vec<_>>(), OPEN);
}

/// All that may be called without a name.
const OPEN: [&str; 22] = [
    "Instance GET basicAuthValidationErrors",
    "Instance GET configs/login",
    "Instance GET health",
    "Instance GET setup",
    "Instance POST login",
    "Instance POST logout",
    "Instance POST setup",
    "Root GET ",
    "Root GET health",
    "Root GET ping",
    "Root GET ui/{path*}",
    "Root POST login",
    "Root POST logout",
    "Root POST oauth/access_token",
    "Tenant GET executions/webhook/{namespace}/{flow}/{key}",
    "Tenant GET executions/webhook/{namespace}/{flow}/{key}/{path*}",
    "Tenant POST basicAuth",
    "Tenant POST executions/webhook/{namespace}/{flow}/{key}",
    "Tenant POST executions/webhook/{namespace}/{flow}/{key}/{path*}",
    "Tenant POST executions/{key}",
    "Tenant PUT executions/webhook/{namespace}/{flow}/{key}",
    "Tenant PUT executions/webhook/{namespace}/{flow}/{key}/{path*}",
];

/// Other spellings of a path, by which somebody may hope to come around the gate.
fn tricks(path: &str) -> Vec<String> {
    let mut all: Vec<String> = [
        "/",
        "//",
        ";",
        ";x=/ping",
        "/;/ping",
        "/..;/ping",
        "%00",
        "/%00",
        ".json",
        "/.",
        "/..",
        "/../../ping",
        "%2f",
        "%2F..%2Fping",
        "%5c",
        "/%2e%2e/ping",
        "%252f",
        "?x=/ping",
        "#/ping",
        "/ui",
        "/ping",
        "/health",
        "/executions/webhook/a/b/c",
        "%20",
        "%0a",
        "~",
    ]
    .iter()
    .map(|end| format!("{path}{end}"))
    .collect();
    for (at, _) in path.match_indices('/') {
        for instead in ["//", "/./", "/%2e/", "/x/../", "%2f", "\\", "/%5c", "/;/"] {
            all.push(format!("{}{instead}{}", &path[..at], &path[at + 1..]));
        }
    }
    for before in
        ["/ping/..", "/ui/..", "/ui", "//localhost", "/api/v1/executions/webhook/a/b/..", "http://ping"]
    {
        all.push(format!("{before}{path}"));
    }
    all.push(path.to_uppercase());
    all.push(path.replace("/main/", "/MAIN/"));
    all.push(path.replace("/main/", "/other/"));
    all.push(path.replacen("/v1/", "/v1/main/", 1));
    all.push(path.replace('e', "%65"));
    all
}

#[test]
fn no_spelling_of_a_path_comes_around_the_gate() {
    let house = House::build();
    let table = house.table();
    let mut paths: Vec<(&Method, String)> = table
        .iter()
        .filter(|route| route.needs != Needs::Nothing)
        .map(|route| (&route.method, path(route)))
        .collect();
    // Those of one form share their spellings: one of each is enough.
    paths.sort_by_key(|(method, path)| (method.as_str(), path.matches('/').count(), path.len()));
    paths.dedup_by_key(|(method, path)| (method.clone(), path.matches('/').count()));
    for (method, path) in paths {
        for target in tricks(&path) {
            let heard = house.ask(method.as_str(), &target, "");
            let path = target.strip_prefix("http://ping").unwrap_or(&target);
            let path = path.split(['?', '#']).next().unwrap();
            let meant = Address::read(path).ok().map(|address| match find(&table, method, &address) {
                Found::Routes(routes) => routes[0].0.needs == Needs::Nothing,
                _ => false,
            });
            let is_open = meant == Some(true);
            let is_refused = matches!(heard.status, 400 | 401 | 404 | 405);
            assert!(is_refused || (is_open && heard.status < 500), "{method} {target}: {}", heard.text);
            let is_missing = !heard.text.contains("no route for") && heard.status == 404;
            assert!(!is_missing || is_open, "{method} {target} reached a handler: {}", heard.text);
        }
    }
}

#[test]
fn unknown_methods_are_refused_everywhere() {
    let house = House::build();
    for method in ["TRACE", "CONNECT", "BREW", "get", "OPTIONS"] {
        for target in ["/api/v1/main/flows/search", "/health", "/nothing"] {
            let heard = house.ask(method, target, "");
            assert!(matches!(heard.status, 400 | 404 | 405), "{method} {target}: {}", heard.text);
        }
    }
}

#[test]
fn broken_requests_hurt_nobody() {
    let house = House::build();
    let head = "GET /ping HTTP/1.1\r\nhost: localhost\r\n";
    let post = "POST /api/v1/main/flows HTTP/1.1\r\nhost: localhost\r\n";
    let many = "x: y\r\n".repeat(200);
    for (what, text, statuses) in [
        ("two hosts", format!("{head}host: evil\r\n\r\n"), &[400][..]),
        ("no host", "GET /ping HTTP/1.1\r\n\r\n".to_owned(), &[400]),
        (
            "another host in the target",
            "GET http://a@b/ping HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(),
            &[400],
        ),
        ("many headers", format!("{head}{many}\r\n"), &[431, 400]),
        ("a large header", format!("{head}x: {}\r\n\r\n", "y".repeat(100_000)), &[431, 400, 0]),
        (
            "a long target",
            format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "y".repeat(9_000)),
            &[414, 404],
        ),
        ("a bad header", format!("{head}x y: z\r\n\r\n"), &[400]),
        ("two lengths", format!("{post}content-length: 1\r\ncontent-length: 2\r\n\r\nab"), &[400]),
        ("a bad length", format!("{post}content-length: -1\r\n\r\n"), &[400]),
        (
            "length and chunks",
            format!("{post}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
            &[400, 401],
        ),
        ("bad chunks", format!("{post}transfer-encoding: chunked\r\n\r\nzz\r\n"), &[400, 401]),
        ("an odd coding", format!("{post}transfer-encoding: gzip\r\n\r\n"), &[400, 401]),
        ("no request", "\0\0\0\0\r\n\r\n".to_owned(), &[400, 0]),
        ("TLS where there is none", "\u{16}\u{3}\u{1}\0\u{5}hello\r\n\r\n".to_owned(), &[400, 0]),
        ("a NUL in a header", format!("{head}x: a\0b\r\n\r\n"), &[400]),
        ("an old version", "GET /ping HTTP/0.9\r\n\r\n".to_owned(), &[400, 505, 0]),
    ] {
        let heard = house.say(&text);
        assert!(statuses.contains(&heard.status), "{what}: {} {}", heard.status, heard.text);
    }
    let twice = format!("{head}\r\n{head}connection: close\r\n\r\n");
    assert_eq!(house.say(&twice).status, 200);
    assert_eq!(house.ask("GET", "/ping", "").status, 200);
}
