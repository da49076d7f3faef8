//! Objects that are deleted together.

use kapelle_plugin::{Broken, Metric, RunContext};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::task::JoinSet;

use super::Store;
use super::listing::{Listing, Walk};
use super::remove::{AT_ONCE_MAX, remove_all};

/// Requests that are on their way at once at most.
const REQUESTS_MAX: usize = 16;

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
        for batch in objects.chunks(AT_ONCE_MAX) {
            deleted.count += batch.len() as u64;
            deleted.size += batch.iter().map(|object| object.bytes).sum::<u64>();
            let (cx, store, bucket, batch) =
                (cx.clone(), store.clone(), listing.bucket.clone(), batch.to_vec());
            deleting.spawn(async move { remove_all(&cx, &store, &bucket, &batch).await });
            if deleting.len() >= at_once.clamp(1, REQUESTS_MAX) {
                joined(&mut deleting).await?;
            }
        }
    }
    while joined(&mut deleting).await? {}
    if deleted.count == 0 && fails_empty {
        return Err(Broken::new(format!(
            "there is nothing to delete in the bucket `{}`, and `errorOnEmpty` says that this is a failure",
            listing.bucket
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
