//! Objects that are copied within the store.

use kapelle_plugin::{Broken, RunContext};
use serde_json::{Value, json};

use super::address::Place;
use super::{Right, Store, help, with_query};
use crate::client::Ask;

/// Copies an object, if it is still the version that is named; what is known of it is copied too. Large ones take several
/// requests. Whether it was that version.
pub(crate) async fn copy(
    cx: &RunContext,
    store: &Store,
    (from, version): (&Place, Option<&str>),
    to: &Place,
) -> Result<bool, Broken> {
    let there = store.object(&to.bucket, &to.name);
    let there = there.strip_prefix(&store.buckets()).unwrap_or_default();
    let address = format!("{}/rewriteTo/b{there}", store.object(&from.bucket, &from.name));
    let what = format!(
        "the object `{}` of the bucket `{}` cannot be copied to `{}` in `{}`",
        from.name, from.bucket, to.name, to.bucket
    );
    let both = if from.bucket == to.bucket {
        from.bucket.clone()
    } else {
        format!("{}` and `{}", from.bucket, to.bucket)
    };
    let mut token = None;
    loop {
        cx.go_on()?;
        let query = [("ifSourceGenerationMatch", version.map(str::to_owned)), ("rewriteToken", token)];
        let ask = Ask::new("POST", with_query(&address, &query)).json(&json!({}));
        let told = match store.client.json(cx, &ask).await {
            Err(trouble) if trouble.status() == 412 => return Ok(false),
            told => told.map_err(|trouble| trouble.told_with(&what, help(Right::Write, &both)))?,
        };
        if told.get("done").and_then(Value::as_bool) == Some(true) {
            return Ok(true);
        }
        token = told.get("rewriteToken").and_then(Value::as_str).map(str::to_owned);
        if token.is_none() {
            return Err(Broken::new(format!("{what}: the server does not say how it goes on")));
        }
    }
}
