//! HTTP: methods and options of requests.

use crate::play::{Row, constraint, play, row};

#[test]
fn what_requests_break_is_told_at_its_place() {
    play(&[METHODS, OPTIONS].concat(), constraint);
}

const METHODS: &[Row] = &[
    row(
        "a method may be one that only the server knows, but is probably a mistake",
        "
tasks:
  - {id: a, type: P.http.Request, uri: 'https://x.io', method: «GTE»}
  - {id: b, type: P.http.Download, uri: 'https://x.io', method: «post»}
  - {id: c, type: P.http.SseRequest, uri: 'https://x.io', method: «SUBSCRIBE»}
triggers: [{id: t, type: P.http.Trigger, uri: 'https://x.io', method: «Put»}]
",
        &[
            "warning value-enum: `GTE` is no method that is known",
            "warning value-enum: `post` is no method that is known",
            "warning value-enum: `SUBSCRIBE` is no method that is known",
            "warning value-enum: `Put` is no method that is known",
        ],
    ),
    row(
        "the method of an old type is looked at too",
        "tasks: [{id: a, type: io.kestra.plugin.fs.http.Request, uri: 'https://x.io', method: «get»}]",
        &["warning value-enum: `get` is no method that is known"],
    ),
    row(
        "methods that are known, expressions, and methods of other types are fine",
        "
tasks:
  - {id: a, type: P.http.Request, uri: 'https://x.io', method: DELETE}
  - {id: b, type: P.http.Request, uri: 'https://x.io', method: PROPFIND}
  - {id: c, type: P.http.Request, uri: 'https://x.io', method: '{{ vars.m }}'}
  - {id: d, type: P.http.Request, uri: 'https://x.io'}
variables: {m: GET}
",
        &[],
    ),
];

const OPTIONS: &[Row] = &[
    row(
        "options are known, at every depth",
        "
tasks:
  - id: a
    type: P.http.Request
    uri: https://x.io
    options: {«retries»: 3, timeout: {«read»: PT1S}, ssl: {«verify»: false}, proxy: {«host»: x}}
",
        &[
            "Unrecognized field \"retries\"",
            "Unrecognized field \"read\"",
            "Unrecognized field \"verify\"",
            "Unrecognized field \"host\"",
        ],
    ),
    row(
        "options have their types",
        "
triggers:
  - id: t
    type: P.http.Trigger
    uri: https://x.io
    options:
      timeout: {connectTimeout: «5s», readIdleTimeout: PT1M}
      allowFailed: «sometimes»
      allowedResponseCodes: [404, «none»]
      logs: [REQUEST_BODY, «BODY»]
      proxy: {type: «FTP», port: «web»}
",
        &[
            "t.options.timeout.connectTimeout: Cannot deserialize value: `5s` is not a duration",
            "Cannot deserialize value: the text `sometimes` stands where true or false is expected",
            "Cannot deserialize value: the text `none` stands where a whole number is expected",
            "t.options.logs[1]: `BODY` is not one of its values",
            "t.options.proxy.type: `FTP` is not one of its values",
            "Cannot deserialize value: the text `web` stands where a whole number is expected",
        ],
    ),
    row(
        "a timeout is an object",
        "tasks: [{id: a, type: P.http.Request, uri: 'https://x.io', options: {timeout: «30000»}}]",
        &["Cannot deserialize value: the number 30000 stands where an object (request timeout) is expected"],
    ),
    row(
        "credentials say how they are sent",
        "
tasks:
  - {id: a, type: P.http.Request, uri: 'https://x.io', options: {auth: {«username»: x}}}
  - {id: b, type: P.http.Request, uri: 'https://x.io', options: {auth: {type: «OAUTH»}}}
  - {id: c, type: P.http.Request, uri: 'https://x.io', options: {auth: {type: BEARER, «password»: '{{ secret(\"P\") }}'}}}
",
        &["Invalid type: <null>", "Invalid type: OAUTH", "Unrecognized field \"password\""],
    ),
    row(
        "credentials do not stand there as plain text",
        "
tasks:
  - {id: a, type: P.http.Request, uri: 'https://x.io', options: {auth: {type: BASIC, username: me, password: «hidden»}}}
  - {id: b, type: P.http.Request, uri: 'https://x.io', options: {auth: {type: BEARER, token: «hidden»}}}
  - {id: c, type: P.http.Request, uri: 'https://x.io', options: {basicAuthUser: me, basicAuthPassword: «hidden»}}
",
        &[
            "warning secret-plain: `password` holds a credential as plain text",
            "warning secret-plain: `token` holds a credential as plain text",
            "warning secret-plain: `basicAuthPassword` holds a credential as plain text",
        ],
    ),
    row(
        "everything that a request can be told is accepted, and any of it may be an expression",
        "
tasks:
  - id: a
    type: P.http.Request
    uri: https://x.io
    options:
      timeout: {connectTimeout: '{{ vars.t }}', readIdleTimeout: PT5M}
      proxy: {type: HTTP, address: proxy, port: '{{ vars.p }}', username: me, password: '{{ vars.s }}'}
      auth: {type: DIGEST, username: '{{ vars.s }}', password: '{{ vars.s }}'}
      ssl: {insecureTrustAllCertificates: true}
      followRedirects: false
      allowFailed: '{{ vars.b }}'
      allowedResponseCodes: [404, '{{ vars.p }}']
      defaultCharset: UTF-8
      logs: [REQUEST_HEADERS, RESPONSE_BODY]
  - {id: b, type: P.http.Download, uri: 'https://x.io', options: {allowedResponseCodes: '{{ vars.codes }}'}}
variables: {t: PT1S, p: 80, s: x, b: true, codes: [404]}
",
        &[],
    ),
    row(
        "the options of old versions are accepted",
        "
tasks:
  - id: a
    type: P.http.Request
    uri: https://x.io
    allowFailed: true
    sslOptions: {insecureTrustAllCertificates: true}
    options: {connectTimeout: PT1S, readTimeout: PT1S, readIdleTimeout: PT1S, connectionPoolIdleTimeout: PT0S, \
              maxContentLength: 100, proxyType: SOCKS, proxyAddress: x, proxyPort: 1, logLevel: DEBUG}
",
        &[],
    ),
];
