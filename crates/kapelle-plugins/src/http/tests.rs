use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_http::server::{Server, answer};
use kapelle_model::{Map, Value};
use kapelle_plugin::Polled;
use kapelle_plugin::stage::Stage;

use super::download::Download;
use super::request::Request;
use super::sse_request::SseRequest;
use super::trigger::Trigger;

fn shown(outputs: Map) -> String {
    plain::to_json(&Value::Map(Arc::new(outputs)), &TimeZone::UTC, true, 10_000).unwrap().expose().to_owned()
}

/// Gives back what it was asked.
fn echo() -> Server {
    Server::start(|received| {
        let body = format!("{}|{}", received.line.trim_end_matches(" HTTP/1.1"), received.body());
        answer("200 OK", &["Content-Type: text/plain", "X-Two: a", "x-two: b"], &body)
    })
}

/// Runs a request with these properties beside its address, and gives the content of the answer, or the failure.
async fn body(stage: &Stage, url: &str, properties: &str) -> String {
    match stage.run::<Request>(&format!("uri: '{url}'\n{properties}")).await {
        Ok(outputs) => match outputs.get("body") {
            Some(Value::Str(text)) => text.expose().to_owned(),
            other => format!("{other:?}"),
        },
        Err(broken) => broken.failure.to_string(),
    }
}

#[tokio::test]
async fn a_request_gives_address_status_headers_and_content() {
    let server = echo();
    let url = server.url("/a b?x=1");
    let outputs = Stage::new().run::<Request>(&format!("uri: '{url}'")).await.unwrap();
    let address = server.address();
    assert_eq!(
        shown(outputs),
        format!(
            r#"{{"uri":"http://{address}/a%20b?x=1","code":200,"headers":{{"Content-Type":["text/plain"],"X-Two":["a","b"],"Content-Length":["15"]}},"body":"GET /a%20b?x=1|"}}"#
        )
    );
    assert_eq!(server.last().header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn properties_are_rendered_and_sent() {
    let server = echo();
    let stage = Stage::new().variable("name", "Ann");
    for (properties, sent) in [
        ("{}", "GET /|"),
        ("method: post\nbody: 'hello {{ name }}'", "POST /|hello Ann"),
        ("params: {q: '{{ name }} & co', l: [a, 2]}", "GET /?q=Ann%20%26%20co&l=a&l=2|"),
        ("params: {q: 2}", "Unsupported param type: `q` is neither a text nor a list; put it into quotes"),
        (
            "method: POST\nformData: {a: '{{ name }} x', n: 2, m: {k: v}}",
            "POST /|a=Ann+x&n=2&m=%7B%22k%22%3A%22v%22%7D",
        ),
        ("body: no\nmethod: PUT\nformData: {a: b}", "PUT /|a=b"),
    ] {
        let properties = if properties == "{}" { "" } else { properties };
        assert_eq!(body(&stage, &server.url("/"), properties).await, sent, "{properties}");
    }
    let properties =
        "headers: {'X-{{ name }}': '{{ name }}', many: [1, 2], Content-Type: text/x, none: null}\nbody: x";
    body(&stage, &server.url("/"), properties).await;
    let headers: Vec<String> = server
        .last()
        .headers
        .iter()
        .map(|(name, value)| format!("{}: {value}", name.to_lowercase()))
        .filter(|line| !line.starts_with("host"))
        .collect();
    assert_eq!(
        headers,
        [
            "x-ann: Ann",
            "many: 1",
            "many: 2",
            "content-type: text/x",
            "accept: */*",
            "user-agent: Kapelle",
            "accept-encoding: gzip, deflate",
            "content-length: 1"
        ]
    );
}

#[tokio::test]
async fn a_form_may_have_files_in_it() {
    let server = echo();
    let stage = Stage::new();
    let uri = stage.put_file("data.bin", b"file content");
    let form = format!(
        "{{text: plain, file: '{uri}', named: {{name: 'n\"1.txt', content: '{uri}'}}, inline: {{name: i.txt, content: here}}, list: [1]}}"
    );
    body(
        &stage,
        &server.url("/"),
        &format!("method: POST\ncontentType: multipart/form-data\nformData: {form}"),
    )
    .await;
    let last = server.last();
    let boundary =
        last.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts: Vec<String> =
        last.body().split(&format!("--{boundary}")).map(|part| part.replace("\r\n", "~")).collect();
    assert_eq!(
        parts,
        [
            "",
            "~Content-Disposition: form-data; name=\"text\"~~plain~",
            "~Content-Disposition: form-data; name=\"file\"; filename=\"data.bin\"~Content-Type: application/octet-stream~~file content~",
            "~Content-Disposition: form-data; name=\"named\"; filename=\"n%221.txt\"~Content-Type: application/octet-stream~~file content~",
            "~Content-Disposition: form-data; name=\"inline\"; filename=\"i.txt\"~Content-Type: application/octet-stream~~here~",
            "~Content-Disposition: form-data; name=\"list\"~Content-Type: application/json~~[1]~",
            "--~"
        ]
    );
}

#[tokio::test]
async fn a_status_from_400_on_is_a_failure_unless_it_is_allowed() {
    let server = Server::start(|_| answer("404 Not Found", &[], "nothing here"));
    let stage = Stage::new();
    let failure = "Failed http request with response code '404' and body:\nnothing here";
    for (properties, result) in [
        ("", failure),
        ("options: {allowedResponseCodes: [500]}", failure),
        ("options: {allowedResponseCodes: [404]}", "nothing here"),
        ("options: {allowFailed: true}", "nothing here"),
        ("allowFailed: true", "nothing here"),
    ] {
        assert_eq!(body(&stage, &server.url("/"), properties).await, result, "{properties}");
    }
}

#[tokio::test]
async fn whoever_asks_shows_who_they_are() {
    let server = Server::start(|received| {
        let value = received.header("authorization").unwrap_or("nobody");
        let kind = value.split(' ').next().unwrap_or_default();
        if value == "nobody" && received.line.contains("/digest") {
            return answer("401 No", &["WWW-Authenticate: Digest realm=\"r\", nonce=\"n\""], "");
        }
        answer("200 OK", &[], if kind == "Digest" { kind } else { value })
    });
    let stage = Stage::new();
    for (path, properties, result) in [
        ("/", "", "nobody"),
        ("/", "options: {auth: {type: BASIC, username: ann, password: secret}}", "Basic YW5uOnNlY3JldA=="),
        ("/", "options: {basicAuthUser: ann, basicAuthPassword: secret}", "Basic YW5uOnNlY3JldA=="),
        ("/", "options: {auth: {type: BEARER, token: 't0k '}}", "Bearer t0k"),
        ("/digest", "options: {auth: {type: DIGEST, username: ann, password: secret}}", "Digest"),
        ("/", "headers: {authorization: own}\noptions: {auth: {type: BEARER, token: t}}", "own"),
    ] {
        assert_eq!(body(&stage, &server.url(path), properties).await, result, "{properties}");
    }
    let url = server.url("/").replace("://", "://ann:se%63ret@");
    let outputs = stage.run::<Request>(&format!("uri: '{url}'")).await.unwrap();
    assert!(!shown(outputs.clone()).contains("ann:"), "{}", shown(outputs));
}

#[tokio::test]
async fn redirects_proxies_and_patience_are_options() {
    let server = Server::start(|received| {
        if received.line.contains("/end") {
            answer("200 OK", &[], "end")
        } else {
            answer("302 Found", &["Location: /end"], "start")
        }
    });
    let stage = Stage::new();
    assert_eq!(body(&stage, &server.url("/"), "").await, "end");
    assert_eq!(body(&stage, &server.url("/"), "options: {followRedirects: false}").await, "start");
    let proxy = Server::start(|received| {
        answer("200 OK", &[], received.header("proxy-authorization").unwrap_or_default())
    });
    let port = proxy.address().port();
    let options = format!(
        "options: {{proxy: {{type: HTTP, address: 127.0.0.1, port: {port}, username: u, password: p}}}}"
    );
    assert_eq!(body(&stage, "http://far.invalid/", &options).await, "Basic dTpw");
    let older = format!("options: {{proxyType: HTTP, proxyAddress: 127.0.0.1, proxyPort: {port}}}");
    assert_eq!(body(&stage, "http://far.invalid/", &older).await, "");
    let half = body(&stage, "http://far.invalid/", "options: {proxy: {type: HTTP, address: a}}").await;
    assert_eq!(half, "a proxy needs `address` and `port`");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    for options in ["{timeout: {readIdleTimeout: PT0.05S}}", "{readTimeout: PT0.05S}"] {
        let failure = body(&stage, &url, &format!("options: {options}")).await;
        assert_eq!(failure, "`127.0.0.1` did not answer within 50ms");
    }
}

#[tokio::test]
async fn content_is_text_in_some_encoding() {
    for (kind, bytes, options, result) in [
        ("text/plain", &b"gr\xc3\xb6n"[..], "", "grön"),
        ("text/plain; charset=ISO-8859-1", b"gr\xf6n", "", "grön"),
        ("text/plain", b"gr\xf6n", "options: {defaultCharset: ISO_8859_1}", "grön"),
        ("text/plain; charset=\"utf-16\"", b"\xff\xfeg\x00", "", "g"),
        (
            "text/plain",
            b"gr\xf6n",
            "",
            "the answer is no text in utf-8, and only text can be an output; use the task Download instead",
        ),
        (
            "text/plain; charset=klingon",
            b"x",
            "",
            "the answer is in the encoding `klingon`, which is not known; use the task Download instead",
        ),
    ] {
        let server = Server::start(move |_| {
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", bytes.len());
            [head.as_bytes(), bytes].concat()
        });
        assert_eq!(body(&Stage::new(), &server.url("/"), options).await, result, "{kind}");
    }
}

#[tokio::test]
async fn content_may_be_kept_as_a_secret_and_be_absent() {
    let server = Server::start(|_| answer("200 OK", &[], "canary"));
    let stage = Stage::new();
    let properties =
        format!("{{uri: '{}', encryptBody: true, options: {{logs: [RESPONSE_BODY]}}}}", server.url("/"));
    let outputs = stage.run::<Request>(&properties).await.unwrap();
    assert_eq!(outputs.get("encryptedBody"), Some(&Value::from("canary").into_secret()));
    assert!(!outputs.contains_key("body") && !stage.lines().join("\n").contains("canary"));
    let none = Server::start(|_| b"HTTP/1.1 204 No Content\r\n\r\n".to_vec());
    let outputs = stage.run::<Request>(&format!("uri: '{}'", none.url("/"))).await.unwrap();
    assert!(!outputs.contains_key("body"), "{outputs:?}");
}

#[tokio::test]
async fn secrets_of_a_request_stay_secret() {
    let server = echo();
    let stage = Stage::new().variable("key", Value::from("canary").into_secret());
    let properties = format!(
        "{{uri: '{}', headers: {{X-Key: '{{{{ key }}}}'}}, params: {{k: '{{{{ key }}}}'}}, body: 'b {{{{ key }}}}', method: POST, options: {{auth: {{type: BASIC, username: u, password: '{{{{ key }}}}'}}, logs: [REQUEST_HEADERS, REQUEST_BODY, RESPONSE_HEADERS]}}}}",
        server.url("/")
    );
    let outputs = stage.run::<Request>(&properties).await.unwrap();
    assert_eq!(server.last().header("x-key"), Some("canary"));
    let lines = stage.lines().join("\n");
    assert!(!lines.contains("canary") && !lines.contains("Y2FuYXJ5"), "{lines}");
    assert!(
        lines.contains("DEBUG request body: b ******") && lines.contains("DEBUG response header X-Two: a"),
        "{lines}"
    );
    assert_eq!(outputs.get("uri").map(|uri| format!("{uri:?}")), Some("Str(\"******\")".to_owned()));
    let wrong = stage.run::<Request>("uri: 'canary://{{ key }}'").await.unwrap_err();
    assert!(wrong.failure.to_string().starts_with("`canary://******` in the property `uri` does not fit"));
}

#[tokio::test]
async fn what_is_on_its_way_ends_when_the_attempt_has_to() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let stage = Stage::new();
    stage.stop();
    let broken =
        stage.run::<Request>(&format!("uri: 'http://{}'", silent.local_addr().unwrap())).await.unwrap_err();
    assert!(broken.is_killed);
}

#[tokio::test]
async fn a_download_is_a_file() {
    let server = Server::start(|received| {
        let headers: &[&str] = if received.line.contains("named") {
            &["Content-Disposition: attachment; filename=\"a b.txt\""]
        } else {
            &[]
        };
        answer("200 OK", headers, "content")
    });
    let stage = Stage::new();
    for (path, more, ends) in
        [("/x.csv", "", ".csv"), ("/named", "", "/a+b.txt"), ("/named", "\nsaveAs: mine.json", "/mine.json")]
    {
        let outputs = stage.run::<Download>(&format!("uri: '{}'{more}", server.url(path))).await.unwrap();
        let Some(Value::Str(uri)) = outputs.get("uri") else { panic!("{outputs:?}") };
        assert!(uri.expose().starts_with("kestra:///") && uri.expose().ends_with(ends), "{uri:?}");
        assert_eq!(stage.content(uri.expose()), "content");
        assert_eq!(
            (outputs.get("length"), outputs.get("code")),
            (Some(&Value::Int(7)), Some(&Value::Int(200)))
        );
        assert!(outputs.contains_key("headers"));
    }
    assert_eq!(stage.metrics().len(), 3);
}

#[tokio::test]
async fn a_download_that_is_empty_or_ends_too_early_is_a_failure() {
    let empty = Server::start(|_| answer("200 OK", &[], ""));
    let stage = Stage::new();
    let run =
        async |url: &str, more: &str| match stage.run::<Download>(&format!("uri: '{url}'\n{more}")).await {
            Ok(outputs) => format!("{:?}", outputs.get("length")),
            Err(broken) => broken.failure.to_string(),
        };
    assert_eq!(run(&empty.url("/"), "").await, "No response from server");
    assert_eq!(run(&empty.url("/"), "failOnEmptyResponse: false").await, "Some(Int(0))");
    assert_eq!(run(&empty.url("/"), "options: {allowFailed: true}").await, "Some(Int(0))");
    assert!(stage.lines().iter().any(|line| line.starts_with("WARN the answer has no content")));
    let half = Server::start(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec());
    assert!(run(&half.url("/"), "").await.contains("ended before its end"));
}

#[tokio::test]
async fn events_come_as_a_list_or_put_together() {
    let stream = "data: {\"t\": \"Hel\"}\nid: 1\nevent: add\n\ndata: {\"t\": \"lo\"}\n\ndata: [DONE]\n\n";
    let server = Server::start(move |_| answer("200 OK", &["Content-Type: text/event-stream"], stream));
    let stage = Stage::new();
    let url = server.url("/");
    let outputs = stage.run::<SseRequest>(&format!("uri: '{url}'")).await.unwrap();
    assert_eq!(
        shown(outputs),
        format!(
            r#"{{"uri":"{url}","events":[{{"data":"{{\"t\": \"Hel\"}}","id":"1","event":"add"}},{{"data":"{{\"t\": \"lo\"}}"}},{{"data":"[DONE]"}}],"size":3}}"#
        )
    );
    assert_eq!(server.last().header("accept"), Some("text/event-stream"));
    let together = format!("{{uri: '{url}', concatJqExpression: '.t', failedOnMissingJq: false}}");
    let outputs = stage.run::<SseRequest>(&together).await.unwrap();
    assert_eq!(shown(outputs), format!(r#"{{"uri":"{url}","size":3,"result":"Hello"}}"#));
    let strict = format!("{{uri: '{url}', concatJqExpression: .t}}");
    let failure = stage.run::<SseRequest>(&strict).await.unwrap_err().failure.to_string();
    assert_eq!(failure, "the expression `.t` finds nothing in an event");
}

/// The statuses of the executions that looks with these properties start.
async fn looks(stage: &Stage, url: &str, properties: &str) -> String {
    match stage.poll::<Trigger>(&format!("uri: '{url}'\n{properties}"), None).await {
        Ok(Polled { event: Some(event), cursor: None }) => format!("{:?}", event.get("code")),
        Ok(polled) => format!("{:?}", polled.event),
        Err(broken) => broken.failure.to_string(),
    }
}

#[tokio::test]
async fn a_trigger_fires_when_its_condition_on_the_answer_holds() {
    let server = Server::start(|received| {
        let status = if received.line.contains("/missing") { "404 Not Found" } else { "200 OK" };
        answer(status, &["X-Stock: 3"], &format!("{{\"line\": \"{}\"}}", received.line))
    });
    let stage = Stage::new().variable("stock", "3");
    let has_query = r#"responseCondition: "{{ fromJson(response.body).line == 'GET /?q=a%20b HTTP/1.1' }}""#;
    let with_params = format!("{has_query}\nparams: {{q: a b}}");
    let (found, no) = ("Some(Int(200))", "None");
    for (path, properties, fires) in [
        ("/", "", found),
        ("/missing", "", no),
        ("/missing", "responseCondition: '{{ response.statusCode == 404 }}'", "Some(Int(404))"),
        ("/", has_query, no),
        ("/", &with_params, found),
        ("/", "responseCondition: \"{{ response.headers['X-Stock'][0] == stock }}\"", found),
        ("/", "responseCondition: 'false'", no),
    ] {
        assert_eq!(looks(&stage, &server.url(path), properties).await, fires, "{path} {properties}");
    }
    let unknown = looks(&stage, &server.url("/"), "responseCondition: '{{ nothing.there }}'").await;
    assert!(unknown.contains("nothing"), "{unknown}");
}

#[tokio::test]
async fn what_a_trigger_gives_is_what_a_request_gives() {
    let server = echo();
    let stage = Stage::new();
    for more in ["", "encryptBody: true"] {
        let properties = format!("uri: '{}'\nmethod: POST\nbody: x\n{more}", server.url("/p"));
        let polled = stage.poll::<Trigger>(&properties, None).await.unwrap();
        assert_eq!(polled.event, Some(stage.run::<Request>(&properties).await.unwrap()), "{more}");
    }
}

#[tokio::test]
async fn a_condition_may_look_at_content_that_is_kept_as_a_secret() {
    let server = Server::start(|_| answer("200 OK", &[], "canary"));
    let stage = Stage::new();
    let properties = format!(
        "{{uri: '{}', encryptBody: true, responseCondition: \"{{{{ response.body == 'canary' }}}}\"}}",
        server.url("/")
    );
    let event = stage.poll::<Trigger>(&properties, None).await.unwrap().event.unwrap();
    assert!(event.get("encryptedBody").is_some_and(Value::has_secret) && !event.contains_key("body"));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_a_failure_of_the_look() {
    let url =
        format!("http://{}/", std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    assert!(looks(&Stage::new(), &url, "").await.contains("127.0.0.1"));
}
