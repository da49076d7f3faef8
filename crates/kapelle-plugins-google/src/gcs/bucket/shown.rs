//! A bucket, as flows see it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// A bucket.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::gcs) struct Bucket {
    /// Its address.
    uri: String,
    /// Its name.
    name: String,
    /// The id that Google gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_id: Option<String>,
    /// The address of what is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    self_link: Option<String>,
    /// The tag that changes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<String>,
    /// When it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    update_time: Option<String>,
    /// How often it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    metageneration: Option<i64>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// Whether that is a region, two, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    location_type: Option<String>,
    /// How objects are kept where nothing else is said of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<String>,
    /// Whether who asks for objects pays for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    requester_pays: Option<bool>,
    /// Whether old versions of objects are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    versioning_enabled: Option<bool>,
    /// The object that is shown for a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    index_page: Option<String>,
    /// The object that is shown for what is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_found_page: Option<String>,
    /// The key that objects are encrypted with.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_kms_key_name: Option<String>,
    /// Whether new objects are held until somebody says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_event_based_hold: Option<bool>,
    /// How many seconds objects have to stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_period: Option<i64>,
    /// Labels.
    labels: BTreeMap<String, String>,
}

impl Bucket {
    /// From what Google tells of it.
    pub(in crate::gcs) fn read(told: &Value) -> Self {
        let at = |path: &str| told.pointer(path);
        let text = |path: &str| at(path).and_then(Value::as_str).map(str::to_owned);
        let number = |path: &str| text(path).and_then(|text| text.parse().ok());
        let flag = |path: &str| at(path).and_then(Value::as_bool);
        let labels = at("/labels").and_then(Value::as_object).into_iter().flatten();
        let name = text("/name").unwrap_or_default();
        Self {
            uri: format!("gs://{name}"),
            name,
            generated_id: text("/id"),
            self_link: text("/selfLink"),
            etag: text("/etag"),
            create_time: text("/timeCreated"),
            update_time: text("/updated"),
            metageneration: number("/metageneration"),
            location: text("/location"),
            location_type: text("/locationType"),
            storage_class: text("/storageClass"),
            requester_pays: flag("/billing/requesterPays"),
            versioning_enabled: flag("/versioning/enabled"),
            index_page: text("/website/mainPageSuffix"),
            not_found_page: text("/website/notFoundPage"),
            default_kms_key_name: text("/encryption/defaultKmsKeyName"),
            default_event_based_hold: flag("/defaultEventBasedHold"),
            retention_period: number("/retentionPolicy/retentionPeriod"),
            labels: labels
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect(),
        }
    }
}
