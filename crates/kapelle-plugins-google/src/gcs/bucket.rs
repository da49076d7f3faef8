//! Buckets: what flows say of them, what Google is told, and what flows see.

mod properties;
mod shown;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value;

use crate::client::Ask;
use crate::store::{Right, Store, help};
use crate::trouble::Trouble;

pub(super) use properties::BucketProperties;
pub(super) use shown::Bucket;

/// Names of buckets that cannot be meant are told before anything is sent.
pub(super) fn checked_name(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    let name = name.strip_prefix("gs://").unwrap_or(name).trim_end_matches('/');
    if name.is_empty() {
        return Err(Failure::new("`name` is empty: write the name of the bucket"));
    }
    if name.contains(['/', '?', '#', ' ']) || name.chars().any(char::is_control) {
        return Err(Failure::new(format!(
            "`{name}` in `name` is no name of a bucket: write it without a path"
        )));
    }
    Ok(name.to_owned())
}

/// What went wrong with a bucket.
pub(super) fn told(trouble: Trouble, name: &str, what: &str) -> Broken {
    trouble.told_with(&format!("the bucket `{name}` {what}"), help(Right::Buckets, name))
}

/// Changes a bucket that is there.
pub(super) async fn change(
    cx: &RunContext,
    store: &Store,
    name: &str,
    changes: &Value,
) -> Result<Bucket, Broken> {
    let ask = Ask::new("PATCH", store.bucket(name)).json(changes);
    let answer = store.client.json(cx, &ask).await;
    Ok(Bucket::read(&answer.map_err(|trouble| told(trouble, name, "cannot be changed"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_bucket_has_no_path() {
        for (written, name) in
            [("b", Some("b")), (" gs://b/ ", Some("b")), ("a/b", None), ("", None), ("a b", None)]
        {
            assert_eq!(checked_name(written).ok().as_deref(), name, "{written}");
        }
    }
}
