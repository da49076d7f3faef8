//! Certificates and keys as texts.

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A text in PEM.
#[derive(Clone, Copy)]
pub struct Pem<'s> {
    /// What people know it by, such as a property.
    pub name: &'s str,
    pub text: &'s str,
}

impl<'s> Pem<'s> {
    pub fn of(name: &'s str, text: Option<&'s str>) -> Option<Self> {
        text.map(|text| Self { name, text })
    }

    /// Its certificates; there has to be one. `Err` says what is wrong with it, without showing it.
    pub(crate) fn certificates(self) -> Result<Vec<CertificateDer<'static>>, String> {
        let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(self.text.as_bytes()).collect();
        all.ok().filter(|all| !all.is_empty()).ok_or_else(|| {
            format!("`{}` is no certificate in PEM: it begins with `-----BEGIN CERTIFICATE-----`", self.name)
        })
    }

    /// Its private key.
    pub(crate) fn key(self) -> Result<PrivateKeyDer<'static>, String> {
        let Self { name, text } = self;
        if text.contains("ENCRYPTED") {
            return Err(format!(
                "`{name}` is encrypted, which cannot be read here: keep the key as a secret without a password of its own (`openssl pkcs8 -in key.pem` writes it so)"
            ));
        }
        PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| {
            format!("`{name}` is no private key in PEM: it begins with `-----BEGIN PRIVATE KEY-----`")
        })
    }
}
