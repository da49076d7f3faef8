//! How a task secures its connection to PostgreSQL.

use kapelle_http::Check;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;

use crate::security::Security;
use crate::url::JdbcUrl;

/// How the connection is secured.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecureProperties {
    /// Whether the connection has to be secure. Where `sslMode` says nothing, the certificate of the server is looked at as
    /// with `VERIFY_FULL`.
    ssl: Option<Expr<bool>>,
    /// How the connection is secured: `DISABLE` never, `ALLOW` and `PREFER` if the server can, `REQUIRE` always,
    /// `VERIFY_CA` with a certificate of somebody who is trusted, `VERIFY_FULL` with one that is for this host too. Without
    /// it, as with `PREFER`.
    ssl_mode: Option<Expr<SslMode>>,
    /// The certificates of those who are trusted, as PEM. Without it, those that the installation trusts.
    ssl_root_cert: Option<Expr<Text>>,
    /// The certificate that the task shows, as PEM.
    ssl_cert: Option<Expr<Text>>,
    /// The key of `sslCert`, as PEM. Keep it as a secret.
    ssl_key: Option<Expr<Text>>,
    /// The password of `sslKey`. Keys that have one are not read; keep the key itself as a secret.
    ssl_key_password: Option<Expr<Text>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Word for SslMode {}

/// When connections are secured.
#[derive(Clone)]
pub(super) enum Secure {
    Never,
    IfPossible(Security),
    Always(Security),
}

impl SecureProperties {
    pub(super) fn read(&self, cx: &RunContext, url: &JdbcUrl) -> Result<Secure, Failure> {
        let text = |property: &Option<Expr<Text>>| -> Result<Option<String>, Failure> {
            Ok(cx.filled(property.as_ref())?.map(|text| text.expose().to_owned()))
        };
        let mode = match cx.filled(self.ssl_mode.as_ref())? {
            Some(mode) => Some(mode),
            None => of_url(url)?,
        };
        let is_wanted = cx.filled(self.ssl.as_ref())?.unwrap_or(false) || url.says("ssl");
        let mode = mode.unwrap_or(if is_wanted { SslMode::VerifyFull } else { SslMode::Prefer });
        if text(&self.ssl_key_password)?.is_some() {
            return Err(Failure::new(
                "`sslKeyPassword` is not supported: keep the key as a secret without a password of its own (`openssl pkcs8 -in key.pem` writes it so)",
            ));
        }
        let identity = match (text(&self.ssl_cert)?, text(&self.ssl_key)?) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err(Failure::new("`sslCert` and `sslKey` belong together: one of them is missing")),
        };
        let with = |check| Security { check, roots: None, identity: identity.clone() };
        let checked = |check, roots| Secure::Always(Security { roots, ..with(check) });
        Ok(match mode {
            SslMode::Disable => Secure::Never,
            SslMode::Allow | SslMode::Prefer => Secure::IfPossible(with(Check::Nothing)),
            SslMode::Require => Secure::Always(with(Check::Nothing)),
            SslMode::VerifyCa => checked(Check::Authority, text(&self.ssl_root_cert)?),
            SslMode::VerifyFull => checked(Check::Everything, text(&self.ssl_root_cert)?),
        })
    }
}

/// What the URL says, as `verify-ca`.
fn of_url(url: &JdbcUrl) -> Result<Option<SslMode>, Failure> {
    let Some(written) = url.parameter("sslmode") else { return Ok(None) };
    let word = written.to_ascii_uppercase().replace('-', "_");
    let words: StrDeserializer<'_, serde::de::value::Error> = word.as_str().into_deserializer();
    SslMode::deserialize(words).map(Some).map_err(|_| {
        Failure::new(
            "`sslmode` in the `url` is none of disable, allow, prefer, require, verify-ca, verify-full",
        )
    })
}
