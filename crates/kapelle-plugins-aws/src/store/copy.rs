//! Objects that are copied within the store.

use kapelle_plugin::{Broken, RunContext};

use super::download::head;
use super::upload::{Put, Stored, abort, begin, complete};
use super::{Call, Store};
use crate::trouble::Trouble;
use kapelle_plugin::encode::{encoded, encoded_path};

/// Bytes of a part: a copy at once may have 5 GiB.
const PART_BYTES: u64 = 1 << 30;

/// An object that is to be copied.
#[derive(Clone, Copy)]
pub(crate) struct Source<'s> {
    pub(crate) bucket: &'s str,
    pub(crate) key: &'s str,
    pub(crate) version: Option<&'s str>,
}

impl Source<'_> {
    fn header(self) -> String {
        let version = self.version.map(|version| format!("?versionId={}", encoded(version)));
        format!("/{}/{}{}", self.bucket, encoded_path(self.key), version.unwrap_or_default())
    }
}

/// Copies an object; what is known of it is copied too.
pub(crate) async fn copy(
    cx: &RunContext,
    store: &Store,
    from: Source<'_>,
    to: &Put,
) -> Result<Stored, Broken> {
    let what = format!(
        "the object `{}` of the bucket `{}` cannot be copied to `{}` in `{}`",
        from.key, from.bucket, to.shown, to.bucket
    );
    let call = Call::new("PUT", &to.bucket)
        .key(&to.key)
        .headers(&to.headers)
        .header("x-amz-copy-source", from.header());
    match store.versioned(cx, &call).await {
        Ok((answer, version)) => {
            Ok(Stored { etag: answer.get("ETag").map(str::to_owned), version, bytes: 0 })
        }
        Err(trouble) if is_too_large(&trouble) => copy_parts(cx, store, from, to).await,
        Err(trouble) => Err(trouble.told(&what)),
    }
}

fn is_too_large(trouble: &Trouble) -> bool {
    let Trouble::Said(said) = trouble else { return false };
    said.code == "EntityTooLarge" || (said.code == "InvalidRequest" && said.message.contains("larger than"))
}

async fn copy_parts(cx: &RunContext, store: &Store, from: Source<'_>, to: &Put) -> Result<Stored, Broken> {
    let source = head(cx, store, from.bucket, from.key, from.version).await?;
    let source = source.ok_or_else(|| Broken::new(format!("the object `{}` went away", from.key)))?;
    let mut to = to.clone();
    let own = source.metadata.iter().map(|(name, value)| (format!("x-amz-meta-{name}"), value.clone()));
    to.headers.extend(own);
    to.headers.extend(source.content_type.map(|kind| ("content-type".to_owned(), kind)));
    let id = begin(cx, store, &to).await?;
    let copied = async {
        let mut tags = Vec::new();
        for number in 1..=source.bytes.div_ceil(PART_BYTES) {
            cx.go_on()?;
            let start = (number - 1) * PART_BYTES;
            let end = (start + PART_BYTES).min(source.bytes) - 1;
            let call = Call::new("PUT", &to.bucket)
                .key(&to.key)
                .ask("partNumber", number.to_string())
                .ask("uploadId", &id)
                .header("x-amz-copy-source", from.header())
                .header("x-amz-copy-source-range", format!("bytes={start}-{end}"));
            let answer = store.element(cx, &call).await;
            let answer =
                answer.map_err(|trouble| trouble.told(&format!("`{}` cannot be copied", from.key)))?;
            tags.push(answer.get("ETag").unwrap_or_default().to_owned());
        }
        let parts: Vec<_> = (1..).zip(&tags).map(|(number, tag)| (number, tag.as_str(), None)).collect();
        complete(cx, store, &to, &id, &parts).await
    };
    let copied = copied.await;
    if copied.is_err() {
        abort(cx, store, &to, &id).await;
    }
    copied
}
