//! Tokens that are signed, and who they are shown to.

use kapelle_core::expression::plain;
use kapelle_http::server::{Server, answer};
use kapelle_model::{Text, Value};
use kapelle_plugin::jwt::signed;
use kapelle_plugin::stage::Stage;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::{KEY, run, shown};

/// Its public half, as DER in base64.
const PUBLIC: &str = include_str!("key.pub");

fn decoded(part: &str) -> Vec<u8> {
    let text = part.replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    plain::from_base64(&(text + &padding)).unwrap()
}

/// The claims of a token whose signature is right.
fn claims(token: &str) -> String {
    let parts: Vec<_> = token.split('.').collect();
    let public = plain::from_base64(PUBLIC.trim()).unwrap();
    let message = format!("{}.{}", parts[0], parts[1]);
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(message.as_bytes(), &decoded(parts[2]))
        .unwrap();
    assert_eq!(decoded(parts[0]), br#"{"alg":"RS256","typ":"JWT"}"#);
    String::from_utf8(decoded(parts[1])).unwrap()
}

#[test]
fn what_is_signed_can_be_checked_and_stays_secret() {
    let value = plain::from_json(r#"{"iss":"a"}"#).unwrap();
    let token = signed(&Text::from(KEY), &value).unwrap();
    assert!(token.has_secret());
    assert_eq!(claims(token.expose()), r#"{"iss":"a"}"#);
    let escaped = Text::from(KEY.replace('\n', "\\n"));
    assert_eq!(claims(signed(&escaped, &value).unwrap().expose()), r#"{"iss":"a"}"#);
    for (key, reason) in [
        ("nothing", "it is no PEM"),
        ("-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----", "what is in it is no base64"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "the private key cannot be used"),
    ] {
        let told = signed(&Text::from(key), &Value::Null).unwrap_err().to_string();
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test]
async fn a_service_account_gets_a_token_and_writes_an_event() {
    let server = Server::start(|received| {
        let body =
            if received.line.contains("/token") { r#"{"access_token":"given"}"# } else { r#"{"id":"e1"}"# };
        answer("200 OK", &[], body)
    });
    let key = KEY.replace('\n', "\\n");
    let account =
        format!(r#"{{"client_email":"a@b.c","private_key":"{key}","token_uri":"{}"}}"#, server.url("/token"));
    let stage = Stage::new()
        .setting("kapelle.services.google-calendar", &server.url("/c"))
        .variable("account", account.as_str());
    let name = "io.kestra.plugin.googleworkspace.calendar.InsertEvent";
    let given = run(&stage, name, "serviceAccount: '{{ account }}'").await.unwrap();
    assert_eq!(shown(given), r#"{"event":{"id":"e1"}}"#);
    let asked = server.requests();
    let form = asked[0].body();
    assert!(
        form.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="),
        "{form}"
    );
    let now = 1_778_051_289;
    assert_eq!(
        claims(form.split("assertion=").nth(1).unwrap()),
        format!(
            r#"{{"iss":"a@b.c","scope":"https://www.googleapis.com/auth/calendar","aud":"{}","iat":{now},"exp":{}}}"#,
            server.url("/token"),
            now + 3_600
        )
    );
    assert_eq!(asked[1].line, "POST /c/calendars/primary/events HTTP/1.1");
    assert_eq!(asked[1].header("authorization"), Some("Bearer given"));
    assert_eq!(
        asked[1].body(),
        r#"{"summary":"f","start":{"dateTime":"2026-05-06T08:00:00Z"},"end":{"dateTime":"2026-05-06T09:00:00Z"}}"#
    );
    let properties = "serviceAccount: '{{ account }}'\ncalendarId: team@example.com\nsummary: s\ndescription: d\nstartTime: {dateTime: '2026-05-06T07:00:00+02:00', timeZone: Europe/Berlin}\nattendees: [{email: d@e.f}]";
    run(&stage, name, properties).await.unwrap();
    assert_eq!(server.last().line, "POST /c/calendars/team%40example.com/events HTTP/1.1");
    assert_eq!(
        server.last().body(),
        r#"{"summary":"s","description":"d","start":{"dateTime":"2026-05-06T07:00:00+02:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2026-05-06T06:00:00Z","timeZone":"Europe/Berlin"},"attendees":[{"email":"d@e.f"}]}"#
    );
    for (name, more, line) in [
        ("ListEvents", "q: a b", "GET /c/calendars/x/events?q=a%20b&singleEvents=true HTTP/1.1"),
        ("GetEvent", "eventId: e", "GET /c/calendars/x/events/e HTTP/1.1"),
        ("UpdateEvent", "eventId: e\nsummary: n", "PATCH /c/calendars/x/events/e?sendUpdates=none HTTP/1.1"),
        ("DeleteEvent", "eventId: e", "DELETE /c/calendars/x/events/e?sendUpdates=none HTTP/1.1"),
    ] {
        let properties = format!("serviceAccount: '{{{{ account }}}}'\ncalendarId: x\n{more}");
        run(&stage, &format!("io.kestra.plugin.googleworkspace.calendar.{name}"), &properties).await.unwrap();
        assert_eq!(server.last().line, line);
    }
}

#[tokio::test]
async fn a_service_account_that_is_none_is_told() {
    for (account, reason) in [
        ("", "the property `serviceAccount` is missing"),
        ("nonsense", "`serviceAccount` is no key of a service account: it has no `client_email`"),
    ] {
        let name = "io.kestra.plugin.googleworkspace.calendar.GetEvent";
        let properties = format!("serviceAccount: '{account}'\ncalendarId: x\neventId: e");
        let told = run(&Stage::new(), name, &properties).await.unwrap_err().failure.to_string();
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test]
async fn an_app_of_github_gets_a_token() {
    let server =
        Server::start(|_| answer("201 Created", &[], r#"{"token":"t","expires_at":"2026-05-06T08:00:00Z"}"#));
    let stage = Stage::new().variable("key", KEY);
    let properties = format!(
        "endpoint: {}\nclientId: Iv1\ninstallationId: '5'\nprivateKey: '{{{{ key }}}}'",
        server.url("")
    );
    let given = run(&stage, "io.kestra.plugin.github.auth.AppToken", &properties).await.unwrap();
    assert_eq!(shown(given), r#"{"expiresAt":"2026-05-06T08:00:00Z","token":"t"}"#);
    let last = server.last();
    assert_eq!(last.line, "POST /app/installations/5/access_tokens HTTP/1.1");
    let token = last.header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned();
    assert_eq!(claims(&token), r#"{"iss":"Iv1","iat":1778051229,"exp":1778051829}"#);
}
