//! `io.kestra.plugin.aws.s3.Delete`: deletes an object.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::checked_bucket;
use crate::store::remove::remove;

/// # Delete an object of S3
///
/// Deletes an object. One that is not there is no failure.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    style: StyleProperties,
    /// The bucket.
    bucket: Expr<String>,
    /// The key of the object.
    key: Expr<Text>,
    /// Whether a lock that may be taken away is no hindrance.
    #[serde(default)]
    bypass_governance_retention: Option<Expr<bool>>,
    /// The number of a device and its code, where the bucket asks for them.
    #[serde(default)]
    mfa: Option<Expr<Text>>,
    /// `requester` if who asks pays for it.
    #[serde(default)]
    request_payer: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The version of what says that it is deleted, where the bucket keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    /// Whether older versions stay, and only a mark says that it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_marker: Option<bool>,
    /// `requester` if who asked paid for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_charged: Option<String>,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let key = cx.render(&self.key)?;
        if key.expose().is_empty() {
            return Err(Broken::new("`key` is empty: write the key of the object"));
        }
        let store = open(cx, &self.access, &self.style, self.request_payer.as_ref(), None)?;
        let mut headers = Vec::new();
        if cx.filled(self.bypass_governance_retention.as_ref())?.unwrap_or(false) {
            headers.push(("x-amz-bypass-governance-retention".to_owned(), "true".to_owned()));
        }
        let mfa = cx.filled(self.mfa.as_ref())?;
        headers.extend(mfa.map(|mfa| ("x-amz-mfa".to_owned(), mfa.expose().to_owned())));
        let answer = remove(cx, &store, &bucket, key.expose(), &headers).await.map_err(|trouble| {
            let shown = key.masked();
            trouble.told(&format!("the object `{shown}` of the bucket `{bucket}` cannot be deleted"))
        })?;
        let get = |name: &str| answer.header(name).map(str::to_owned);
        Ok(Output {
            version_id: get("x-amz-version-id"),
            delete_marker: get("x-amz-delete-marker").map(|mark| mark == "true"),
            request_charged: get("x-amz-request-charged"),
        })
    }
}
