//! Connections: names are looked up once, checked, and gone to.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::ClientSettings;
use crate::error::{HttpError, Kind};
use crate::request::{Login, Proxy, ProxyKind};
use crate::url::Url;

/// Bytes of what a proxy answers before the connection stands.
const ANSWER_MAX: usize = 16 << 10;

/// A connection to the server of an address, through the proxy if there is one.
pub(crate) async fn connect(
    settings: &ClientSettings,
    url: &Url,
    proxy: Option<&Proxy>,
) -> Result<TcpStream, HttpError> {
    match proxy {
        // It gets the request itself.
        Some(proxy) if proxy.kind == ProxyKind::Http && !url.is_secure() => {
            permit_literal(settings, url.host())?;
            open(settings, &proxy.host, proxy.port).await
        }
        proxy => reach(settings, url.host(), url.port(), proxy).await,
    }
}

/// A connection to a host that carries any protocol, through the proxy if there is one.
pub(crate) async fn reach(
    settings: &ClientSettings,
    host: &str,
    port: u16,
    proxy: Option<&Proxy>,
) -> Result<TcpStream, HttpError> {
    let Some(proxy) = proxy else { return open(settings, host, port).await };
    permit_literal(settings, host)?;
    let mut stream = open(settings, &proxy.host, proxy.port).await?;
    let through = match proxy.kind {
        ProxyKind::Http => tunnel(&mut stream, host, port, proxy.authorization.as_deref()).await,
        ProxyKind::Socks => socks(&mut stream, host, port, proxy.login.as_ref()).await,
    };
    through.map_err(|error| {
        let proxy = &proxy.host;
        HttpError::new(Kind::Connection, format!("the proxy `{proxy}` does not connect to `{host}`: {error}"))
    })?;
    Ok(stream)
}

/// A proxy looks names up by itself; what needs no looking up is checked before it is asked.
fn permit_literal(settings: &ClientSettings, host: &str) -> Result<(), HttpError> {
    host.parse::<IpAddr>().map_or(Ok(()), |address| permit(settings, host, address))
}

/// A connection to a host, if it may be gone to.
pub(crate) async fn open(settings: &ClientSettings, host: &str, port: u16) -> Result<TcpStream, HttpError> {
    let failed = |error: String| {
        HttpError::new(
            Kind::Connection,
            format!("there is no connection to `{host}` on port {port}: {error}"),
        )
    };
    let mut last = HttpError::new(Kind::Connection, format!("the name `{host}` has no address"));
    for address in permitted(settings, host, port).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A small request must not wait for more; without it the connection is good too.
                let _as_it_is = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = failed(error.to_string()),
        }
    }
    Err(last)
}

/// The addresses of a host that may be gone to; at least one, or why there is none.
pub(crate) async fn permitted(
    settings: &ClientSettings,
    host: &str,
    port: u16,
) -> Result<Vec<SocketAddr>, HttpError> {
    let host = &*host.to_ascii_lowercase();
    let found = look_up(settings, host, port).await.map_err(|error| {
        HttpError::new(
            Kind::Connection,
            format!("there is no connection to `{host}` on port {port}: {error}"),
        )
    })?;
    let mut last = HttpError::new(Kind::Connection, format!("the name `{host}` has no address"));
    let mut addresses = Vec::new();
    for address in found {
        // What an administrator wrote down needs no permission.
        let is_written = settings.hosts.contains_key(host);
        match permit(settings, host, address.ip()) {
            Err(refused) if !is_written => last = refused,
            _ => addresses.push(address),
        }
    }
    if addresses.is_empty() { Err(last) } else { Ok(addresses) }
}

fn permit(settings: &ClientSettings, host: &str, address: IpAddr) -> Result<(), HttpError> {
    (settings.egress)(host, address).map_err(|reason| HttpError::new(Kind::Refused, reason))
}

async fn look_up(settings: &ClientSettings, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let known = settings.hosts.get(host).copied().or_else(|| host.parse().ok());
    if let Some(address) = known {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}

/// Asks a proxy of HTTP for a connection.
async fn tunnel(
    stream: &mut TcpStream,
    host: &str,
    port: u16,
    authorization: Option<&str>,
) -> io::Result<()> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let place = format!("{host}:{port}");
    let authorization = authorization.filter(|value| !value.contains(['\r', '\n']));
    let authorization =
        authorization.map_or(String::new(), |value| format!("Proxy-Authorization: {value}\r\n"));
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > ANSWER_MAX {
            return Err(io::Error::other("its answer does not end"));
        }
        answer.push(stream.read_u8().await?);
    }
    let status = answer.get(9..12).unwrap_or_default();
    if status.first() == Some(&b'2') {
        return Ok(());
    }
    Err(io::Error::other(format!("it answers {}", String::from_utf8_lossy(status))))
}

/// Asks a proxy of SOCKS 5 for a connection.
async fn socks(stream: &mut TcpStream, host: &str, port: u16, login: Option<&Login>) -> io::Result<()> {
    let way = if login.is_some() { 2 } else { 0 };
    stream.write_all(&[5, 1, way]).await?;
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).await?;
    if answer != [5, way] {
        return Err(io::Error::other("it does not take the way in which we log in"));
    }
    if let Some(Login { user, password }) = login {
        let mut message = vec![1];
        message.extend(short(user)?);
        message.extend(short(password)?);
        stream.write_all(&message).await?;
        stream.read_exact(&mut answer).await?;
        if answer[1] != 0 {
            return Err(io::Error::other("it refuses user and password"));
        }
    }
    let mut message = vec![5, 1, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => message.extend([&[1][..], &address.octets()].concat()),
        Ok(IpAddr::V6(address)) => message.extend([&[4][..], &address.octets()].concat()),
        Err(_) => {
            message.push(3);
            message.extend(short(host)?);
        }
    }
    message.extend(port.to_be_bytes());
    stream.write_all(&message).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    if answer[1] != 0 {
        return Err(io::Error::other(format!("it answers with code {}", answer[1])));
    }
    let rest = match answer[3] {
        1 => 4,
        4 => 16,
        _ => usize::from(stream.read_u8().await?),
    };
    stream.read_exact(&mut vec![0; rest + 2]).await?;
    Ok(())
}

/// A text with its length in front.
fn short(text: &str) -> io::Result<Vec<u8>> {
    let length = u8::try_from(text.len()).map_err(|_| io::Error::other("a name has more than 255 bytes"))?;
    Ok([&[length], text.as_bytes()].concat())
}
