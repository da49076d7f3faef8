//! What becomes of objects that were taken over.

use kapelle_model::Failure;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::files::name_of;
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::copy::{Source, copy};
use super::remove::remove;
use super::upload::Put;
use super::{Store, checked_bucket};

/// How a copy is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
enum Encryption {
    #[serde(rename = "NONE")]
    None,
    #[serde(rename = "AES256")]
    Aes256,
    #[serde(rename = "AWS_KMS", alias = "aws:kms")]
    AwsKms,
}

impl Word for Encryption {}

/// An object, or where objects go.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlaceProperties {
    /// The bucket.
    bucket: Option<Expr<String>>,
    /// The key; of objects that are moved, what their names come behind.
    key: Option<Expr<String>>,
    /// How the copy is encrypted.
    server_side_encryption: Option<Expr<Encryption>>,
    /// The key that it is encrypted with, where AWS keeps that.
    kms_key_id: Option<Expr<String>>,
}

impl PlaceProperties {
    pub(crate) fn bucket(&self, cx: &RunContext) -> Result<Option<String>, Failure> {
        cx.filled(self.bucket.as_ref())?.map(|bucket: String| checked_bucket(&bucket)).transpose()
    }

    pub(crate) fn key(&self, cx: &RunContext) -> Result<Option<String>, Failure> {
        cx.filled(self.key.as_ref())
    }

    /// The headers that say how it is encrypted.
    pub(crate) fn headers(&self, cx: &RunContext) -> Result<Vec<(String, String)>, Failure> {
        let encryption = match cx.filled(self.server_side_encryption.as_ref())? {
            None | Some(Encryption::None) => None,
            Some(Encryption::Aes256) => Some("AES256"),
            Some(Encryption::AwsKms) => Some("aws:kms"),
        };
        let encryption = encryption.map(|name| ("x-amz-server-side-encryption".to_owned(), name.to_owned()));
        let key = cx.filled(self.kms_key_id.as_ref())?;
        let key = key.map(|key| ("x-amz-server-side-encryption-aws-kms-key-id".to_owned(), key));
        Ok(encryption.into_iter().chain(key).collect())
    }
}

/// What is done, with what it needs.
#[derive(Clone)]
pub(crate) enum Action {
    None,
    Delete,
    /// To a bucket, behind a prefix, with headers.
    Move {
        bucket: String,
        prefix: String,
        headers: Vec<(String, String)>,
    },
}

impl Action {
    pub(crate) fn read(
        cx: &RunContext,
        word: ActionWord,
        place: Option<&PlaceProperties>,
        bucket: &str,
    ) -> Result<Self, Failure> {
        Ok(match word {
            ActionWord::None => Self::None,
            ActionWord::Delete => Self::Delete,
            ActionWord::Move => {
                let place = place.ok_or_else(|| {
                    Failure::new("`action: MOVE` needs `moveTo`, with the `bucket` and the `key` that objects are moved to")
                })?;
                let prefix = place.key(cx)?.unwrap_or_default();
                let prefix = prefix.trim_end_matches('/');
                Self::Move {
                    bucket: place.bucket(cx)?.unwrap_or_else(|| bucket.to_owned()),
                    prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
                    headers: place.headers(cx)?,
                }
            }
        })
    }

    pub(crate) const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    pub(crate) const fn is_move(&self) -> bool {
        matches!(self, Self::Move { .. })
    }

    /// Whether an object lies where it would be moved to.
    pub(crate) fn is_done_for(&self, bucket: &str, key: &str) -> bool {
        matches!(self, Self::Move { bucket: target, prefix, .. }
            if target == bucket && key == format!("{prefix}{}", name_of(key)))
    }

    /// Does it to an object.
    pub(crate) async fn perform(
        &self,
        cx: &RunContext,
        store: &Store,
        bucket: &str,
        key: &str,
    ) -> Result<(), Broken> {
        match self {
            Self::None => return Ok(()),
            Self::Delete => {}
            Self::Move { bucket: target, prefix, headers } => {
                let key_there = format!("{prefix}{}", name_of(key));
                let put = Put {
                    bucket: target.clone(),
                    shown: key_there.clone(),
                    key: key_there,
                    headers: headers.clone(),
                    ..Put::default()
                };
                copy(cx, store, Source { bucket, key, version: None }, &put).await?;
            }
        }
        let removed = remove(cx, store, bucket, key, &[]).await;
        removed.map_err(|trouble| {
            trouble.told(&format!("the object `{key}` of the bucket `{bucket}` cannot be deleted"))
        })?;
        Ok(())
    }
}

/// The object that is copied.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FromProperties {
    #[serde(flatten)]
    place: PlaceProperties,
    /// The version, where the bucket keeps versions. Without it, the newest.
    version_id: Option<Expr<String>>,
}

/// What came of a copy.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Copied {
    /// The bucket of the copy.
    bucket: String,
    /// The key of the copy.
    key: String,
    /// The tag that changes with the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    /// The version of the copy, where the bucket keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

/// Copies an object as a task says it, and deletes it then if that is asked for.
pub(crate) async fn copy_place(
    cx: &RunContext,
    store: &Store,
    from: Option<&FromProperties>,
    to: Option<&PlaceProperties>,
    bucket: Option<String>,
    deletes: bool,
) -> Result<Copied, Broken> {
    let (Some(from), Some(to)) = (from, to) else {
        return Err(Broken::new("a copy needs `from` and `to`, each with a `bucket` and a `key`"));
    };
    let from_bucket = from.place.bucket(cx)?.or(bucket);
    let from_bucket = from_bucket.ok_or_else(|| Failure::new("`from` has no `bucket`"))?;
    let from_key = from.place.key(cx)?.ok_or_else(|| Failure::new("`from` has no `key`"))?;
    let version = cx.filled(from.version_id.as_ref())?;
    let bucket = to.bucket(cx)?.unwrap_or_else(|| from_bucket.clone());
    let key = to.key(cx)?.unwrap_or_else(|| from_key.clone());
    let is_same = (&bucket, &key) == (&from_bucket, &from_key);
    if is_same && deletes {
        return Err(Broken::new(
            "the object would be copied onto itself and then deleted: `to` has to be another place",
        ));
    }
    let put = Put {
        bucket: bucket.clone(),
        shown: key.clone(),
        key: key.clone(),
        headers: to.headers(cx)?,
        ..Put::default()
    };
    let source = Source { bucket: &from_bucket, key: &from_key, version: version.as_deref() };
    let stored = copy(cx, store, source, &put).await?;
    if deletes {
        Action::Delete.perform(cx, store, &from_bucket, &from_key).await?;
    }
    Ok(Copied { bucket, key, e_tag: stored.etag, version_id: stored.version })
}
