//! Objects on their way into the internal storage.

use kapelle_http::Response;
use kapelle_model::effect::Level;
use kapelle_plugin::files::ending_of;
use kapelle_plugin::patience::wait;
use kapelle_plugin::{Broken, Name, NewFile, RunContext};

use super::checksum::{Running, Sums};
use super::object::Object;
use super::{Right, Store, help, with_query};
use crate::client::{Ask, unless_stopped};
use crate::trouble::Trouble;

/// How often a content that broke off is gone on with.
const BREAKS_MAX: u32 = 5;

/// What is known of an object; nothing if it is not there.
pub(crate) async fn known(
    cx: &RunContext,
    store: &Store,
    bucket: &str,
    name: &str,
) -> Result<Option<Object>, Broken> {
    match store.client.json(cx, &Ask::new("GET", store.object(bucket, name))).await {
        Ok(told) => Object::read(told).map(Some),
        Err(trouble) if trouble.status() == 404 => Ok(None),
        Err(trouble) => {
            let what = format!("the object `{name}` of the bucket `{bucket}` cannot be looked at");
            Err(trouble.told_with(&what, help(Right::Read, bucket)))
        }
    }
}

/// What was taken over.
pub(crate) struct Taken {
    /// Its address in the internal storage.
    pub(crate) uri: String,
    /// Which version it is.
    pub(crate) generation: Option<String>,
}

/// Copies an object, or one version of it, into the internal storage, in constant memory. What breaks off is gone on with.
pub(crate) async fn take(
    cx: &RunContext,
    store: &Store,
    (bucket, name): (&str, &str),
    generation: Option<&str>,
    checks: bool,
) -> Result<Taken, Broken> {
    let what = format!("the object `{name}` of the bucket `{bucket}` cannot be read");
    let told = |trouble: Trouble| trouble.told_with(&what, help(Right::Read, bucket));
    let call = |generation: Option<String>| {
        let media = ("alt", Some("media".to_owned()));
        let address = with_query(&store.object(bucket, name), &[media, ("generation", generation)]);
        // The content as it is kept: unpacked by the server, it could neither be compared nor gone on with.
        Ask::new("GET", address).header("accept-encoding", "gzip")
    };
    let mut response = store.client.send(cx, &call(generation.map(str::to_owned))).await.map_err(&told)?;
    let expected = Sums::told(response.values("x-goog-hash"));
    if checks && expected.are_unknown() {
        cx.log(Level::Warn, format!("`{name}` has no checksum to compare with"));
    }
    let generation = response.header("x-goog-generation").map(str::to_owned);
    let mut file = cx.host.files().create(Name::Ending(ending_of(name)))?;
    let mut running = checks.then(Running::new);
    let (mut bytes, mut breaks) = (0, 0);
    loop {
        match pump(cx, &mut response, &mut *file, running.as_mut(), &mut bytes).await {
            Ok(()) => break,
            Err(Trouble::Http(error)) if breaks < BREAKS_MAX && generation.is_some() => {
                breaks += 1;
                cx.log(Level::Debug, format!("after {bytes} bytes: {}", error.message));
                wait(cx, breaks).await?;
                let rest = call(generation.clone()).header("range", format!("bytes={bytes}-"));
                response = store.client.send(cx, &rest).await.map_err(&told)?;
                if response.status != 206 {
                    return Err(Broken::new(format!(
                        "{what}: it broke off after {bytes} bytes, and the server gives no rest"
                    )));
                }
            }
            Err(trouble) => return Err(told(trouble)),
        }
    }
    if let Some(difference) = running.and_then(|running| running.sums().difference(&expected)) {
        return Err(Broken::new(format!("{what}: {difference}. It was damaged on its way: try again")));
    }
    Ok(Taken { uri: file.finish()?, generation })
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
