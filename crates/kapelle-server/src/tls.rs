//! TLS: certificate and key from files, read again when they change, while connections go on.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// How often it is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(10);

/// Takes a line for who runs the server.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// What the server shows to prove who it is.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
    tell: Tell,
}

struct Current(RwLock<Arc<CertifiedKey>>);

/// When files were changed, and their lengths.
type Stamp = Vec<(Option<SystemTime>, u64)>;

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current(…)")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Tls {
    /// Reads a chain of certificates, the server's own first, and its key, both as PEM; they may be in one file. What is
    /// wrong is told with the file.
    pub fn open(certificate: PathBuf, key: PathBuf, tell: Tell) -> Result<Arc<Self>, String> {
        let current = Arc::new(Current(RwLock::new(Arc::new(read(&certificate, &key)?))));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let resolver = Arc::clone(&current) as Arc<dyn ResolvesServerCert>;
        let mut config = config.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Arc::new(Self { certificate, key, current, acceptor, tell }))
    }

    pub(crate) const fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Follows the files. What cannot be read leaves what was there.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut known = self.stamp().await;
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.stamp().await;
            if now != known {
                known = now;
                let own = Arc::clone(&self);
                // It does not panic.
                let _read = tokio::task::spawn_blocking(move || own.reload()).await;
            }
        }
    }

    /// Takes what the files have now.
    pub(crate) fn reload(&self) {
        match read(&self.certificate, &self.key) {
            Ok(new) => {
                *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                (self.tell)(&format!("tls: {} was read again", self.certificate.display()));
            }
            Err(why) => (self.tell)(&format!("warning: tls: the old certificate stays: {why}")),
        }
    }

    async fn stamp(&self) -> Stamp {
        let files = [self.certificate.clone(), self.key.clone()];
        let look = move || files.iter().map(|file| stamp(file)).collect();
        tokio::task::spawn_blocking(look).await.unwrap_or_default()
    }
}

fn stamp(file: &Path) -> (Option<SystemTime>, u64) {
    fs::metadata(file).map_or((None, 0), |data| (data.modified().ok(), data.len()))
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, String> {
    let bytes = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let text = bytes(certificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| format!("{}: {error}", certificate.display()))?;
    if chain.is_empty() {
        let what = "it has no certificate; it has to be PEM, with `-----BEGIN CERTIFICATE-----`";
        return Err(format!("{}: {what}", certificate.display()));
    }
    let own = PrivateKeyDer::from_pem_slice(&bytes(key)?).map_err(|_| {
        let what = "it has no key; it has to be PEM without a password, with `-----BEGIN PRIVATE KEY-----`";
        format!("{}: {what}", key.display())
    })?;
    CertifiedKey::from_der(chain, own, &ring::default_provider())
        .map_err(|error| format!("{} and {}: {error}", certificate.display(), key.display()))
}
