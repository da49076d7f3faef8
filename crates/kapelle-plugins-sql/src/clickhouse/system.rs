//! ClickHouse as a system: where it is, and how it is told things.

use std::fmt::Write;
use std::time::Duration;

use kapelle_http::{Header, Url};
use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};

use super::literals::literal;
use super::session::{Server, Session};
use crate::driver::Driver;
use crate::lexer::Syntax;
use crate::login::Access;
use crate::statement::Markers;
use crate::url::JdbcUrl;
use crate::values::hex;

/// How long a server may be silent while it works, where the URL does not say. The `timeout` of the task holds too.
const IDLE_TIME: Duration = Duration::from_hours(24);

/// Parameters of URLs that are meant for who connects, not for the server.
const OF_CLIENTS: &[&str] = &[
    "user",
    "password",
    "ssl",
    "sslmode",
    "database",
    "compress",
    "decompress",
    "protocol",
    "connect_timeout",
    "connection_timeout",
    "socket_timeout",
    "allowMultiQueries",
    "use_server_time_zone",
    "use_time_zone",
    "client_name",
    "http_connection_provider",
];

pub(super) struct Clickhouse;

impl Driver for Clickhouse {
    const SYSTEMS: &'static [&'static str] = &["clickhouse", "ch"];
    const SYNTAX: Syntax = Syntax {
        backslashes: true,
        backticks: true,
        brackets: false,
        dollars: true,
        hashes: false,
        nested_comments: true,
        bodies: false,
    };
    const MARKERS: Markers = Markers::Literals(literal);
    const BEGIN: Option<&'static str> = None;

    type Session = Session;

    async fn connect(&self, cx: &RunContext, access: &Access) -> Result<Session, Broken> {
        let server = Server {
            client: cx.host.http(),
            url: url(cx, &access.url)?,
            headers: headers(access),
            idle: limit(&access.url, "socket_timeout").unwrap_or(IDLE_TIME),
            connect: limit(&access.url, "connect_timeout").unwrap_or(Duration::from_secs(30)),
        };
        Ok(Session::begin(server, id(cx)?, access.zone.clone()))
    }
}

fn limit(url: &JdbcUrl, name: &str) -> Option<Duration> {
    url.parameter(name)
        .and_then(|millis| millis.parse().ok())
        .filter(|millis| *millis > 0)
        .map(Duration::from_millis)
}

/// A name that no other query has.
fn id(cx: &RunContext) -> Result<String, Failure> {
    let mut bytes = [0; 16];
    cx.services.random(&mut bytes).map_err(|error| Failure::new(error.text()))?;
    Ok(format!("kapelle-{}", hex(&bytes)))
}

fn headers(access: &Access) -> Vec<Header> {
    let user = access.user.as_deref().unwrap_or("default");
    let password = access.password.iter().map(|password| Header::secret("X-ClickHouse-Key", password));
    [Header::secret("X-ClickHouse-User", user)].into_iter().chain(password).collect()
}

/// The address to which statements go, with everything that holds for all of them.
fn url(cx: &RunContext, url: &JdbcUrl) -> Result<Url, Failure> {
    let is_secure = url.protocol.as_deref() == Some("https") || url.says("ssl");
    let (host, port) = url.hosts.first().cloned().unwrap_or_else(|| ("localhost".to_owned(), None));
    let port = port.unwrap_or(if is_secure { 8443 } else { 8123 });
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let scheme = if is_secure { "https" } else { "http" };
    let mut text = format!("{scheme}://{host}:{port}/?default_format=JSONCompactEachRowWithNamesAndTypes");
    for (name, value) in [
        ("output_format_json_quote_64bit_integers", "1"),
        ("output_format_json_quote_decimals", "1"),
        ("output_format_json_quote_denormals", "1"),
        ("date_time_output_format", "simple"),
        ("http_write_exception_in_output_format", "0"),
    ] {
        add(&mut text, name, value);
    }
    let database =
        Some(url.database.as_str()).filter(|name| !name.is_empty()).or_else(|| url.parameter("database"));
    if let Some(database) = database {
        add(&mut text, "database", database);
    }
    let session = id(cx)?;
    add(&mut text, "session_id", &session);
    for (name, value) in url.other_parameters(OF_CLIENTS) {
        add(&mut text, name, value);
    }
    Url::parse(&text)
        .map_err(|reason| Failure::new(format!("the `url` is no address of ClickHouse: {reason}")))
}

fn add(url: &mut String, name: &str, value: &str) {
    let encoded = |text: &str| {
        let mut encoded = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                // Writing into a text never fails.
                let _infallible = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    };
    let _infallible = write!(url, "&{}={}", encoded(name), encoded(value));
}
