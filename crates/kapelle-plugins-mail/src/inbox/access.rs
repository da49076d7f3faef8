//! What flows say about a mailbox.

use kapelle_http::Client;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::wire::{Patience, Wire};
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

const HELP: &str = "a server with a certificate of its own is believed with `trustAllCertificates: true`, and one that speaks plainly at first needs `ssl: false` and its port";

/// How a mailbox is read.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Protocol {
    Imap,
    Pop3,
}

impl Word for Protocol {}

/// Where a mailbox is, as all triggers of the family have it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Access {
    /// How the mailbox is read: `IMAP` or `POP3`; `IMAP` where it is not said.
    protocol: Option<Expr<Protocol>>,
    /// The mail server.
    host: Expr<Text>,
    /// Its port. Where it is not said: 993 for IMAP and 995 for POP3 with TLS, 143 and 110 without.
    port: Option<Expr<u16>>,
    /// The user whose mailbox it is.
    username: Expr<Text>,
    /// The password of the user.
    password: Expr<Text>,
    /// The folder that is looked at; `INBOX` where it is not said. Folders within folders are written as the server writes them, such as `Orders/New`. POP3 has no other than `INBOX`.
    folder: Option<Expr<String>>,
    /// Whether TLS secures the connection from its beginning; it does, unless this says `false`. Then STARTTLS does where the server offers it.
    ssl: Option<Expr<bool>>,
    /// Whether the server is believed whatever its certificate says.
    trust_all_certificates: Option<Expr<bool>>,
}

/// A mailbox of a server, and who reads it.
pub(crate) struct Server {
    pub(crate) protocol: Protocol,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: Text,
    pub(crate) password: Text,
    pub(crate) folder: String,
    pub(crate) is_secure: bool,
    pub(crate) trusts_all: bool,
}

impl Access {
    pub(crate) fn server(&self, cx: &RunContext) -> Result<Server, Failure> {
        let protocol = cx.filled(self.protocol.as_ref())?.unwrap_or(Protocol::Imap);
        let is_secure = cx.filled(self.ssl.as_ref())?.unwrap_or(true);
        let folder = cx.filled(self.folder.as_ref())?.unwrap_or_else(|| "INBOX".to_owned());
        if protocol == Protocol::Pop3 && !folder.eq_ignore_ascii_case("INBOX") {
            return Err(Failure::new(format!(
                "POP3 has no folder `{folder}`: leave `folder` out, or read the mailbox with `protocol: IMAP`"
            )));
        }
        let port = match (protocol, is_secure) {
            (Protocol::Imap, true) => 993,
            (Protocol::Imap, false) => 143,
            (Protocol::Pop3, true) => 995,
            (Protocol::Pop3, false) => 110,
        };
        Ok(Server {
            protocol,
            port: cx.filled(self.port.as_ref())?.unwrap_or(port),
            host: needed(cx, &self.host, "host", "the name of the mail server")?.expose().trim().to_owned(),
            user: needed(cx, &self.username, "username", "whose mailbox it is")?,
            password: needed(cx, &self.password, "password", "the password of the user")?,
            folder,
            is_secure,
            trusts_all: cx.filled(self.trust_all_certificates.as_ref())?.unwrap_or(false),
        })
    }
}

fn needed(cx: &RunContext, property: &Expr<Text>, name: &str, what: &str) -> Result<Text, Failure> {
    let value = cx.filled(Some(property))?;
    value.ok_or_else(|| Failure::new(format!("the property `{name}` is empty: write {what}")))
}

impl Server {
    /// The same for the same mailbox, and nothing that anybody could read.
    pub(crate) fn fingerprint(&self) -> String {
        let Self { protocol, host, port, folder, user, .. } = self;
        let place = format!("{protocol:?}\n{}\n{port}\n{}\n{folder}", host.to_lowercase(), user.expose());
        Sha256::digest(place.as_bytes())
            .iter()
            .take(16)
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// Connects; over TLS if it is to be so from the beginning.
    pub(super) async fn connect(&self, cx: &RunContext) -> Result<Wire, Broken> {
        let (client, host, port) = (cx.host.http(), &self.host, self.port);
        let connecting = client.line(host, port);
        let wire = Wire::open(&cx.stop, host, port, Patience::USUAL, connecting).await?;
        if self.is_secure { wire.secured(&client, self.trusts_all, HELP).await } else { Ok(wire) }
    }

    /// Goes on over TLS after a server said that it will.
    pub(super) async fn secured(&self, client: &Client, wire: Wire) -> Result<Wire, Broken> {
        // Who would take an open connection too has nothing to gain from a certificate.
        wire.secured(client, true, HELP).await
    }
}

/// The server knows no such user with this password.
pub(super) fn refused(answer: &str) -> Broken {
    Broken::new(format!(
        "the mail server does not let this user in: {}; look at `username` and `password`",
        answer.escape_debug()
    ))
}

/// Says that others could read the password, if they could.
pub(super) fn warn_if_open(cx: &RunContext, wire: &Wire) {
    if !wire.is_secure() {
        cx.log(
            Level::Warn,
            "the password goes over a connection that is not encrypted, since the mail server offers no TLS there; `ssl: true` with the port for TLS protects it",
        );
    }
}
