//! One object that is composed of others.

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::address::Place;
use super::remove::{Which, remove};
use super::{Right, Store, help};
use crate::client::Ask;

/// Objects that Google composes at once.
const AT_ONCE_MAX: usize = 32;

/// A part: the name of an object, and its version if it is an old one.
pub(crate) type Part = (String, Option<String>);

/// Composes objects of a bucket, in their order. Where there are too many for one request, others in between are made,
/// which are deleted then.
pub(crate) async fn compose(
    cx: &RunContext,
    store: &Store,
    parts: Vec<Part>,
    to: &Place,
) -> Result<(), Broken> {
    let mut between = Vec::new();
    let composed = level_by_level(cx, store, parts, to, &mut between).await;
    // Also if the attempt has to end.
    let cx = RunContext { stop: CancellationToken::new(), ..cx.clone() };
    for name in &between {
        if let Err(broken) = remove(&cx, store, &to.bucket, name, Which::Newest).await {
            cx.log(Level::Warn, broken.failure.to_string());
        }
    }
    composed
}

async fn level_by_level(
    cx: &RunContext,
    store: &Store,
    mut parts: Vec<Part>,
    to: &Place,
    between: &mut Vec<String>,
) -> Result<(), Broken> {
    while parts.len() > AT_ONCE_MAX {
        let mut level = Vec::new();
        for group in parts.chunks(AT_ONCE_MAX) {
            cx.go_on()?;
            let name = format!("{}.{}-{}", to.name, cx.place.run_id, between.len());
            between.push(name.clone());
            let place = Place { bucket: to.bucket.clone(), name: name.clone() };
            compose_once(cx, store, group, &place).await?;
            level.push((name, None));
        }
        parts = level;
    }
    compose_once(cx, store, &parts, to).await
}

async fn compose_once(cx: &RunContext, store: &Store, parts: &[Part], to: &Place) -> Result<(), Broken> {
    let sources: Vec<_> = parts
        .iter()
        .map(|(name, generation)| match generation {
            Some(generation) => json!({ "name": name, "generation": generation }),
            None => json!({ "name": name }),
        })
        .collect();
    let address = format!("{}/compose", store.object(&to.bucket, &to.name));
    let ask = Ask::new("POST", address).json(&json!({ "sourceObjects": sources, "destination": {} }));
    // One that becomes a part of itself must not do so twice.
    let ask = if parts.iter().any(|(name, _)| *name == to.name) { ask.once() } else { ask };
    store.client.json(cx, &ask).await.map_err(|trouble| {
        let what = format!(
            "the object `{}` of the bucket `{}` cannot be composed of {} objects",
            to.name,
            to.bucket,
            parts.len()
        );
        trouble.told_with(&what, help(Right::Write, &to.bucket))
    })?;
    Ok(())
}
