//! TLS, with certificates of our own.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::get;
use crate::server::answer;
use crate::{Client, ClientSettings, Kind, Pem, Proxy, ProxyKind, Request};

/// The port of a server with a certificate for `shop.test`, and that certificate.
async fn server() -> (u16, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec!["shop.test".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let _detached = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 1_024];
            let _read = stream.read(&mut request).await.unwrap();
            stream.write_all(&answer("200 OK", &[], "safe")).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (port, certificate.to_vec())
}

fn client(trusted: Vec<Vec<u8>>) -> Client {
    let here = "127.0.0.1".parse().unwrap();
    let hosts = [("shop.test".to_owned(), here), ("other.test".to_owned(), here)].into();
    Client::new(ClientSettings { hosts, trusted, ..ClientSettings::default() })
}

#[tokio::test]
async fn certificates_are_checked_unless_the_flow_asks_for_no_check() {
    let (port, certificate) = server().await;
    for (host, trusted, trusts_all, is_good) in [
        ("shop.test", true, false, true),
        ("shop.test", false, false, false),
        ("other.test", true, false, false),
        ("127.0.0.1", true, false, false),
        ("other.test", false, true, true),
    ] {
        let client = client(if trusted { vec![certificate.clone()] } else { Vec::new() });
        let request = Request { trusts_all, ..get(&format!("https://{host}:{port}/")) };
        match client.send(&request).await {
            Ok(mut response) => {
                assert!(is_good, "{host}");
                assert_eq!(response.bytes(100).await.unwrap(), b"safe");
            }
            Err(error) => {
                assert!(!is_good, "{host}: {error}");
                assert!(
                    error.kind == Kind::Connection && error.message.contains("cannot be secured"),
                    "{error}"
                );
            }
        }
    }
}

const fn named(text: &str) -> Option<Pem<'_>> {
    Some(Pem { name: "pem", text })
}

/// A certificate, or a key, as PEM.
fn pem(kind: &str, der: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in der.chunks(3) {
        let bytes = [chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
        let all = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        for place in 0..4 {
            let digit = DIGITS[(all >> (18 - 6 * place) & 63) as usize];
            text.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

#[tokio::test]
async fn a_client_may_trust_more_and_show_who_it_is() {
    let (port, certificate) = server().await;
    let trusting =
        client(Vec::new()).with_certificates(named(&pem("CERTIFICATE", &certificate)), None).unwrap();
    let request = get(&format!("https://shop.test:{port}/"));
    assert_eq!(trusting.send(&request).await.unwrap().bytes(100).await.unwrap(), b"safe");

    let made = rcgen::generate_simple_self_signed(vec!["me.test".to_owned()]).unwrap();
    let own = pem("CERTIFICATE", made.cert.der()) + &pem("PRIVATE KEY", &made.signing_key.serialize_der());
    let showing = trusting.with_certificates(None, named(&own)).unwrap();
    assert_eq!(showing.send(&request).await.unwrap().bytes(100).await.unwrap(), b"safe");

    let refused = |trusted: Option<&str>, own: Option<&str>| {
        let (trusted, own) = (trusted.and_then(named), own.and_then(named));
        trusting.with_certificates(trusted, own).map(drop).unwrap_err()
    };
    assert!(refused(Some("x"), None).starts_with("`pem` is no certificate in PEM"));
    assert!(
        refused(None, Some(&pem("CERTIFICATE", &certificate))).starts_with("`pem` is no private key in PEM")
    );
}

#[tokio::test]
async fn a_proxy_of_http_makes_a_tunnel_for_tls() {
    let (port, certificate) = server().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy_port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(near.read_u8().await.unwrap());
        }
        near.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
        let mut far = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        tokio::io::copy_bidirectional(&mut near, &mut far).await.unwrap();
        String::from_utf8(head).unwrap()
    });
    let mut request = get("https://shop.test/x");
    request.proxy = Some(Proxy {
        kind: ProxyKind::Http,
        host: "127.0.0.1".to_owned(),
        port: proxy_port,
        login: None,
        authorization: Some("Basic x".to_owned()),
    });
    let mut response = client(vec![certificate]).send(&request).await.unwrap();
    assert_eq!(response.bytes(100).await.unwrap(), b"safe");
    drop(response);
    let head = heard.await.unwrap();
    assert_eq!(
        head,
        "CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\nProxy-Authorization: Basic x\r\n\r\n"
    );
}

#[tokio::test]
async fn a_line_of_another_protocol_keeps_to_the_same_rules() {
    let (port, certificate) = server().await;
    let known = client(vec![certificate]);
    let line = known.line("shop.test", port).await.unwrap();
    let mut line = known.secure(line, "shop.test", false).await.unwrap();
    assert!(line.is_secure());
    line.write_all(b"hello").await.unwrap();
    let mut said = String::new();
    line.read_to_string(&mut said).await.unwrap();
    assert!(said.ends_with("safe"), "{said}");
    let refused = known.line("169.254.169.254", 25).await.err().unwrap();
    assert_eq!(refused.kind, Kind::Refused);
    let stranger = client(Vec::new());
    let line = stranger.line("shop.test", port).await.unwrap();
    assert!(stranger.secure(line, "shop.test", false).await.is_err());
}
