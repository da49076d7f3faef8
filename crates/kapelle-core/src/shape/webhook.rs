//! What webhooks have beyond Kestra's: senders that are known, and answers of one's own.

use super::{ANY_MAP, Kind, Property, Shape, TEXT};

pub(super) static PROPERTIES: &[Property] = &[
    Property::new(
        "preset",
        Kind::Enum(&["github", "gitlab", "stripe", "slack", "hmac", "jwt", "alertmanager"]),
        "Who calls: requests are let in only if they are signed with `secret`, and a delivery that comes again starts nothing.",
    ),
    Property::new("secret", TEXT, "The secret that the sender signs with.").dynamic().secret(),
    Property::new("signature", Kind::Object(&SIGNATURE), "How `preset: hmac` is signed."),
    Property::new("token", Kind::Object(&TOKEN), "What the token of `preset: jwt` has to be like."),
    Property::new("respond", Kind::Object(&RESPOND), "An answer of one's own."),
];

static SIGNATURE: Shape = Shape {
    name: "signature",
    doc: "A code of the body (HMAC) that comes in a header.",
    properties: &[
        Property::new("header", TEXT, "The header with the code.").default("\"X-Signature\""),
        Property::new("algorithm", Kind::Enum(&["SHA1", "SHA256", "SHA384", "SHA512"]), "How it is made.")
            .default("\"SHA256\""),
        Property::new("encoding", Kind::Enum(&["HEX", "BASE64"]), "How it is written.").default("\"HEX\""),
        Property::new("prefix", TEXT, "What stands before it, such as `sha256=`."),
        Property::new(
            "deliveryHeader",
            TEXT,
            "The header with the sender's name of the delivery; one that comes again starts nothing.",
        ),
    ],
};

static TOKEN: Shape = Shape {
    name: "token",
    doc: "A signed token (JWT) with an end: HS256, HS384 or HS512 with `secret`, else RS256 or ES256.",
    properties: &[
        Property::new("publicKey", TEXT, "The public key as PEM, instead of `secret`.").dynamic(),
        Property::new("header", TEXT, "The header with the token.").default("\"Authorization\""),
        Property::new("issuer", TEXT, "Who has to have made it.").dynamic(),
        Property::new("audience", TEXT, "Whom it has to be for.").dynamic(),
        Property::new("leeway", Kind::Duration, "How far the clock of the sender may be away.")
            .default("\"PT1M\""),
    ],
};

static RESPOND: Shape = Shape {
    name: "answer",
    doc: "What the caller hears; it sees `trigger` and `execution`, with `wait` also `outputs`.",
    properties: &[
        Property::new("status", Kind::Integer { min: Some(200) }, "The status, from 200 to 599.").dynamic(),
        Property::new("headers", ANY_MAP, "Headers.").dynamic(),
        Property::new("body", Kind::Any, "The body: a text, or what becomes JSON.").dynamic(),
    ],
};
