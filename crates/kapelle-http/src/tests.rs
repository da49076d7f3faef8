//! Requests against real servers on this machine.

mod secure;

use std::io::{Cursor, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hyper::body::Bytes;

use super::server::{Received, Server, answer};
use super::*;

fn get(url: &str) -> Request {
    Request::get(Url::parse(url).unwrap())
}

async fn send(request: &Request) -> Result<(u16, String), HttpError> {
    let mut response = Client::default().send(request).await?;
    let body = response.bytes(1 << 20).await?;
    Ok((response.status, String::from_utf8(body).unwrap()))
}

#[tokio::test]
async fn an_answer_has_the_names_of_its_headers_as_they_were_written() {
    let server = Server::start(|_| {
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-TYPE: text/plain\r\nX-Two: 1\r\nx-low: a\r\nX-Two: 2\r\nContent-Length: 2\r\n\r\nhi".to_vec()
    });
    let mut response = Client::default().send(&get(&server.url("/a"))).await.unwrap();
    let names: Vec<_> = response.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(names, ["content-TYPE=text/plain", "X-Two=1", "X-Two=2", "x-low=a", "Content-Length=2"]);
    assert_eq!(response.header("Content-Type"), Some("text/plain"));
    assert_eq!(response.bytes(2).await.unwrap(), b"hi");
    assert_eq!(server.last().header("user-agent"), Some("Kapelle"));
}

#[tokio::test]
async fn content_is_sent_whether_it_comes_from_memory_or_from_files() {
    let server = Server::start(|received| answer("200 OK", &[], &received.body.len().to_string()));
    let open: Open = Arc::new(|| Ok(Box::new(Cursor::new(vec![b'x'; 300_000])) as Box<dyn Read + Send>));
    let pieces = [
        Piece::Bytes(Bytes::from_static(b"before ")),
        Piece::File { open, size: 300_000 },
        Piece::Bytes(Bytes::from_static(b" after")),
    ];
    let request =
        Request { method: "POST".to_owned(), payload: Payload::of(pieces), ..get(&server.url("/")) };
    assert_eq!(send(&request).await.unwrap(), (200, "300013".to_owned()));
    let last = server.last();
    assert!(last.body.starts_with(b"before xx") && last.body.ends_with(b"xx after"));
    assert_eq!((last.header("content-length"), last.header("transfer-encoding")), (Some("300013"), None));

    let empty = Request { method: "POST".to_owned(), ..get(&server.url("/")) };
    send(&empty).await.unwrap();
    assert_eq!(server.last().header("content-length"), Some("0"));
}

/// `four orders`, packed by another program.
const GZIP: &str = "1f8b08000000000002034bcb2f2d52c82f4a492d2a0600ccc71b3c0b000000";
const ZLIB: &str = "789c4bcb2f2d52c82f4a492d2a06001a3a046c";
const DEFLATE: &str = "4bcb2f2d52c82f4a492d2a0600";

/// What comes of an answer with this coding and content.
async fn unpacked(coding: &str, content: &[u8], request: impl Fn(Request) -> Request) -> String {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", content.len());
    let whole = [head.as_bytes(), content].concat();
    let server = Server::start(move |_| whole.clone());
    let request = request(Request { unpacks: true, ..get(&server.url("/")) });
    let mut response = Client::default().send(&request).await.unwrap();
    let names: Vec<_> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(" ");
    let said = server.last().header("accept-encoding").unwrap_or("-").to_owned();
    match response.bytes(1 << 20).await {
        Ok(content) => format!("{said}|{names}|{}", String::from_utf8_lossy(&content)),
        Err(error) => error.message.replace(&server.address().ip().to_string(), "HOST"),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[tokio::test]
async fn what_was_packed_for_the_way_is_unpacked_for_who_wants_it() {
    let as_it_is = |request| request;
    for (coding, packed) in [("gzip", GZIP), ("X-GZIP", GZIP), ("deflate", ZLIB), ("deflate", DEFLATE)] {
        assert_eq!(
            unpacked(coding, &bytes(packed), as_it_is).await,
            "gzip, deflate||four orders",
            "{coding}"
        );
    }
    let twice = [bytes(GZIP), bytes(GZIP)].concat();
    assert_eq!(unpacked("gzip", &twice, as_it_is).await, "gzip, deflate||four ordersfour orders");
    assert_eq!(unpacked("gzip", b"", as_it_is).await, "gzip, deflate|Content-Encoding Content-Length|");
    // Nobody knows this one, or wants it.
    assert_eq!(unpacked("br", b"x", as_it_is).await, "gzip, deflate|Content-Encoding Content-Length|x");
    let plain = |request| Request { unpacks: false, ..request };
    assert_eq!(unpacked("gzip", b"x", plain).await, "-|Content-Encoding Content-Length|x");
    let own = |request| Request { headers: vec![Header::new("Accept-Encoding", "identity")], ..request };
    assert_eq!(unpacked("gzip", &bytes(GZIP), own).await, "identity||four orders");
}

#[tokio::test]
async fn what_cannot_be_unpacked_or_is_too_large_is_told() {
    let told = unpacked("gzip", b"no gzip at all", |request| request).await;
    assert!(told.starts_with("the answer of `HOST` cannot be unpacked: "), "{told}");
    let told = unpacked("gzip", &bytes(GZIP)[..20], |request| request).await;
    assert!(told.starts_with("the answer of `HOST` cannot be unpacked: "), "{told}");
    let mut large = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    large.write_all(&vec![0; 3 << 20]).unwrap();
    let told = unpacked("gzip", &large.finish().unwrap(), |request| request).await;
    assert_eq!(told, "the answer of `HOST` has more than 1048576 bytes");
}

#[tokio::test]
async fn a_file_that_became_shorter_breaks_the_request() {
    let server = Server::start(|_| answer("200 OK", &[], ""));
    let open: Open = Arc::new(|| Ok(Box::new(Cursor::new(b"short")) as Box<dyn Read + Send>));
    let payload = Payload::of([Piece::File { open, size: 100 }]);
    let request = Request { method: "PUT".to_owned(), payload, ..get(&server.url("/")) };
    let error = send(&request).await.unwrap_err();
    assert!(error.message.contains("became shorter"), "{error}");
}

/// Answers that send elsewhere.
fn redirecting(status: &'static str, to: String) -> Server {
    Server::start(move |received| {
        if received.line.contains(" /end") {
            answer("200 OK", &[], &format!("{} {}", received.line, received.body()))
        } else {
            answer(status, &[&format!("Location: {to}")], "elsewhere")
        }
    })
}

#[tokio::test]
async fn redirects_are_followed_with_or_without_the_content() {
    for (status, method, arrives) in [
        ("301 Moved", "POST", "GET /end HTTP/1.1 "),
        ("302 Found", "PUT", "PUT /end HTTP/1.1 data"),
        ("303 See Other", "PUT", "GET /end HTTP/1.1 "),
        ("307 Temporary", "POST", "POST /end HTTP/1.1 data"),
        ("308 Permanent", "POST", "POST /end HTTP/1.1 data"),
    ] {
        let server = redirecting(status, "end".to_owned());
        let payload = Payload::of([Piece::Bytes(Bytes::from_static(b"data"))]);
        let request = Request { method: method.to_owned(), payload, ..get(&server.url("/start?x=1")) };
        assert_eq!(send(&request).await.unwrap(), (200, arrives.to_owned()), "{status} {method}");
        let stays = Request { follows_redirects: false, ..request };
        assert_eq!(send(&stays).await.unwrap().1, "elsewhere");
    }
}

#[tokio::test]
async fn credentials_do_not_go_to_another_server() {
    let other = Server::start(|_| answer("200 OK", &[], ""));
    let server = redirecting("307 Temporary", other.url("/"));
    let mut request = get(&server.url("/"));
    request.headers = vec![
        Header::new("Authorization", "Basic x"),
        Header::new("Cookie", "a=b"),
        Header::secret("X-Api-Key", "canary"),
        Header::new("X-Plain", "stays"),
    ];
    send(&request).await.unwrap();
    let names: Vec<String> = other.last().headers.into_iter().map(|(name, _)| name.to_lowercase()).collect();
    assert_eq!(names, ["x-plain", "host", "user-agent", "accept"]);
    assert_eq!(server.last().header("x-api-key"), Some("canary"));
}

#[tokio::test]
async fn redirects_end_somewhere_and_may_not_lead_inside() {
    let round = Server::start(|_| answer("302 Found", &["Location: /again"], ""));
    assert_eq!(send(&get(&round.url("/"))).await.unwrap_err().message, "there are more than 5 redirects");
    assert_eq!(round.requests().len(), 6);
    for to in ["http://169.254.169.254/latest", "http://[fe80::1]/"] {
        let server = redirecting("302 Found", to.to_owned());
        assert_eq!(send(&get(&server.url("/"))).await.unwrap_err().kind, Kind::Refused, "{to}");
    }
    let server = redirecting("302 Found", "ftp://example.com/".to_owned());
    assert_eq!(send(&get(&server.url("/"))).await.unwrap_err().kind, Kind::Protocol);
}

#[tokio::test]
async fn names_are_looked_up_once_and_what_they_mean_is_checked() {
    let server = Server::start(|received| answer("200 OK", &[], received.header("host").unwrap_or_default()));
    let strict = ClientSettings { egress: egress::for_server(), ..ClientSettings::default() };
    for host in ["localhost", "127.0.0.1", "[::1]", "0x7f.1", "2130706433"] {
        let url = format!("http://{host}:{}/", server.address().port());
        let refused = Client::new(strict.clone()).send(&get(&url)).await.err().unwrap();
        assert_eq!(refused.kind, Kind::Refused, "{host}: {refused}");
    }
    let hosts = [("shop.test".to_owned(), server.address().ip())].into();
    let client = Client::new(ClientSettings { hosts, ..strict });
    let url = format!("http://Shop.test:{}/", server.address().port());
    let mut response = client.send(&get(&url)).await.unwrap();
    let host = format!("shop.test:{}", server.address().port());
    assert_eq!(response.bytes(100).await.unwrap(), host.as_bytes());
}

#[tokio::test]
async fn a_digest_challenge_is_answered_once() {
    let server = Server::start(|received| match received.header("authorization") {
        Some(value) if value.starts_with("Digest username=\"ann\"") => answer("200 OK", &[], "in"),
        _ => answer("401 No", &["WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\""], "out"),
    });
    let login = |user: &str| Some(Login { user: user.to_owned(), password: "p".to_owned() });
    let payload = Payload::of([Piece::Bytes(Bytes::from_static(b"data"))]);
    let request = Request { method: "POST".to_owned(), payload, ..get(&server.url("/x?y=1")) };
    assert_eq!(send(&request).await.unwrap(), (401, "out".to_owned()));
    let right = Request { digest: login("ann"), ..request.clone() };
    assert_eq!(send(&right).await.unwrap(), (200, "in".to_owned()));
    assert_eq!(server.last().body(), "data");
    assert!(server.last().header("authorization").unwrap().contains("uri=\"/x?y=1\""));
    let wrong = Request { digest: login("bob"), ..request };
    assert_eq!(send(&wrong).await.unwrap(), (401, "out".to_owned()));
}

#[tokio::test]
async fn what_ends_too_early_or_says_nothing_is_an_error() {
    for (bytes, kind) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"[..], Kind::Connection),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", Kind::Connection),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", Kind::Connection),
        (b"nonsense\r\n\r\n", Kind::Protocol),
        (b"", Kind::Connection),
    ] {
        let server = Server::start(move |_| bytes.to_vec());
        let error = send(&get(&server.url("/"))).await.unwrap_err();
        assert_eq!(error.kind, kind, "{:?}: {error}", String::from_utf8_lossy(bytes));
    }
    let whole = Server::start(|_| {
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-After: y\r\n\r\n".to_vec()
    });
    assert_eq!(send(&get(&whole.url("/"))).await.unwrap().1, "abc");
    let until_close = Server::start(|_| b"HTTP/1.1 200 OK\r\n\r\nall of it".to_vec());
    assert_eq!(send(&get(&until_close.url("/"))).await.unwrap().1, "all of it");
}

#[tokio::test]
async fn waiting_has_an_end() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let mut request = get(&url);
    request.timeouts.idle = Duration::from_millis(50);
    let error = send(&request).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (Kind::Timeout, "`127.0.0.1` did not answer within 50ms")
    );

    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    request.url = Url::parse(&format!("http://{}/", slow.local_addr().unwrap())).unwrap();
    let _detached = thread::spawn(move || {
        let (mut stream, _) = slow.accept().unwrap();
        // An answer that comes before its request is none.
        stream.read_exact(&mut [0; 5]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab").unwrap();
        thread::sleep(Duration::from_secs(30));
    });
    assert_eq!(send(&request).await.unwrap_err().kind, Kind::Timeout);
}

#[tokio::test]
async fn nobody_there_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = send(&get(&format!("http://{free}/"))).await.unwrap_err();
    assert!(error.kind == Kind::Connection && error.message.contains("refused"), "{error}");
    let error = send(&get("http://nobody.invalid/")).await.unwrap_err();
    assert!(error.kind == Kind::Connection && error.message.contains("nobody.invalid"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
    let server = Server::start(|_| answer("200 OK", &[], "12345"));
    let mut response = Client::default().send(&get(&server.url("/"))).await.unwrap();
    assert_eq!(response.bytes(4).await.unwrap_err().kind, Kind::TooLarge);
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_without_its_value() {
    let server = Server::start(|_| answer("200 OK", &[], ""));
    for header in
        [Header::new("X-A", "a\r\nX-Canary: b"), Header::new("X A", "canary"), Header::new("", "canary")]
    {
        let request = Request { headers: vec![header], ..get(&server.url("/")) };
        let error = send(&request).await.unwrap_err();
        assert!(error.kind == Kind::Invalid && !error.message.to_lowercase().contains("canary"), "{error}");
    }
    let request = Request { method: "G T".to_owned(), ..get(&server.url("/")) };
    assert_eq!(send(&request).await.unwrap_err().kind, Kind::Invalid);
    let own = [
        Header::new("Content-Length", "99"),
        Header::new("Transfer-Encoding", "chunked"),
        Header::new("Host", "other"),
    ];
    send(&Request { headers: own.to_vec(), ..get(&server.url("/")) }).await.unwrap();
    let last = server.last();
    assert_eq!((last.header("content-length"), last.header("host")), (None, Some("other")));
}

#[tokio::test]
async fn a_proxy_of_http_gets_the_whole_address() {
    let proxy = Server::start(|received| answer("200 OK", &[], &received.line));
    let mut request = get("http://shop.invalid/a?b=c");
    request.proxy = Some(Proxy {
        kind: ProxyKind::Http,
        host: "127.0.0.1".to_owned(),
        port: proxy.address().port(),
        login: None,
        authorization: Some("Basic x".to_owned()),
    });
    let (_, line) = send(&request).await.unwrap();
    assert_eq!(line, "GET http://shop.invalid/a?b=c HTTP/1.1");
    assert_eq!(proxy.last().header("proxy-authorization"), Some("Basic x"));
    request.url = Url::parse("http://169.254.169.254/").unwrap();
    assert_eq!(send(&request).await.unwrap_err().kind, Kind::Refused);
}

#[tokio::test]
async fn a_proxy_of_socks_is_told_where_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut told = Vec::new();
        // What comes, by its length, and what is said to it.
        for (length, said) in [(3, &[5, 2][..]), (5, &[1, 0]), (19, &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])] {
            let mut bytes = vec![0; length];
            stream.read_exact(&mut bytes).unwrap();
            told.push(bytes);
            stream.write_all(said).unwrap();
        }
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        stream.write_all(&answer("200 OK", &[], "through")).unwrap();
        told
    });
    let mut request = get("http://shop.invalid:81/");
    let login = Some(Login { user: "u".to_owned(), password: "p".to_owned() });
    let host = "127.0.0.1".to_owned();
    request.proxy = Some(Proxy { kind: ProxyKind::Socks, host, port, login, authorization: None });
    assert_eq!(send(&request).await.unwrap().1, "through");
    let told = told.join().unwrap();
    assert_eq!(told, [&[5, 1, 2][..], b"\x01\x01u\x01p", b"\x05\x01\x00\x03\x0cshop.invalid\x00\x51"]);
}

#[test]
fn addresses_are_read_and_made_ready_to_be_sent() {
    for (text, shown) in [
        ("http://Example.COM", "http://example.com/"),
        ("HTTPS://example.com:443/a b?c d#frag", "https://example.com/a%20b?c%20d"),
        ("http://example.com:8080?x", "http://example.com:8080/?x"),
        ("http://u:p@example.com/", "http://example.com/"),
        ("http://[::1]:81/", "http://[::1]:81/"),
        ("http://example.com/größe/%41/{a}|^", "http://example.com/gr%C3%B6%C3%9Fe/%41/%7Ba%7D%7C%5E"),
        ("http://example.com/a?b=c&d=[e]'()", "http://example.com/a?b=c&d=[e]'()"),
        ("http://example.com\\@evil.com/", "http://example.com/%5C@evil.com/"),
    ] {
        assert_eq!(Url::parse(text).map(|url| url.to_string()), Ok(shown.to_owned()), "{text}");
    }
    for text in [
        "",
        "example.com",
        "ftp://a/",
        "http://",
        "http:///x",
        "http://a:x/",
        "http://a:99999/",
        "http://a b/",
        "http://[x]/",
        "http://[::1/",
        "http://grö.de/",
        "http://a/\r\nX: y",
    ] {
        assert!(Url::parse(text).is_err(), "{text}");
    }
    let url = Url::parse("http://u:p%40@h/").unwrap();
    assert_eq!(url.user_info(), Some("u:p%40"));
    for (target, query) in [("/a", "/a?q=1"), ("/a?x=2", "/a?x=2&q=1"), ("/a?", "/a?q=1")] {
        assert_eq!(Url::parse(&format!("http://h{target}")).unwrap().with_query("q=1").target(), query);
    }
}

#[test]
fn redirects_are_read_from_where_they_were_said() {
    let base = Url::parse("http://h:81/a/b/c?q=1").unwrap();
    for (location, shown) in [
        ("https://other/x", "https://other/x"),
        ("//other/x", "http://other/x"),
        ("/x?y", "http://h:81/x?y"),
        ("x", "http://h:81/a/b/x"),
        ("../x", "http://h:81/a/x"),
        ("../../../x", "http://h:81/x"),
        ("./", "http://h:81/a/b/"),
        ("?z", "http://h:81/a/b/c?z"),
        ("", "http://h:81/a/b/c?q=1"),
        ("#f", "http://h:81/a/b/c?q=1"),
        ("/x?to=http://y", "http://h:81/x?to=http://y"),
    ] {
        assert_eq!(base.join(location).map(|url| url.to_string()), Ok(shown.to_owned()), "{location}");
    }
}

#[test]
fn what_was_received_is_kept() {
    assert_eq!(Received::default().header("x"), None);
}

proptest::proptest! {
    #[test]
    fn an_address_that_is_read_can_be_sent_and_read_again(text in "https?://[a-c@:.\\[\\]]{0,8}[/?#%. é\\\\a-c]{0,12}", to in "[/?#.:a-c é]{0,12}") {
        if let Ok(url) = Url::parse(&text) {
            let again = Url::parse(&url.to_string()).map(|url| url.to_string());
            proptest::prop_assert_eq!(again, Ok(url.to_string()));
            proptest::prop_assert!(url.target().bytes().all(|byte| byte.is_ascii_graphic()));
            if let Ok(next) = url.join(&to) {
                proptest::prop_assert!(next.target().starts_with('/') && !next.target().contains("/../"), "{}", next);
            }
        }
    }
}

#[tokio::test]
async fn a_program_of_a_task_learns_only_addresses_that_it_may_go_to() {
    let hosts = [("known".to_owned(), "169.254.169.254".parse().unwrap())];
    let client = Client::new(ClientSettings { hosts: hosts.into(), ..ClientSettings::default() });
    let told = async |host: &str| match client.addresses(host, 22).await {
        Ok(addresses) => addresses[0].to_string(),
        Err(error) => format!("{:?}", error.kind),
    };
    assert_eq!(told("127.0.0.1").await, "127.0.0.1:22");
    assert_eq!(told("::1").await, "[::1]:22");
    assert_eq!(told("169.254.169.254").await, "Refused");
    assert_eq!(told("Known").await, "169.254.169.254:22", "an administrator wrote it down");
    assert_eq!(told("no-such-host.invalid").await, "Connection");
}
