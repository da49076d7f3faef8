//! Files of the internal storage on their way into a bucket: small ones at once, large ones in parts.

mod all;

use std::fmt::Write;
use std::time::Duration;

use kapelle_core::expression::plain::to_base64;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::files::Parts;
use kapelle_plugin::patience::wait;
use kapelle_plugin::{Broken, RunContext, files};
use md5::{Digest, Md5};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::checksum::{Algorithm, Running};
use super::parts::{PARTS_MAX, open_parts};
use super::{Call, Store};
use crate::client::Content;
use crate::trouble::Trouble;
use crate::xml::escaped;

pub(crate) use all::{below, put_all};

/// How long a stopped upload may take to clean up.
const ABORT_MAX: Duration = Duration::from_secs(10);

/// How often the end of an upload is told to a service that does not take it.
const ENDS_MAX: u32 = 4;

/// An object that is to be written.
#[derive(Clone, Default)]
pub(crate) struct Put {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The key as it may be shown.
    pub(crate) shown: String,
    /// What is to be known of it.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) checksum: Option<Algorithm>,
    /// The checksum that the file has to have.
    pub(crate) expected: Option<String>,
    /// Whether the service wants a digest of what it shall keep for long.
    pub(crate) has_lock: bool,
    /// Parts that are on their way at once.
    pub(crate) parts_at_once: usize,
}

/// An object that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) etag: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) bytes: u64,
}

struct Part {
    number: u64,
    etag: String,
    checksum: Option<String>,
}

impl Put {
    /// The same for a key.
    pub(crate) fn named(&self, key: &Text) -> Result<Self, Failure> {
        if key.expose().is_empty() {
            return Err(Failure::new("`key` is empty: write the key of the object"));
        }
        Ok(Self { key: key.expose().to_owned(), shown: key.masked(), ..self.clone() })
    }

    fn what(&self) -> String {
        format!("the object `{}` cannot be written into the bucket `{}`", self.shown, self.bucket)
    }

    /// Headers of what is sent with these bytes.
    fn of_bytes(&self, bytes: &[u8]) -> Vec<(String, String)> {
        let checksum = self.checksum.map(|one| (one.header(), one.of(bytes)));
        let digest = (self.has_lock && self.checksum.is_none())
            .then(|| ("content-md5".to_owned(), to_base64(&Md5::digest(bytes))));
        checksum.into_iter().chain(digest).collect()
    }
}

/// Writes a file of the internal storage as an object.
pub(crate) async fn put_file(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    from: &Text,
) -> Result<Stored, Broken> {
    if let (Some(algorithm), Some(expected)) = (put.checksum, &put.expected) {
        check(cx, from, algorithm, expected.clone()).await?;
    }
    let parts = open_parts(cx, from)?;
    let (parts, first, is_whole) = parts.next(cx).await?;
    if is_whole {
        put_bytes(cx, store, put, first).await
    } else {
        put_parts(cx, store, put, first, parts).await
    }
}

/// Whether the file is the one that the flow means.
async fn check(cx: &RunContext, from: &Text, algorithm: Algorithm, expected: String) -> Result<(), Broken> {
    let mut file = files::open(cx, from)?;
    let found = cx
        .blocking(move |cx| {
            let mut sum = Summing(Running::new(algorithm));
            files::copy(cx, &mut file, &mut sum)?;
            Ok(sum.0.value())
        })
        .await?;
    if found == expected.trim() {
        return Ok(());
    }
    let name = algorithm.name();
    Err(Broken::new(format!(
        "the {name} of the file is {found}, but `checksum` says {expected}: it is another file"
    )))
}

/// Takes bytes for their checksum only.
struct Summing(Running);

impl std::io::Write for Summing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn put_bytes(cx: &RunContext, store: &Store, put: &Put, bytes: Vec<u8>) -> Result<Stored, Broken> {
    let call =
        Call::new("PUT", &put.bucket).key(&put.key).headers(&put.headers).headers(&put.of_bytes(&bytes));
    let size = bytes.len() as u64;
    let call = call.content(Content::of(bytes));
    let answer = store.send(cx, &call).await.map_err(|trouble| trouble.told(&put.what()))?;
    Ok(Stored {
        etag: answer.header("etag").map(str::to_owned),
        version: answer.header("x-amz-version-id").map(str::to_owned),
        bytes: size,
    })
}

/// Sends a file in parts. Whatever goes wrong, none of them stays behind.
async fn put_parts(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    first: Vec<u8>,
    parts: Parts,
) -> Result<Stored, Broken> {
    let id = begin(cx, store, put).await?;
    let sent = async {
        let (parts, bytes) = send_parts(cx, store, put, &id, first, parts).await?;
        end(cx, store, put, &id, &parts, bytes).await
    };
    let sent = sent.await;
    if sent.is_err() {
        abort(cx, store, put, &id).await;
    }
    sent
}

/// Begins an upload in parts. Its id.
pub(super) async fn begin(cx: &RunContext, store: &Store, put: &Put) -> Result<String, Broken> {
    let mut call = Call::new("POST", &put.bucket).key(&put.key).ask("uploads", "").headers(&put.headers);
    if let Some(algorithm) = put.checksum {
        call = call.header("x-amz-checksum-algorithm", algorithm.name());
        if algorithm == Algorithm::Crc64Nvme {
            call = call.header("x-amz-checksum-type", "FULL_OBJECT");
        }
    }
    let answer = store.element(cx, &call).await.map_err(|trouble| trouble.told(&put.what()))?;
    let id = answer.get("UploadId").map(str::to_owned);
    id.ok_or_else(|| Broken::new(format!("{}: the server gives no id for an upload in parts", put.what())))
}

async fn send_parts(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    id: &str,
    first: Vec<u8>,
    mut rest: Parts,
) -> Result<(Vec<Part>, u64), Broken> {
    // Dropped, it ends what is still on its way.
    let mut sending = JoinSet::new();
    let mut done = Vec::new();
    let (mut bytes, mut number, mut next) = (0, 0, Some(first));
    while let Some(part) = next.take() {
        number += 1;
        if number > PARTS_MAX {
            return Err(Broken::new(format!("{}: it has more than {PARTS_MAX} parts", put.what())));
        }
        bytes += part.len() as u64;
        let (cx_of_part, store, put_of_part, id) = (cx.clone(), store.clone(), put.clone(), id.to_owned());
        sending.spawn(async move { put_part(&cx_of_part, &store, &put_of_part, &id, number, part).await });
        if sending.len() >= put.parts_at_once.max(1) {
            done.extend(joined(&mut sending).await?);
        }
        if rest.has_more() {
            let (parts, part, _) = rest.next(cx).await?;
            (rest, next) = (parts, Some(part));
        }
    }
    while let Some(part) = joined(&mut sending).await? {
        done.push(part);
    }
    done.sort_by_key(|part| part.number);
    Ok((done, bytes))
}

/// The next part that is there.
async fn joined(sending: &mut JoinSet<Result<Part, Broken>>) -> Result<Option<Part>, Broken> {
    match sending.join_next().await {
        None => Ok(None),
        Some(Ok(part)) => part.map(Some),
        Some(Err(_)) => Err(Broken::new("a part was lost by a mistake in the program")),
    }
}

async fn put_part(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    id: &str,
    number: u64,
    bytes: Vec<u8>,
) -> Result<Part, Broken> {
    let own = put.of_bytes(&bytes);
    let checksum = put.checksum.and_then(|_| own.first().map(|(_, value)| value.clone()));
    let call = Call::new("PUT", &put.bucket)
        .key(&put.key)
        .ask("partNumber", number.to_string())
        .ask("uploadId", id)
        .headers(&own)
        .content(Content::of(bytes));
    let answer = store.send(cx, &call).await.map_err(|trouble| trouble.told(&put.what()))?;
    let etag = answer.header("etag").map(str::to_owned);
    let etag =
        etag.ok_or_else(|| Broken::new(format!("{}: the server gives no tag for a part", put.what())))?;
    Ok(Part { number, etag, checksum })
}

async fn end(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    id: &str,
    parts: &[Part],
    bytes: u64,
) -> Result<Stored, Broken> {
    let parts: Vec<Made<'_>> = parts
        .iter()
        .map(|part| {
            let checksum = put.checksum.zip(part.checksum.as_deref());
            (part.number, part.etag.as_str(), checksum.map(|(one, value)| (one.element(), value)))
        })
        .collect();
    let mut stored = complete(cx, store, put, id, &parts).await?;
    stored.bytes = bytes;
    Ok(stored)
}

/// A part that is there: number, tag, and the checksum with its element.
type Made<'p> = (u64, &'p str, Option<(String, &'p str)>);

/// Makes an object of its parts.
pub(super) async fn complete(
    cx: &RunContext,
    store: &Store,
    put: &Put,
    id: &str,
    parts: &[Made<'_>],
) -> Result<Stored, Broken> {
    let mut text =
        String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (number, etag, checksum) in parts {
        let etag = escaped(etag);
        let _infallible = write!(text, "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag>");
        if let Some((name, value)) = checksum {
            let _infallible = write!(text, "<{name}>{value}</{name}>");
        }
        text.push_str("</Part>");
    }
    text.push_str("</CompleteMultipartUpload>");
    let call = Call::new("POST", &put.bucket)
        .key(&put.key)
        .ask("uploadId", id)
        .header("content-type", "application/xml")
        .content(Content::of(text.into_bytes()));
    let mut tries = 0;
    loop {
        tries += 1;
        match store.versioned(cx, &call).await {
            Ok((answer, version)) => {
                return Ok(Stored { etag: answer.get("ETag").map(str::to_owned), version, bytes: 0 });
            }
            // It comes within an answer that looks good, when it took too long to tell it otherwise.
            Err(trouble) if trouble.code() == "InternalError" && tries < ENDS_MAX => wait(cx, tries).await?,
            Err(trouble) => return Err(trouble.told(&put.what())),
        }
    }
}

/// Takes away what was sent, also if the attempt has to end.
pub(super) async fn abort(cx: &RunContext, store: &Store, put: &Put, id: &str) {
    let cx = RunContext { stop: CancellationToken::new(), ..cx.clone() };
    let call = Call::new("DELETE", &put.bucket).key(&put.key).ask("uploadId", id);
    let aborted = tokio::time::timeout(ABORT_MAX, store.send(&cx, &call)).await;
    let trouble = match aborted {
        Ok(Ok(_)) => return,
        Ok(Err(trouble)) if trouble.code() == "NoSuchUpload" => return,
        Ok(Err(trouble)) => trouble,
        Err(_) => Trouble::Broken(Broken::new("the server does not answer")),
    };
    let reason = trouble.told("parts of an upload stay in the bucket").failure;
    cx.log(
        Level::Warn,
        format!("{reason}. A rule of the bucket for uploads that were not finished takes them away"),
    );
}
