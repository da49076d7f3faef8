//! `io.kestra.plugin.minio.Upload`: writes files into a bucket.

use std::collections::BTreeMap;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use crate::store::sources::{Source, Sources};
use crate::store::upload::{Put, Stored, below, put_all, put_file};

/// Parts of one file that are on their way at once.
const PARTS_AT_ONCE: usize = 4;

/// # Write files into a bucket of MinIO
///
/// Writes a file of the internal storage as an object, or several below a prefix. Large files go in parts, and need little
/// memory whatever their size.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Upload {
    #[serde(flatten)]
    connection: ConnectionProperties,
    /// The file as an address; or several: a list of addresses, or a map of names to addresses, also as JSON.
    from: Expr<Any>,
    /// The key of the object; without it, the name of the file. Of several files, what their names come behind.
    #[serde(default)]
    key: Option<Expr<Text>>,
    /// What kind of content it is, such as `text/csv`.
    #[serde(default)]
    content_type: Option<Expr<String>>,
    /// What is kept beside the content: names with values.
    #[serde(default)]
    metadata: Option<Expr<BTreeMap<String, Text>>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The bucket.
    bucket: String,
    /// The key of the object, or what those of several come behind.
    key: Any,
    /// The tag that changes with the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    /// The version of the object, where the bucket keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

impl Task for Upload {
    const TYPE: &'static str = "io.kestra.plugin.minio.Upload";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = self.connection.bucket(cx)?;
        let Any(from) = cx.render(&self.from)?;
        let sources = Sources::read(from)?;
        let store = self.connection.store(cx)?;
        let base = Put {
            bucket: bucket.clone(),
            headers: self.headers(cx)?,
            parts_at_once: PARTS_AT_ONCE,
            ..Put::default()
        };
        let written = cx.filled(self.key.as_ref())?;
        let (key, stored, count) = match sources {
            Sources::One(from) => {
                let key = written.unwrap_or_else(|| below(&Text::default(), &Source::of(from.clone()).name));
                let stored = put_file(cx, &store, &base.named(&key)?, &from).await?;
                (key, stored, 1)
            }
            Sources::Many(sources) => {
                let prefix = written.unwrap_or_default();
                let all = put_all(cx, &store, &base, &prefix, sources, usize::MAX).await?;
                let bytes = all.values().map(|(_, stored)| stored.bytes).sum();
                (prefix, Stored { bytes, ..Stored::default() }, all.len() as u64)
            }
        };
        cx.metric(Metric::count("file.count", count));
        cx.metric(Metric::count("file.size", stored.bytes));
        Ok(Output { bucket, key: key.into(), e_tag: stored.etag, version_id: stored.version })
    }
}

impl Upload {
    fn headers(&self, cx: &RunContext) -> Result<Vec<(String, String)>, Failure> {
        let kind = cx.filled(self.content_type.as_ref())?.map(|kind| ("content-type".to_owned(), kind));
        let own = cx.filled(self.metadata.as_ref())?.unwrap_or_default();
        let own = own
            .into_iter()
            .map(|(name, value)| (format!("x-amz-meta-{}", name.to_lowercase()), value.expose().to_owned()));
        Ok(kind.into_iter().chain(own).collect())
    }
}
