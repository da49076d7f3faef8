//! TLS and HTTP/2, as clients speak them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::stage::Stage;
use crate::gate::BasicGate;
use crate::{Entry, Tls};

/// Writes a new certificate with its key.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = kapelle_core::expression::plain::to_base64(&made.signing_key.serialize_der());
    let certificate = kapelle_core::expression::plain::to_base64(made.cert.der());
    let pem = |what: &str, text: &str| format!("-----BEGIN {what}-----\n{text}\n-----END {what}-----\n");
    let text = pem("CERTIFICATE", &certificate) + &pem("PRIVATE KEY", &key);
    std::fs::write(folder.join("server.pem"), text).unwrap();
    made.cert.der().clone()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kapelle-tls-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &str,
) -> Option<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = "localhost".try_into().unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()
}

async fn ask<S>(stream: S, is_second: bool) -> (Response<()>, String)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let request = Request::get("http://localhost/ping").header("host", "localhost");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let answer = if is_second {
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let _driven = tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let _driven = tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    let (head, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (Response::from_parts(head, ()), String::from_utf8_lossy(&body).into_owned())
}

fn address(stage: &Stage) -> SocketAddr {
    stage.url.strip_prefix("http://").unwrap().parse().unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn both_versions_are_spoken_encrypted_and_a_new_certificate_is_taken() {
    let folder = folder("both");
    let first = certify(&folder);
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&told);
    let tell = Arc::new(move |line: &str| hears.lock().unwrap().push(line.to_owned()));
    let file = folder.join("server.pem");
    let tls = Tls::open(file.clone(), file.clone(), tell).unwrap();
    let gate = |_| Arc::new(BasicGate::new("ann", "Secret12")) as Arc<dyn crate::gate::Gate>;
    let stage = Stage::start_as(gate, Entry::default(), Some(Arc::clone(&tls)));
    let address = address(&stage);
    wait(async {
        for (protocol, version) in [("http/1.1", Version::HTTP_11), ("h2", Version::HTTP_2)] {
            let stream = connect(address, &first, protocol).await.unwrap();
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
            let (answer, body) = ask(stream, protocol == "h2").await;
            assert_eq!((answer.status().as_u16(), answer.version(), &*body), (200, version, "pong"));
            assert!(answer.headers().contains_key("strict-transport-security"));
        }
        std::fs::write(&file, "half a cert").unwrap();
        tls.reload();
        assert!(connect(address, &first, "h2").await.is_some());
        let second = certify(&folder);
        tls.reload();
        assert!(connect(address, &first, "h2").await.is_none());
        assert!(connect(address, &second, "h2").await.is_some());
    });
    let told = told.lock().unwrap().join("\n");
    assert!(told.contains("the old certificate stays") && told.contains("was read again"), "{told}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn who_knows_it_speaks_the_second_version_without_tls_too() {
    let stage = Stage::start();
    let address = address(&stage);
    let (answer, body) = wait(async { ask(TcpStream::connect(address).await.unwrap(), true).await });
    assert_eq!((answer.version(), &*body), (Version::HTTP_2, "pong"));
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

#[test]
fn files_that_are_no_certificates_are_told() {
    let folder = folder("wrong");
    let (missing, empty) = (folder.join("missing.pem"), folder.join("empty.pem"));
    std::fs::write(&empty, "nothing").unwrap();
    certify(&folder);
    let good = folder.join("server.pem");
    for (certificate, key, words) in [
        (&missing, &good, "missing.pem: No such file"),
        (&empty, &good, "empty.pem: it has no certificate"),
        (&good, &empty, "empty.pem: it has no key"),
    ] {
        let error = Tls::open(certificate.clone(), key.clone(), Arc::new(|_| {})).err().unwrap();
        assert!(error.contains(words), "{error}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
