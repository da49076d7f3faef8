//! Buckets that are made.

use kapelle_plugin::{Broken, RunContext};

use super::{Call, Store};
use crate::client::Content;
use crate::xml::escaped;

/// The region that needs no saying.
const REGION_SILENT: &str = "us-east-1";

/// Makes a bucket.
pub(crate) async fn create_bucket(
    cx: &RunContext,
    store: &Store,
    bucket: &str,
    headers: &[(String, String)],
    has_lock: bool,
) -> Result<(), Broken> {
    let region = store.region();
    let mut call = Call::new("PUT", bucket).headers(headers);
    if has_lock {
        call = call.header("x-amz-bucket-object-lock-enabled", "true");
    }
    if region != REGION_SILENT {
        let text = format!(
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}\
             </LocationConstraint></CreateBucketConfiguration>",
            escaped(&region)
        );
        call = call.content(Content::of(text.into_bytes()));
    }
    let made = store.send(cx, &call).await;
    made.map_err(|trouble| trouble.told(&format!("the bucket `{bucket}` cannot be created")))?;
    Ok(())
}
