//! Files of the internal storage on their way into a bucket: small ones at once, large ones in parts.

use std::fmt::Write;

use bytes::Bytes;
use kapelle_model::Text;
use kapelle_plugin::files::Parts;
use kapelle_plugin::{Broken, RunContext, files};
use serde_json::{Map, Value};

use super::address::Place;
use super::checksum::{Running, Sums, sums_of};
use super::object::Object;
use super::remove::{Which, remove};
use super::resumable::put_parts;
use super::{Right, Store, help, with_query};
use crate::client::Ask;

/// Bytes of a part. Google wants multiples of 256 KiB, but for the last one.
pub(super) const PART_BYTES: u64 = 8 << 20;

/// The kind of a content of which nothing is said.
const KIND_USUAL: &str = "application/octet-stream";

/// An object that is to be written.
#[derive(Clone, Debug)]
pub(crate) struct Put {
    pub(crate) place: Place,
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
    /// Whether the content is compared with its checksums on both sides.
    pub(crate) checks: bool,
    /// The checksums that the file has to have.
    pub(crate) expected: Sums,
}

impl Put {
    pub(super) fn what(&self) -> String {
        let Place { bucket, name } = &self.place;
        format!("the object `{name}` cannot be written into the bucket `{bucket}`")
    }

    pub(super) fn help(&self) -> impl Fn(u16) -> Option<String> {
        help(Right::Write, &self.place.bucket)
    }

    pub(super) fn kind(&self) -> &str {
        self.content_type.as_deref().unwrap_or(KIND_USUAL)
    }

    /// What is said of the object. Google refuses contents that have other checksums than these.
    pub(super) fn metadata(&self, sums: &Sums) -> Value {
        let entries = [
            ("name", Some(&self.place.name)),
            ("contentType", self.content_type.as_ref()),
            ("contentEncoding", self.content_encoding.as_ref()),
            ("contentDisposition", self.content_disposition.as_ref()),
            ("cacheControl", self.cache_control.as_ref()),
            ("md5Hash", sums.md5.as_ref()),
            ("crc32c", sums.crc32c.as_ref()),
        ];
        let said =
            entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone().into())));
        Value::Object(said.collect::<Map<_, _>>())
    }
}

/// Writes a file of the internal storage as an object.
pub(crate) async fn put_file(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    from: &Text,
) -> Result<Object, Broken> {
    let found = if put.expected.are_unknown() { None } else { Some(sums_of(cx, from).await?) };
    if let Some(difference) = found.as_ref().and_then(|found| found.difference(&put.expected)) {
        return Err(Broken::new(format!("the file is another one than expected: {difference}")));
    }
    let parts = Parts::new(files::open(cx, from)?, PART_BYTES);
    let (parts, first, is_whole) = parts.next(cx).await?;
    let sums = match found {
        _ if !put.checks => Sums::default(),
        Some(found) => found,
        None if is_whole => {
            let mut running = Running::new();
            running.add(&first);
            running.sums()
        }
        None => sums_of(cx, from).await?,
    };
    let object = if is_whole {
        put_bytes(cx, store, put, &sums, first.into()).await?
    } else {
        put_parts(cx, store, put, &sums, first.into(), parts).await?
    };
    compared(cx, store, put, &sums, object).await
}

/// What was written, if it is what was sent. Otherwise nothing of it stays.
async fn compared(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    sums: &Sums,
    object: Object,
) -> Result<Object, Broken> {
    let Some(difference) = object.sums().difference(sums) else { return Ok(object) };
    let Place { bucket, name } = &put.place;
    let which = object.generation.as_deref().map_or(Which::Newest, Which::Version);
    remove(cx, store, bucket, name, which).await?;
    Err(Broken::new(format!(
        "{}: {difference}. It was damaged on its way and is deleted again: try again",
        put.what()
    )))
}

async fn put_bytes(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    sums: &Sums,
    content: Bytes,
) -> Result<Object, Broken> {
    let boundary = boundary(cx)?;
    let head = format!(
        "--{boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n{}\r\n--{boundary}\r\ncontent-type: {}\r\n\r\n",
        put.metadata(sums),
        put.kind(),
    );
    let end = format!("\r\n--{boundary}--\r\n");
    let address =
        with_query(&store.upload(&put.place.bucket), &[("uploadType", Some("multipart".to_owned()))]);
    let ask = Ask::new("POST", address)
        .content(&format!("multipart/related; boundary={boundary}"), [head.into(), content, end.into()]);
    let told = store.client.json(cx, &ask).await;
    Object::read(told.map_err(|trouble| trouble.told_with(&put.what(), put.help()))?)
}

/// A line between parts that no content has by chance.
fn boundary(cx: &RunContext) -> Result<String, Broken> {
    let mut random = [0; 24];
    cx.services.random(&mut random)?;
    Ok(random.iter().fold("kapelle".to_owned(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    }))
}
