//! What the codes of servers mean to those who wrote the flow.

use super::Version;

/// What a code of the server means.
pub(in crate::mqtt) fn meaning(version: Version, code: u8, reason: &str) -> String {
    let words = match (version, code) {
        (Version::V3, 1) | (Version::V5, 0x84) => "it does not speak this version: look at `mqttVersion`",
        (Version::V3, 2) | (Version::V5, 0x85) => "it does not take this `clientId`",
        (Version::V3, 3) | (Version::V5, 0x88) => "it is not available now",
        (Version::V3, 4) | (Version::V5, 0x86) => "look at `username` and `password`",
        (Version::V3, 5) | (Version::V5, 0x87) => {
            "this user may not do that: look at `username` and `password`, and at its rights"
        }
        (Version::V5, 0x89) => "it is busy",
        (Version::V5, 0x8a) => "this client is banned",
        (Version::V5, 0x8c) => "it does not know this `authMethod`",
        (Version::V5, 0x8d) => "this client was silent for too long",
        (Version::V5, 0x8e) => "another client came with the same `clientId`: each needs one of its own",
        (Version::V5, 0x8f | 0x90) => "it does not take this `topic`",
        (Version::V5, 0x95) => "a message is too large",
        (Version::V5, 0x97) => "a quota is used up",
        (Version::V5, 0x99) => "it does not take this payload",
        (Version::V5, 0x9a) => "it does not retain messages: leave `retain` out",
        (Version::V5, 0x9b) => "it does not offer this `qos`",
        _ => "",
    };
    match (words, reason) {
        ("", "") => format!("code {code}"),
        ("", reason) => format!("code {code}, {reason}"),
        (words, "") => words.to_owned(),
        (words, reason) => format!("{words} ({reason})"),
    }
}
