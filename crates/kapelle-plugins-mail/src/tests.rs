//! Mail against a real server, where one runs, and against a scripted one for what real servers seldom do.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use kapelle_model::State;
use kapelle_plugin::stage::{Stage, service};
use kapelle_plugin::{Broken, Told, ToldRun};

use crate::mail_execution::MailExecution;
use crate::mail_send::MailSend;

const PEOPLE: &str =
    "from: Kapelle <flows@example.com>\nto: ann@example.com;Jürgen <j@example.com>\ncc: bob@example.com\n";

/// What the real server got: envelope and message.
struct Got {
    envelope: String,
    message: String,
}

/// The real servers.
struct Real {
    plain: String,
    tls: String,
    folder: String,
}

impl Real {
    fn find() -> Option<Self> {
        let address = service("smtp")?;
        let mut words = address.splitn(3, ' ').map(str::to_owned);
        let port = |place: String| place.rsplit_once(':').unwrap().1.to_owned();
        Some(Self { plain: port(words.next()?), tls: port(words.next()?), folder: words.next()? })
    }

    /// The message that the log of a task names.
    fn got(&self, stage: &Stage) -> Got {
        let lines = stage.lines();
        let said = lines.iter().find(|line| line.contains("250 OK ")).unwrap();
        let name = said.rsplit_once(' ').unwrap().1;
        let read = |extension| fs::read_to_string(format!("{}/{name}.{extension}", self.folder)).unwrap();
        Got { envelope: read("json"), message: read("eml").replace("\r\n", "\n") }
    }
}

async fn send(stage: &Stage, properties: &str) -> Result<(), Broken> {
    stage.run::<MailSend>(properties).await.map(|_| ())
}

async fn refused(properties: &str) -> String {
    send(&Stage::new(), properties).await.unwrap_err().failure.to_string()
}

#[tokio::test]
async fn a_real_server_gets_the_message_with_its_files() {
    let Some(real) = Real::find() else { return };
    let login = "host: 127.0.0.1\nusername: kapelle\npassword: Kapelle1\ntrustedHosts: ['127.0.0.1']\n";
    for (port, strategy) in [(&real.plain, "SMTP_TLS"), (&real.plain, "SMTP"), (&real.tls, "SMTPS")] {
        let stage = Stage::new();
        let uri = stage.put_file("report.csv", b"a;b\n1;2\n");
        let properties = format!(
            "{login}{PEOPLE}port: {port}\ntransportStrategy: {strategy}\nsubject: 'Grüße'\nhtmlTextContent: '<p>.<br>ü</p>'\nplainTextContent: |\n  .dot\n  end\nattachments: [{{name: 'Größe.csv', uri: '{uri}', contentType: text/csv}}]"
        );
        send(&stage, &properties).await.unwrap_or_else(|broken| panic!("{strategy}: {}", broken.failure));
        let got = real.got(&stage);
        assert_eq!(
            got.envelope,
            r#"{"from": "flows@example.com", "to": ["ann@example.com", "j@example.com", "bob@example.com"], "tls": true, "user": "kapelle"}"#
                .replace("true", if strategy == "SMTPS" { "false" } else { "true" }),
            "{strategy}"
        );
        for part in [
            "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\n",
            "To: ann@example.com,\n =?UTF-8?B?SsO8cmdlbg==?=\n <j@example.com>\n",
            "=2Edot\nend\n",
            "<p>.<br>=C3=BC</p>",
            "filename*=utf-8''Gr%C3%B6%C3%9Fe.csv",
            "YTtiCjE7Mgo=",
        ] {
            assert!(got.message.contains(part), "{strategy}: {part} is not in {}", got.message);
        }
    }
}

#[tokio::test]
async fn a_real_server_takes_a_token() {
    let Some(real) = Real::find() else { return };
    let properties = |token: &str| {
        format!(
            "host: localhost\nport: {}\nverifyServerIdentity: false\ntransportStrategy: SMTP_OAUTH2\nusername: kapelle\naccessToken: {token}\n{PEOPLE}",
            real.plain
        )
    };
    let stage = Stage::new();
    send(&stage, &properties("token1")).await.unwrap();
    assert!(real.got(&stage).envelope.contains(r#""user": "kapelle""#));
    let told = refused(&properties("token2")).await;
    assert!(told.starts_with("the mail server does not let this user in: 535"), "{told}");
    assert!(!told.contains("token2"), "{told}");
}

#[tokio::test]
async fn a_real_server_says_no() {
    let Some(real) = Real::find() else { return };
    let place = format!("host: 127.0.0.1\nport: {}\n{PEOPLE}", real.plain);
    let told = refused(&format!("{place}transportStrategy: SMTP_TLS")).await;
    assert!(told.contains("cannot be secured") && told.contains("`trustedHosts` names it"), "{told}");
    let place = format!("{place}trustedHosts: ['127.0.0.1']\ntransportStrategy: SMTP_TLS\n");
    let login = format!("{place}username: kapelle\npassword: wrong1\n");
    let told = refused(&login).await;
    assert!(told.starts_with("the mail server does not let this user in: 535"), "{told}");
    assert!(!told.contains("wrong1"), "{told}");
    let told = refused(&place.replace("bob@", "nobody@")).await;
    assert_eq!(
        told,
        "the mail server refuses recipients, and nobody got the message: `nobody@example.com`: 550 5.1.1 nobody of this name"
    );
    let stage = Stage::new();
    let uri = stage.put_file("large.bin", &vec![0; 5_000_000]);
    let told = send(&stage, &format!("{place}attachments: [{{name: a, uri: '{uri}'}}]")).await.unwrap_err();
    assert!(told.failure.to_string().contains("the mail server takes 5000000 at most"), "{}", told.failure);
    // TLS at a port that speaks plainly.
    let told = refused(&place.replace("SMTP_TLS", "SMTPS")).await;
    assert!(told.contains("`transportStrategy: SMTP_TLS`"), "{told}");
}

/// An execution whose task `load` failed.
fn failing() -> Told {
    let failed = ToldRun {
        id: "run0".to_owned(),
        task: "load".to_owned(),
        value: None,
        state: State::Failed,
        failure: Some("the disk is <full>".into()),
    };
    Told {
        id: "exec1".to_owned(),
        namespace: "team.a".to_owned(),
        flow: "f".to_owned(),
        revision: 3,
        state: State::Running,
        start: "2026-05-06T07:07:00Z".parse().unwrap(),
        end: None,
        labels: vec![("team".to_owned(), "a".to_owned())],
        runs: vec![failed],
    }
}

#[tokio::test]
async fn an_execution_is_told_of() {
    let server = Scripted::start(TAKES);
    let stage = Stage::new().setting("kestra.url", "https://flows.example/");
    stage.memory().told.lock().unwrap().push(failing());
    let properties = format!(
        "host: 127.0.0.1\nport: {}\ntransportStrategy: SMTP\n{PEOPLE}executionId: exec1\ncustomMessage: Call Ann & Bob\ncustomFields: {{Room: 12}}",
        server.port
    );
    stage.run::<MailExecution>(&properties).await.unwrap();
    let heard = server.heard().replace("=\n", "").replace("=3D", "=");
    for part in [
        "Subject: team.a.f is FAILED\n",
        "team.a.f is FAILED\n\nCall Ann & Bob\n\nFlow: f\nNamespace: team.a\nExecution: exec1\nState: FAILED\nStarted: 2026-05-06T07:07:00Z\nTook: 1 min 9 s\nFailed task: load\nReason: the disk is <full>\nLast task: load\nLabel team: a\nRoom: 12\n\nhttps://flows.example/ui/main/executions/team.a/f/exec1\n",
        "<p>Call Ann &amp; Bob</p>",
        "<tr><th scope=\"row\">Reason</th><td>the disk is &lt;full&gt;</td></tr>",
        "<a class=\"link\" href=\"https://flows.example/ui/main/executions/team.a/f/exec1\">",
        "prefers-color-scheme: dark",
    ] {
        assert!(heard.contains(part), "{part} is not in {heard}");
    }
}

/// A server that says each of its lines when it has heard one; a line that ends with `…` says no more. What follows `354`
/// is heard up to the lone dot.
pub(crate) struct Scripted {
    pub(crate) port: u16,
    heard: Arc<Mutex<String>>,
}

const TAKES: &[&str] =
    &["220 hi", "250 ok", "250 ok", "250 ok", "250 ok", "250 ok", "354 go", "250 taken", "221 bye"];

impl Scripted {
    pub(crate) fn start(script: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(String::new()));
        let hears = Arc::clone(&heard);
        let _detached = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                for said in script {
                    let said = said.replace('|', "\r\n");
                    if said == "silence" {
                        // Until the other end goes away.
                        let _read = reader.read_line(&mut String::new());
                        break;
                    }
                    if (&stream).write_all(format!("{said}\r\n").as_bytes()).is_err() {
                        break;
                    }
                    let is_content = said.starts_with("354");
                    loop {
                        let mut line = String::new();
                        if reader.read_line(&mut line).unwrap_or(0) == 0 {
                            break;
                        }
                        hears.lock().unwrap().push_str(&line.replace("\r\n", "\n"));
                        if !is_content || line == ".\r\n" {
                            break;
                        }
                    }
                }
            }
        });
        Self { port, heard }
    }

    pub(crate) fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }

    fn properties(&self, more: &str) -> String {
        format!("host: 127.0.0.1\nport: {}\n{PEOPLE}{more}", self.port)
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_mail_only_by_plain_smtp() {
    let server = Scripted::start(TAKES);
    send(&Stage::new(), &server.properties("transportStrategy: SMTP\nplainTextContent: hi")).await.unwrap();
    let heard = server.heard();
    assert!(
        heard.starts_with("EHLO [127.0.0.1]\nMAIL FROM:<flows@example.com>\nRCPT TO:<ann@example.com>\nRCPT TO:<j@example.com>\nRCPT TO:<bob@example.com>\nDATA\nDate: "),
        "{heard}"
    );
    assert!(heard.contains("\nhi\n.\nQUIT\n") || heard.ends_with("\nhi\n.\n"), "{heard}");
    let told = refused(&Scripted::start(TAKES).properties("transportStrategy: SMTP_TLS")).await;
    assert!(told.contains("does not offer STARTTLS"), "{told}");
    let login = "transportStrategy: SMTP\nusername: u\npassword: p";
    let told = refused(&Scripted::start(TAKES).properties(login)).await;
    assert!(told.starts_with("the mail server lets nobody log in over this connection"), "{told}");
}

#[tokio::test]
async fn a_password_in_the_open_is_told() {
    let steps: &[&str] = &[
        "220 hi",
        "250-x|250 AUTH LOGIN CRAM-MD5",
        "334 VXNlcm5hbWU6",
        "334 UGFzc3dvcmQ6",
        "235 in",
        "250 ok",
        "250 ok",
        "250 ok",
        "250 ok",
        "354 go",
        "250 taken",
        "221 bye",
    ];
    let server = Scripted::start(steps);
    let stage = Stage::new();
    send(&stage, &server.properties("transportStrategy: SMTP\nusername: u\npassword: p")).await.unwrap();
    assert!(server.heard().contains("AUTH LOGIN\ndQ==\ncA==\n"), "{}", server.heard());
    assert!(stage.lines()[0].starts_with("WARN the password went over a connection"), "{:?}", stage.lines());
}

#[tokio::test]
async fn whoever_speaks_before_tls_stands_is_not_believed() {
    let server = Scripted::start(&["220 hi", "250-x|250 STARTTLS", "220 go|250 AUTH PLAIN"]);
    let told = refused(&server.properties("transportStrategy: SMTP_TLS")).await;
    assert!(told.contains("spoke before the connection was secure"), "{told}");
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    for (script, more, reason) in [
        (&["SSH-2.0-OpenSSH"][..], "", "is no mail server"),
        (&["554 go away"], "", "the mail server refuses the connection: 554 go away"),
        (&["silence"], "sessionTimeout: 50", "did not answer within 50ms (`sessionTimeout`)"),
        (
            &["220 hi", "250 ok", "553 who"],
            "",
            "the mail server refuses the sender `flows@example.com`: 553 who",
        ),
        (
            &["220 hi", "250 ok", "250 ok", "250 ok", "250 ok", "250 ok", "354 go"],
            "sessionTimeout: 500",
            "the message was sent, but the server did not say whether it took it",
        ),
        (&["220 hi", "250 ok"], "subject: x\nfrom: 'ü@example.com'", "characters beyond ASCII"),
    ] {
        let server = Scripted::start(script);
        let properties = server.properties("transportStrategy: SMTP\n");
        let properties = match more.split_once("from: ") {
            Some((_, from)) => properties.replace("Kapelle <flows@example.com>", from),
            None => format!("{properties}{more}"),
        };
        let told = refused(&properties).await;
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_told_before_anybody_is_asked() {
    for (properties, reason) in [
        ("from: a@b.c\nto: d@e.f", "the property `host` is missing: write the name of the mail server"),
        ("host: h\nto: d@e.f", "the property `from` is missing: write who sends"),
        ("host: h\nfrom: a@b.c", "the property `to` is missing: write who gets the message"),
        ("host: h\nfrom: a\nto: d@e.f", "`a` is no address of mail: it has no @"),
        (
            "host: h\nusername: u",
            "the property `password` is missing: without `username` too, nobody logs in",
        ),
        ("host: h\npassword: p", "the property `username` is missing: somebody has to log in"),
        (
            "host: h\ntransportStrategy: SMTP_OAUTH2\nusername: u",
            "the property `accessToken` is missing: `SMTP_OAUTH2` logs in with it",
        ),
        (
            "host: h\ntransportStrategy: TLS",
            "`TLS` does not fit: unknown variant `TLS`, expected one of `SMTP`",
        ),
        (
            "host: h\nfrom: a@b.c\nto: d@e.f\nattachments: [{name: x}]",
            "an attached file has no `uri`: each is written as `name`, `uri` and `contentType`",
        ),
        (
            "host: h\nfrom: a@b.c\nto: d@e.f\nattachments: '[{\"name\": \"x\", \"uri\": \"/etc/passwd\"}]'",
            "Invalid internal storage scheme, got uri '/etc/passwd'",
        ),
    ] {
        let told = refused(properties).await;
        assert!(told.starts_with(reason), "{told}");
    }
    let stage = Stage::new();
    let uri = stage.put_file("x", b"");
    for (more, reason) in [
        (
            "attachments: [{name: x, uri: URI, contentType: \"a/b\\r\\nBcc: x\"}]",
            r"`a/b\r\nBcc: x` is no type of content",
        ),
        (
            "embeddedImages: [{name: \"x>\\r\\n\", uri: URI}]",
            r"the embedded image `x>\r\n` needs a name of letters",
        ),
    ] {
        let properties = format!("host: h\nfrom: a@b.c\nto: d@e.f\n{}", more.replace("URI", &uri));
        let told = send(&stage, &properties).await.unwrap_err().failure.to_string();
        assert!(told.starts_with(reason), "{told}");
    }
}

#[tokio::test]
async fn no_secret_is_in_what_went_wrong() {
    let secret = kapelle_model::Text::from("canary").into_secret();
    let stage = Stage::new().variable("s", kapelle_model::Value::Str(secret));
    for properties in ["host: h\nfrom: '{{ s }}'\nto: a@b.c", "host: h\nfrom: a@b.c\nto: '{{ s }}'"] {
        let told = send(&stage, properties).await.unwrap_err().failure;
        assert_eq!(told.message.expose(), "an address that is secret is no address of mail");
    }
}

#[tokio::test]
async fn a_stop_ends_it() {
    let server = Scripted::start(&["silence"]);
    let stage = Stage::new();
    stage.stop();
    let broken = send(&stage, &server.properties("transportStrategy: SMTP")).await.unwrap_err();
    assert!(broken.is_killed);
}
