//! `io.kestra.plugin.gcp.gcs.Upload`: writes a file as an object.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::address::Place;
use crate::store::checksum::{Sums, written};
use crate::store::upload::{Put, put_file};

/// # Write a file into Cloud Storage
///
/// Writes a file of the internal storage as an object. Large files go in parts, and go on where they broke off.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Upload {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the file.
    #[serde(default)]
    from: Option<Expr<Text>>,
    /// The address of the object, such as `gs://bucket/out/file.csv`.
    #[serde(default)]
    to: Option<Expr<String>>,
    /// The kind of the content, such as `text/csv`.
    #[serde(default)]
    content_type: Option<Expr<String>>,
    /// How the content is packed, such as `gzip`.
    #[serde(default)]
    content_encoding: Option<Expr<String>>,
    /// What browsers do with it, such as `attachment`.
    #[serde(default)]
    content_disposition: Option<Expr<String>>,
    /// How long it may be kept by those who read it, such as `max-age=3600`.
    #[serde(default)]
    cache_control: Option<Expr<String>>,
    /// Whether the content is compared with its checksums on both sides; so it is where nothing is said.
    #[serde(default)]
    validate_checksum: Option<Expr<bool>>,
    /// The MD5 that the file has to have, in base64 or in digits.
    #[serde(default)]
    expected_md5: Option<Expr<String>>,
    /// The CRC32C that the file has to have, in base64 or in digits.
    #[serde(default)]
    expected_crc32c: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The address of the object.
    uri: String,
    /// Its MD5 in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<String>,
    /// Its CRC32C in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    crc32c: Option<String>,
}

impl Task for Upload {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.Upload";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = cx.filled(self.from.as_ref())?.ok_or_else(|| {
            Failure::new("the property `from` is missing: write the address of a file, such as `{{ outputs.task.uri }}`")
        })?;
        let expected = |property: Option<&Expr<String>>, bytes, name| {
            cx.filled(property)?.map(|text: String| written(&text, bytes, name)).transpose()
        };
        let put = Put {
            place: Place::of_object(cx, self.to.as_ref(), "to")?,
            content_type: cx.filled(self.content_type.as_ref())?,
            content_encoding: cx.filled(self.content_encoding.as_ref())?,
            content_disposition: cx.filled(self.content_disposition.as_ref())?,
            cache_control: cx.filled(self.cache_control.as_ref())?,
            checks: cx.filled(self.validate_checksum.as_ref())?.unwrap_or(true),
            expected: Sums {
                md5: expected(self.expected_md5.as_ref(), 16, "expectedMd5")?,
                crc32c: expected(self.expected_crc32c.as_ref(), 4, "expectedCrc32c")?,
            },
        };
        let store = Store::open(cx, &self.access)?;
        let object = put_file(cx, &store, &put, &from).await?;
        cx.metric(Metric::count("file.count", 1_u64));
        cx.metric(Metric::count("file.size", object.bytes()));
        let Sums { md5, crc32c } = object.sums();
        Ok(Output { uri: put.place.address(), md5, crc32c })
    }
}
