//! `io.kestra.plugin.aws.s3.Upload`: writes files into a bucket.

mod properties;

use std::collections::BTreeMap;

use kapelle_model::Text;
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::checked_bucket;
use crate::store::sources::Sources;
use crate::store::upload::{Stored, put_all, put_file};
use properties::ObjectProperties;

/// Parts of one file that are on their way at once.
const PARTS_AT_ONCE: usize = 4;

/// # Write files into a bucket of S3
///
/// Writes a file of the internal storage as an object, or several below a prefix. Large files go in parts, and need little
/// memory whatever their size.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Upload {
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    style: StyleProperties,
    /// The bucket.
    bucket: Expr<String>,
    /// The file as an address; or several: a list of addresses, or a map of names to addresses, also as JSON.
    from: Expr<Any>,
    /// The key of the object. Of several files, what their names come behind.
    key: Expr<Text>,
    #[serde(flatten)]
    object: ObjectProperties,
    /// `requester` if who asks pays for it.
    #[serde(default)]
    request_payer: Option<Expr<String>>,
    /// The account that the bucket has to belong to.
    #[serde(default)]
    expected_bucket_owner: Option<Expr<String>>,
    /// How many files may be on their way at once; more than four never are.
    #[serde(default)]
    concurrent_uploads: Option<Expr<u32>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The bucket.
    bucket: String,
    /// The key of the object, or what those of several come behind.
    key: Any,
    /// The objects of several files, by the names of the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<BTreeMap<String, FileInfo>>,
    /// The tag that changes with the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    /// The version of the object, where the bucket keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

/// An object that was written.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FileInfo {
    /// Its bucket.
    bucket: String,
    /// Its key.
    key: Any,
    /// Its size in bytes.
    content_length: u64,
    /// The tag that changes with its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    /// Its version, where the bucket keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

impl Task for Upload {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.Upload";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let key = cx.render(&self.key)?;
        let Any(from) = cx.render(&self.from)?;
        let sources = Sources::read(from)?;
        let base = self.object.put(cx, bucket.clone())?;
        let owner = self.expected_bucket_owner.as_ref();
        let store = open(cx, &self.access, &self.style, self.request_payer.as_ref(), owner)?;
        let (mut files, mut stored) = (None, Stored::default());
        let count = match sources {
            Sources::One(from) => {
                self.object.check_length(cx, &from)?;
                stored = put_file(cx, &store, &base.named(&key)?, &from).await?;
                1
            }
            Sources::Many(sources) => {
                let at_once =
                    cx.filled(self.concurrent_uploads.as_ref())?.map_or(usize::MAX, |count| count as usize);
                let all = put_all(cx, &store, &base, &key, sources, at_once).await?;
                stored.bytes = all.values().map(|(_, stored)| stored.bytes).sum();
                let all = all.into_iter().map(|(name, (key, stored))| (name, info(&bucket, key, stored)));
                files.insert(all.collect::<BTreeMap<_, _>>()).len() as u64
            }
        };
        cx.metric(Metric::count("file.count", count));
        cx.metric(Metric::count("file.size", stored.bytes));
        Ok(Output { bucket, key: key.into(), files, e_tag: stored.etag, version_id: stored.version })
    }
}

fn info(bucket: &str, key: Text, stored: Stored) -> FileInfo {
    FileInfo {
        bucket: bucket.to_owned(),
        key: key.into(),
        content_length: stored.bytes,
        e_tag: stored.etag,
        version_id: stored.version,
    }
}
