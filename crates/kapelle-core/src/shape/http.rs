//! The options of the HTTP types, which Kestra calls `HttpConfiguration`.

use super::{INTEGER, Kind, Property, Shape, TEXT, Tagged, Variant};

pub(super) const OPTIONS: Property =
    Property::new("options", Kind::Object(&CONFIGURATION), "How the request is made.");
pub(super) const SSL_OPTIONS: Property =
    Property::new("sslOptions", Kind::Object(&SSL), "Old form of `options.ssl`.").deprecated();
/// Plain text, since servers may know methods of their own.
pub(super) const METHOD: Property =
    Property::new("method", TEXT, "Method of the request.").dynamic().default("\"GET\"");

static CONFIGURATION: Shape = Shape {
    name: "request configuration",
    doc: "How a request is made.",
    properties: &[
        Property::new("timeout", Kind::Object(&TIMEOUT), "How long the server may take."),
        Property::new("proxy", Kind::Object(&PROXY), "The proxy between here and the server."),
        Property::new("auth", Kind::Tagged(&AUTH), "Credentials for the server."),
        Property::new("ssl", Kind::Object(&SSL), "How the server's certificate is checked."),
        Property::new("followRedirects", Kind::Boolean, "Whether redirects are followed.")
            .dynamic()
            .default("true"),
        Property::new("allowFailed", Kind::Boolean, "Whether an answer of 400 and above is no error.")
            .dynamic()
            .default("false"),
        Property::new("allowedResponseCodes", Kind::List(&INTEGER), "Codes that are never an error.")
            .dynamic(),
        Property::new("enabledTcpExtendedKeepAlive", Kind::Boolean, "Whether idle connections are probed.")
            .dynamic()
            .default("true"),
        Property::new("defaultCharset", TEXT, "Character set of the request.").dynamic().default("\"UTF-8\""),
        Property::new(
            "logs",
            Kind::List(&Kind::Enum(&[
                "REQUEST_HEADERS",
                "REQUEST_BODY",
                "RESPONSE_HEADERS",
                "RESPONSE_BODY",
            ])),
            "What is written into the log.",
        )
        .dynamic(),
        old("connectTimeout", Kind::Duration, "Old form of `timeout.connectTimeout`."),
        old("readTimeout", Kind::Duration, "Old form of `timeout.readIdleTimeout`."),
        old("readIdleTimeout", Kind::Duration, "Without effect; see `timeout.readIdleTimeout`."),
        old("connectionPoolIdleTimeout", Kind::Duration, "Without effect."),
        old("maxContentLength", INTEGER, "Without effect."),
        old("proxyType", PROXY_TYPE, "Old form of `proxy.type`."),
        old("proxyAddress", TEXT, "Old form of `proxy.address`."),
        old("proxyPort", INTEGER, "Old form of `proxy.port`."),
        old("proxyUsername", TEXT, "Old form of `proxy.username`."),
        old("proxyPassword", TEXT, "Old form of `proxy.password`.").secret(),
        old("basicAuthUser", TEXT, "Old form of `auth.username` with the type BASIC."),
        old("basicAuthPassword", TEXT, "Old form of `auth.password` with the type BASIC.").secret(),
        old(
            "logLevel",
            Kind::Enum(&["ALL", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF", "NOT_SPECIFIED"]),
            "Old form of `logs`.",
        ),
    ],
};

static TIMEOUT: Shape = Shape {
    name: "request timeout",
    doc: "How long a server may take.",
    properties: &[
        Property::new("connectTimeout", Kind::Duration, "Time to establish the connection.").dynamic(),
        Property::new("readIdleTimeout", Kind::Duration, "Time without anything being received.")
            .dynamic()
            .default("\"PT5M\""),
    ],
};

static PROXY: Shape = Shape {
    name: "request proxy",
    doc: "A proxy between here and a server.",
    properties: &[
        Property::new("type", PROXY_TYPE, "Kind of proxy.").dynamic().default("\"DIRECT\""),
        Property::new("address", TEXT, "Its address.").dynamic(),
        Property::new("port", INTEGER, "Its port.").dynamic(),
        USERNAME,
        PASSWORD,
    ],
};

static AUTH: Tagged = Tagged {
    name: "request authentication",
    doc: "Credentials for a server.",
    default: None,
    common: &[Property::new("type", TEXT, "How the credentials are sent.").required()],
    variants: &[
        Variant {
            tag: "BASIC",
            doc: "User and password, as they are.",
            deprecated: false,
            properties: &[USERNAME, PASSWORD],
        },
        Variant {
            tag: "BEARER",
            doc: "A token.",
            deprecated: false,
            properties: &[Property::new("token", TEXT, "The token.").dynamic().secret()],
        },
        Variant {
            tag: "DIGEST",
            doc: "User and a digest of the password.",
            deprecated: false,
            properties: &[USERNAME, PASSWORD],
        },
    ],
};

static SSL: Shape = Shape {
    name: "request encryption",
    doc: "How a server's certificate is checked.",
    properties: &[Property::new(
        "insecureTrustAllCertificates",
        Kind::Boolean,
        "Whether any certificate is trusted.",
    )
    .dynamic()],
};

const PROXY_TYPE: Kind = Kind::Enum(&["DIRECT", "HTTP", "SOCKS"]);
const USERNAME: Property = Property::new("username", TEXT, "The user.").dynamic().secret();
const PASSWORD: Property = Property::new("password", TEXT, "The password.").dynamic().secret();

const fn old(name: &'static str, kind: Kind, doc: &'static str) -> Property {
    Property::new(name, kind, doc).dynamic().deprecated()
}
