use std::io::Read;
use std::net::{TcpListener, UdpSocket};

use kapelle_plugin::stage::Stage;

use super::{tcp_send, tcp_trigger, udp_send, udp_trigger};
use crate::testing::text;

/// A port that is free just now.
fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_text_is_sent_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        let mut content = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut content).unwrap();
        content
    });
    let properties = format!("host: 127.0.0.1\nport: {port}\npayload: grün\nencoding: ISO-8859-1");
    let outputs = Stage::new().run::<tcp_send::Send>(&properties).await.unwrap();
    assert_eq!(outputs["sentBytes"], kapelle_model::Value::Int(4));
    assert_eq!(heard.join().unwrap(), b"gr\xfcn");
}

#[tokio::test]
async fn nobody_there_and_nowhere_to_go_are_failures() {
    let failure = |properties: &'static str| async move {
        Stage::new().run::<tcp_send::Send>(properties).await.unwrap_err().failure.to_string()
    };
    let nobody = failure("{host: 127.0.0.1, port: 1, payload: x}").await;
    assert!(nobody.starts_with("there is no connection to `127.0.0.1` on port 1"), "{nobody}");
    let refused = failure("{host: 169.254.169.254, port: 80, payload: x}").await;
    assert!(refused.contains("are refused"), "{refused}");
    let unknown = failure("{host: 127.0.0.1, port: 1, payload: x, encoding: EBCDIC}").await;
    assert!(unknown.contains("there are UTF-8"), "{unknown}");
    let refused = Stage::new().run::<udp_send::Send>("{host: 169.254.169.254, port: 80, payload: x}").await;
    assert!(refused.unwrap_err().failure.to_string().contains("are refused"));
}

#[tokio::test]
async fn a_text_is_sent_over_udp() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let properties =
        format!("host: localhost\nport: {port}\npayload: hello").replace("localhost", "127.0.0.1");
    Stage::new().run::<udp_send::Send>(&properties).await.unwrap();
    let mut buffer = [0; 10];
    let count = socket.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..count], b"hello");
}

#[tokio::test]
async fn each_line_over_tcp_is_an_event() {
    let stage = Stage::new();
    let port = free();
    let mut listener =
        stage.listen::<tcp_trigger::RealtimeTrigger>(&format!("host: 127.0.0.1\nport: {port}")).unwrap();
    let send = async |payload: &str| {
        let properties = format!("host: 127.0.0.1\nport: {port}\npayload: \"{payload}\"");
        // The listener begins to listen beside us.
        while stage.run::<tcp_send::Send>(&properties).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    send("one\\r\\n\\ntwo\\nend").await;
    for wanted in ["one", "two", "end"] {
        let heard = listener.next().await.unwrap().variables;
        assert_eq!(
            (text(&heard, "payload"), text(&heard, "sourceIp")),
            (wanted.to_owned(), "127.0.0.1".to_owned())
        );
        assert_eq!(text(&heard, "timestamp"), kapelle_plugin::stage::NOW);
    }
    listener.end().await.unwrap();
}

#[tokio::test]
async fn each_datagram_is_an_event_and_what_is_too_long_is_cut() {
    let stage = Stage::new();
    let port = free();
    let properties = format!("host: 127.0.0.1\nport: {port}\nbufferSize: 4");
    let mut listener = stage.listen::<udp_trigger::RealtimeTrigger>(&properties).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    // Datagrams that come before it listens are lost.
    let heard = loop {
        socket.send_to(b"hello", ("127.0.0.1", port)).ok();
        let soon = std::time::Duration::from_millis(50);
        if let Ok(heard) = tokio::time::timeout(soon, listener.next()).await {
            break heard.unwrap().variables;
        }
    };
    assert_eq!(text(&heard, "payload"), "hell");
    listener.end().await.unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_says_so() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let stage = Stage::new();
    let mut listener =
        stage.listen::<tcp_trigger::RealtimeTrigger>(&format!("host: 127.0.0.1\nport: {port}")).unwrap();
    assert!(listener.next().await.is_none());
    let failure = listener.end().await.unwrap_err().failure.to_string();
    assert!(failure.starts_with(&format!("nobody can listen at `127.0.0.1` on port {port}: ")), "{failure}");
}
