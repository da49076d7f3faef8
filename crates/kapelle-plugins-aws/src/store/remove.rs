//! Objects that are deleted.

use std::fmt::Write;

use kapelle_core::expression::plain::to_base64;
use kapelle_http::Response;
use kapelle_plugin::{Broken, RunContext};
use md5::{Digest, Md5};

use super::object::Object;
use super::{Call, Store};
use crate::client::Content;
use crate::trouble::Trouble;
use crate::xml::escaped;

/// Keys that are deleted at once.
pub(crate) const AT_ONCE_MAX: usize = 1_000;

/// Failures that are told one by one.
const TOLD_MAX: usize = 5;

/// Deletes an object. One that is not there is none, and no failure.
pub(crate) async fn remove(
    cx: &RunContext,
    store: &Store,
    bucket: &str,
    key: &str,
    headers: &[(String, String)],
) -> Result<Response, Trouble> {
    store.send(cx, &Call::new("DELETE", bucket).key(key).headers(headers)).await
}

/// Deletes many objects, at most [`AT_ONCE_MAX`].
pub(crate) async fn remove_all(
    cx: &RunContext,
    store: &Store,
    bucket: &str,
    objects: &[Object],
) -> Result<(), Broken> {
    let mut text =
        String::from("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>");
    for object in objects {
        let _infallible = write!(text, "<Object><Key>{}</Key></Object>", escaped(&object.key));
    }
    text.push_str("</Delete>");
    let bytes = text.into_bytes();
    let call = Call::new("POST", bucket)
        .ask("delete", "")
        .header("content-type", "application/xml")
        .header("content-md5", to_base64(&Md5::digest(&bytes)))
        .content(Content::of(bytes));
    let what = format!("objects of the bucket `{bucket}` cannot be deleted");
    let answer = match store.element(cx, &call).await {
        Ok(answer) => answer,
        // Some servers know no deletion of many.
        Err(trouble) if matches!(trouble.code(), "NotImplemented" | "MethodNotAllowed") => {
            return one_by_one(cx, store, bucket, objects).await;
        }
        Err(trouble) => return Err(trouble.told(&what)),
    };
    let failed: Vec<String> = answer
        .all("Error")
        .map(|error| {
            let [key, code, message] =
                ["Key", "Code", "Message"].map(|name| error.get(name).unwrap_or_default());
            format!("`{key}`: {code}: {message}")
        })
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let count = failed.len();
    let told = failed.into_iter().take(TOLD_MAX).collect::<Vec<_>>().join("; ");
    Err(Broken::new(format!("{count} {what}: {told}")))
}

async fn one_by_one(cx: &RunContext, store: &Store, bucket: &str, objects: &[Object]) -> Result<(), Broken> {
    for object in objects {
        cx.go_on()?;
        let removed = remove(cx, store, bucket, &object.key, &[]).await;
        removed.map_err(|trouble| {
            trouble.told(&format!("the object `{}` of the bucket `{bucket}` cannot be deleted", object.key))
        })?;
    }
    Ok(())
}
