//! Objects that are deleted.

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Metric, RunContext};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::task::JoinSet;

use super::listing::{Listing, Walk};
use super::object::Object;
use super::{Right, Store, help, with_query};
use crate::client::Ask;

/// Requests that are on their way at once at most.
const REQUESTS_MAX: usize = 16;

/// What of an object is deleted.
#[derive(Clone, Copy)]
pub(crate) enum Which<'w> {
    /// What is there now.
    Newest,
    /// This version.
    Version(&'w str),
    /// What is there now, if it is still this version.
    Unchanged(&'w str),
}

/// Deletes an object, or one version of it. Whether there was one.
pub(crate) async fn remove(
    cx: &RunContext,
    store: &Store,
    bucket: &str,
    name: &str,
    which: Which<'_>,
) -> Result<bool, Broken> {
    let query = match which {
        Which::Newest => ("generation", None),
        Which::Version(generation) => ("generation", Some(generation.to_owned())),
        Which::Unchanged(generation) => ("ifGenerationMatch", Some(generation.to_owned())),
    };
    let address = with_query(&store.object(bucket, name), &[query]);
    match store.client.send(cx, &Ask::new("DELETE", address)).await {
        Ok(_) => Ok(true),
        Err(trouble) if trouble.status() == 404 => Ok(false),
        Err(trouble) if trouble.status() == 412 => {
            cx.log(Level::Warn, format!("`{name}` was changed meanwhile, and stays where it is"));
            Ok(false)
        }
        Err(trouble) => {
            let what = format!("the object `{name}` of the bucket `{bucket}` cannot be deleted");
            Err(trouble.told_with(&what, help(Right::Delete, bucket)))
        }
    }
}

/// What was deleted.
#[derive(Default, Serialize, JsonSchema)]
pub(crate) struct Deleted {
    /// How many objects were deleted.
    count: u64,
    /// How large they were together, in bytes.
    size: u64,
}

/// Deletes all objects that are meant, page by page.
pub(crate) async fn delete_list(
    cx: &RunContext,
    store: &Store,
    listing: &Listing,
    at_once: usize,
    fails_empty: bool,
) -> Result<Deleted, Broken> {
    let mut walk = Walk::new(listing);
    let mut deleted = Deleted::default();
    let mut deleting = JoinSet::new();
    while let Some(objects) = walk.next(cx, store).await? {
        for object in objects.into_iter().filter(Object::is_stored) {
            deleted.count += 1;
            deleted.size += object.bytes();
            let (cx, store, has_versions) = (cx.clone(), store.clone(), listing.has_versions);
            deleting.spawn(async move {
                let generation = object.generation.as_deref().filter(|_| has_versions);
                let which = generation.map_or(Which::Newest, Which::Version);
                remove(&cx, &store, &object.bucket, &object.name, which).await.map(|_| ())
            });
            if deleting.len() >= at_once.clamp(1, REQUESTS_MAX) {
                joined(&mut deleting).await?;
            }
        }
    }
    while joined(&mut deleting).await? {}
    if deleted.count == 0 && fails_empty {
        return Err(Broken::new(format!(
            "there is nothing to delete at `{}`, and `errorOnEmpty` says that this is a failure",
            listing.place.address()
        )));
    }
    cx.metric(Metric::count("count", deleted.count));
    cx.metric(Metric::count("size", deleted.size));
    Ok(deleted)
}

async fn joined(deleting: &mut JoinSet<Result<(), Broken>>) -> Result<bool, Broken> {
    match deleting.join_next().await {
        None => Ok(false),
        Some(Ok(done)) => done.map(|()| true),
        Some(Err(_)) => Err(Broken::new("a request was lost by a mistake in the program")),
    }
}
