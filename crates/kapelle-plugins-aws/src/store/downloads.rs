//! Objects that are taken over together, and then moved or deleted.

use std::collections::BTreeMap;

use kapelle_plugin::action::none_is_lost;
use kapelle_plugin::{Broken, RunContext};

use super::Store;
use super::action::Action;
use super::download::{Wanted, take};
use super::listing::{Filter, Listing, list};
use super::object::S3Object;

/// Takes objects over. Nothing is done to any of them before all are there.
pub(crate) async fn take_all(
    cx: &RunContext,
    store: &Store,
    listing: &Listing,
    action: &Action,
    checks: bool,
    files_max: Option<usize>,
) -> Result<(Vec<S3Object>, BTreeMap<String, String>), Broken> {
    let (mut objects, mut files) = (Vec::new(), BTreeMap::new());
    let bucket = listing.bucket.as_str();
    let mut found = list(cx, store, listing, files_max).await?;
    found.retain(|object| !action.is_done_for(bucket, &object.key));
    if action.is_move() {
        none_is_lost(found.iter().filter(|object| !object.is_folder()).map(|object| &*object.key))?;
    }
    for object in found {
        if object.is_folder() {
            // It has no content, and matters only to those who ask for it.
            if listing.filter == Filter::Directory {
                objects.push(object.shown(None, None));
            }
            continue;
        }
        let (key, shown) = (object.key.as_str(), object.key.as_str());
        let taken = take(cx, store, Wanted { bucket, key, shown, version: None, checks }).await?;
        files.insert(object.key.clone(), taken.uri.clone());
        objects.push(object.shown(Some(taken.uri), taken.checksum));
    }
    for object in &objects {
        cx.go_on()?;
        action.perform(cx, store, bucket, &object.key).await?;
    }
    Ok((objects, files))
}
