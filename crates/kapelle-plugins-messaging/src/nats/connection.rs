//! A connection to a server: who comes, messages out, messages in, and questions with their answers.

use std::time::Duration;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext};
use ring::rand::{SecureRandom, SystemRandom};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::nkey::Credentials;
use super::protocol::{Incoming, Said, publish, read};
use crate::address::Address;
use crate::credential::written;
use kapelle_plugin::wire::{Patience, Wire};

/// Where the server is, and who comes.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ServerProperties {
    /// The address of the server, such as `nats://host:4222`, or several with commas between them, of which the first that
    /// answers is taken. User, password or token may stand in it. With `tls` the connection is a secure one.
    url: Expr<Text>,
    /// The user.
    username: Option<Expr<Text>>,
    /// The password.
    password: Option<Expr<Text>>,
    /// The token, for servers that want one.
    token: Option<Expr<Text>>,
    /// The content of a file of credentials, or its path.
    creds: Option<Expr<Text>>,
}

pub(super) struct Connection {
    wire: Wire,
    /// Begins the subjects on which only this connection listens.
    inbox: String,
    subscriptions: u64,
    /// Bytes that a message may have, with its headers.
    bytes_max: usize,
}

impl ServerProperties {
    /// Connects and says who comes.
    pub(super) async fn open(&self, cx: &RunContext) -> Result<Connection, Broken> {
        let url = cx.render(&self.url)?;
        let mut failed = Broken::from(Failure::new(
            "`url` is empty: write the address of the server, such as `nats://host:4222`",
        ));
        for one in url.expose().split(',').map(str::trim).filter(|one| !one.is_empty()) {
            match self.open_one(cx, &Text::from(one)).await {
                Ok(connection) => return Ok(connection),
                Err(broken) if broken.is_killed => return Err(broken),
                Err(broken) => failed = broken,
            }
        }
        Err(failed)
    }

    async fn open_one(&self, cx: &RunContext, url: &Text) -> Result<Connection, Broken> {
        let address = Address::parse(url, "url", &["nats", "tls"])?;
        let (host, port) = (address.host.as_str(), address.port.unwrap_or(4222));
        let login = self.login(cx, &address)?;
        let client = cx.host.http();
        let mut wire = Wire::open(&cx.stop, host, port, Patience::USUAL, client.line(host, port)).await?;
        let Said::Info(info) = read(&mut wire).await? else {
            return Err(Broken::new(format!(
                "what answers at `{}` is no NATS server: look at the port in `url`",
                wire.place()
            )));
        };
        let info: Json = serde_json::from_str(&info).unwrap_or_default();
        let is_secure = address.scheme == "tls" || info["tls_required"] == json!(true);
        if is_secure {
            wire = wire.secured(&client, false, "").await?;
        }
        let mut hello = json!({
            "verbose": false, "pedantic": false, "lang": "rust", "version": "1", "name": "kapelle", "protocol": 1,
            "headers": true, "no_responders": true, "tls_required": is_secure,
        });
        login.say(&mut hello, info["nonce"].as_str().unwrap_or_default());
        let mut random = [0; 12];
        SystemRandom::new().fill(&mut random).map_err(|_| Broken::new("there are no random numbers"))?;
        let inbox = random.iter().fold("_INBOX.".to_owned(), |text, byte| format!("{text}{byte:02x}"));
        let bytes_max = info["max_payload"].as_u64().map_or(1 << 20, |bytes| bytes as usize);
        let mut connection = Connection { wire, inbox, subscriptions: 0, bytes_max };
        connection.wire.send(format!("CONNECT {hello}\r\n").as_bytes()).await?;
        connection.flush().await?;
        Ok(connection)
    }

    fn login(&self, cx: &RunContext, address: &Address) -> Result<Login, Failure> {
        let filled = |property: &Option<Expr<Text>>| {
            Ok::<_, Failure>(cx.optional(property.as_ref())?.filter(|text| !text.expose().is_empty()))
        };
        if let Some(creds) = filled(&self.creds)? {
            return Ok(Login::Credentials(Credentials::read(&written(cx, creds, "creds")?)?));
        }
        if let Some(token) = filled(&self.token)? {
            return Ok(Login::Token(token));
        }
        let user = filled(&self.username)?;
        let password = filled(&self.password)?;
        Ok(match (user, password, address.user.clone(), address.password.clone()) {
            (None, None, Some(token), None) => Login::Token(token),
            (user, password, user_there, password_there) => {
                match (user.or(user_there), password.or(password_there)) {
                    (None, None) => Login::Nobody,
                    (user, password) => Login::User(user.unwrap_or_default(), password.unwrap_or_default()),
                }
            }
        })
    }
}

enum Login {
    Nobody,
    User(Text, Text),
    Token(Text),
    Credentials(Credentials),
}

impl Login {
    fn say(&self, hello: &mut Json, nonce: &str) {
        match self {
            Self::Nobody => {}
            Self::User(user, password) => {
                hello["user"] = Json::from(user.expose());
                hello["pass"] = Json::from(password.expose());
            }
            Self::Token(token) => hello["auth_token"] = Json::from(token.expose()),
            Self::Credentials(credentials) => {
                hello["jwt"] = Json::from(credentials.token.as_str());
                hello["sig"] = Json::from(credentials.sign(nonce));
            }
        }
    }
}

impl Connection {
    pub(super) fn place(&self) -> &str {
        self.wire.place()
    }

    /// Sends a message. Whether the server took it tells [`Self::flush`].
    pub(super) async fn publish(
        &mut self,
        subject: &str,
        reply: Option<&str>,
        headers: &[(String, String)],
        payload: &[u8],
    ) -> Result<(), Broken> {
        let bytes = publish(subject, reply, headers, payload)?;
        let head: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        if payload.len() + head > self.bytes_max {
            return Err(Broken::new(format!(
                "a message has {} bytes; the server at `{}` takes {} at most",
                payload.len() + head,
                self.place(),
                self.bytes_max
            )));
        }
        self.wire.send(&bytes).await
    }

    /// Waits until the server has done everything so far.
    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        self.wire.send(b"PING\r\n").await?;
        loop {
            match read(&mut self.wire).await? {
                Said::Pong => return Ok(()),
                said => {
                    // Messages that come meanwhile are for subscriptions that nobody waits for any more.
                    self.heed(said).await?;
                }
            }
        }
    }

    /// Begins to listen. What the subscription is called.
    pub(super) async fn subscribe(&mut self) -> Result<(u64, String), Broken> {
        self.subscriptions += 1;
        let (id, subject) = (self.subscriptions, format!("{}.{}", self.inbox, self.subscriptions));
        self.wire.send(format!("SUB {subject} {id}\r\n").as_bytes()).await?;
        Ok((id, subject))
    }

    pub(super) async fn unsubscribe(&mut self, id: u64) -> Result<(), Broken> {
        self.wire.send(format!("UNSUB {id}\r\n").as_bytes()).await
    }

    /// The next message of a subscription, if one comes until then.
    pub(super) async fn next(
        &mut self,
        subscription: u64,
        until: Instant,
    ) -> Result<Option<Incoming>, Broken> {
        while self.wire.is_ready(until).await? {
            let said = read(&mut self.wire).await?;
            if let Some(message) =
                self.heed(said).await?.filter(|message| message.subscription == subscription)
            {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    async fn heed(&mut self, said: Said) -> Result<Option<Incoming>, Broken> {
        match said {
            Said::Message(message) => return Ok(Some(message)),
            Said::Ping => self.wire.send(b"PONG\r\n").await?,
            Said::Info(_) | Said::Pong | Said::Good => {}
            Said::Error(error) => {
                let is_login = ["authorization", "authentication"]
                    .iter()
                    .any(|word| error.to_ascii_lowercase().contains(word));
                let advice = if is_login {
                    ". Look at `username` and `password`, `token`, or `creds`"
                } else if error.contains("Permissions") {
                    ". The user may not do this"
                } else {
                    ""
                };
                return Err(Broken::new(format!("NATS at `{}` refuses: {error}{advice}", self.place())));
            }
        }
        Ok(None)
    }

    /// The answer to a question, if one comes in time. Nobody there is a failure.
    pub(super) async fn ask(
        &mut self,
        subject: &str,
        headers: &[(String, String)],
        payload: &[u8],
        limit: Duration,
    ) -> Result<Option<Incoming>, Broken> {
        let (id, inbox) = self.subscribe().await?;
        self.publish(subject, Some(&inbox), headers, payload).await?;
        let answer = self.next(id, Instant::now() + limit).await?;
        self.unsubscribe(id).await?;
        if let Some((503, _)) = answer.as_ref().and_then(|answer| answer.status.as_ref()) {
            return Err(Broken::new(format!("nobody listens to `{subject}` at `{}`", self.place())));
        }
        Ok(answer)
    }

    pub(super) async fn close(self) {
        self.wire.close().await;
    }
}
