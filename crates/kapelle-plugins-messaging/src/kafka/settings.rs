//! The settings of Java's clients, as far as they mean something here.

use std::collections::BTreeMap;

use kapelle_http::{Check, Client, Pem, Sides, Trust};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{FromRendered, RunContext};

use super::compression::Compression;
use super::login::{Login, Mechanism};
use crate::address::Address;

/// Settings without a meaning here, which are left out in silence: how Java's clients use threads and memory.
const WITHOUT_EFFECT: &[&str] = &[
    "batch.size",
    "buffer.memory",
    "connections.max.idle.ms",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.idempotence",
    "fetch.max.bytes",
    "fetch.max.wait.ms",
    "fetch.min.bytes",
    "key.deserializer",
    "key.serializer",
    "linger.ms",
    "max.block.ms",
    "max.in.flight.requests.per.connection",
    "max.partition.fetch.bytes",
    "max.poll.interval.ms",
    "max.poll.records",
    "metadata.max.age.ms",
    "receive.buffer.bytes",
    "reconnect.backoff.ms",
    "request.timeout.ms",
    "retries",
    "retry.backoff.ms",
    "send.buffer.bytes",
    "value.deserializer",
    "value.serializer",
];

/// Where reading begins without an offset of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reset {
    Earliest,
    Latest,
    /// It is an error.
    None,
}

pub(super) struct Settings {
    pub(super) seeds: Vec<(String, u16)>,
    pub(super) trust: Option<Trust>,
    pub(super) login: Option<Login>,
    pub(super) client: String,
    pub(super) group: Option<String>,
    pub(super) reset: Option<Reset>,
    pub(super) reads_committed: bool,
    pub(super) compression: Compression,
    /// How many have to have a record before it counts as written: all, one, or nobody is asked.
    pub(super) acks: i16,
    pub(super) transactional: Option<String>,
    /// How long a transaction may last before the broker gives it up.
    pub(super) transaction_ms: i32,
}

/// Long enough for large files. Java's clients have a minute.
const TRANSACTION_MS: i32 = 600_000;

/// Settings that are taken out one by one; what is left at the end is unknown.
struct Left(BTreeMap<String, Text>);

impl Left {
    fn take(&mut self, name: &str) -> Option<Text> {
        self.0.remove(name).filter(|text| !text.expose().trim().is_empty())
    }

    fn word(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|text| text.expose().trim().to_owned())
    }

    fn millis(&mut self, name: &str) -> Result<Option<i32>, Failure> {
        let millis = self.word(name).map(|word| match word.parse() {
            Ok(millis) if millis > 0 => Ok(millis),
            _ => Err(Failure::new(format!(
                "`{word}` in `{name}` of `properties` is no number of milliseconds"
            ))),
        });
        millis.transpose()
    }

    /// One of some words.
    fn one<T: Copy>(&mut self, name: &str, words: &[(&str, T)], otherwise: T) -> Result<T, Failure> {
        let Some(word) = self.word(name) else { return Ok(otherwise) };
        let found = words.iter().find(|(known, _)| known.eq_ignore_ascii_case(&word));
        found.map(|(_, meant)| *meant).ok_or_else(|| {
            let known: Vec<String> = words.iter().map(|(known, _)| format!("`{known}`")).collect();
            Failure::new(format!("`{word}` in `{name}` of `properties` is none of {}", known.join(", ")))
        })
    }
}

impl Settings {
    pub(super) fn read(cx: &RunContext, properties: Map) -> Result<Self, Failure> {
        let mut left = BTreeMap::new();
        for (name, value) in properties {
            if value != Value::Null {
                let text = Text::from_rendered(value).map_err(|reason| {
                    Failure::new(format!("`{name}` of `properties` is no text: {reason}"))
                })?;
                left.insert((*name).to_owned(), text);
            }
        }
        let mut left = Left(left);
        let seeds = seeds(left.word("bootstrap.servers"))?;
        let protocols = [
            ("PLAINTEXT", (false, false)),
            ("SSL", (true, false)),
            ("SASL_PLAINTEXT", (false, true)),
            ("SASL_SSL", (true, true)),
        ];
        let (is_secure, has_login) = left.one("security.protocol", &protocols, (false, false))?;
        let trust = trust(&cx.host.http(), &mut left)?;
        let login = login(&mut left)?;
        if has_login && login.is_none() {
            return Err(Failure::new(
                "`security.protocol` asks for a login: `sasl.jaas.config` of `properties` is missing",
            ));
        }
        let compressions = ["none", "gzip", "snappy", "lz4", "zstd"];
        let compressions: Vec<_> =
            compressions.iter().filter_map(|name| Some((*name, Compression::of_name(name)?))).collect();
        let resets = [
            ("earliest", Some(Reset::Earliest)),
            ("latest", Some(Reset::Latest)),
            ("none", Some(Reset::None)),
        ];
        let settings = Self {
            seeds,
            trust: is_secure.then_some(trust),
            login: login.filter(|_| has_login),
            client: left.word("client.id").unwrap_or_else(|| "kapelle".to_owned()),
            group: left.word("group.id"),
            reset: left.one("auto.offset.reset", &resets, None)?,
            reads_committed: left.one(
                "isolation.level",
                &[("read_committed", true), ("read_uncommitted", false)],
                true,
            )?,
            compression: left.one("compression.type", &compressions, Compression::None)?,
            acks: left.one("acks", &[("all", -1), ("-1", -1), ("1", 1)], -1)?,
            transactional: left.word("transactional.id"),
            transaction_ms: left.millis("transaction.timeout.ms")?.unwrap_or(TRANSACTION_MS),
        };
        for name in WITHOUT_EFFECT {
            left.0.remove(*name);
        }
        if !left.0.is_empty() {
            let names: Vec<String> = left.0.keys().map(|name| format!("`{name}`")).collect();
            cx.log(Level::Warn, format!("without effect in `properties`: {}", names.join(", ")).as_str());
        }
        Ok(settings)
    }
}

fn seeds(servers: Option<String>) -> Result<Vec<(String, u16)>, Failure> {
    let servers = servers.ok_or_else(|| {
        Failure::new("`bootstrap.servers` of `properties` is missing: write the brokers, such as `kafka.example.com:9092`")
    })?;
    let seed = |server: &str| {
        let address = Address::parse(
            &Text::from(server),
            "bootstrap.servers",
            &["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
        )?;
        Ok((address.host, address.port.unwrap_or(9092)))
    };
    servers.split(',').map(str::trim).filter(|server| !server.is_empty()).map(seed).collect()
}

/// Whom a secure connection trusts. Stores in Java's own forms are not read.
fn trust(client: &Client, left: &mut Left) -> Result<Trust, Failure> {
    for store in ["truststore", "keystore"] {
        let kind = left.word(&format!("ssl.{store}.type"));
        let location = left.take(&format!("ssl.{store}.location"));
        if location.is_some() || kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("PEM")) {
            return Err(Failure::new(format!(
                "a {store} is a text in PEM here: set `ssl.{store}.type` to `PEM`, and write the text in `ssl.truststore.certificates`, or in `ssl.keystore.certificate.chain` and `ssl.keystore.key`. `keytool -exportcert -rfc` and `openssl pkcs12` make it of a store"
            )));
        }
    }
    let [authority, chain, key] =
        ["ssl.truststore.certificates", "ssl.keystore.certificate.chain", "ssl.keystore.key"]
            .map(|name| (name, left.take(name)));
    let names = left.0.remove("ssl.endpoint.identification.algorithm");
    let [authority, chain, key] =
        [&authority, &chain, &key].map(|(name, text)| Pem::of(name, text.as_ref().map(Text::expose)));
    let identity = match (chain, key) {
        (Some(chain), Some(key)) => Some((chain, key)),
        (None, None) => None,
        _ => {
            return Err(Failure::new(
                "`ssl.keystore.certificate.chain` and `ssl.keystore.key` of `properties` belong together",
            ));
        }
    };
    let sides = Sides {
        authority,
        identity,
        check: if names.is_some_and(|name| name.expose().trim().is_empty()) {
            Check::Authority
        } else {
            Check::Everything
        },
    };
    Trust::new(client, &sides).map_err(|reason| {
        Failure::new(format!("the certificates in `properties` are not understood: {reason}"))
    })
}

fn login(left: &mut Left) -> Result<Option<Login>, Failure> {
    let mechanisms = [
        ("PLAIN", Mechanism::Plain),
        ("SCRAM-SHA-256", Mechanism::Scram256),
        ("SCRAM-SHA-512", Mechanism::Scram512),
    ];
    let mechanism = left.one("sasl.mechanism", &mechanisms, Mechanism::Plain)?;
    let Some(config) = left.take("sasl.jaas.config") else { return Ok(None) };
    let user = option(&config, "username");
    let password = option(&config, "password");
    match (user, password) {
        (Some(user), Some(password)) => Ok(Some(Login { mechanism, user, password })),
        _ => Err(Failure::new(
            "`sasl.jaas.config` of `properties` has no user and password: write `org.apache.kafka.common.security.plain.PlainLoginModule required username=\"…\" password=\"…\";`",
        )),
    }
}

/// An option of a login module: `name="text"`, or `name=text`.
fn option(config: &Text, name: &str) -> Option<Text> {
    let config = config.expose();
    let sought = format!("{name}=");
    let place = config.match_indices(&sought).map(|(place, _)| place);
    let mut places = place.filter(|place| {
        config.get(..*place).and_then(|before| before.chars().next_back()).is_none_or(char::is_whitespace)
    });
    let rest = config.get(places.next()? + sought.len()..)?;
    let mut chars = rest.chars();
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
    if quote.is_some() {
        chars.next();
    }
    let mut text = String::new();
    while let Some(one) = chars.next() {
        match (one, quote) {
            ('\\', Some(_)) => text.extend(chars.next()),
            (one, Some(quote)) if one == quote => break,
            (one, None) if one == ';' || one.is_whitespace() => break,
            (one, _) => text.push(one),
        }
    }
    Some(Text::from(text.as_str()).into_secret())
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain::from_json;
    use kapelle_plugin::stage::Stage;

    use super::*;

    fn read(stage: &Stage, json: &str) -> Result<Settings, Failure> {
        let Value::Map(map) = from_json(json).unwrap() else { panic!() };
        Settings::read(&stage.context(), (*map).clone())
    }

    #[test]
    fn settings_have_the_names_of_javas_clients() {
        let stage = Stage::new();
        let json = r#"{"bootstrap.servers":"a:1, SSL://b","security.protocol":"SASL_SSL","sasl.mechanism":"SCRAM-SHA-512",
            "sasl.jaas.config":"x.ScramLoginModule required username=\"me\" password=\"a\\\"b;\";",
            "group.id":"g","auto.offset.reset":"earliest","linger.ms":5,"transaction.timeout.ms":60000,"acks":1,"no.such":"x"}"#;
        let settings = read(&stage, json).unwrap();
        assert_eq!(settings.seeds, [("a".to_owned(), 1), ("b".to_owned(), 9092)]);
        let login = settings.login.unwrap();
        assert_eq!((login.user.expose(), login.password.expose()), ("me", "a\"b;"));
        assert!(login.password.has_secret() && settings.trust.is_some());
        assert_eq!(
            (settings.reset, settings.acks, settings.group.as_deref()),
            (Some(Reset::Earliest), 1, Some("g"))
        );
        // What was given up was never there, as in Kestra.
        assert_eq!((settings.reads_committed, settings.transaction_ms), (true, 60_000));
        assert_eq!(stage.lines(), ["WARN without effect in `properties`: `no.such`"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_to_write() {
        for (json, told) in [
            (r"{}", "`bootstrap.servers`"),
            (r#"{"bootstrap.servers":"a","acks":"2"}"#, "none of `all`"),
            (r#"{"bootstrap.servers":"a","transaction.timeout.ms":"1m"}"#, "no number of milliseconds"),
            (r#"{"bootstrap.servers":"a","security.protocol":"SASL_SSL"}"#, "`sasl.jaas.config`"),
            (
                r#"{"bootstrap.servers":"a","sasl.jaas.config":"x required password=hunter2;"}"#,
                "no user and password",
            ),
            (
                r#"{"bootstrap.servers":"a","ssl.truststore.location":"/x.jks"}"#,
                "`ssl.truststore.type` to `PEM`",
            ),
        ] {
            let message = read(&Stage::new(), json).err().unwrap().to_string();
            assert!(message.contains(told) && !message.contains("hunter2"), "{json}: {message}");
        }
    }
}
