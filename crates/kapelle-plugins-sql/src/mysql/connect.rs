//! Connecting to MySQL and MariaDB.

use std::time::Duration;

use jiff::tz::TimeZone;
use kapelle_http::Check;
use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};
use tokio::time::timeout;

use super::cells::{Manner, System};
use super::login::{Greeting, LONG_PASSWORD, finish, proof};
use super::packets::{Wire, put_counted};
use super::session::Session;
use super::variables::assignment;
use crate::line;
use crate::login::Access;
use crate::security::{Security, secure};
use crate::url::JdbcUrl;
use crate::wrong::Wrong;

const PORT: u16 = 3306;

/// How long connecting may take where the URL does not say.
const CONNECT_TIME: Duration = Duration::from_secs(30);

/// The parameters of URLs that are understood.
const KNOWN: &[&str] = &[
    "user",
    "password",
    "allowMultiQueries",
    "connectTimeout",
    "requireSSL",
    "serverSslCert",
    "sessionVariables",
    "sslMode",
    "tinyInt1isBit",
    "useSSL",
    "verifyServerCertificate",
    "yearIsDateType",
];

/// `utf8mb4_general_ci`: texts are UTF-8, whatever the server is set to.
const CHARACTERS: u8 = 45;

/// What client and server may agree on.
mod ability {
    /// Rows that were found are counted, also those that were so before.
    pub(super) const FOUND_ROWS: u32 = 1 << 1;
    pub(super) const LONG_FLAG: u32 = 1 << 2;
    pub(super) const DATABASE: u32 = 1 << 3;
    pub(super) const LOCAL_FILES: u32 = 1 << 7;
    pub(super) const PROTOCOL_41: u32 = 1 << 9;
    pub(super) const SSL: u32 = 1 << 11;
    pub(super) const TRANSACTIONS: u32 = 1 << 13;
    pub(super) const SECURE_LOGIN: u32 = 1 << 15;
    pub(super) const SEVERAL_RESULTS: u32 = 1 << 17;
    pub(super) const SEVERAL_RESULTS_PREPARED: u32 = 1 << 18;
    pub(super) const PLUGINS: u32 = 1 << 19;
    pub(super) const LONG_PROOF: u32 = 1 << 21;

    /// Of MariaDB: columns say what their type does not, such as that a text is JSON.
    pub(super) const COLUMNS_SAY_MORE: u32 = 1 << 3;
}

/// How a server is reached, and by whom.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) cx: RunContext,
    host: String,
    port: u16,
    limit: Duration,
    user: String,
    password: String,
    database: String,
    /// Nothing for connections that are never secure; whether they have to be.
    security: Option<(Security, bool)>,
    reads_files: bool,
    system: System,
}

/// A connection with the user logged in.
pub(super) struct Open {
    pub(super) wire: Wire,
    /// Its number.
    pub(super) thread: u32,
    /// Columns say what their type does not.
    pub(super) columns_say_more: bool,
}

pub(super) async fn connect(
    cx: &RunContext,
    access: &Access,
    input_file: Option<Text>,
    system: System,
) -> Result<Session, Broken> {
    let url = &access.url;
    let name = match system {
        System::Mysql => "MySQL",
        System::Mariadb => "MariaDB",
    };
    let refused =
        |wrong: &Wrong| Broken::from(wrong.at(&format!("there is no connection to {name}"), &access.veil));
    let mut hosts = url.hosts.clone();
    if hosts.is_empty() {
        hosts.push(("localhost".to_owned(), None));
    }
    let limit =
        url.parameter("connectTimeout").and_then(|millis| millis.parse().ok()).filter(|millis| *millis > 0);
    let limit = limit.map_or(CONNECT_TIME, Duration::from_millis);
    let security = security(url).map_err(|reason| refused(&Wrong::new(reason)))?;
    let variables = url.parameter("sessionVariables").and_then(assignment);
    let others: Vec<&str> = url.other_parameters(KNOWN).map(|(name, _)| name).collect();
    if !others.is_empty() {
        let text = format!("parameters of the `url` that mean nothing here: {}", others.join(", "));
        cx.log(Level::Debug, access.veil.over(&text));
    }
    let mut last = Wrong::new("there is no server");
    for (host, port) in hosts {
        let way = Way {
            cx: cx.clone(),
            host,
            port: port.unwrap_or(PORT),
            limit,
            user: access.user.clone().unwrap_or_default(),
            password: access.password.clone().unwrap_or_default(),
            database: url.database.clone(),
            security: security.clone(),
            reads_files: input_file.is_some(),
            system,
        };
        let connecting = async {
            let open = way.open().await?;
            let manner = Manner {
                session: TimeZone::UTC,
                task: access.zone.clone(),
                system,
                tiny_is_bool: !url.denies("tinyInt1isBit"),
                year_is_date: !url.denies("yearIsDateType"),
            };
            Session::begin(open, way.clone(), manner, input_file.clone(), variables.as_deref()).await
        };
        let session = timeout(limit, connecting).await.unwrap_or_else(|_| {
            Err(Wrong::lost(format!("`{}` did not answer within {} ms", way.host, limit.as_millis())))
        });
        match session {
            Ok(session) => return Ok(session),
            Err(wrong) if wrong.is_lost => last = wrong,
            Err(wrong) => return Err(refused(&wrong)),
        }
    }
    Err(refused(&last))
}

/// How connections are secured: the words of both systems are understood. Where nothing is said, they are secured if the
/// server can.
fn security(url: &JdbcUrl) -> Result<Option<(Security, bool)>, String> {
    let mode = url.parameter("sslMode").unwrap_or_default().to_ascii_uppercase().replace('-', "_");
    let (check, is_needed) =
        match mode.as_str() {
            "DISABLED" | "DISABLE" => return Ok(None),
            "" if url.denies("useSSL") => return Ok(None),
            "" if url.says("verifyServerCertificate") => (Check::Authority, true),
            "" if url.says("useSSL") && url.says("requireSSL") => (Check::Nothing, true),
            "" | "PREFERRED" => (Check::Nothing, false),
            "REQUIRED" | "TRUST" => (Check::Nothing, true),
            "VERIFY_CA" => (Check::Authority, true),
            "VERIFY_IDENTITY" | "VERIFY_FULL" => (Check::Everything, true),
            _ => return Err(
                "`sslMode` in the `url` is none of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY"
                    .to_owned(),
            ),
        };
    let roots = url.parameter("serverSslCert").filter(|pem| pem.contains("-----BEGIN")).map(str::to_owned);
    Ok(Some((Security { check, roots, identity: None }, is_needed)))
}

impl Way {
    pub(super) async fn open(&self) -> Result<Open, Wrong> {
        let line = line::open(&self.cx, (&self.host, self.port), self.limit).await?;
        let mut wire = Wire::new(line);
        let greeting = Greeting::read(&wire.read().await?)?;
        let mut abilities = LONG_PASSWORD
            | ability::FOUND_ROWS
            | ability::LONG_FLAG
            | ability::PROTOCOL_41
            | ability::TRANSACTIONS
            | ability::SECURE_LOGIN
            | ability::SEVERAL_RESULTS
            | ability::SEVERAL_RESULTS_PREPARED
            | ability::PLUGINS
            | ability::LONG_PROOF;
        if !self.database.is_empty() {
            abilities |= ability::DATABASE;
        }
        if self.reads_files {
            abilities |= ability::LOCAL_FILES;
        }
        let more = match self.system {
            System::Mysql => 0,
            System::Mariadb => greeting.more_abilities & ability::COLUMNS_SAY_MORE,
        };
        if more != 0 {
            abilities &= !LONG_PASSWORD;
        }
        let mut is_secure = false;
        match &self.security {
            Some((security, _)) if greeting.abilities & ability::SSL != 0 => {
                abilities |= ability::SSL;
                wire.write(&head(abilities, more)).await?;
                wire.flush().await?;
                wire = self.secured(wire, security).await?;
                is_secure = true;
            }
            Some((_, true)) => {
                return Err(Wrong::new(format!("`{}` does not secure connections", self.host))
                    .help("give the server a certificate, or write `sslMode=PREFERRED` in the `url`"));
            }
            _ => {}
        }
        let proof = proof(&greeting.plugin, &self.password, &greeting.challenge, is_secure)?;
        let mut packet = head(abilities, more);
        packet.extend([self.user.as_bytes(), &[0]].concat());
        put_counted(&proof, &mut packet);
        if !self.database.is_empty() {
            packet.extend([self.database.as_bytes(), &[0]].concat());
        }
        packet.extend([greeting.plugin.as_bytes(), &[0]].concat());
        wire.write(&packet).await?;
        wire.flush().await?;
        finish(&mut wire, &greeting.plugin, &self.password, is_secure).await?;
        Ok(Open { wire, thread: greeting.thread, columns_say_more: more != 0 })
    }

    async fn secured(&self, wire: Wire, security: &Security) -> Result<Wire, Wrong> {
        let number = wire.number();
        let trust = security.trust(&self.cx.host.http())?;
        Ok(Wire::new(secure(&trust, &self.host, wire.into_line()).await?).goes_on(number))
    }
}

/// What a login begins with.
fn head(abilities: u32, more: u32) -> Vec<u8> {
    let mut head = abilities.to_le_bytes().to_vec();
    head.extend(0x4000_0000_u32.to_le_bytes());
    head.push(CHARACTERS);
    head.extend([0; 19]);
    head.extend(more.to_le_bytes());
    head
}
