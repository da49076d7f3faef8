//! Files that an execution may show: its own, and those of the execution that started it.

use std::io::Read;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_runtime::storage::{Reach, StoredPath, of_parent};
use serde_json::{Value as Json, json};

use super::header;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::pieces;

/// Bytes of a preview.
const PREVIEW_BYTES: u64 = 4 << 20;

/// Rows of a preview where nobody says how many, and at most.
const PREVIEW_ROWS: usize = 100;
const PREVIEW_ROWS_MAX: usize = 5_000;

/// The file that the query names.
fn path(call: &Call) -> Outcome<StoredPath> {
    let birth = header(call, call.variable("id"))?.birth;
    let uri = call.required("path")?;
    let uri = if uri.starts_with('/') { format!("kestra://{uri}") } else { uri.to_owned() };
    let parent = birth.origin.as_ref().and_then(|origin| {
        of_parent(&Map::from_iter([(Arc::from("trigger"), Value::Map(Arc::clone(&origin.variables)))]))
    });
    let (tenant, permit) = (Arc::clone(&call.tenant), call.permit.clone());
    let may_use = Arc::new(move |namespace: &str| permit.covers(&tenant, namespace));
    let id = birth.id.to_string();
    let names = (Arc::clone(&birth.namespace), &*birth.flow, id.as_str());
    let reach = Reach::new(Arc::clone(&call.tenant), names, parent, may_use);
    reach.stored(&uri).map_err(|failure| ApiError::illegal_argument(failure.to_string()))
}

fn missing() -> ApiError {
    ApiError::not_found("File not found")
}

fn opened(call: &Call) -> Outcome<(StoredPath, Box<dyn Read + Send>)> {
    let path = path(call)?;
    let file = call.app.storage.open(&path).map_err(|_| ApiError::internal())?;
    Ok((path, file.ok_or_else(missing)?))
}

/// The last part of a path.
fn name(path: &StoredPath) -> &str {
    path.inner().rsplit('/').next().unwrap_or_default()
}

pub(crate) async fn download(call: Arc<Call>) -> Outcome<Answer> {
    let asking = Arc::clone(&call);
    let (path, file) = call.app.blocking(move || opened(&asking)).await?;
    let body = pieces::of(file);
    Ok(Answer::stream(body, "application/octet-stream").attachment(name(&path)))
}

pub(crate) fn metas(call: &Call) -> Outcome<Answer> {
    let entry = call.app.storage.entry(&path(call)?).map_err(|_| ApiError::internal())?;
    Ok(Answer::json(&json!({"size": entry.ok_or_else(missing)?.size})))
}

pub(crate) fn preview(call: &Call) -> Outcome<Answer> {
    let rows = call.number("maxRows")?.unwrap_or(PREVIEW_ROWS).clamp(1, PREVIEW_ROWS_MAX);
    let (path, file) = opened(call)?;
    let mut bytes = Vec::new();
    file.take(PREVIEW_BYTES + 1).read_to_end(&mut bytes).map_err(|_| ApiError::internal())?;
    let is_cut = bytes.len() as u64 > PREVIEW_BYTES;
    bytes.truncate(PREVIEW_BYTES as usize);
    let extension = name(&path).rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let (kind, content, truncated) = shown(&extension, &bytes, rows);
    Ok(Answer::json(&json!({
        "extension": extension,
        "type": kind,
        "content": content,
        "maxLine": rows,
        "truncated": is_cut || truncated,
    })))
}

/// What a preview shows, and whether it is cut.
fn shown(extension: &str, bytes: &[u8], rows: usize) -> (&'static str, Json, bool) {
    match extension {
        "ion" | "jsonl" | "ndjson" => {
            let text = String::from_utf8_lossy(bytes);
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let read: Vec<Json> = lines.clone().take(rows).map(row).collect();
            ("LIST", read.into(), lines.count() > rows)
        }
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "bmp" => ("IMAGE", plain::to_base64(bytes).into(), false),
        "pdf" => ("PDF", plain::to_base64(bytes).into(), false),
        _ => {
            let text = String::from_utf8_lossy(bytes);
            let kept: Vec<&str> = text.lines().take(rows).collect();
            let kind = if extension == "md" { "MARKDOWN" } else { "TEXT" };
            (kind, kept.join("\n").into(), text.lines().count() > rows)
        }
    }
}

fn row(line: &str) -> Json {
    serde_json::from_str(line).unwrap_or_else(|_| line.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_cut_by_rows() {
        assert_eq!(shown("txt", b"a\nb\nc", 2), ("TEXT", "a\nb".into(), true));
        assert_eq!(shown("jsonl", b"{\"a\":1}\nx\n", 9), ("LIST", json!([{"a": 1}, "x"]), false));
    }
}
