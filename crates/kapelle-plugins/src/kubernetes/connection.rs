//! What a flow says of the cluster: the block `connection`, which runners call `config`.

use kapelle_http::Check;
use kapelle_model::{Failure, Text};
use kapelle_plugin::files::copy;
use kapelle_plugin::{Any, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::access::{Access, Login, Wanted, pem};
use super::api::Api;

/// Where pods find the cluster in which they are.
const MASTER: &str = "https://kubernetes.default.svc";

/// Bytes of a certificate or key in a file.
const BYTES_MAX: usize = 256 << 10;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionProperties {
    /// The address of the cluster, such as `https://HOST:6443`.
    master_url: Option<Expr<String>>,
    /// The namespace where the task names none.
    namespace: Option<Expr<String>>,
    /// The token of a service account or a user.
    oauth_token: Option<Expr<Text>>,
    /// A task that gives the token.
    oauth_token_provider: Option<Expr<Any>>,
    /// The user, where the cluster takes passwords.
    username: Option<Expr<Text>>,
    /// The password of the user.
    password: Option<Expr<Text>>,
    /// The certificate of the cluster's authority: PEM, or base64 of it.
    ca_cert_data: Option<Expr<Text>>,
    /// The same, in a file that the instance opens to flows.
    ca_cert_file: Option<Expr<String>>,
    /// The certificate that says who comes: PEM, or base64 of it.
    client_cert_data: Option<Expr<Text>>,
    /// The same, in a file that the instance opens to flows.
    client_cert_file: Option<Expr<String>>,
    /// The key of that certificate: PEM, or base64 of it.
    client_key_data: Option<Expr<Text>>,
    /// The same, in a file that the instance opens to flows.
    client_key_file: Option<Expr<String>>,
    /// The kind of the key. It is seen from the key itself.
    #[expect(dead_code, reason = "the schema knows it")]
    client_key_algo: Option<Expr<String>>,
    /// The passphrase of the key. Keys that have one cannot be used.
    client_key_passphrase: Option<Expr<Text>>,
    /// Whether whoever answers is believed to be the cluster.
    trust_certs: Option<Expr<bool>>,
    /// Whether the certificate of the cluster may be for other names.
    disable_hostname_verification: Option<Expr<bool>>,
    /// The version of the API. It is seen from what is asked for.
    #[expect(dead_code, reason = "the schema knows it")]
    api_version: Option<Expr<String>>,
    /// A store of keys for Java, which cannot be used.
    key_store_file: Option<Expr<String>>,
    /// The passphrase of that store.
    #[expect(dead_code, reason = "the schema knows it")]
    key_store_passphrase: Option<Expr<Text>>,
    /// A store of certificates for Java, which cannot be used.
    trust_store_file: Option<Expr<String>>,
    /// The passphrase of that store.
    #[expect(dead_code, reason = "the schema knows it")]
    trust_store_passphrase: Option<Expr<Text>>,
}

/// The API of the cluster that is written; of the one in which this runs, where that is asked for; else of the one of the
/// installation.
pub(crate) async fn api(
    cx: &RunContext,
    written: Option<&ConnectionProperties>,
    inherits: bool,
) -> Result<Api, Failure> {
    let access = match written {
        _ if inherits => Access::here(&*cx.host)?,
        Some(connection) => connection.access(cx)?,
        None => Access::of_installation(&*cx.host).await?,
    };
    Ok(Api::new(cx.host.http(), access))
}

impl ConnectionProperties {
    pub(super) fn namespace(&self, cx: &RunContext) -> Result<Option<String>, Failure> {
        cx.filled(self.namespace.as_ref())
    }

    fn access(&self, cx: &RunContext) -> Result<Access, Failure> {
        self.refuse(cx)?;
        let data = |name: &str, data: Option<&Expr<Text>>, file: Option<&Expr<String>>| {
            self::data(cx, name, data, file)
        };
        let authority = data("caCertData", self.ca_cert_data.as_ref(), self.ca_cert_file.as_ref())?;
        let certificate =
            data("clientCertData", self.client_cert_data.as_ref(), self.client_cert_file.as_ref())?;
        let key = data("clientKeyData", self.client_key_data.as_ref(), self.client_key_file.as_ref())?;
        let identity = match (certificate, key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => {
                return Err(Failure::new("`clientCertData` and `clientKeyData` belong together: write both"));
            }
        };
        let token = cx.filled(self.oauth_token.as_ref())?;
        let user = cx.filled(self.username.as_ref())?;
        let login = match (token, user) {
            (Some(token), _) => Login::Token(token),
            (None, Some(user)) => {
                let password = cx.filled(self.password.as_ref())?.unwrap_or_default();
                Login::Password { user, password }
            }
            (None, None) => Login::None,
        };
        let server = cx.filled(self.master_url.as_ref())?;
        let is_said =
            |property: &Option<Expr<bool>>| cx.filled(property.as_ref()).map(Option::unwrap_or_default);
        let wanted = Wanted {
            server: server.as_deref().unwrap_or(MASTER),
            authority,
            identity,
            check: match (is_said(&self.trust_certs)?, is_said(&self.disable_hostname_verification)?) {
                (true, _) => Check::Nothing,
                (false, true) => Check::Authority,
                (false, false) => Check::Everything,
            },
            login,
            namespace: None,
        };
        Access::new(&cx.host.http(), wanted, "`connection`")
    }

    /// What is known and cannot be done is told before anything is tried.
    fn refuse(&self, cx: &RunContext) -> Result<(), Failure> {
        if cx.filled(self.client_key_passphrase.as_ref())?.is_some() {
            return Err(Failure::new(
                "keys with a passphrase cannot be used: take it off (`openssl pkey -in KEY -out PLAIN`), keep the result as \
                 a secret, and leave `clientKeyPassphrase` out",
            ));
        }
        for (name, property) in
            [("keyStoreFile", &self.key_store_file), ("trustStoreFile", &self.trust_store_file)]
        {
            if cx.filled(property.as_ref())?.is_some() {
                return Err(Failure::new(format!(
                    "`{name}` names a store of Java, which cannot be read: write the certificates as PEM into `caCertData`, \
                     `clientCertData` and `clientKeyData`"
                )));
            }
        }
        if self.oauth_token_provider.is_some() {
            return Err(Failure::new(
                "`oauthTokenProvider` is not part of this version: let a task before get the token, and write \
                 `oauthToken: \"{{ outputs.… }}\"`",
            ));
        }
        Ok(())
    }
}

/// PEM that is written here, or in a file.
fn data(
    cx: &RunContext,
    name: &str,
    data: Option<&Expr<Text>>,
    file: Option<&Expr<String>>,
) -> Result<Option<Text>, Failure> {
    let text = match (cx.filled(data)?, cx.filled(file)?) {
        (Some(text), _) => text,
        (None, Some(file)) => read(cx, &file)?,
        (None, None) => return Ok(None),
    };
    let read = pem(text.expose()).map_err(|what| Failure::new(format!("`{name}`: {what}")))?;
    Ok(Some(read.into_secret()))
}

/// Flows read no files of this machine but those that are open to them.
fn read(cx: &RunContext, path: &str) -> Result<Text, Failure> {
    let mut file = crate::local_files::open(&*cx.host, path)?;
    let mut bytes = Vec::new();
    let mut limited = std::io::Read::take(&mut file, BYTES_MAX as u64);
    copy(cx, &mut limited, &mut bytes).map_err(|broken| broken.failure)?;
    String::from_utf8(bytes).map(Text::from).map_err(|_| Failure::new(format!("`{path}` is no PEM")))
}
