//! Files that a request carries within JSON.

use std::io::Read;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, RunContext, files};

/// Bytes of all files of one list: they are kept in memory, and services take less.
const BYTES_MAX: u64 = 30 << 20;

/// The files, each with its content as `base64` beside what the flow says of it.
pub(super) async fn with_contents(cx: &RunContext, wanted: Vec<Map>) -> Result<Value, Broken> {
    cx.blocking(move |cx| {
        let mut room = BYTES_MAX;
        let mut all = Vec::new();
        for mut file in wanted {
            let Some(Value::Str(uri)) = file.get("uri").cloned() else {
                return Err(Broken::new(
                    "a file has no `uri`: each is written as `name`, `uri` and `contentType`",
                ));
            };
            let mut content = Vec::new();
            files::copy(cx, &mut files::open(cx, &uri)?.take(room + 1), &mut content)?;
            room = room.checked_sub(content.len() as u64).ok_or_else(|| {
                Failure::new(format!("the files have more than {} MiB together", BYTES_MAX >> 20))
            })?;
            file.insert("base64".into(), Value::from(plain::to_base64(&content).as_str()));
            all.push(Value::Map(Arc::new(file)));
        }
        Ok(Value::List(Arc::new(all)))
    })
    .await
}
