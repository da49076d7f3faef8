//! Several files on their way into a bucket.

use std::collections::BTreeMap;

use kapelle_model::Text;
use kapelle_plugin::{Broken, RunContext};
use tokio::task::JoinSet;

use super::{Put, Stored, put_file};
use crate::store::Store;
use crate::store::sources::Source;

/// Files that are on their way at once at most: each has parts in memory.
const AT_ONCE_MAX: usize = 4;

/// Parts of each of them that are.
const PARTS_AT_ONCE: usize = 2;

/// Writes several files: by name, the key and what was written. If one fails, those that are on their way are given up;
/// those that are there stay.
pub(crate) async fn put_all(
    cx: &RunContext,
    store: &Store,
    base: &Put,
    prefix: &Text,
    sources: Vec<Source>,
    at_once: usize,
) -> Result<BTreeMap<String, (Text, Stored)>, Broken> {
    // Those that are given up still take their parts away, so that they are told to stop and not just dropped.
    let cx = RunContext { stop: cx.stop.child_token(), ..cx.clone() };
    let mut sending = JoinSet::new();
    let mut waiting = sources.into_iter();
    let mut done = Ok(BTreeMap::new());
    loop {
        while sending.len() < at_once.clamp(1, AT_ONCE_MAX) && done.is_ok() {
            let Some(Source { name, from }) = waiting.next() else { break };
            let key = below(prefix, &name);
            let put = Put { parts_at_once: PARTS_AT_ONCE, ..base.named(&key)? };
            let (cx, store) = (cx.clone(), store.clone());
            sending.spawn(async move {
                let stored = put_file(&cx, &store, &put, &from).await?;
                Ok::<_, Broken>((name, (key, stored)))
            });
        }
        let Some(one) = sending.join_next().await else { return done };
        let one = one.unwrap_or_else(|_| Err(Broken::new("a file was lost by a mistake in the program")));
        match (one, &mut done) {
            (Ok((name, stored)), Ok(files)) => {
                files.insert(name, stored);
            }
            (Err(broken), Ok(_)) => {
                cx.stop.cancel();
                done = Err(broken);
            }
            // The first failure is the reason for the others.
            (_, Err(_)) => {}
        }
    }
}

/// A key behind a prefix, with one slash between them.
pub(crate) fn below(prefix: &Text, name: &str) -> Text {
    let end = prefix.expose().trim_end_matches('/').len();
    let start = prefix.slice(0..end).unwrap_or_default();
    let slash = if end == 0 { "" } else { "/" };
    Text::concat(&start, &Text::from(format!("{slash}{name}")))
}
