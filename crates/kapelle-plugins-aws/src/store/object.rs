//! Objects: as they are found, and as flows see them.

use jiff::Timestamp;
use kapelle_plugin::known::{Change, Seen};
use ring::digest;
use schemars::JsonSchema;
use serde::Serialize;

use super::checksum::Algorithm;
use crate::xml::Element;

/// An object as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) key: String,
    pub(crate) etag: String,
    pub(crate) bytes: u64,
    pub(crate) modified: Timestamp,
    pub(crate) owner: Option<Owner>,
    pub(crate) version: Option<String>,
}

/// Whose object it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Owner {
    /// The id of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The name of the account, where the service tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}

/// An object, as flows see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct S3Object {
    /// Its content in the internal storage, if it was taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
    /// Its key.
    pub(crate) key: String,
    /// The tag that changes with its content.
    pub(crate) etag: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// When it was written.
    pub(crate) last_modified: String,
    /// Whose it is, where the service tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<Owner>,
    /// Its version, where versions were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version_id: Option<String>,
    /// How its checksum was made, if it was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checksum_algorithm: Option<String>,
    /// Its checksum, if it was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checksum_value: Option<String>,
}

/// An object that a trigger tells of. Its fields stand there by themselves and once more in `object`, as old and new flows
/// read them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TriggeredObject {
    #[serde(flatten)]
    own: S3Object,
    /// The object.
    object: S3Object,
    /// Whether it is new or changed.
    change_type: Change,
}

impl TriggeredObject {
    pub(crate) fn new(own: S3Object, change_type: Change) -> Self {
        Self { object: own.clone(), own, change_type }
    }
}

impl Object {
    /// From an element of a list.
    pub(crate) fn read(element: &Element, decode: impl Fn(&str) -> String) -> Self {
        let owner = element.child("Owner").map(|owner| Owner {
            id: owner.get("ID").map(str::to_owned),
            display_name: owner.get("DisplayName").map(str::to_owned),
        });
        Self {
            key: decode(element.get("Key").unwrap_or_default()),
            etag: element.get("ETag").unwrap_or_default().to_owned(),
            bytes: element.get("Size").and_then(|size| size.parse().ok()).unwrap_or_default(),
            modified: element.get("LastModified").and_then(|moment| moment.parse().ok()).unwrap_or_default(),
            owner,
            version: element.get("VersionId").filter(|version| *version != "null").map(str::to_owned),
        }
    }

    /// Whether it only stands for a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.key.ends_with('/')
    }

    /// As flows see it, with this as its content.
    pub(crate) fn shown(&self, uri: Option<String>, checksum: Option<(Algorithm, String)>) -> S3Object {
        let (algorithm, value) = checksum.unzip();
        S3Object {
            uri,
            key: self.key.clone(),
            etag: self.etag.clone(),
            size: self.bytes,
            last_modified: self.modified.to_string(),
            owner: self.owner.clone(),
            version_id: self.version.clone(),
            checksum_algorithm: algorithm.map(|algorithm| algorithm.name().to_owned()),
            checksum_value: value,
        }
    }

    /// What a trigger knows it by. S3 tells moments in seconds, and an object may be written twice within one: the parts of
    /// the second are those of its tag.
    pub(crate) fn seen(&self) -> Seen {
        let moment = marked(self.modified, &self.etag);
        Seen { path: self.key.clone(), bytes: self.bytes, modified: moment, changed: moment }
    }
}

/// A moment whose parts of a second follow from a tag, however it is quoted.
fn marked(moment: Timestamp, etag: &str) -> Timestamp {
    let digest = digest::digest(&digest::SHA256, etag.trim_matches('"').as_bytes());
    let [a, b, c, d, ..] = *digest.as_ref() else { return moment };
    let nanos = u32::from_be_bytes([a, b, c, d]) % 1_000_000_000;
    let nanos = i32::try_from(nanos).unwrap_or_default();
    // Before 1970 nothing was written to S3; the second counts from its beginning.
    Timestamp::new(moment.as_second().max(0), nanos).unwrap_or(moment)
}
