//! What flows say about a message and how it is sent.

use std::io::Read;
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, files};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::address::Address;
use crate::message::{Attached, Message};
use crate::smtp::{Login, Server, Strategy, deliver};

/// Bytes of all files of a message: few servers take as much.
const FILES_MAX: u64 = 50 << 20;

/// Files and recipients of a message.
const COUNT_MAX: usize = 1_000;

const PLAIN_FALLBACK: &str = "This message is written in HTML. A mail program that shows HTML shows it.";

/// Server and message, as all tasks of the family have them.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mail {
    /// The mail server.
    host: Option<Expr<Text>>,
    /// Its port. Where it is not said: 465 for `SMTPS`, 587 for `SMTP_TLS` and `SMTP_OAUTH2`, 25 for `SMTP`.
    port: Option<Expr<u16>>,
    /// The user who logs in; without one nobody does.
    username: Option<Expr<Text>>,
    /// The password of the user.
    password: Option<Expr<Text>>,
    /// The token in place of a password, for `transportStrategy: SMTP_OAUTH2`.
    access_token: Option<Expr<Text>>,
    /// How the connection is secured: `SMTPS` with TLS from the beginning, `SMTP_TLS` with STARTTLS, `SMTP_OAUTH2` the same with a token, `SMTP` without unless the server offers it.
    transport_strategy: Option<Expr<Strategy>>,
    /// Milliseconds that each step with the server may take; 10 seconds where it is not said.
    session_timeout: Option<Expr<u64>>,
    /// Whether the certificate of the server is checked; it is, unless this says `false`.
    verify_server_identity: Option<Expr<bool>>,
    /// Names of servers that are believed whatever their certificate says.
    trusted_hosts: Option<Expr<Vec<String>>>,
    /// Who sends: an address, or a name with the address in angle brackets.
    from: Option<Expr<Text>>,
    /// Who gets it: addresses with semicolons between them.
    to: Option<Expr<Text>>,
    /// Who gets a copy: addresses with semicolons between them.
    cc: Option<Expr<Text>>,
    /// The subject. Line breaks in it become spaces.
    subject: Option<Expr<Text>>,
    /// The message as plain text, for programs that show no HTML.
    plain_text_content: Option<Expr<Text>>,
    /// Files that are attached: a list of `name`, `uri` and `contentType`, or such a list as JSON.
    attachments: Option<Expr<Vec<Map>>>,
    /// Pictures that the HTML shows by `cid:` and their name: a list of `name`, `uri` and `contentType`, or such a list as JSON.
    embedded_images: Option<Expr<Vec<Map>>>,
}

/// What the task has to say where the flow says nothing.
pub(crate) struct Words {
    pub(crate) subject: String,
    pub(crate) plain: Option<String>,
    pub(crate) html: Option<String>,
}

impl Mail {
    /// Sends the message, unless the attempt has to end before.
    pub(crate) async fn send(&self, cx: &RunContext, words: Words) -> Result<(), Broken> {
        let server = self.server(cx)?;
        let message = self.message(cx, words).await?;
        let client = cx.host.http();
        let delivered = deliver(&cx.stop, &client, &server, &message).await?;
        if delivered.was_login_open {
            cx.log(
                Level::Warn,
                "the password went over a connection that is not encrypted; `transportStrategy: SMTPS` or `SMTP_TLS` protects it",
            );
        }
        let count = message.recipients().count();
        cx.metric(Metric::count("recipients", count as u64));
        let people = if count == 1 { "recipient" } else { "recipients" };
        cx.log(
            Level::Info,
            format!("the mail server took the message for {count} {people}: {}", delivered.answer),
        );
        Ok(())
    }

    fn server(&self, cx: &RunContext) -> Result<Server, Failure> {
        let host =
            needed(cx, self.host.as_ref(), "host", "the name of the mail server")?.expose().trim().to_owned();
        let strategy = cx.filled(self.transport_strategy.as_ref())?.unwrap_or(Strategy::Smtps);
        let verifies = cx.filled(self.verify_server_identity.as_ref())?.unwrap_or(true);
        let trusted = cx.filled(self.trusted_hosts.as_ref())?.unwrap_or_default();
        let patience = cx.filled(self.session_timeout.as_ref())?.unwrap_or(10_000).max(1);
        Ok(Server {
            port: cx.filled(self.port.as_ref())?.unwrap_or(strategy.port()),
            strategy,
            login: self.login(cx, strategy)?,
            trusts_all: !verifies || trusted.iter().any(|name| name.trim().eq_ignore_ascii_case(&host)),
            patience: Duration::from_millis(patience),
            host,
        })
    }

    fn login(&self, cx: &RunContext, strategy: Strategy) -> Result<Option<Login>, Failure> {
        let token = cx.filled(self.access_token.as_ref())?.filter(|_| strategy == Strategy::SmtpOauth2);
        let secret = match token {
            Some(token) => Some(token),
            None => cx.filled(self.password.as_ref())?,
        };
        match (cx.filled(self.username.as_ref())?, secret) {
            (None, None) if strategy != Strategy::SmtpOauth2 => Ok(None),
            (Some(user), Some(secret)) => Ok(Some(Login { user, secret })),
            (None, _) => Err(Failure::new("the property `username` is missing: somebody has to log in")),
            (Some(_), None) if strategy == Strategy::SmtpOauth2 => {
                Err(Failure::new("the property `accessToken` is missing: `SMTP_OAUTH2` logs in with it"))
            }
            (Some(_), None) => Err(Failure::new(
                "the property `password` is missing: without `username` too, nobody logs in",
            )),
        }
    }

    async fn message(&self, cx: &RunContext, words: Words) -> Result<Message, Broken> {
        let from = needed(cx, self.from.as_ref(), "from", "who sends")?;
        let from = Address::parse(from.expose()).map_err(|reason| unfit(&from, reason))?;
        let (to, cc) = (people(cx, self.to.as_ref())?, people(cx, self.cc.as_ref())?);
        match to.len() + cc.len() {
            0 => return Err(Broken::new("the property `to` is missing: write who gets the message")),
            count if count > COUNT_MAX => {
                return Err(Broken::new(format!(
                    "{count} recipients are too many: there may be {COUNT_MAX}"
                )));
            }
            _ => {}
        }
        let subject = cx.filled(self.subject.as_ref())?;
        let plain = cx.filled(self.plain_text_content.as_ref())?.map(|text| text.expose().to_owned());
        let fallback = if words.html.is_some() { PLAIN_FALLBACK } else { "" };
        let attachments = cx.filled(self.attachments.as_ref())?.unwrap_or_default();
        let embedded = cx.filled(self.embedded_images.as_ref())?.unwrap_or_default();
        let (attachments, embedded) = cx
            .blocking(move |cx| {
                let mut room = FILES_MAX;
                Ok((read_all(cx, &attachments, &mut room)?, read_all(cx, &embedded, &mut room)?))
            })
            .await?;
        for picture in &embedded {
            let fits = |character: char| character.is_ascii_alphanumeric() || "-._@+".contains(character);
            if !picture.name.chars().all(fits) {
                return Err(Broken::new(format!(
                    "the embedded image `{}` needs a name of letters, digits, `-`, `.` and `_`: the HTML shows it by `cid:` and that name",
                    picture.name.escape_debug()
                )));
            }
        }
        Ok(Message {
            from,
            to,
            cc,
            subject: subject.map_or(words.subject, |text| text.expose().to_owned()),
            plain: plain.or(words.plain).unwrap_or_else(|| fallback.to_owned()),
            html: words.html,
            embedded,
            attachments,
            date: cx.services.now()?,
            id: random(cx)?,
        })
    }
}

fn needed(cx: &RunContext, property: Option<&Expr<Text>>, name: &str, what: &str) -> Result<Text, Failure> {
    let value = cx.filled(property)?;
    value.ok_or_else(|| Failure::new(format!("the property `{name}` is missing: write {what}")))
}

fn people(cx: &RunContext, property: Option<&Expr<Text>>) -> Result<Vec<Address>, Failure> {
    let Some(text) = cx.filled(property)? else { return Ok(Vec::new()) };
    Address::parse_all(text.expose()).map_err(|reason| unfit(&text, reason))
}

/// Why an address does not do; of a secret one nothing is shown.
fn unfit(text: &Text, reason: String) -> Failure {
    Failure::new(if text.has_secret() {
        "an address that is secret is no address of mail".to_owned()
    } else {
        reason
    })
}

fn random(cx: &RunContext) -> Result<String, Broken> {
    let mut bytes = [0; 16];
    cx.services.random(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

fn read_all(cx: &RunContext, wanted: &[Map], room: &mut u64) -> Result<Vec<Attached>, Broken> {
    if wanted.len() > COUNT_MAX {
        return Err(Broken::new(format!("{} files are too many: there may be {COUNT_MAX}", wanted.len())));
    }
    wanted.iter().map(|one| read_one(cx, one, room)).collect()
}

fn read_one(cx: &RunContext, wanted: &Map, room: &mut u64) -> Result<Attached, Broken> {
    let text = |key: &str| match wanted.get(key) {
        Some(Value::Str(text)) if !text.expose().trim().is_empty() => Some(text.clone()),
        _ => None,
    };
    let missing = |key: &str| {
        Failure::new(format!(
            "an attached file has no `{key}`: each is written as `name`, `uri` and `contentType`"
        ))
    };
    let uri = text("uri").ok_or_else(|| missing("uri"))?;
    let name = text("name").ok_or_else(|| missing("name"))?;
    let content_type = text("contentType")
        .map_or("application/octet-stream".to_owned(), |kind| kind.expose().trim().to_owned());
    check_type(&content_type)?;
    let mut content = Vec::new();
    let mut file = files::open(cx, &uri)?.take(*room + 1);
    files::copy(cx, &mut file, &mut content)?;
    *room = room.checked_sub(content.len() as u64).ok_or_else(|| {
        Failure::new(format!(
            "the files of a message may have {} MiB together, and `{}` is beyond that; send a link to it",
            FILES_MAX >> 20,
            name.masked()
        ))
    })?;
    Ok(Attached { name: name.expose().to_owned(), content_type, content })
}

/// A type with a subtype, and parameters of printable characters.
fn check_type(kind: &str) -> Result<(), Failure> {
    let is_printable = kind.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let (main, rest) = kind.split_once('/').unwrap_or_default();
    let is_word = |text: &str| !text.is_empty() && !text.contains([' ', ';', '"']);
    if is_printable
        && is_word(main)
        && is_word(rest.split(';').next().unwrap_or_default())
        && kind.len() < 200
    {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` is no type of content, such as `application/pdf`", kind.escape_debug())))
}
