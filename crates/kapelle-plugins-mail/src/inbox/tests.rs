use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, service};
use kapelle_plugin::{Keys, Polled};

use crate::mail_received_trigger::MailReceivedTrigger;
use crate::real_time_trigger::RealTimeTrigger;
use crate::tests::Scripted;

/// A real server of mailboxes.
struct Real {
    imap: String,
    imaps: String,
    pop3: String,
    pop3s: String,
    lmtp: String,
}

impl Real {
    fn find() -> Option<Self> {
        let address = service("imap")?;
        let mut words = address.split(' ').map(str::to_owned);
        let mut port = || Some(words.next()?.rsplit_once(':')?.1.to_owned());
        Some(Self { imap: port()?, imaps: port()?, pop3: port()?, pop3s: port()?, lmtp: port()? })
    }

    /// Puts a message into the inbox of a user.
    fn deliver(&self, user: &str, message: &str) {
        let stream = TcpStream::connect(format!("127.0.0.1:{}", self.lmtp)).unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
        let mut expect = |code: &str| loop {
            let line = answers.next().unwrap();
            assert!(line.starts_with(code), "{line}");
            if line.as_bytes()[3] == b' ' {
                return;
            }
        };
        expect("220");
        let message = message.replace('\n', "\r\n");
        for (said, code) in [
            ("LHLO test".to_owned(), "250"),
            ("MAIL FROM:<sender@example.com>".to_owned(), "250"),
            (format!("RCPT TO:<{user}>"), "250"),
            ("DATA".to_owned(), "354"),
            (format!("{message}\r\n."), "250"),
        ] {
            write!(&stream, "{said}\r\n").unwrap();
            expect(code);
        }
    }

    /// The ways to the mailbox of a user: each protocol with and without TLS from the beginning.
    fn ways(&self, user: &str) -> [(String, String); 4] {
        let way = |protocol: &str, port: &str, ssl: bool| {
            let user = format!("{user}-{protocol}-{ssl}");
            let properties = format!(
                "protocol: {protocol}\nhost: 127.0.0.1\nport: {port}\nssl: {ssl}\ntrustAllCertificates: true\nusername: {user}\npassword: Kapelle1\n"
            );
            (user, properties)
        };
        [
            way("IMAP", &self.imap, false),
            way("IMAP", &self.imaps, true),
            way("POP3", &self.pop3, false),
            way("POP3", &self.pop3s, true),
        ]
    }
}

fn letter(subject: &str) -> String {
    format!(
        "From: Ann <ann@example.com>\nTo: bob@example.com\nSubject: {subject}\nMessage-ID: <{subject}@example.com>\nDate: Wed, 6 May 2026 07:08:09 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n..dot\n{subject}\n--b\nContent-Type: text/csv; name=\"orders.csv\"\nContent-Disposition: attachment; filename=\"orders.csv\"\nContent-Transfer-Encoding: base64\n\nYTtiCjE7Mgo=\n--b--\n"
    )
}

fn at<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, step| match value {
        Value::Map(map) => &map[*step],
        Value::List(list) => &list[step.parse::<usize>().unwrap()],
        other => panic!("{step} of {other:?}"),
    })
}

fn text(value: &Value, path: &[&str]) -> String {
    match at(value, path) {
        Value::Str(text) => text.expose().to_owned(),
        other => panic!("{other:?} at {path:?}"),
    }
}

async fn look(stage: &Stage, properties: &str, cursor: Option<Value>) -> Polled<Map> {
    let looked = stage.poll::<MailReceivedTrigger>(properties, cursor).await;
    looked.unwrap_or_else(|broken| panic!("{}: {properties}", broken.failure))
}

async fn refused(properties: &str) -> String {
    let looked = Stage::new().poll::<MailReceivedTrigger>(properties, None).await;
    looked.unwrap_err().failure.to_string()
}

/// A name of a user that no other run of the tests has.
fn fresh(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

#[tokio::test]
async fn what_comes_to_a_real_server_starts_one_execution_with_its_files() {
    let Some(real) = Real::find() else { return };
    for (user, properties) in real.ways(&fresh("look")) {
        let stage = Stage::new();
        real.deliver(&user, &letter("old"));
        let first = look(&stage, &properties, None).await;
        assert_eq!(first.event, None, "{properties}");
        let nothing = look(&stage, &properties, first.cursor).await;
        assert_eq!(nothing.event, None, "{properties}");
        real.deliver(&user, &letter("one"));
        real.deliver(&user, &letter("two"));
        let found = look(&stage, &properties, nothing.cursor).await;
        let event = Value::Map(std::sync::Arc::new(found.event.unwrap()));
        assert_eq!(*at(&event, &["total"]), Value::Int(2));
        assert_eq!(text(&event, &["emails", "0", "subject"]), "one");
        assert_eq!(text(&event, &["latestEmail", "subject"]), "two");
        assert_eq!(text(&event, &["latestEmail", "from"]), "Ann <ann@example.com>");
        assert_eq!(text(&event, &["latestEmail", "to", "0"]), "bob@example.com");
        assert_eq!(text(&event, &["latestEmail", "messageId"]), "<two@example.com>");
        assert_eq!(text(&event, &["latestEmail", "date"]), "2026-05-06T07:08:09Z");
        assert_eq!(text(&event, &["latestEmail", "body"]), ".dot\ntwo");
        let file = at(&event, &["latestEmail", "attachments", "0"]);
        assert_eq!(text(file, &["filename"]), "orders.csv");
        assert_eq!(text(file, &["contentType"]), "text/csv");
        assert_eq!(*at(file, &["size"]), Value::Int(8));
        assert_eq!(stage.content(&text(file, &["uri"])), "a;b\n1;2\n");
        assert_eq!(look(&stage, &properties, found.cursor).await.event, None, "{properties}");
        assert_eq!(stage.lines(), Vec::<String>::new(), "{properties}");
    }
}

#[tokio::test]
async fn each_message_is_heard_once_also_when_nobody_watched() {
    let Some(real) = Real::find() else { return };
    for (user, properties) in real.ways(&fresh("hear")) {
        let properties = format!("{properties}interval: PT1S\n");
        let stage = Stage::new();
        real.deliver(&user, &letter("old"));
        let mut listener = stage.listen::<RealTimeTrigger>(&properties).unwrap();
        // What is there before the first look is not heard; that it was there stands in the keys.
        while stage.memory().list("team.a", "").unwrap().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        for subject in ["one", "two"] {
            real.deliver(&user, &letter(subject));
            let heard = listener.next().await.unwrap_or_else(|| panic!("{properties}"));
            assert_eq!(text(&Value::Map(heard.variables.into()), &["subject"]), subject);
        }
        listener.end().await.unwrap();
        real.deliver(&user, &letter("three"));
        let mut listener = stage.listen::<RealTimeTrigger>(&properties).unwrap();
        let heard = Value::Map(listener.next().await.unwrap().variables.into());
        assert_eq!(text(&heard, &["subject"]), "three", "{properties}");
        assert_eq!(*at(&heard, &["attachments", "0", "size"]), Value::Int(8));
        listener.end().await.unwrap();
    }
}

#[tokio::test]
async fn a_real_server_says_no() {
    let Some(real) = Real::find() else { return };
    let [(_, imap), (_, imaps), (_, pop3), _] = real.ways(&fresh("no"));
    for properties in [&imap, &pop3] {
        let told = refused(&properties.replace("Kapelle1", "wrong1")).await;
        assert!(told.starts_with("the mail server does not let this user in: "), "{told}");
        assert!(!told.contains("wrong1"), "{told}");
    }
    let told = refused(&format!("{imap}folder: Entwürfe")).await;
    assert!(told.starts_with("the mail server does not open the folder `Entwürfe`: NO"), "{told}");
    let told = refused(&imaps.replace("trustAllCertificates: true", "")).await;
    assert!(told.contains("`trustAllCertificates: true`"), "{told}");
    // TLS at a port that speaks plainly, and the other protocol.
    let told = refused(&imap.replace("ssl: false", "ssl: true")).await;
    assert!(told.contains("needs `ssl: false` and its port"), "{told}");
    let told = refused(&imap.replace("IMAP", "POP3")).await;
    assert!(told.ends_with("is no server of POP3: look at `port`, `protocol` and `ssl`"), "{told}");
    let told = refused(&pop3.replace("POP3", "IMAP")).await;
    assert!(told.ends_with("is no server of IMAP: look at `port`, `protocol` and `ssl`"), "{told}");
    let told = refused(&format!("{pop3}folder: Orders")).await;
    assert!(told.starts_with("POP3 has no folder `Orders`: leave `folder` out"), "{told}");
}

fn scripted(server: &Scripted, protocol: &str) -> String {
    let port = server.port;
    format!(
        "protocol: {protocol}\nhost: 127.0.0.1\nport: {port}\nssl: false\nusername: 'a\"b'\npassword: c\n"
    )
}

const OPEN: [&str; 3] = ["* OK hi", "* CAPABILITY IMAP4rev1|k1 OK", "k2 OK"];

#[tokio::test]
async fn new_numbers_do_not_make_old_messages_new() {
    let begin = Scripted::start(&[
        OPEN[0],
        OPEN[1],
        OPEN[2],
        "* CAPABILITY IMAP4rev1|k3 OK",
        "* 1 EXISTS|* OK [UIDVALIDITY 1] x|* OK [UIDNEXT 5] x|k4 OK",
        "* BYE|k5 OK",
    ]);
    let stage = Stage::new();
    let cursor = look(&stage, &scripted(&begin, "IMAP"), None).await.cursor.unwrap();
    assert!(begin.heard().contains("k2 LOGIN \"a\\\"b\" \"c\"\n"), "{}", begin.heard());
    let after = Scripted::start(&[
        OPEN[0],
        OPEN[1],
        OPEN[2],
        "* CAPABILITY IMAP4rev1|k3 OK",
        "* 3 EXISTS|* OK [UIDVALIDITY 2] x|* OK [UIDNEXT 4] x|k4 OK",
        "* 1 FETCH (UID 1 RFC822.SIZE 9 INTERNALDATE \"06-May-2026 00:00:00 +0000\")|* 2 FETCH (UID 2 RFC822.SIZE 99999999 INTERNALDATE \"06-May-2026 10:00:00 +0000\")|* 3 FETCH (UID 3 RFC822.SIZE 9 INTERNALDATE \"06-May-2026 11:00:00 +0000\")|k5 OK",
        "* 2 FETCH (UID 2 BODY[HEADER]<0> {12}|Subject: big)|k6 OK",
        "k7 OK",
        "* BYE|k8 OK",
    ]);
    // The mailbox is the same one for the trigger, though it stands at another port here.
    let moved = scripted(&after, "IMAP");
    let Value::Map(mut map) = cursor else { panic!() };
    let mailbox = fingerprint(&moved);
    std::sync::Arc::make_mut(&mut map).insert("mailbox".into(), Value::from(mailbox.as_str()));
    let found = look(&stage, &moved, Some(Value::Map(map))).await;
    let event = Value::Map(std::sync::Arc::new(found.event.unwrap()));
    // The first one was there before, the third one went away meanwhile, and of the second one only the head is read.
    assert_eq!(*at(&event, &["total"]), Value::Int(1));
    assert_eq!(text(&event, &["latestEmail", "subject"]), "big");
    assert_eq!(*at(&event, &["latestEmail", "body"]), Value::Null);
    let cursor = found.cursor.unwrap();
    assert_eq!((at(&cursor, &["validity"]), at(&cursor, &["next"])), (&Value::Int(2), &Value::Int(4)));
    assert!(
        after.heard().contains("k6 UID FETCH 2 (UID BODY.PEEK[HEADER]<0.262144>)\n"),
        "{}",
        after.heard()
    );
    let lines = stage.lines();
    for part in ["goes over a connection that is not encrypted", "new numbers", "only its head was read"] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part}: {lines:?}");
    }
}

/// What a mailbox is called in cursors.
fn fingerprint(properties: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Only {
        #[serde(flatten)]
        access: super::access::Access,
    }
    let read: Only = kapelle_plugin::read(&kapelle_plugin::stage::properties_of(properties)).unwrap();
    read.access.server(&Stage::new().context()).unwrap().fingerprint()
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    for (protocol, script, reason) in [
        ("IMAP", &["220 smtp"][..], "is no server of IMAP"),
        ("IMAP", &["* BYE full"], "the mail server refuses the connection: BYE full"),
        ("IMAP", &[OPEN[0], "* CAPABILITY LOGINDISABLED|k1 OK"], "the mail server lets nobody log in"),
        ("IMAP", &[OPEN[0], OPEN[1], "k2 NO [AUTH] who"], "does not let this user in: NO [AUTH] who"),
        ("IMAP", &[OPEN[0], "* BYE bored"], "the mail server ends the connection: BYE bored"),
        ("IMAP", &[OPEN[0], "* X {99999999999}"], "sends 99999999999 bytes at once"),
        (
            "IMAP",
            &[OPEN[0], "* CAPABILITY STARTTLS|k1 OK", "k2 OK|* OK fake"],
            "spoke before the connection was secure",
        ),
        ("IMAP", &["silence"], "the server closed it"),
        ("POP3", &["-ERR busy"], "the mail server refuses the connection: -ERR busy"),
        ("POP3", &["+OK", "-ERR", "+OK", "-ERR who"], "does not let this user in: who"),
        ("POP3", &["+OK", "-ERR", "+OK", "+OK", "-ERR what"], "read the mailbox with `protocol: IMAP`"),
        ("POP3", &["+OK", "hm"], "is no server of POP3"),
    ] {
        let script: &'static [&'static str] = Box::leak(script.to_vec().into_boxed_slice());
        let told = if script == ["silence"] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let _gone = std::thread::spawn(move || drop(listener.accept()));
            refused(&format!("host: 127.0.0.1\nport: {port}\nssl: false\nusername: a\npassword: c\n")).await
        } else {
            refused(&scripted(&Scripted::start(script), protocol)).await
        };
        assert!(told.contains(reason), "{reason}: {told}");
    }
    let told = refused("host: h\nusername: ''\npassword: p").await;
    assert_eq!(told, "the property `username` is empty: write whose mailbox it is");
}

#[tokio::test]
async fn a_stop_ends_it() {
    let server = Scripted::start(&["silence"]);
    let stage = Stage::new();
    stage.stop();
    let broken = stage.poll::<MailReceivedTrigger>(&scripted(&server, "IMAP"), None).await.unwrap_err();
    assert!(broken.is_killed);
}
