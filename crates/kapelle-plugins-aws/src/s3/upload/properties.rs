//! What a flow says of an object that is written.

use std::collections::BTreeMap;

use jiff::{Timestamp, Zoned};
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::PARTS_AT_ONCE;
use crate::store::checksum::Algorithm;
use crate::store::upload::Put;
use kapelle_plugin::encode::query;

/// Tags that an object may have.
const TAGS_MAX: usize = 10;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ObjectProperties {
    /// What is kept beside the content: names with values.
    metadata: Option<Expr<BTreeMap<String, Text>>>,
    /// How long others may keep copies, as `Cache-Control` says it.
    cache_control: Option<Expr<String>>,
    /// What kind of content it is, such as `text/csv`.
    content_type: Option<Expr<String>>,
    /// How the content is packed, such as `gzip`.
    content_encoding: Option<Expr<String>>,
    /// How browsers show it, such as `attachment`.
    content_disposition: Option<Expr<String>>,
    /// In which language it is.
    content_language: Option<Expr<String>>,
    /// The size that the file has to have, in bytes.
    content_length: Option<Expr<u64>>,
    /// When copies of it are too old.
    expires: Option<Expr<Zoned>>,
    /// Who may read and write it, by a name of AWS such as `private` or `public-read`.
    acl: Option<Expr<String>>,
    /// How it is kept, such as `STANDARD_IA` or `GLACIER`.
    storage_class: Option<Expr<String>>,
    /// How it is encrypted: `AES256`, `AWS_KMS` or `AWS_KMS_DSSE`.
    server_side_encryption: Option<Expr<String>>,
    /// Whether a key of the bucket saves questions to the service of keys.
    bucket_key_enabled: Option<Expr<bool>>,
    /// The checksum that goes with it: `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1` or `SHA256`.
    checksum_algorithm: Option<Expr<String>>,
    /// The checksum that the file has to have, in base64. Nothing is written if it has another one.
    checksum: Option<Expr<String>>,
    /// Who may take the lock away: nobody (`COMPLIANCE`) or whoever has the right to (`GOVERNANCE`).
    object_lock_mode: Option<Expr<String>>,
    /// Whether it is held for a court: `ON` or `OFF`.
    object_lock_legal_hold_status: Option<Expr<String>>,
    /// Until when it may not be deleted.
    object_lock_retain_until_date: Option<Expr<Zoned>>,
    /// Tags: names with values, ten at most.
    tagging: Option<Expr<BTreeMap<String, String>>>,
}

impl ObjectProperties {
    /// Everything but the key.
    pub(super) fn put(&self, cx: &RunContext, bucket: String) -> Result<Put, Failure> {
        let expected = cx.filled(self.checksum.as_ref())?;
        let has_lock = self.object_lock_mode.is_some()
            || self.object_lock_legal_hold_status.is_some()
            || self.object_lock_retain_until_date.is_some();
        Ok(Put {
            bucket,
            headers: self.headers(cx)?,
            checksum: self.algorithm(cx, expected.as_deref())?,
            expected,
            has_lock,
            parts_at_once: PARTS_AT_ONCE,
            ..Put::default()
        })
    }

    fn algorithm(&self, cx: &RunContext, expected: Option<&str>) -> Result<Option<Algorithm>, Failure> {
        match (cx.filled(self.checksum_algorithm.as_ref())?, expected) {
            (Some(name), _) => Algorithm::from_name(&name).map(Some),
            (None, None) => Ok(None),
            (None, Some(value)) => Algorithm::of_value(value).map(Some).ok_or_else(|| {
                Failure::new(
                    "`checksum` is none in base64, or of a kind that has to be said: set `checksumAlgorithm` too",
                )
            }),
        }
    }

    fn headers(&self, cx: &RunContext) -> Result<Vec<(String, String)>, Failure> {
        let mut headers = Vec::new();
        let words = [
            ("cache-control", &self.cache_control),
            ("content-type", &self.content_type),
            ("content-encoding", &self.content_encoding),
            ("content-disposition", &self.content_disposition),
            ("content-language", &self.content_language),
            ("x-amz-acl", &self.acl),
            ("x-amz-storage-class", &self.storage_class),
            ("x-amz-object-lock-mode", &self.object_lock_mode),
            ("x-amz-object-lock-legal-hold", &self.object_lock_legal_hold_status),
        ];
        for (name, property) in words {
            headers.extend(cx.filled(property.as_ref())?.map(|value| (name.to_owned(), value)));
        }
        let mut add = |name: &str, value: Option<String>| {
            headers.extend(value.map(|value| (name.to_owned(), value)));
        };
        let encryption = cx.filled(self.server_side_encryption.as_ref())?;
        add("x-amz-server-side-encryption", encryption.and_then(|name| encryption_of(&name)));
        let has_key = cx.filled(self.bucket_key_enabled.as_ref())?;
        add("x-amz-server-side-encryption-bucket-key-enabled", has_key.map(|has| has.to_string()));
        add("expires", cx.filled(self.expires.as_ref())?.map(|moment| of_http(moment.timestamp())));
        let until = cx.filled(self.object_lock_retain_until_date.as_ref())?;
        add("x-amz-object-lock-retain-until-date", until.map(|moment| moment.timestamp().to_string()));
        let tags = cx.filled(self.tagging.as_ref())?.unwrap_or_default();
        if tags.len() > TAGS_MAX {
            return Err(Failure::new(format!("`tagging` has {} tags: S3 takes {TAGS_MAX}", tags.len())));
        }
        let tags: Vec<(String, String)> = tags.into_iter().collect();
        add("x-amz-tagging", (!tags.is_empty()).then(|| query(&tags)));
        for (name, value) in cx.filled(self.metadata.as_ref())?.unwrap_or_default() {
            add(&format!("x-amz-meta-{}", name.to_lowercase()), Some(value.expose().to_owned()));
        }
        Ok(headers)
    }

    /// Whether the file is as large as the flow says.
    pub(super) fn check_length(&self, cx: &RunContext, from: &Text) -> Result<(), Failure> {
        let Some(wanted) = cx.filled(self.content_length.as_ref())? else { return Ok(()) };
        match cx.host.files().size(from.expose())? {
            Some(found) if found != wanted => {
                Err(Failure::new(format!("`contentLength` says {wanted}, but the file has {found} bytes")))
            }
            _ => Ok(()),
        }
    }
}

/// How S3 calls a kind of encryption; flows may call it as Java does.
fn encryption_of(name: &str) -> Option<String> {
    match name.trim().to_ascii_uppercase().as_str() {
        "NONE" => None,
        "AWS_KMS" => Some("aws:kms".to_owned()),
        "AWS_KMS_DSSE" => Some("aws:kms:dsse".to_owned()),
        _ => Some(name.trim().to_owned()),
    }
}

/// A moment as heads of requests write it.
fn of_http(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
