//! `io.kestra.plugin.aws.s3.Download`: takes an object over, or several.

use std::collections::BTreeMap;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::checked_bucket;
use crate::store::download::{Taken, Wanted, take};
use crate::store::listing::{ListingProperties, files_max, list};

/// # Take an object of S3 over
///
/// Copies an object into the internal storage. Without `key`, those that `prefix` and `regexp` choose.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Download {
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    style: StyleProperties,
    /// The bucket.
    bucket: Expr<String>,
    /// The key of the object.
    #[serde(default)]
    key: Option<Expr<Text>>,
    /// The version of the object, where the bucket keeps versions. Without it, the newest.
    #[serde(default)]
    version_id: Option<Expr<String>>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// How many objects are taken over at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
    /// The account that the bucket has to belong to.
    #[serde(default)]
    expected_bucket_owner: Option<Expr<String>>,
    /// Whether the content is compared with its checksum.
    #[serde(default)]
    validate_checksum: Option<Expr<bool>>,
    /// `requester` if who asks pays for it.
    #[serde(default)]
    request_payer: Option<Expr<String>>,
}

#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The content in the internal storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// Its size in bytes; of several objects, of all together.
    content_length: u64,
    /// What kind of content it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// What is kept beside the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<BTreeMap<String, String>>,
    /// Several objects, by their keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<BTreeMap<String, FileInfo>>,
    /// How the checksum was made, if it was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum_algorithm: Option<String>,
    /// The checksum, if it was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum_value: Option<String>,
    /// The tag that changes with the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    /// The version of the object, where the bucket keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

/// An object that was taken over.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FileInfo {
    /// Its content in the internal storage.
    uri: String,
    /// Its size in bytes.
    content_length: u64,
    /// What kind of content it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// What is kept beside the content.
    metadata: BTreeMap<String, String>,
    /// The tag that changes with its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    /// Its version, where the bucket keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

impl Task for Download {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.Download";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let key = cx.filled(self.key.as_ref())?;
        let owner = self.expected_bucket_owner.as_ref();
        let store = open(cx, &self.access, &self.style, self.request_payer.as_ref(), owner)?;
        let checks = cx.filled(self.validate_checksum.as_ref())?.unwrap_or(false);
        let output = if let Some(key) = key {
            let (shown, version) = (key.masked(), cx.filled(self.version_id.as_ref())?);
            let version = version.as_deref();
            let wanted = Wanted { bucket: &bucket, key: key.expose(), shown: &shown, version, checks };
            one(take(cx, &store, wanted).await?)
        } else {
            let listing = self.listing.read(cx, bucket, Some(&Expr::fixed("FILES")))?;
            if !listing.chooses() {
                return Err(Broken::new(
                    "it is not said what to take over: set `key`, or `prefix` or `regexp` for several objects",
                ));
            }
            let mut files = BTreeMap::new();
            for object in list(cx, &store, &listing, Some(files_max(cx, self.max_files.as_ref())?)).await? {
                let (bucket, key) = (&listing.bucket, object.key.as_str());
                let wanted = Wanted { bucket, key, shown: key, version: None, checks };
                files.insert(object.key.clone(), info(take(cx, &store, wanted).await?));
            }
            let content_length = files.values().map(|file| file.content_length).sum();
            Output { files: Some(files), content_length, ..Output::default() }
        };
        cx.metric(Metric::count("file.size", output.content_length));
        Ok(output)
    }
}

fn one(taken: Taken) -> Output {
    let (algorithm, value) = taken.checksum.unzip();
    Output {
        uri: Some(taken.uri),
        content_length: taken.bytes,
        content_type: taken.content_type,
        metadata: Some(taken.metadata),
        files: None,
        checksum_algorithm: algorithm.map(|algorithm| algorithm.name().to_owned()),
        checksum_value: value,
        e_tag: taken.etag,
        version_id: taken.version,
    }
}

fn info(taken: Taken) -> FileInfo {
    FileInfo {
        uri: taken.uri,
        content_length: taken.bytes,
        content_type: taken.content_type,
        metadata: taken.metadata,
        e_tag: taken.etag,
        version_id: taken.version,
    }
}
