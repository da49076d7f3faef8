//! Objects: as they are found, and as flows see them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kapelle_plugin::Broken;
use kapelle_plugin::known::{Change, Seen};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::address;
use super::checksum::Sums;

/// An object as Google tells of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Object {
    pub(crate) bucket: String,
    pub(crate) name: String,
    pub(crate) generation: Option<String>,
    id: Option<String>,
    self_link: Option<String>,
    media_link: Option<String>,
    cache_control: Option<String>,
    size: Option<String>,
    etag: Option<String>,
    md5_hash: Option<String>,
    crc32c: Option<String>,
    custom_time: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    metageneration: Option<String>,
    time_deleted: Option<String>,
    updated: Option<String>,
    time_created: Option<String>,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_disposition: Option<String>,
    content_language: Option<String>,
    time_storage_class_updated: Option<String>,
    component_count: Option<i64>,
    kms_key_name: Option<String>,
    event_based_hold: Option<bool>,
    temporary_hold: Option<bool>,
    retention_expiration_time: Option<String>,
}

/// An object, as flows see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Blob {
    /// Its address, or that of its content in the internal storage if it was taken over.
    pub(crate) uri: String,
    /// The bucket.
    pub(crate) bucket: String,
    /// Its name in the bucket.
    pub(crate) name: String,
    /// The id that Google gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_id: Option<String>,
    /// The address of what is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    self_link: Option<String>,
    /// How long it may be kept by those who read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<String>,
    /// Its size in bytes.
    size: u64,
    /// The tag that changes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// Its MD5 in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<String>,
    /// Its CRC32C in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    crc32c: Option<String>,
    /// The moment that somebody gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_time: Option<String>,
    /// The address of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_link: Option<String>,
    /// What somebody wrote beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<BTreeMap<String, String>>,
    /// How often what is known of it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_generation: Option<i64>,
    /// When it was deleted, if it is an old version.
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_time: Option<String>,
    /// When it or what is known of it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    update_time: Option<String>,
    /// When it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<String>,
    /// The kind of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// How its content is packed.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_encoding: Option<String>,
    /// What browsers do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_disposition: Option<String>,
    /// The language of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_language: Option<String>,
    /// When its class of storage was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_storage_class_updated: Option<String>,
    /// Of how many objects it was composed.
    #[serde(skip_serializing_if = "Option::is_none")]
    component_count: Option<i64>,
    /// Whether it only stands for a folder.
    is_directory: bool,
    /// The key that it is encrypted with, where that is kept by Google.
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_name: Option<String>,
    /// Whether it is held until something happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_based_hold: Option<bool>,
    /// Whether it is held for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    temporary_hold: Option<bool>,
    /// Until when it has to stay, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_expiration_time: Option<i64>,
}

/// An object that a trigger tells of. Its fields stand there by themselves and once more in `blob`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TriggeredBlob {
    #[serde(flatten)]
    own: Blob,
    /// The object.
    blob: Blob,
    /// Whether it is new or changed.
    change_type: Change,
}

impl TriggeredBlob {
    pub(crate) fn new(own: Blob, change_type: Change) -> Self {
        Self { blob: own.clone(), own, change_type }
    }
}

impl Object {
    pub(crate) fn read(told: Value) -> Result<Self, Broken> {
        serde_json::from_value(told).map_err(|error| {
            Broken::new(format!("what Google tells of an object is not understood: {error}"))
        })
    }

    /// A folder that only follows from the names in it.
    pub(crate) fn folder(bucket: &str, name: &str) -> Self {
        Self { bucket: bucket.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// Whether it only stands for a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Whether it is there, and does not only follow from names.
    pub(crate) const fn is_stored(&self) -> bool {
        self.generation.is_some()
    }

    /// Whether it is no old version.
    pub(crate) const fn is_newest(&self) -> bool {
        self.time_deleted.is_none()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.size.as_deref().and_then(|size| size.parse().ok()).unwrap_or_default()
    }

    pub(crate) fn sums(&self) -> Sums {
        Sums { md5: self.md5_hash.clone(), crc32c: self.crc32c.clone() }
    }

    /// As flows see it, with its own address or another one.
    pub(crate) fn shown(&self, uri: Option<String>) -> Blob {
        let moment = |text: &Option<String>| text.clone();
        let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let end = self.retention_expiration_time.as_deref().and_then(|end| end.parse::<Timestamp>().ok());
        Blob {
            uri: uri.unwrap_or_else(|| address(&self.bucket, &self.name)),
            bucket: self.bucket.clone(),
            name: self.name.clone(),
            generated_id: self.id.clone(),
            self_link: self.self_link.clone(),
            cache_control: self.cache_control.clone(),
            size: self.bytes(),
            etag: self.etag.clone(),
            md5: self.md5_hash.clone(),
            crc32c: self.crc32c.clone(),
            custom_time: moment(&self.custom_time),
            media_link: self.media_link.clone(),
            metadata: self.metadata.clone(),
            meta_generation: number(&self.metageneration),
            delete_time: moment(&self.time_deleted),
            update_time: moment(&self.updated),
            create_time: moment(&self.time_created),
            content_type: self.content_type.clone(),
            content_encoding: self.content_encoding.clone(),
            content_disposition: self.content_disposition.clone(),
            content_language: self.content_language.clone(),
            time_storage_class_updated: moment(&self.time_storage_class_updated),
            component_count: self.component_count,
            is_directory: self.is_folder(),
            kms_key_name: self.kms_key_name.clone(),
            event_based_hold: self.event_based_hold,
            temporary_hold: self.temporary_hold,
            retention_expiration_time: end.map(Timestamp::as_millisecond),
        }
    }

    /// What a trigger knows it by. Each writing of an object has a number of its own, which is its moment in microseconds.
    pub(crate) fn seen(&self) -> Seen {
        let number = self.generation.as_deref().and_then(|number| number.parse().ok());
        let of_number = number.and_then(|number| Timestamp::from_microsecond(number).ok());
        let updated = || self.updated.as_deref().and_then(|moment| moment.parse().ok());
        let moment = of_number.or_else(updated).unwrap_or_default();
        Seen { path: self.name.clone(), bytes: self.bytes(), modified: moment, changed: moment }
    }
}
