//! Bodies of requests, read within limits.

use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::StatusCode;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::app::App;
use crate::call::Body;
use crate::error::{ApiError, Outcome};
use crate::form::{self, Part};
use crate::limits::{BODY_IDLE, FILES_MAX, TEXT_MAX};
use crate::query::Query;
use crate::route::Takes;

/// Pieces of a form on their way to who takes it apart.
const PIECES_MAX: usize = 8;

pub(crate) async fn read(app: &App, takes: Takes, headers: &HeaderMap, body: Incoming) -> Outcome<Body> {
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        let why = "compressed bodies are not taken";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    match (takes, form::boundary(media)) {
        (Takes::Form, Some(boundary)) => Ok(Body::Form(parts(app, boundary, body).await?)),
        (Takes::Form, None) if media.starts_with("application/x-www-form-urlencoded") => {
            Ok(Body::Form(pairs(&whole(body).await?)?))
        }
        (Takes::Form | Takes::Text, _) => Ok(Body::Text(whole(body).await?)),
    }
}

async fn whole(mut body: Incoming) -> Outcome<Bytes> {
    if body.size_hint().lower() > TEXT_MAX as u64 {
        return Err(too_large(TEXT_MAX as u64));
    }
    let mut all = Vec::new();
    while let Some(piece) = next(&mut body).await? {
        if all.len() + piece.len() > TEXT_MAX {
            return Err(too_large(TEXT_MAX as u64));
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.into())
}

async fn next(body: &mut Incoming) -> Outcome<Option<Bytes>> {
    loop {
        let frame = timeout(BODY_IDLE, body.frame());
        let slow = |_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "the body does not arrive");
        match frame.await.map_err(slow)? {
            None => return Ok(None),
            Some(Err(_)) => return Err(ApiError::bad_request("the body ended too early")),
            Some(Ok(frame)) => {
                // Trailers say nothing that anybody asked for.
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// Takes a form apart while it arrives: in a thread that may wait for the disk.
async fn parts(app: &App, boundary: String, mut body: Incoming) -> Outcome<Vec<Part>> {
    let (give, mut take) = mpsc::channel::<Bytes>(PIECES_MAX);
    let work = app.work.clone();
    let collected = tokio::task::spawn_blocking(move || {
        let mut collector = form::Collector::new(&boundary, work);
        while let Some(piece) = take.blocking_recv() {
            collector.feed(&piece)?;
        }
        collector.end()
    });
    let mut taken = 0;
    while let Some(piece) = next(&mut body).await? {
        taken += piece.len() as u64;
        if taken > FILES_MAX {
            return Err(too_large(FILES_MAX));
        }
        if give.send(piece).await.is_err() {
            // It found something wrong, and says so below.
            break;
        }
    }
    drop(give);
    collected.await.unwrap_or_else(|_| Err(ApiError::internal()))
}

fn pairs(bytes: &[u8]) -> Outcome<Vec<Part>> {
    let text = std::str::from_utf8(bytes).map_err(|_| ApiError::invalid_entity("the body is not UTF-8"))?;
    Ok(Query::read(text).iter().map(|(name, value)| Part::text(name, value)).collect())
}

fn too_large(limit: u64) -> ApiError {
    let why = format!("the body is larger than the {limit} bytes that are taken here");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, why)
}
