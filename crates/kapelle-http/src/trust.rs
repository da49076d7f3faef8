//! TLS: whom a connection trusts, and who comes.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::client::Client;
use crate::error::{HttpError, Kind};
use crate::line::Line;
use crate::pem::Pem;
use crate::verifier::Lenient;

/// Whom a connection trusts, and who comes.
#[derive(Clone)]
pub struct Trust {
    config: Arc<ClientConfig>,
}

/// What is known of both sides.
#[derive(Clone, Copy, Default)]
pub struct Sides<'s> {
    /// The authority of the server; without it, those that the installation trusts.
    pub authority: Option<Pem<'s>>,
    /// The certificate of who comes, with those above it, and its key.
    pub identity: Option<(Pem<'s>, Pem<'s>)>,
    pub check: Check,
}

/// What is looked at in the certificate of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Who signed it, and whether it is for the host that was asked.
    #[default]
    Everything,
    /// Who signed it.
    Authority,
    Nothing,
}

impl Trust {
    /// `Err` says what is wrong with a text, without showing it.
    pub fn new(client: &Client, sides: &Sides<'_>) -> Result<Self, String> {
        let Sides { authority, identity, check } = *sides;
        let identity = identity.map(|(certificates, key)| Identity::new(certificates, key)).transpose()?;
        Self::of(check, || authority.map_or_else(|| roots(client.trusted()), only), identity.as_ref())
    }

    /// `roots` are those who are trusted, and asked for only if they matter.
    pub(crate) fn of(
        check: Check,
        roots: impl FnOnce() -> Result<RootCertStore, String>,
        own: Option<&Identity>,
    ) -> Result<Self, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
        let builder = if check == Check::Everything {
            builder.with_root_certificates(roots()?)
        } else {
            let inner = (check == Check::Authority).then(|| {
                let careful =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots()?), Arc::clone(&provider));
                careful.build().map_err(|error| error.to_string())
            });
            let inner = inner.transpose()?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Lenient { inner, provider }))
        };
        let config = match own {
            None => builder.with_no_client_auth(),
            Some(Identity { certificates, key, names }) => builder
                .with_client_auth_cert(certificates.clone(), key.clone_key())
                .map_err(|error| format!("{names}: certificate and key do not fit: {error}"))?,
        };
        Ok(Self { config: Arc::new(config) })
    }

    /// Makes a connection a secure one.
    pub async fn secure(&self, line: Line, host: &str) -> Result<Line, HttpError> {
        let failed = |reason: String| {
            HttpError::new(
                Kind::Connection,
                format!("the connection to `{host}` cannot be secured: {reason}"),
            )
        };
        let stream = line.plain().ok_or_else(|| failed("it is secure already".to_owned()))?;
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
        let secured = TlsConnector::from(Arc::clone(&self.config)).connect(name, stream).await;
        Ok(Line::secured(secured.map_err(|error| failed(error.to_string()))?))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

/// A certificate of our own, with those above it and its key.
pub(crate) struct Identity {
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// What people know it by.
    names: String,
}

impl Identity {
    pub(crate) fn new(certificates: Pem<'_>, key: Pem<'_>) -> Result<Self, String> {
        let names = if certificates.name == key.name {
            format!("`{}`", key.name)
        } else {
            format!("`{}` and `{}`", certificates.name, key.name)
        };
        Ok(Self { certificates: certificates.certificates()?, key: key.key()?, names })
    }
}

/// Whom the machine trusts, and these; if it trusts nobody, whom browsers trust.
pub(crate) fn roots(extra: &[CertificateDer<'static>]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for certificate in extra {
        roots.add(certificate.clone()).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}

/// These and nobody else.
fn only(authority: Pem<'_>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in authority.certificates()? {
        roots.add(certificate).map_err(|error| format!("`{}` cannot be trusted: {error}", authority.name))?;
    }
    Ok(roots)
}

impl Client {
    /// A secure connection to a server, with a trust of its own.
    pub async fn trusting_line(&self, host: &str, port: u16, trust: &Trust) -> Result<Line, HttpError> {
        trust.secure(self.line(host, port).await?, host).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pem_is_told_and_not_shown() {
        let client = Client::default();
        let no = Pem { name: "ca", text: "hunter2" };
        let told = |sides: Sides<'_>| Trust::new(&client, &sides).unwrap_err();
        let authority = told(Sides { authority: Some(no), ..Sides::default() });
        assert_eq!(authority, "`ca` is no certificate in PEM: it begins with `-----BEGIN CERTIFICATE-----`");
        let certificate =
            Pem { name: "cert", text: "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" };
        let key = told(Sides { identity: Some((certificate, no)), ..Sides::default() });
        assert_eq!(key, "`ca` is no private key in PEM: it begins with `-----BEGIN PRIVATE KEY-----`");
        let locked = Pem { name: "key", text: "-----BEGIN ENCRYPTED PRIVATE KEY-----" };
        let key = told(Sides { identity: Some((certificate, locked)), ..Sides::default() });
        assert!(key.starts_with("`key` is encrypted"), "{key}");
        let authority = told(Sides { authority: Some(certificate), ..Sides::default() });
        assert!(authority.starts_with("`cert` cannot be trusted: "), "{authority}");
    }
}
