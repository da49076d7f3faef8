//! What all types of MinIO share: where the server is, and who one is to it.

use std::sync::Arc;

use kapelle_http::Pem;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::Access;
use crate::credentials::Provider;
use crate::store::{Manner, Store, checked_bucket};

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionProperties {
    /// The address of the server, such as `http://minio:9000`.
    endpoint: Option<Expr<String>>,
    /// The region, if the server has one of its own.
    region: Option<Expr<String>>,
    /// The access key. Without it, requests are those of nobody in particular.
    access_key_id: Option<Expr<Text>>,
    /// The secret of the access key.
    secret_key_id: Option<Expr<Text>>,
    /// A certificate with its key, in PEM, for servers that want to see one.
    client_pem: Option<Expr<Text>>,
    /// Certificates, in PEM, that are trusted too.
    ca_pem: Option<Expr<Text>>,
    /// Whom is trusted.
    ssl: Option<SslProperties>,
    /// The bucket.
    bucket: Option<Expr<String>>,
}

/// Whom is trusted.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SslProperties {
    /// Whether whoever answers is believed to be the server.
    insecure_trust_all_certificates: Option<Expr<bool>>,
}

impl ConnectionProperties {
    pub(super) fn bucket(&self, cx: &RunContext) -> Result<String, Failure> {
        let bucket = self.optional_bucket(cx)?;
        bucket.ok_or_else(|| Failure::new("`bucket` is missing: write the name of the bucket"))
    }

    pub(super) fn optional_bucket(&self, cx: &RunContext) -> Result<Option<String>, Failure> {
        cx.filled(self.bucket.as_ref())?.map(|bucket: String| checked_bucket(&bucket)).transpose()
    }

    pub(super) fn store(&self, cx: &RunContext) -> Result<Store, Failure> {
        let endpoint = cx.filled(self.endpoint.as_ref())?.ok_or_else(|| {
            Failure::new(
                "`endpoint` is missing: write the address of the server, such as `http://minio:9000`",
            )
        })?;
        let key = cx.filled(self.access_key_id.as_ref())?;
        let secret = cx.filled(self.secret_key_id.as_ref())?;
        let is_nobody = key.is_none() && secret.is_none();
        let provider = Provider::new(key.as_ref(), secret.as_ref(), None, None)?;
        let access = Access {
            region: cx.filled(self.region.as_ref())?,
            endpoint: Some(endpoint),
            provider: (!is_nobody).then(|| Arc::new(provider)),
        };
        let ssl = self.ssl.as_ref().and_then(|ssl| ssl.insecure_trust_all_certificates.as_ref());
        let manner = Manner {
            has_path_style: true,
            trusts_all: cx.filled(ssl)?.unwrap_or(false),
            http: self.http(cx)?,
            ..Manner::default()
        };
        Store::new(cx, &access, manner)
    }

    /// A client with certificates of its own, if there are any.
    fn http(&self, cx: &RunContext) -> Result<Option<kapelle_http::Client>, Failure> {
        let trusted = cx.filled(self.ca_pem.as_ref())?;
        let own = cx.filled(self.client_pem.as_ref())?;
        if trusted.is_none() && own.is_none() {
            return Ok(None);
        }
        let client = cx.host.http().with_certificates(
            Pem::of("caPem", trusted.as_ref().map(Text::expose)),
            Pem::of("clientPem", own.as_ref().map(Text::expose)),
        );
        client.map(Some).map_err(Failure::new)
    }
}
