//! Connecting to PostgreSQL.

use std::time::Duration;

use kapelle_http::Line;
use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

use super::secure::{Secure, SecureProperties};
use super::session::{Session, Way};
use super::words::wrong;
use crate::driver::Driver;
use crate::lexer::Syntax;
use crate::line;
use crate::login::Access;
use crate::security::secure;
use crate::statement::Markers;
use crate::wrong::Wrong;

const PORT: u16 = 5432;

/// How long connecting may take where the URL does not say.
const CONNECT_TIME: Duration = Duration::from_secs(30);

/// Asks the server whether it can secure the connection.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// With how a task secures its connections.
pub(super) struct Postgres<'p>(pub(super) &'p SecureProperties);

impl Driver for Postgres<'_> {
    const SYSTEMS: &'static [&'static str] = &["postgresql", "pgsql"];
    const SYNTAX: Syntax = Syntax {
        backslashes: false,
        backticks: false,
        brackets: false,
        dollars: true,
        hashes: false,
        nested_comments: true,
        bodies: true,
    };
    const MARKERS: Markers = Markers::Numbered;

    type Session = Session;

    async fn connect(&self, cx: &RunContext, access: &Access) -> Result<Session, Broken> {
        let url = &access.url;
        let mut hosts = url.hosts.clone();
        if hosts.is_empty() {
            hosts.push(("localhost".to_owned(), None));
        }
        let limit =
            url.parameter("connectTimeout").and_then(|seconds| seconds.parse().ok()).filter(|s| *s > 0);
        let limit = limit.map_or(CONNECT_TIME, Duration::from_secs);
        let config = config(access)?;
        let secure = self.0.read(cx, url)?;
        let mut last = Wrong::new("there is no server");
        for (host, port) in hosts {
            let way = Way { host, port: port.unwrap_or(PORT), limit, secure: secure.clone() };
            let connecting = async {
                let stream = way.open(cx).await?;
                let (client, connection) =
                    config.connect_raw(stream, NoTls).await.map_err(|error| wrong(&error, ""))?;
                Session::begin(cx, client, connection, way.clone(), access).await
            };
            let session = timeout(limit, connecting).await.unwrap_or_else(|_| {
                Err(Wrong::lost(format!("`{}` did not answer within {} s", way.host, limit.as_secs())))
            });
            match session {
                Ok(session) => return Ok(session),
                Err(wrong) if wrong.is_lost => last = wrong,
                Err(wrong) => return Err(refused(&wrong, access)),
            }
        }
        Err(refused(&last, access))
    }
}

fn refused(wrong: &Wrong, access: &Access) -> Broken {
    wrong.at("there is no connection to PostgreSQL", &access.veil).into()
}

fn config(access: &Access) -> Result<Config, Failure> {
    let user = access.user.as_deref().filter(|user| !user.is_empty());
    let user =
        user.ok_or_else(|| Failure::new("the property `username` is missing, and the `url` names no user"))?;
    let url = &access.url;
    let mut config = Config::new();
    config.user(user).ssl_mode(SslMode::Disable);
    config.dbname(if url.database.is_empty() { user } else { &url.database });
    config.application_name(url.parameter("ApplicationName").unwrap_or("Kapelle"));
    if let Some(password) = &access.password {
        config.password(password);
    }
    if let Some(options) = url.parameter("options") {
        config.options(options);
    }
    Ok(config)
}

impl Way {
    /// A connection, secured as is wanted.
    pub(super) async fn open(&self, cx: &RunContext) -> Result<Line, Wrong> {
        let (security, is_needed) = match &self.secure {
            Secure::Never => (None, false),
            Secure::IfPossible(security) => (Some(security), false),
            Secure::Always(security) => (Some(security), true),
        };
        let broke =
            |error: std::io::Error| Wrong::lost(format!("the connection to `{}` broke: {error}", self.host));
        let mut line = line::open(cx, (&self.host, self.port), self.limit).await?;
        let Some(security) = security else { return Ok(line) };
        let trust = security.trust(&cx.host.http())?;
        line.write_all(&SSL_REQUEST).await.map_err(broke)?;
        match line.read_u8().await.map_err(broke)? {
            b'S' => secure(&trust, &self.host, line).await,
            _ if is_needed => Err(Wrong::new(format!("`{}` does not secure connections", self.host))
                .help("turn `ssl` on at the server, or write `sslMode: PREFER`")),
            _ => Ok(line),
        }
    }
}
