//! Objects on their way into the internal storage.

use std::collections::BTreeMap;

use kapelle_http::Response;
use kapelle_model::effect::Level;
use kapelle_plugin::files::ending_of;
use kapelle_plugin::patience::wait;
use kapelle_plugin::{Broken, Name, NewFile, RunContext};

use super::checksum::{Algorithm, Running};
use super::{Call, Store};
use crate::client::unless_stopped;
use crate::trouble::Trouble;

/// How often a content that broke off is gone on with.
const BREAKS_MAX: u32 = 5;

/// The object that is meant.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub(crate) bucket: &'w str,
    pub(crate) key: &'w str,
    /// The key as it may be shown.
    pub(crate) shown: &'w str,
    pub(crate) version: Option<&'w str>,
    pub(crate) checks: bool,
}

/// An object that was taken over.
pub(crate) struct Taken {
    pub(crate) uri: String,
    pub(crate) bytes: u64,
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) etag: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) checksum: Option<(Algorithm, String)>,
}

/// What the service says of an object.
pub(crate) struct Head {
    pub(crate) etag: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Head {
    fn of(response: &Response) -> Self {
        let get = |name: &str| response.header(name).map(str::to_owned);
        let own = |(name, value): &(String, String)| {
            let name = name.to_ascii_lowercase();
            Some((name.strip_prefix("x-amz-meta-")?.to_owned(), value.clone()))
        };
        Self {
            etag: get("etag"),
            version: get("x-amz-version-id"),
            modified: get("last-modified"),
            bytes: response.header("content-length").and_then(|text| text.parse().ok()).unwrap_or_default(),
            content_type: get("content-type"),
            metadata: response.headers.iter().filter_map(own).collect(),
        }
    }
}

/// What the service says of an object; nothing if it is not there.
pub(crate) async fn head(
    cx: &RunContext,
    store: &Store,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Option<Head>, Broken> {
    let call = Call::new("HEAD", bucket).key(key).ask_if("versionId", version);
    match store.send(cx, &call).await {
        Ok(response) => Ok(Some(Head::of(&response))),
        Err(Trouble::Said(said)) if said.status == 404 => Ok(None),
        Err(trouble) => Err(trouble.told(&format!("an object of the bucket `{bucket}` cannot be looked at"))),
    }
}

/// Copies an object into the internal storage, in constant memory. What breaks off is gone on with.
pub(crate) async fn take(cx: &RunContext, store: &Store, wanted: Wanted<'_>) -> Result<Taken, Broken> {
    let what = format!("the object `{}` of the bucket `{}` cannot be read", wanted.shown, wanted.bucket);
    let call = Call::new("GET", wanted.bucket).key(wanted.key).ask_if("versionId", wanted.version);
    let call = if wanted.checks { call.header("x-amz-checksum-mode", "ENABLED") } else { call };
    let mut response = store.send(cx, &call).await.map_err(|trouble| trouble.told(&what))?;
    let head = Head::of(&response);
    let told = Algorithm::told(|name| response.header(name)).filter(|_| wanted.checks);
    if wanted.checks && told.is_none() {
        cx.log(
            Level::Warn,
            format!("`{}` has no checksum of its whole content to compare with", wanted.shown),
        );
    }
    let mut file = cx.host.files().create(Name::Ending(ending_of(wanted.key)))?;
    let mut running = told.as_ref().map(|(algorithm, _)| Running::new(*algorithm));
    let (mut bytes, mut breaks) = (0, 0);
    loop {
        match pump(cx, &mut response, &mut *file, running.as_mut(), &mut bytes).await {
            Ok(()) => break,
            Err(Trouble::Http(error)) if breaks < BREAKS_MAX && head.etag.is_some() => {
                breaks += 1;
                cx.log(Level::Debug, format!("after {bytes} bytes: {}", error.message));
                wait(cx, breaks).await?;
                let etag = head.etag.clone().unwrap_or_default();
                let rest = call.clone().header("range", format!("bytes={bytes}-")).header("if-match", etag);
                response = store.send(cx, &rest).await.map_err(|trouble| trouble.told(&what))?;
                if response.status != 206 {
                    return Err(Broken::new(format!(
                        "{what}: it broke off after {bytes} bytes, and the server gives no rest"
                    )));
                }
            }
            Err(trouble) => return Err(trouble.told(&what)),
        }
    }
    if let (Some(running), Some((algorithm, expected))) = (running, &told) {
        let found = running.value();
        if found != *expected {
            let name = algorithm.name();
            return Err(Broken::new(format!(
                "{what}: its {name} is {found}, but has to be {expected}. It was damaged on its way: try again"
            )));
        }
    }
    Ok(Taken {
        uri: file.finish()?,
        bytes,
        content_type: head.content_type,
        metadata: head.metadata,
        etag: head.etag,
        version: head.version,
        checksum: told,
    })
}

async fn pump(
    cx: &RunContext,
    response: &mut Response,
    file: &mut dyn NewFile,
    mut running: Option<&mut Running>,
    bytes: &mut u64,
) -> Result<(), Trouble> {
    while let Some(chunk) = unless_stopped(cx, response.chunk()).await? {
        file.write_all(&chunk).map_err(Broken::from)?;
        if let Some(running) = &mut running {
            running.add(&chunk);
        }
        *bytes += chunk.len() as u64;
    }
    Ok(())
}
